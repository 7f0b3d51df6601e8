//! Notes, checkpoints, heads, proofs and COSE receipts: what is accepted, and what each refusal is called.

use codec::Digest;
use proptest::prelude::*;
use receipt::SigningKey;
use receipt::derive::InstanceId;
use receipt::log::checkpoint::{HEAD_LEN_MAX, instance_of_origin, origin};
use receipt::log::cose_receipt::COSE_RECEIPT_LEN_MAX;
use receipt::log::merkle::{PROOF_LEN_MAX, ProofError, SIZE_MAX, empty_root, leaf_hash};
use receipt::log::note::{self, NOTE_LEN_MAX, Note, NoteError, VerifierKey};
use receipt::log::proof::PROOF_TEXT_LEN_MAX;
use receipt::log::tile::{Kind, Tile, decode_bundle, decode_tile};
use receipt::log::transparent::TRANSPARENT_LEN_MAX;
use receipt::log::{
    Checkpoint, CheckpointError, CoseReceipt, CoseReceiptError, Included, SignedHead, TlogProof, TlogProofError,
    Transparent, TransparentError,
};

use crate::log_fixture::{Log, log, stranger};

/// The key of the specification's examples.
const PUBLISHED: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

#[test]
fn verifier_keys() {
    let published = VerifierKey::parse(PUBLISHED).expect("the published key");
    assert_eq!((published.name(), published.id()), ("example.com/foo", [0x53, 0x0d, 0x90, 0x3a]));
    assert_eq!(published.to_string(), PUBLISHED);
    let refused = [
        "example.com/foo",
        "example.com/foo+530d903a",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
        "exa mple.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ];
    for text in refused {
        assert!(VerifierKey::parse(text).is_err(), "{text}");
    }
    println!("1 published verifier key read, {} refused", refused.len());
}

fn verifier(name: &str, key: &SigningKey) -> VerifierKey {
    VerifierKey::new(name, key.public().check().expect("usable")).expect("a good name")
}

#[test]
fn notes() {
    let key = SigningKey::from_seed(&[5; 32]);
    let known = verifier("example.com/a", &key);
    for text in ["a\n", "\n", "a\n\nb\n", "a\n\n", "\u{2014} looks like a signature AAAA\n", "grüße\n"] {
        let note = note::sign(text, "example.com/a", &key).expect("a good text");
        let parsed = Note::parse(note.as_bytes()).expect("as written");
        assert_eq!((parsed.text(), parsed.verify(&known), parsed.to_string()), (text, Ok(()), note.clone()));
        assert_eq!(parsed.verify(&verifier("example.com/b", &key)), Err(NoteError::UnknownSigner));
        assert_eq!(parsed.verify(&verifier("example.com/a", &stranger())), Err(NoteError::UnknownSigner));
    }
    assert_eq!(note::sign("a", "n", &key), Err(NoteError::NotText));
    assert_eq!(note::sign("a\r\n", "n", &key), Err(NoteError::NotText));
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb", "a\u{7f}b", &"n".repeat(256)] {
        assert_eq!(note::sign("a\n", name, &key), Err(NoteError::Name), "{name:?}");
    }
    let good = note::sign("a\n", "example.com/a", &key).expect("a good text");
    let line = good.split("\n\n").nth(1).expect("a line").to_owned();
    let with = |extra: &str| format!("{good}{extra}");
    let other = |index: usize| format!("\u{2014} other.example/{index} AAAAAAA=\n");
    let sixteen: String = (0..15).map(other).collect();
    assert_eq!(Note::parse(with(&sixteen).as_bytes()).map(|note| note.verify(&known)), Ok(Ok(())));
    let seventeen: String = (0..16).map(other).collect();
    let cases = [
        (with(&seventeen), NoteError::TooManySignatures),
        (with(&line), NoteError::DoubleSignature),
        (with("\n"), NoteError::NoSignatures),
        (with("x"), NoteError::NoSignatures),
        (with("- ascii-dash AAAAAAA=\n"), NoteError::SignatureLine(1)),
        (with("\u{2014} no-signature\n"), NoteError::SignatureLine(1)),
        (with("\u{2014} only-an-id AAAAAA==\n"), NoteError::SignatureLine(1)),
        (with("\u{2014} two  spaces AAAAAAA=\n"), NoteError::SignatureLine(1)),
        (with("\u{2014} spare-bits AAAAAAB=\n"), NoteError::SignatureLine(1)),
        (with("\u{2014} no-padding AAAAAAA\n"), NoteError::SignatureLine(1)),
        (with("\u{2014} url-safe AAAAAA-_\n"), NoteError::SignatureLine(1)),
        (with("\u{2014} trailing AAAAAAA= \n"), NoteError::SignatureLine(1)),
        (with("\u{2014} tab\tAAAAAAA=\n"), NoteError::NotText),
        (good.replace('\n', "\r\n"), NoteError::NotText),
        (String::from("a\n"), NoteError::NoSignatures),
        (String::new(), NoteError::NoSignatures),
        ("a".repeat(note::NOTE_LEN_MAX + 1), NoteError::TooLong),
    ];
    for (text, expected) in &cases {
        assert_eq!(Note::parse(text.as_bytes()), Err(*expected), "{}", &text[..text.len().min(300)]);
    }
    assert_eq!(Note::parse(b"a\xff\n\n"), Err(NoteError::NotText));
    let changed = good.replacen('a', "b", 1);
    assert_eq!(Note::parse(changed.as_bytes()).expect("well formed").verify(&known), Err(NoteError::BadSignature));
    println!("6 notes read, {} refused", cases.len() + 2);
}

