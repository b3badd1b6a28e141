//! Checkpoints against `signed_note` and `tlog_tiles`.

use crate::log::{LogId, SignedCheckpoint, TreeHead};
use crate::values::{Hash, SiteId};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{SigningKey, VerifyingKey};
use proptest::prelude::*;
use signed_note::{Note, StandardVerifier, VerifierList};

fn log() -> LogId {
    LogId::named(SiteId::parse("boreale").unwrap(), "2026-03").unwrap()
}

/// A verifier of one key under the name of a log.
fn verifiers(log: &LogId, key: &VerifyingKey) -> VerifierList {
    let typed = [&[0x01], key.as_bytes().as_slice()].concat();
    let (name, id) = (log.origin(), signed_note::key_id(&log.origin(), &typed));
    let known = StandardVerifier::new(&format!("{name}+{id:08x}+{}", BASE64.encode(typed))).unwrap();
    VerifierList::new(vec![Box::new(known)])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_checkpoint_is_read_as_it_was_signed(size in any::<u64>(), root in any::<[u8; 32]>(), seed in any::<[u8; 32]>()) {
        let (key, root) = (SigningKey::from_bytes(&seed), Hash::from_bytes(root));
        let signed = TreeHead { size, root }.sign(&log(), &key);
        let note = Note::from_bytes(signed.as_str().as_bytes()).unwrap();
        let (verified, unverified) = note.verify(&verifiers(&log(), &key.verifying_key())).unwrap();
        prop_assert_eq!((verified.len(), unverified.len()), (1, 0));
        let read = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
        prop_assert_eq!(read.origin(), log().origin());
        prop_assert_eq!((read.size(), read.extension()), (size, ""));
        prop_assert_eq!(&read.hash().0, root.as_bytes());
    }

    #[test]
    fn a_note_that_somebody_else_made_is_read_here(size in any::<u64>(), root in any::<[u8; 32]>(), seed in any::<[u8; 32]>()) {
        let key = SigningKey::from_bytes(&seed);
        let typed = [&[0x01], key.verifying_key().as_bytes().as_slice()].concat();
        let (name, id) = (log().origin(), signed_note::key_id(&log().origin(), &typed));
        let secret = BASE64.encode([&[0x01], seed.as_slice()].concat());
        let signer = signed_note::StandardSigner::new(&format!("PRIVATE+KEY+{name}+{id:08x}+{secret}")).unwrap();
        let text = tlog_tiles::Checkpoint::new(&name, size, tlog_tiles::Hash(root), "").unwrap().to_bytes();
        let mut note = Note::new(&text, &[]).unwrap();
        note.add_sigs(&[&signer]).unwrap();
        let signed = SignedCheckpoint::from(String::from_utf8(note.to_bytes()).unwrap());
        let expected = TreeHead { size, root: Hash::from_bytes(root) };
        prop_assert_eq!(signed.open(&log(), &key.verifying_key()), Ok(expected));
        prop_assert_eq!(expected.sign(&log(), &key), signed);
    }
}

#[test]
fn a_changed_checkpoint_and_another_key_are_refused_there_too() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let signed = TreeHead { size: 42, root: Hash::of(b"root") }.sign(&log(), &key);
    let known = verifiers(&log(), &key.verifying_key());
    let larger = signed.as_str().replace("\n42\n", "\n43\n");
    assert!(Note::from_bytes(larger.as_bytes()).unwrap().verify(&known).is_err());
    let stranger = verifiers(&log(), &SigningKey::from_bytes(&[8; 32]).verifying_key());
    assert!(Note::from_bytes(signed.as_str().as_bytes()).unwrap().verify(&stranger).is_err());
}
