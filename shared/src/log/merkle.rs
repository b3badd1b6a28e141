//! Merkle trees as in RFC 6962, section 2.1: roots, inclusion proofs and
//! consistency proofs, made from complete subtrees. Checking needs no tree.

use crate::values::Hash;

/// The hash of the empty tree: SHA-256 of nothing (RFC 6962, section 2.1).
pub fn empty_root() -> Hash {
    Hash::of(b"")
}

/// The hash of a leaf: SHA-256 of 0x00 and its data.
pub fn leaf_hash(data: &[u8]) -> Hash {
    Hash::of(&[&[0x00], data].concat())
}

/// The hash of two subtrees: SHA-256 of 0x01 and both hashes.
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    let mut bytes = [0x01; 65];
    bytes[1..33].copy_from_slice(left.as_bytes());
    bytes[33..].copy_from_slice(right.as_bytes());
    Hash::of(&bytes)
}

/// A source of the hashes of a tree's complete subtrees.
pub trait Subtrees {
    /// Why a hash cannot be read.
    type Error;

    /// The hash over the 2^`level` leaves that begin at `index` · 2^`level`.
    /// Called for complete subtrees only.
    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// The root over the first `size` leaves.
pub fn root<S: Subtrees>(size: u64, tree: &mut S) -> Result<Hash, S::Error> {
    if size == 0 { Ok(empty_root()) } else { range(0, size, tree) }
}

/// The proof that leaf `index` is among the first `size` leaves: the `PATH` of
/// RFC 6962, section 2.1.1. Empty when it is not.
pub fn inclusion_proof<S: Subtrees>(index: u64, size: u64, tree: &mut S) -> Result<Vec<Hash>, S::Error> {
    let (mut start, mut len, mut path) = (0, size, Vec::new());
    if index >= size {
        return Ok(path);
    }
    while len > 1 {
        let left = split(len);
        if index < start + left {
            path.push(range(start + left, len - left, tree)?);
            len = left;
        } else {
            path.push(range(start, left, tree)?);
            start += left;
            len -= left;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree of `to` leaves begins with the tree of `from`: the
/// `PROOF` of RFC 6962, section 2.1.2. Empty when there is nothing to prove.
pub fn consistency_proof<S: Subtrees>(from: u64, to: u64, tree: &mut S) -> Result<Vec<Hash>, S::Error> {
    let (mut start, mut len, mut rest, mut proof) = (0, to, from, Vec::new());
    if from == 0 || from >= to {
        return Ok(proof);
    }
    // Whether the old tree is still a complete subtree here, whose root both sides have.
    let mut known = true;
    while rest != len {
        let left = split(len);
        if rest <= left {
            proof.push(range(start + left, len - left, tree)?);
            len = left;
        } else {
            proof.push(range(start, left, tree)?);
            start += left;
            len -= left;
            rest -= left;
            known = false;
        }
    }
    if !known {
        proof.push(range(start, len, tree)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Whether a leaf with that hash is at `index` of the tree with that size
/// and root (RFC 9162, section 2.1.3.2).
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], expected: Hash) -> bool {
    if index >= size {
        return false;
    }
    // The index of the hash on its level, and that of the last one there.
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            hash = node_hash(*sibling, hash);
            while node.is_multiple_of(2) && node != 0 {
                node /= 2;
                last /= 2;
            }
        } else {
            hash = node_hash(hash, *sibling);
        }
        node /= 2;
        last /= 2;
    }
    last == 0 && hash == expected
}

/// Whether the tree of `to` leaves begins with the tree of `from` leaves
/// (RFC 9162, section 2.1.4.2). The empty tree is the beginning of every tree.
pub fn verify_consistency(from: u64, from_root: Hash, to: u64, to_root: Hash, proof: &[Hash]) -> bool {
    if from > to {
        return false;
    }
    if from == to {
        return proof.is_empty() && from_root == to_root;
    }
    if from == 0 {
        return proof.is_empty() && from_root == empty_root();
    }
    let mut path = proof.iter().copied();
    let first = if from.is_power_of_two() { Some(from_root) } else { path.next() };
    let Some(first) = first else { return false };
    // The index of a hash on its level, and that of the last one there.
    let (mut node, mut last) = (from - 1, to - 1);
    while node % 2 == 1 {
        node /= 2;
        last /= 2;
    }
    let (mut old, mut new) = (first, first);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            old = node_hash(sibling, old);
            new = node_hash(sibling, new);
            while node.is_multiple_of(2) && node != 0 {
                node /= 2;
                last /= 2;
            }
        } else {
            new = node_hash(new, sibling);
        }
        node /= 2;
        last /= 2;
    }
    last == 0 && old == from_root && new == to_root
}

/// The largest power of two below `len`, which is at least 2.
fn split(len: u64) -> u64 {
    1 << (len - 1).ilog2()
}

/// The hash over `len` leaves from `start`, a multiple of the power of two
/// that holds `len`.
fn range<S: Subtrees>(start: u64, len: u64, tree: &mut S) -> Result<Hash, S::Error> {
    if len.is_power_of_two() {
        let level = len.ilog2();
        return tree.subtree(level, start >> level);
    }
    let left = split(len);
    let hash = range(start, left, tree)?;
    Ok(node_hash(hash, range(start + left, len - left, tree)?))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    /// Every leaf hash; each subtree is computed from them.
    pub struct Leaves(pub Vec<Hash>);

    impl Subtrees for Leaves {
        type Error = Infallible;

        fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Infallible> {
            if level == 0 {
                return Ok(self.0[index as usize]);
            }
            let left = self.subtree(level - 1, index * 2)?;
            Ok(node_hash(left, self.subtree(level - 1, index * 2 + 1)?))
        }
    }

    fn hash(text: &str) -> Hash {
        Hash::parse(text).unwrap()
    }

    fn tree(size: u64) -> Leaves {
        Leaves((0..size).map(|number| leaf_hash(&number.to_be_bytes())).collect())
    }

    /// The eight leaves and roots of the reference tests of Certificate
    /// Transparency (google/certificate-transparency, merkle_tree_test).
    fn published() -> (Leaves, [&'static str; 8]) {
        let data = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        (Leaves(data.map(|data| leaf_hash(&hex::decode(data).unwrap())).to_vec()), roots)
    }

    #[test]
    fn roots_agree_with_the_published_vectors() {
        let (mut tree, roots) = published();
        assert_eq!(empty_root(), hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        for (size, expected) in (1..).zip(roots) {
            assert_eq!(root(size, &mut tree), Ok(hash(expected)), "{size}");
        }
    }

    #[test]
    fn proofs_agree_with_the_published_vectors() {
        let (mut tree, roots) = published();
        let path = [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        assert_eq!(inclusion_proof(5, 8, &mut tree), Ok(path.map(hash).to_vec()));
        let leaf = tree.0[5];
        assert!(verify_inclusion(leaf, 5, 8, &path.map(hash), hash(roots[7])));
        let proof = [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        assert_eq!(consistency_proof(6, 8, &mut tree), Ok(proof.map(hash).to_vec()));
        assert!(verify_consistency(6, hash(roots[5]), 8, hash(roots[7]), &proof.map(hash)));
    }

    proptest! {
        #[test]
        fn every_leaf_is_proven_and_only_at_its_index(size in 1_u64..600, seed in any::<u64>()) {
            let (mut tree, index) = (tree(size), seed % size);
            let (top, leaf) = (root(size, &mut tree).unwrap(), tree.0[index as usize]);
            let proof = inclusion_proof(index, size, &mut tree).unwrap();
            prop_assert!(verify_inclusion(leaf, index, size, &proof, top));
            prop_assert!(!verify_inclusion(leaf, (index + 1) % (size + 1), size, &proof, top));
            prop_assert!(!verify_inclusion(leaf, index, size, &proof, leaf_hash(b"other")));
            prop_assert!(!verify_inclusion(leaf_hash(b"other"), index, size, &proof, top));
            for at in 0..proof.len() {
                let mut broken = proof.clone();
                broken[at] = leaf_hash(b"other");
                prop_assert!(!verify_inclusion(leaf, index, size, &broken, top));
            }
        }

        #[test]
        fn a_tree_that_grew_is_proven_and_one_that_was_rewritten_is_not(from in 0_u64..400, more in 0_u64..400, at in any::<u64>()) {
            let to = from + more;
            let mut tree = tree(to);
            let (old, new) = (root(from, &mut tree).unwrap(), root(to, &mut tree).unwrap());
            let proof = consistency_proof(from, to, &mut tree).unwrap();
            prop_assert!(verify_consistency(from, old, to, new, &proof));
            if from > 0 && more > 0 {
                tree.0[(at % from) as usize] = leaf_hash(b"rewritten");
                let rewritten = root(to, &mut tree).unwrap();
                let proof = consistency_proof(from, to, &mut tree).unwrap();
                prop_assert!(!verify_consistency(from, old, to, rewritten, &proof));
            }
        }
    }
}