#[test]
fn checkpoints() {
    let log = log();
    let key = log.instance.genesis.log_key();
    let instance = InstanceId(*b"instance-0000001");
    assert_eq!(log.origin, "avouch/696e7374616e63652d30303030303031");
    assert_eq!((origin(&instance), instance_of_origin(&log.origin)), (log.origin.clone(), Some(instance)));
    for text in ["avouch/", "avouch/696E7374616e63652d30303030303031", "avouch/+96e7374616e63652d30303030303031"] {
        assert_eq!(instance_of_origin(text), None);
    }
    for size in 0..=15 {
        let head = log.head(size);
        let checkpoint = log.checkpoint(size);
        assert_eq!(Checkpoint::parse(&checkpoint.to_text()), Ok(checkpoint.clone()));
        let again = SignedHead::decode(&head.to_bytes()).expect("as written");
        assert_eq!((&again, again.verify(&log.origin, key)), (&head, Ok(&checkpoint)));
        assert_eq!(Checkpoint::open(head.note().as_bytes(), &log.origin, key), Ok(checkpoint));
        let wrong = Err(CheckpointError::Note(NoteError::UnknownSigner));
        assert_eq!(head.verify("avouch/elsewhere", key).cloned(), wrong);
        assert_eq!(head.verify(&log.origin, &stranger().public().check().expect("usable")).cloned(), wrong);
    }
    // A key may sign notes under its name that speak of another log.
    let other = Checkpoint { origin: "avouch/other".into(), ..log.checkpoint(3) };
    let note = note::sign(&other.to_text(), &log.origin, &log.instance.log).expect("a good text");
    assert_eq!(Checkpoint::open(note.as_bytes(), &log.origin, key), Err(CheckpointError::OtherOrigin));
    let root = "4RzQJ9mK0cOoCJq5MBh8Kfv7YnFxyCFz1DnMSUuZb3s=";
    let cases = [
        ("o\n1\n".into(), CheckpointError::Lines),
        (format!("o\n1\n{root}"), CheckpointError::Lines),
        (format!("o\n1\n{root}\n\n"), CheckpointError::Extension),
        (format!("o\n1\n{root}\nx\n"), CheckpointError::Extension),
        (format!("\n1\n{root}\n"), CheckpointError::Origin),
        (format!("a b\n1\n{root}\n"), CheckpointError::Origin),
        (format!("o\n01\n{root}\n"), CheckpointError::Size),
        (format!("o\n+1\n{root}\n"), CheckpointError::Size),
        (format!("o\n-1\n{root}\n"), CheckpointError::Size),
        (format!("o\n1 \n{root}\n"), CheckpointError::Size),
        (format!("o\n\n{root}\n"), CheckpointError::Size),
        (format!("o\n9223372036854775808\n{root}\n"), CheckpointError::Size),
        (format!("o\n99999999999999999999999\n{root}\n"), CheckpointError::Size),
        (format!("o\n0\n{root}\n"), CheckpointError::Root),
        ("o\n1\n4RzQJ9mK0cOoCJq5MBh8Kfv7YnFxyCFz1DnMSUuZb3t=\n".into(), CheckpointError::Root),
        ("o\n1\n4RzQJ9mK0cOoCJq5MBh8Kfv7YnFxyCFz1DnMSUuZb3s\n".into(), CheckpointError::Root),
        ("o\n1\nAAAA\n".into(), CheckpointError::Root),
    ];
    for (text, expected) in &cases {
        assert_eq!(Checkpoint::parse(text), Err(*expected), "{text}");
    }
    let greatest = format!("o\n9223372036854775807\n{root}\n");
    assert!(Checkpoint::parse(&greatest).is_ok_and(|checkpoint| checkpoint.to_text() == greatest));
    let bad = Checkpoint { size: 0, ..log.checkpoint(3) };
    assert_eq!(SignedHead::sign(bad, &log.instance.log), Err(CheckpointError::Root));
    let bad = Checkpoint { origin: "x\n5".into(), ..log.checkpoint(3) };
    assert!(SignedHead::sign(bad, &log.instance.log).is_err());
    assert_eq!(log.checkpoint(0).root, empty_root());
    println!("16 heads read and verified, {} checkpoints refused", cases.len() + 3);
}

