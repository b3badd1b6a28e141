//! Files that import each other, directly or in a longer loop.

use super::imports::Edge;
use super::tree::Tree;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// By the file that imports and the one that it imports from.
type Edges<'a> = BTreeMap<usize, BTreeMap<usize, &'a Edge>>;

/// The shortest loop through every pair of files that is part of one, each loop once.
pub fn circles<'a>(tree: &Tree, imports: impl Iterator<Item = &'a Edge>) -> Vec<String> {
    let mut edges: Edges<'_> = BTreeMap::new();
    for edge in imports.filter(|edge| edge.is_definition) {
        edges.entry(edge.from).or_default().entry(edge.to).or_insert(edge);
    }
    let mut loops = BTreeSet::new();
    for (from, targets) in &edges {
        for to in targets.keys() {
            loops.extend(way(&edges, *to, *from).map(from_smallest));
        }
    }
    loops.iter().map(|files| sentence(tree, &edges, files)).collect()
}

/// The shortest way from a file to another one.
fn way(edges: &Edges<'_>, from: usize, to: usize) -> Option<Vec<usize>> {
    let mut before = BTreeMap::from([(from, from)]);
    let mut next = VecDeque::from([from]);
    while let Some(file) = next.pop_front() {
        if file == to {
            let mut way = vec![to];
            while *way.last()? != from {
                way.push(*before.get(way.last()?)?);
            }
            way.reverse();
            return Some(way);
        }
        for target in edges.get(&file).into_iter().flat_map(BTreeMap::keys) {
            if !before.contains_key(target) {
                before.insert(*target, file);
                next.push_back(*target);
            }
        }
    }
    None
}

/// The same loop, written from its smallest file on.
fn from_smallest(mut files: Vec<usize>) -> Vec<usize> {
    let smallest = files.iter().enumerate().min_by_key(|(_, file)| **file).map_or(0, |(at, _)| at);
    files.rotate_left(smallest);
    files
}

fn sentence(tree: &Tree, edges: &Edges<'_>, files: &[usize]) -> String {
    let names: Vec<&str> =
        files.iter().chain(files.first()).map(|file| tree.files[*file].name.as_str()).collect();
    let next = files.iter().skip(1).chain(files.first());
    let steps = files.iter().zip(next).filter_map(|(from, to)| {
        let edge = edges.get(from)?.get(to)?;
        Some(format!("{}:{} has `{}`", tree.files[*from].name, edge.line, edge.path))
    });
    format!("{} import each other: {}", names.join(" → "), steps.collect::<Vec<_>>().join(", "))
}
