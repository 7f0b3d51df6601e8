//! Every single bit of every form that leaves the house, flipped one at a time.

use receipt::genesis::Parent;
use receipt::log::checkpoint::Checkpoint;
use receipt::log::cose_receipt::sign_root;
use receipt::log::merkle::{empty_root, leaf_hash};
use receipt::log::note;
use receipt::log::{CoseReceipt, SignedHead, TlogProof, Transparent};
use receipt::{Genesis, PublicKey, Trust};

use crate::log_fixture::{log, stranger};

/// Flips each bit of `bytes`; `accepts` says whether the changed bytes are still taken for what they were. Gives the
/// places (in bytes) of the flips that it takes.
fn flips(bytes: &[u8], mut accepts: impl FnMut(&[u8]) -> bool) -> Vec<usize> {
    assert!(accepts(bytes), "unchanged, it is accepted");
    let mut changed = bytes.to_vec();
    let mut accepted = Vec::new();
    for place in 0..bytes.len() {
        for bit in 0..8 {
            changed[place] ^= 1 << bit;
            if accepts(&changed) {
                accepted.push(place);
            }
            changed[place] ^= 1 << bit;
        }
    }
    accepted
}

fn trusted(genesis: &Genesis, operator: PublicKey) -> bool {
    genesis.trust(&[operator]) == Trust::Operator(operator)
}

#[test]
fn heads_and_checkpoints() {
    let log = log();
    let key = log.instance.genesis.log_key();
    let head = log.head(11);
    let expected = log.checkpoint(11);
    let bytes = head.to_bytes();
    let taken =
        flips(&bytes, |bytes| SignedHead::decode(bytes).is_ok_and(|head| head.verify(&log.origin, key).is_ok()));
    assert_eq!(taken, []);
    let note = head.note().as_bytes();
    let taken = flips(note, |note| Checkpoint::open(note, &log.origin, key).is_ok());
    assert_eq!(taken, []);
    println!("{} flips of a head and {} of its note refused", bytes.len() * 8, note.len() * 8);

    // With a line by somebody else after it: that line is nobody's word here, and may change in any way that leaves it a
    // line. What it stands under stays the same.
    let foreign = note::sign(&expected.to_text(), "witness.example", &stranger()).expect("a good text");
    let foreign = foreign.split("\n\n").nth(1).expect("a line");
    let both = format!("{}{foreign}", head.note());
    let start = both.len() - foreign.len();
    let taken = flips(both.as_bytes(), |note| match Checkpoint::open(note, &log.origin, key) {
        Ok(checkpoint) => {
            assert_eq!(checkpoint, expected);
            true
        }
        Err(_) => false,
    });
    assert!(!taken.is_empty() && taken.iter().all(|place| *place >= start));
    println!(
        "{} flips of a note with a foreign line: {} refused, {} in that line ignored",
        both.len() * 8,
        both.len() * 8 - taken.len(),
        taken.len()
    );
}

#[test]
fn tlog_proofs() {
    let log = log();
    let operator = log.instance.operator.public();
    let mut count = 0;
    // A signed receipt, an unsigned one, a leaf that is alone at the tree's right edge.
    for (index, size) in [(4, 11), (5, 11), (10, 11)] {
        let text = log.proof(index, size).to_text();
        let taken = flips(text.as_bytes(), |bytes| {
            TlogProof::parse(bytes)
                .is_ok_and(|proof| trusted(proof.genesis(), operator) && proof.verify(proof.genesis()).is_ok())
        });
        assert_eq!(taken, []);
        count += text.len() * 8;
    }
    println!("{count} flips of three proofs refused");
}

#[test]
fn cose_receipts() {
    let log = log();
    let key = log.instance.genesis.log_key();
    let mut count = 0;
    for (index, size) in [(0, 1), (0, 3), (4, 11), (10, 11), (14, 15)] {
        let bytes = log.cose(index, size).to_bytes();
        let leaf = leaf_hash(&log.entries[index as usize]);
        let taken =
            flips(&bytes, |bytes| CoseReceipt::decode(bytes).is_ok_and(|receipt| receipt.verify(&leaf, key).is_ok()));
        assert_eq!(taken, []);
        count += bytes.len() * 8;
    }
    println!("{count} flips of five COSE receipts refused");
}

#[test]
fn transparent_receipts() {
    let log = log();
    let operator = log.instance.operator.public();
    let mut count = 0;
    for (index, size) in [(4, 11), (10, 11)] {
        let bytes = log.transparent(index, size).to_bytes();
        let taken = flips(&bytes, |bytes| {
            Transparent::decode(bytes)
                .is_ok_and(|whole| trusted(whole.genesis(), operator) && whole.verify(whole.genesis()).is_ok())
        });
        assert_eq!(taken, []);
        count += bytes.len() * 8;
        for len in 0..bytes.len() {
            assert!(Transparent::decode(&bytes[..len]).is_err());
        }
    }
    println!("{count} flips of two transparent receipts refused, and every truncation");
}

/// A receipt's second signature travels in the same header as what a transparent receipt adds. It belongs to the entry, so
/// the log's signature covers it, whoever can check it for itself.
#[test]
fn a_post_quantum_signature_is_part_of_the_entry() {
    let log = log();
    let (genesis, key) = (&log.instance.genesis, &log.instance.log);
    let header = [&[0x3a, 0, 1, 0x11, 0x71, 0x59, 9, 0x74][..], &[0xa5; 2420]].concat();
    let mut flips = 0;
    for (index, count, own) in [(0, 0xa1, 5 + 2 + 64), (4, 0xa0, 0)] {
        let plain = &log.entries[index];
        let place = plain.iter().skip(40).position(|byte| *byte == count).expect("the unprotected header") + 40;
        let (start, rest) = plain.split_at(place + 1 + own);
        let mut entry = [start, &header, rest].concat();
        entry[place] += 1;
        // Alone in a tree, at the place of its epoch in a log that begins just before it.
        let mut statement = genesis.statement().clone();
        statement.parent =
            Some(Parent { instance: statement.instance, epoch: index as u64, body: empty_root(), state: empty_root() });
        let genesis = statement.sign(&log.instance.operator).expect("a good statement");
        let leaf = leaf_hash(&entry);
        let signature = sign_root(key, 1, &leaf);
        let cose = CoseReceipt { key_id: key.public().id(), size: 1, index: 0, path: Vec::new(), signature };
        let whole = Transparent::new(&entry, cose, genesis.clone()).expect("well formed");
        let bytes = whole.to_bytes();
        let again = Transparent::decode(&bytes).expect("as written");
        assert_eq!((&again, again.entry()), (&whole, entry.as_slice()));
        assert!(again.receipt().post_quantum().is_some() && again.verify(&genesis).is_ok());
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << (place % 8);
            assert!(!Transparent::decode(&changed).is_ok_and(|whole| whole.verify(&genesis).is_ok()), "byte {place}");
            flips += 1;
        }
    }
    println!("{flips} flips of two transparent receipts with a second signature refused");
}
