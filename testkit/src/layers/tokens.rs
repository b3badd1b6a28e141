//! Paths in tokens that are not parsed: the arguments of macros and attributes.

use super::names::{Names, plain};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path that was found, in its line.
pub struct Found {
    /// The path.
    pub path: Names,
    /// The line.
    pub line: usize,
    /// Whether `!` follows: it names a macro.
    pub is_macro: bool,
}

/// Whether a text in quotes may be a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Strings {
    /// As in `#[serde(with = "crate::hex")]`.
    ArePaths,
    /// As in an ordinary macro.
    AreTexts,
}

/// Every path of two or more names, and every macro that is called.
pub fn paths(tokens: TokenStream, strings: Strings) -> Vec<Found> {
    let mut found = Vec::new();
    scan(tokens, &Names::default(), strings, &mut found);
    found
}

/// Scans tokens; `before` is what a group of a `use` continues.
fn scan(tokens: TokenStream, before: &Names, strings: Strings, found: &mut Vec<Found>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Group(group) => scan(group.stream(), &Names::default(), strings, found),
            TokenTree::Literal(literal) if strings == Strings::ArePaths => {
                found.extend(in_quotes(literal));
            }
            TokenTree::Ident(_) if begins_path(&tokens, at) => {
                at = path(&tokens, at, before, strings, found);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

/// Whether the name at a place is the first of a path: not a field, a lifetime, a variable of
/// `macro_rules!`, or what follows `<T as Trait>::`.
fn begins_path(tokens: &[TokenTree], at: usize) -> bool {
    let is = |back: usize, expected: char| back <= at && is_punct(tokens.get(at - back), expected);
    let is_field = is(1, '.') && !is(2, '.');
    let is_variable = is(1, '$') && !matches!(&tokens[at], TokenTree::Ident(name) if name == "crate");
    let follows_type = is(1, ':') && is(2, ':') && is(3, '>');
    !is_field && !is(1, '\'') && !is_variable && !follows_type
}

/// Reads the path that begins at a place; returns the place after it.
fn path(
    tokens: &[TokenTree],
    start: usize,
    before: &Names,
    strings: Strings,
    found: &mut Vec<Found>,
) -> usize {
    let is_absolute = start >= 2 && are_colons(tokens, start - 2) && before.segments.is_empty();
    let mut names = Names { is_absolute: before.is_absolute || is_absolute, ..before.clone() };
    let line = tokens[start].span().start().line;
    let mut at = start;
    while let Some(TokenTree::Ident(name)) = tokens.get(at) {
        names.segments.push(plain(name));
        at += 1;
        if !are_colons(tokens, at) {
            break;
        }
        at += 2;
        if let Some(TokenTree::Group(group)) = tokens.get(at)
            && group.delimiter() == Delimiter::Brace
        {
            scan(group.stream(), &names, strings, found);
            return at + 1;
        }
    }
    let is_macro = is_punct(tokens.get(at), '!') && matches!(tokens.get(at + 1), Some(TokenTree::Group(_)));
    if names.segments.last().is_some_and(|name| name == "self") && names.segments.len() > 1 {
        names.segments.pop();
    }
    if names.segments.len() > 1 || is_macro || names.is_absolute {
        found.push(Found { path: names, line, is_macro });
    }
    at
}

fn is_punct(token: Option<&TokenTree>, expected: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == expected)
}

fn are_colons(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')
}

fn in_quotes(literal: &proc_macro2::Literal) -> Option<Found> {
    let text = literal.to_string();
    let path: syn::Path = syn::parse_str(text.strip_prefix('"')?.strip_suffix('"')?).ok()?;
    let line = literal.span().start().line;
    (path.segments.len() > 1).then(|| Found { path: Names::of(&path), line, is_macro: false })
}