#[test]
fn every_receipt_has_a_proof_in_each_form() {
    let log = log();
    let genesis = &log.instance.genesis;
    let key = genesis.log_key();
    let (mut texts, mut cose, mut transparent, mut unsigned) = (0, 0, 0, 0);
    for size in 1..=15 {
        for index in 0..size {
            let expected = Included { epoch: index + 1, index, size };
            let proof = log.proof(index, size);
            let again = TlogProof::parse(proof.to_text().as_bytes()).expect("as written");
            assert_eq!((&again, again.verify(genesis)), (&proof, Ok(expected)));
            texts += 1;
            let receipt = log.cose(index, size);
            let again = CoseReceipt::decode(&receipt.to_bytes()).expect("as written");
            assert_eq!((&again, again.verify(&leaf_hash(&log.entries[index as usize]), key)), (&receipt, Ok(())));
            cose += 1;
            let entry = &log.entries[index as usize];
            if again_is_unsigned(entry) {
                let refused = Transparent::new(entry, receipt, genesis.clone());
                assert_eq!(refused, Err(TransparentError::Unsigned));
                unsigned += 1;
                continue;
            }
            let whole = log.transparent(index, size);
            let again = Transparent::decode(&whole.to_bytes()).expect("as written");
            assert_eq!((&again, again.verify(genesis), again.entry()), (&whole, Ok(expected), entry.as_slice()));
            transparent += 1;
        }
    }
    println!("{texts} proofs, {cose} COSE receipts, {transparent} transparent receipts verified; {unsigned} unsigned");
}

