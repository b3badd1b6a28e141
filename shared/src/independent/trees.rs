//! Roots and proofs against `ct-merkle`.

use crate::log::merkle::tests::Leaves;
use crate::log::merkle::{self, leaf_hash};
use crate::log::merkle::{consistency_proof, inclusion_proof, root, verify_consistency, verify_inclusion};
use crate::values::Hash;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use sha2::Sha256;

type Theirs = MemoryBackedTree<Sha256, Vec<u8>>;

fn ours(leaves: &[Vec<u8>]) -> Leaves {
    Leaves(leaves.iter().map(|data| leaf_hash(data)).collect())
}

fn their_root(root: Hash, size: u64) -> RootHash<Sha256> {
    RootHash::new((*root.as_bytes()).into(), size)
}

fn our_root(root: &RootHash<Sha256>) -> Hash {
    Hash::from_bytes(root.as_bytes().as_slice().try_into().unwrap())
}

fn bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(Hash::as_bytes).copied().collect()
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks(32).map(|hash| Hash::from_bytes(hash.try_into().unwrap())).collect()
}

fn tree(leaves: &[Vec<u8>]) -> Theirs {
    let mut tree = Theirs::new();
    leaves.iter().for_each(|leaf| tree.push(leaf.clone()));
    tree
}

fn leaves() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..200)
}

#[test]
fn the_empty_tree_has_the_same_root() {
    assert_eq!(our_root(&Theirs::new().root()), merkle::empty_root());
}

proptest! {
    #[test]
    fn roots_and_proofs_of_leaves_are_the_same_and_each_side_accepts_the_other_s(leaves in leaves(), seed in any::<u64>()) {
        let (size, theirs) = (leaves.len() as u64, tree(&leaves));
        let index = seed % size;
        let (leaf, top) = (&leaves[index as usize], root(size, &mut ours(&leaves)).unwrap());
        prop_assert_eq!(our_root(&theirs.root()), top);

        let proof = inclusion_proof(index, size, &mut ours(&leaves)).unwrap();
        let read = InclusionProof::<Sha256>::try_from_bytes(bytes(&proof)).unwrap();
        prop_assert!(their_root(top, size).verify_inclusion(leaf, index, &read).is_ok());
        let made = hashes(theirs.prove_inclusion(index as usize).as_bytes());
        prop_assert!(verify_inclusion(leaf_hash(leaf), index, size, &made, our_root(&theirs.root())));
        prop_assert_eq!(made, proof);

        let other = [leaf.as_slice(), b"!"].concat();
        prop_assert!(their_root(top, size).verify_inclusion(&other, index, &read).is_err());
        prop_assert!(their_root(leaf_hash(b"other"), size).verify_inclusion(leaf, index, &read).is_err());
    }

    #[test]
    fn proofs_that_a_tree_grew_are_the_same_and_each_side_accepts_the_other_s(leaves in leaves(), seed in any::<u64>()) {
        let (to, theirs) = (leaves.len() as u64, tree(&leaves));
        let from = seed % to + 1;
        let (old, new) = (root(from, &mut ours(&leaves)).unwrap(), root(to, &mut ours(&leaves)).unwrap());

        let proof = consistency_proof(from, to, &mut ours(&leaves)).unwrap();
        let read = ConsistencyProof::<Sha256>::try_from_bytes(bytes(&proof)).unwrap();
        prop_assert!(their_root(new, to).verify_consistency(&their_root(old, from), &read).is_ok());
        let made = hashes(theirs.prove_consistency((to - from) as usize).as_bytes());
        prop_assert!(verify_consistency(from, old, to, new, &made));
        prop_assert_eq!(made, proof);

        let rewritten = their_root(leaf_hash(b"rewritten"), from);
        prop_assert!(their_root(new, to).verify_consistency(&rewritten, &read).is_err());
    }
}
