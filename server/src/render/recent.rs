//! A bounded store of what was made lately, from which the longest unused leaves first.

use std::collections::BTreeMap;

/// The values of at most `COUNT` keys, of at most `bytes_max` together.
pub struct Recent<K, V, const COUNT: usize> {
    entries: BTreeMap<K, Entry<V>>,
    bytes_max: usize,
    bytes: usize,
    /// Counts up with each use.
    uses: u64,
}

struct Entry<V> {
    value: V,
    bytes: usize,
    used: u64,
}

impl<K: Ord + Clone, V: Clone, const COUNT: usize> Recent<K, V, COUNT> {
    /// Nothing yet.
    pub fn new(bytes_max: usize) -> Self {
        Recent { entries: BTreeMap::new(), bytes_max, bytes: 0, uses: 0 }
    }

    /// The value of a key, which is thereby the last to leave.
    pub fn get(&mut self, key: &K) -> Option<V> {
        self.uses += 1;
        let entry = self.entries.get_mut(key)?;
        entry.used = self.uses;
        Some(entry.value.clone())
    }

    /// Keeps a value of that many bytes; one that is larger than all may be is not kept.
    pub fn put(&mut self, key: K, value: V, bytes: usize) {
        self.remove(&key);
        if bytes > self.bytes_max {
            return;
        }
        while self.entries.len() >= COUNT || self.bytes + bytes > self.bytes_max {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { return };
            self.remove(&oldest);
        }
        self.uses += 1;
        self.bytes += bytes;
        self.entries.insert(key, Entry { value, bytes, used: self.uses });
    }

    fn remove(&mut self, key: &K) {
        self.bytes -= self.entries.remove(key).map_or(0, |entry| entry.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_unused_leaves_when_there_are_too_many() {
        let mut recent = Recent::<_, _, 2>::new(100);
        recent.put("a", 1, 10);
        recent.put("b", 2, 10);
        assert_eq!(recent.get(&"a"), Some(1));
        recent.put("c", 3, 10);
        assert_eq!((recent.get(&"a"), recent.get(&"b"), recent.get(&"c")), (Some(1), None, Some(3)));
    }

    #[test]
    fn the_longest_unused_leave_when_they_are_too_large() {
        let mut recent = Recent::<_, _, 64>::new(100);
        for (key, bytes) in [(1, 40), (2, 40), (3, 90), (4, 101), (5, 10)] {
            recent.put(key, key, bytes);
        }
        let kept: Vec<_> = (1..=5).filter(|key| recent.get(key).is_some()).collect();
        assert_eq!(kept, [3, 5]);
        recent.put(3, 3, 20);
        recent.put(6, 6, 70);
        let kept: Vec<_> = (1..=6).filter(|key| recent.get(key).is_some()).collect();
        assert_eq!((kept, recent.bytes), (vec![3, 5, 6], 100));
    }
}