#[test]
fn the_widest_of_each_form() {
    let log = log();
    let wide =
        CoseReceipt { size: SIZE_MAX, index: SIZE_MAX, path: vec![Digest::ZERO; PROOF_LEN_MAX], ..log.cose(0, 1) };
    let bytes = wide.to_bytes();
    assert_eq!((bytes.len(), CoseReceipt::decode(&bytes)), (COSE_RECEIPT_LEN_MAX, Ok(wide.clone())));
    let whole = Transparent::new(&log.entries[0], wide, log.instance.genesis.clone()).expect("well formed");
    assert_eq!(Transparent::decode(&whole.to_bytes()), Ok(whole.clone()));
    assert!(whole.to_bytes().len() <= TRANSPARENT_LEN_MAX);
    // The longest note: sixteen lines, filled up.
    let note = log.head(3).note().to_owned();
    let line = |index: usize, len: usize| format!("\u{2014} other.example/{index:02} {}\n", "A".repeat(len / 4 * 4));
    let lines: String = (0..14).map(|index| line(index, 8700)).collect();
    let rest = NOTE_LEN_MAX - note.len() - lines.len() - line(14, 0).len();
    let note = format!("{note}{lines}{}", line(14, rest));
    assert!(NOTE_LEN_MAX - note.len() < 4);
    let path = vec![Digest::ZERO; PROOF_LEN_MAX];
    let genesis = log.instance.genesis.clone();
    let proof = TlogProof::new(genesis.clone(), &log.entries[0], SIZE_MAX, path.clone(), &note).expect("well formed");
    let text = proof.to_text();
    assert!(text.len() <= PROOF_TEXT_LEN_MAX);
    assert_eq!(TlogProof::parse(text.as_bytes()), Ok(proof));
    let longer = [&path[..], &[Digest::ZERO]].concat();
    assert_eq!(TlogProof::new(genesis, &log.entries[0], 0, longer, &note), Err(TlogProofError::TooLong));
    let mut head = Vec::new();
    codec::Encoder::new(&mut head).array(2).bytes(note.as_bytes()).bytes(&[0; 64]);
    assert_eq!(SignedHead::decode(&head).expect("well formed").to_bytes(), head);
    head.resize(HEAD_LEN_MAX + 1, 0);
    assert_eq!(SignedHead::decode(&head), Err(CheckpointError::Note(NoteError::TooLong)));
    let mut bytes = bytes;
    bytes.push(0);
    assert_eq!(CoseReceipt::decode(&bytes), Err(CoseReceiptError::TooLong));
}

/// Whatever is read is what would be written; nothing panics.
fn read_everything(bytes: &[u8]) -> usize {
    let again = [
        Note::parse(bytes).map(|note| note.to_string().into_bytes()).ok(),
        SignedHead::decode(bytes).map(|head| head.to_bytes()).ok(),
        TlogProof::parse(bytes).map(|proof| proof.to_text().into_bytes()).ok(),
        CoseReceipt::decode(bytes).map(|receipt| receipt.to_bytes()).ok(),
        Transparent::decode(bytes).map(|whole| whole.to_bytes()).ok(),
        core::str::from_utf8(bytes).ok().and_then(|text| Some(Checkpoint::parse(text).ok()?.to_text().into_bytes())),
        core::str::from_utf8(bytes).ok().and_then(|text| Some(VerifierKey::parse(text).ok()?.to_string().into_bytes())),
        core::str::from_utf8(bytes).ok().and_then(|text| Some(Tile::parse(text).ok()?.path().into_bytes())),
    ];
    for (form, again) in again.iter().enumerate() {
        assert!(again.as_ref().is_none_or(|again| again == bytes), "form {form} has two encodings");
    }
    again.iter().flatten().count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, text in "[a-z0-9/+=\n .\u{2014}]{0,80}", index: u64, width: u16) {
        read_everything(&bytes);
        read_everything(text.as_bytes());
        let _ = decode_bundle(&bytes, width % 300);
        let _ = decode_tile(&bytes, width);
        let tile = Tile { kind: Kind::Digests(width as u8 % 8), index, width: width % 257 };
        let _ = Tile::parse(&tile.path());
    }

    /// Two places of a good text or byte string changed.
    #[test]
    fn changed_bytes_are_read_or_refused(form in 0..5_usize, places: [(prop::sample::Index, u8); 2], cut: prop::sample::Index) {
        static LOG: std::sync::LazyLock<Log> = std::sync::LazyLock::new(log);
        let log = &*LOG;
        let mut bytes = match form {
            0 => log.head(11).note().as_bytes().to_vec(),
            1 => log.head(11).to_bytes(),
            2 => log.proof(4, 11).to_text().into_bytes(),
            3 => log.cose(4, 11).to_bytes(),
            _ => log.transparent(4, 11).to_bytes(),
        };
        // A proof has the form of a note, too: a text, an empty line, signature lines. No key signed that text.
        prop_assert_eq!(read_everything(&bytes), if form == 2 { 2 } else { 1 });
        for (place, value) in places {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        read_everything(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        read_everything(&bytes);
    }
}

fn again_is_unsigned(entry: &[u8]) -> bool {
    entry[0] == 0x82
}

#[test]
fn proofs_of_other_things_are_refused() {
    let log = log();
    let genesis = &log.instance.genesis;
    let mut other = genesis.statement().clone();
    other.module_name = "other.wasm".into();
    let other = other.sign(&log.instance.operator).expect("a good statement");
    let proof = log.proof(5, 11);
    assert_eq!(proof.verify(&other), Err(TlogProofError::OtherGenesis));
    assert_eq!(log.transparent(6, 11).verify(&other), Err(TransparentError::OtherGenesis));
    // A fork's log begins after its parent's epoch: the same leaf would be another number there.
    let mut fork = genesis.statement().clone();
    fork.parent = Some(receipt::genesis::Parent {
        instance: fork.instance,
        epoch: 3,
        body: codec::sha256(b"body"),
        state: codec::sha256(b"state"),
    });
    let fork = fork.sign(&log.instance.operator).expect("a good statement");
    let path = receipt::log::merkle::inclusion_proof(&log.store, 5, 11).unwrap_or_else(|never| match never {});
    let moved = TlogProof::new(fork.clone(), &log.entries[5], 5, path, log.head(11).note()).expect("well formed");
    assert_eq!(moved.verify(&fork), Err(TlogProofError::OtherIndex));
    let moved = Transparent::new(&log.entries[6], log.cose(6, 11), fork.clone()).expect("well formed");
    assert_eq!(moved.verify(&fork), Err(TransparentError::OtherIndex));
    // Another leaf, another head, another key.
    let swapped = Transparent::new(&log.entries[7], log.cose(6, 11), genesis.clone()).expect("well formed");
    assert_eq!(swapped.verify(genesis), Err(TransparentError::Inclusion(CoseReceiptError::BadSignature)));
    let text = proof.to_text();
    let swapped = text.replace("index 5", "index 4");
    let swapped = TlogProof::parse(swapped.as_bytes()).expect("well formed");
    assert_eq!(swapped.verify(genesis), Err(TlogProofError::Inclusion(ProofError::RootMismatch)));
    let elsewhere = text.replace(log.head(11).note(), log.head(12).note());
    let elsewhere = TlogProof::parse(elsewhere.as_bytes()).expect("well formed");
    assert!(elsewhere.verify(genesis).is_err());
    let leaf = leaf_hash(&log.entries[5]);
    let other_key = stranger().public().check().expect("usable");
    assert_eq!(log.cose(5, 11).verify(&leaf, &other_key), Err(CoseReceiptError::OtherKey));
    // RFC 9942 alone would take the leaf of a tree of three for one of a tree of four: the size is signed here.
    let cose = CoseReceipt { size: 4, ..log.cose(0, 3) };
    assert_eq!(cose.verify(&leaf_hash(&log.entries[0]), genesis.log_key()), Err(CoseReceiptError::BadSignature));
    let zero = format!("{}=\n", "A".repeat(43));
    let cases = [
        (text.replace("@v1", "@v2"), TlogProofError::FirstLine),
        (text.replace("extra ", "extra  "), TlogProofError::Extra),
        (text.replace("extra ", "Extra "), TlogProofError::Extra),
        (text.replace("index 5", "index 05"), TlogProofError::Index),
        (text.replace("index 5", "index"), TlogProofError::Index),
        (text.replace("index 5\n", "index 5\nAAAA\n"), TlogProofError::Path(0)),
        (text.replace("\n\n", "\n"), TlogProofError::NoCheckpoint),
        (text.replace("index 5\n", &format!("index 5\n{}", zero.repeat(65))), TlogProofError::TooLong),
        ("c2sp.org/tlog-proof@v1\n".repeat(9000), TlogProofError::TooLong),
    ];
    for (text, expected) in &cases {
        assert_eq!(TlogProof::parse(text.as_bytes()), Err(*expected), "{}", &text[..100]);
    }
    println!("9 proofs of other things and {} malformed ones refused", cases.len());
}
