//! Journals that somebody changed who has everything but the keys. Nothing passes, and each case names where and why.

use std::collections::BTreeMap;

use receipt::{Receipt, RootSecret};

use crate::parts::{Parts, STEPS, incident, instance, other_instance, pin};

/// Flips every bit of `bytes`, one at a time, and hands each version to `check`.
fn flips(bytes: &[u8], mut check: impl FnMut(Vec<u8>, usize)) -> usize {
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        check(flipped, bit);
    }
    8 * bytes.len()
}

/// How many flips led to which words.
#[derive(Default)]
struct Tally(BTreeMap<String, usize>);

impl Tally {
    /// Counts a refusal, its numbers left out.
    fn count(&mut self, refusal: &str) {
        let words: String = refusal.chars().filter(|letter| !letter.is_ascii_digit()).collect();
        let words = words.split_inclusive([':', ';']).take(2).collect();
        *self.0.entry(words).or_default() += 1;
    }

    fn print(&self, what: &str, total: usize) {
        println!("{what}: {total} flips, all refused");
        for (words, count) in &self.0 {
            println!("  {count:6}  {words}");
        }
    }
}

#[test]
fn the_small_journal_is_good_as_it_is() {
    let instance = instance();
    let parts = Parts::of(&instance);
    let pin = pin(&instance.genesis, &parts);
    let findings = parts.verify(Some(&pin)).expect("nothing is wrong with it");
    assert_eq!((findings.receipts, findings.coverage.signed, findings.coverage.covered), (STEPS, 3, 2));
    assert_eq!((findings.log.heads, findings.log.last_head, findings.snapshots), (2, STEPS, 1));
    assert!(matches!(findings.standing, verify::Standing::Accepted(_)));
}

#[test]
fn every_bit_of_every_input_and_receipt() {
    let whole = Parts::of(&instance());
    let mut tally = Tally::default();
    let mut total = 0;
    for place in 0..whole.entries.len() {
        let mut parts = whole.clone();
        let mut check = |parts: &Parts, what: &str, bit| {
            let refusal = parts.verify(None).map(|_| ()).expect_err(&format!("{what} {}, bit {bit}", place + 1));
            assert!(refusal.contains("epoch"), "no epoch is named: {refusal}");
            tally.count(&refusal);
        };
        total += flips(&whole.entries[place].input, |input, bit| {
            parts.entries[place].input = input;
            check(&parts, "input", bit);
        });
        parts.entries[place].input.clone_from(&whole.entries[place].input);
        total += flips(&whole.entries[place].receipt, |receipt, bit| {
            parts.entries[place].receipt = receipt;
            check(&parts, "receipt", bit);
        });
    }
    tally.print("inputs and receipts", total);
}

#[test]
fn every_bit_of_checkpoints_snapshots_and_what_opens_the_chain() {
    let whole = Parts::of(&instance());
    let (mut tally, mut total) = (Tally::default(), 0);
    let mut refused = |parts: &Parts, what: &str, bit| {
        let refusal = parts.verify(None).map(|_| ()).expect_err(&format!("{what}, bit {bit}"));
        tally.count(&refusal);
    };
    for place in 0..whole.heads.len() {
        let mut parts = whole.clone();
        total += flips(&whole.heads[place].1, |head, bit| {
            parts.heads[place].1 = head;
            refused(&parts, "checkpoint", bit);
        });
    }
    let (epoch, manifest, pages) = whole.snapshot.clone().expect("there is a snapshot");
    let mut parts = whole.clone();
    total += flips(&manifest, |manifest, bit| {
        parts.snapshot = Some((epoch, manifest, pages.clone()));
        refused(&parts, "manifest", bit);
    });
    // Of the pages, those bytes that hold something: a page under another digest is missing, wherever it was changed.
    for place in 0..pages.len() {
        total += flips(&pages[place][..600.min(pages[place].len())], |head, bit| {
            let mut pages = pages.clone();
            pages[place][..head.len()].copy_from_slice(&head);
            parts.snapshot = Some((epoch, manifest.clone(), pages));
            refused(&parts, "page", bit);
        });
    }
    let mut parts = whole.clone();
    total += flips(&whole.header.module, |module, bit| {
        parts.header.module = module;
        refused(&parts, "module", bit);
    });
    let mut parts = whole.clone();
    total += flips(&whole.header.configuration, |configuration, bit| {
        parts.header.configuration = configuration;
        refused(&parts, "configuration", bit);
    });
    let mut parts = whole.clone();
    total += flips(&whole.header.genesis, |genesis, bit| {
        parts.header.genesis = genesis;
        match parts.verify(None) {
            Err(refusal) => tally.count(&refusal),
            // The key id only helps to find a key: without it nobody is found who vouches for the chain.
            Ok(findings) => {
                assert_eq!(findings.standing, verify::Standing::Unknown, "genesis, bit {bit}");
                tally.count("self-consistent, signer unknown: the key id of the genesis statement was changed");
            }
        }
    });
    tally.print("checkpoints, snapshot, header", total);
}

#[test]
fn receipts_that_are_swapped_dropped_doubled_spliced_or_signed_by_others() {
    let (mine, theirs) = (instance(), other_instance());
    let (whole, other) = (Parts::of(&mine), Parts::of(&theirs));
    let mut cases: Vec<(String, Parts)> = Vec::new();
    let mut case = |name: String, change: &dyn Fn(&mut Parts)| {
        let mut parts = whole.clone();
        // Whoever changes receipts leaves out what would give them away.
        parts.heads.clear();
        parts.snapshot = None;
        change(&mut parts);
        for (epoch, entry) in (1..).zip(&mut parts.entries) {
            entry.epoch = epoch;
        }
        cases.push((name, parts));
    };
    let last = whole.entries.len() - 1;
    for first in 0..=last {
        for second in first + 1..=last {
            case(format!("swap {} and {}", first + 1, second + 1), &|parts| parts.entries.swap(first, second));
            case(format!("move {} to {}", first + 1, second + 1), &|parts| {
                let entry = parts.entries.remove(first);
                parts.entries.insert(second, entry);
            });
        }
        if first < last {
            case(format!("drop {}", first + 1), &|parts| drop(parts.entries.remove(first)));
        }
        case(format!("double {}", first + 1), &|parts| {
            let entry = parts.entries[first].clone();
            parts.entries.insert(first, entry);
        });
        case(format!("splice another chain in at {}", first + 1), &|parts| {
            parts.entries.splice(first.., other.entries[first..].iter().cloned());
        });
        case(format!("one receipt of another chain at {}", first + 1), &|parts| {
            parts.entries[first] = other.entries[first].clone();
        });
        case(format!("the input of another step at {}", first + 1), &|parts| {
            parts.entries[first].input.clone_from(&whole.entries[(first + 1) % whole.entries.len()].input);
        });
        case(format!("signed by somebody else at {}", first + 1), &|parts| {
            let thief = RootSecret::from_bytes([9; 32]).operator_key();
            let receipt = parts.receipt(first as u64 + 1);
            let (body, witness) = (receipt.body().clone(), receipt.witness().copied());
            parts.entries[first].receipt = Receipt::sign(body, witness, &thief).expect("a receipt").to_bytes();
        });
        case(format!("the signature of the next at {}", first + 1), &|parts| {
            let next = whole.entries[(first + 1) % whole.entries.len()].receipt.clone();
            let receipt = &mut parts.entries[first].receipt;
            let (here, there) = (receipt.len() - 64, next.len() - 64);
            receipt.truncate(here);
            receipt.extend_from_slice(&next[there..]);
        });
    }
    for epoch in [2, 4] {
        case(format!("unsigned where a signature is due, at {epoch}"), &|parts| {
            let receipt = parts.receipt(epoch);
            let unsigned = Receipt::unsigned(receipt.body().clone(), receipt.witness().copied()).expect("a receipt");
            parts.entries[epoch as usize - 1].receipt = unsigned.to_bytes();
        });
    }
    case("another chain's genesis statement".to_owned(), &|parts| {
        parts.header.genesis.clone_from(&other.header.genesis)
    });
    let count = cases.len();
    for (name, parts) in cases {
        let refusal = parts.verify(None).map(|_| ()).expect_err(&name);
        println!("{name}: {refusal}");
        assert!(refusal.contains("epoch") || refusal.contains("genesis"), "{name}: {refusal}");
    }
    println!("{count} changes, all refused");
}

/// Taking the runtime's signature off the very last receipt leaves the same steps; but nobody says that they are signed.
#[test]
fn a_last_receipt_without_its_signature_is_an_uncovered_tail() {
    let mut parts = Parts::of(&instance());
    parts.heads.clear();
    let receipt = parts.receipt(STEPS);
    let unsigned = Receipt::unsigned(receipt.body().clone(), receipt.witness().copied()).expect("a receipt");
    parts.entries[STEPS as usize - 1].receipt = unsigned.to_bytes();
    let findings = parts.verify(None).expect("the steps are those that were receipted");
    assert_eq!((findings.coverage.tail, findings.coverage.signed_through), (1, STEPS - 1));
    // With the checkpoint, which covers the signed receipt, it is found.
    parts.heads = Parts::of(&instance()).heads;
    let refusal = parts.verify(None).map(|_| ()).expect_err("the checkpoint covers a signed receipt");
    assert!(refusal.contains("another root"), "{refusal}");
}

#[test]
fn a_log_that_is_rolled_back_or_replaced_is_found_by_whoever_kept_a_pin() {
    let instance = instance();
    let whole = Parts::of(&instance);
    let pin = pin(&instance.genesis, &whole);
    let mut refusals = Vec::new();
    for steps in 0..STEPS as usize {
        let mut parts = whole.clone();
        parts.entries.truncate(steps);
        parts.heads.retain(|(size, _)| *size <= steps as u64);
        parts.snapshot = parts.snapshot.filter(|kept| kept.0 <= steps as u64);
        // By itself it is good: nothing in it says that there was more.
        parts.verify(None).expect("a shorter journal is good by itself");
        refusals.push(parts.verify(Some(&pin)).map(|_| ()).expect_err("the pin knows more"));
    }
    assert!(
        refusals.iter().all(|refusal| refusal.contains("epoch 5") && refusal.contains("cut short")),
        "{refusals:#?}"
    );
    // Another history of the same instance, by whoever has its keys: a step that ended otherwise.
    let mut forged = whole.clone();
    forged.heads.clear();
    forged.snapshot = None;
    let mut tip = receipt::Tip::after(whole.receipt(4).body());
    let denied = receipt::Outcome::Denied(receipt::Denial::BadClaim);
    let step = crate::fixture::unclaimed(&instance, tip, denied);
    tip = receipt::Tip::after(step.body());
    let step = crate::fixture::signed(&instance, step);
    forged.entries[4].receipt = step.to_bytes();
    assert_eq!(tip.epoch, STEPS);
    forged.verify(None).expect("it is signed by the right key");
    let refusal = forged.verify(Some(&pin)).map(|_| ()).expect_err("the pin knows the other history");
    assert!(refusal.contains("another history"), "{refusal}");
    // Less than the pin knows of the log, though the chain is as long.
    let later = verify::Pin { size: STEPS + 1, ..pin };
    assert!(whole.verify(Some(&later)).is_err());
    let other = verify::Pin { root: codec::sha256(b"another"), ..pin };
    assert!(whole.verify(Some(&other)).is_err());
    println!("{} shorter journals, 3 other histories, all refused", refusals.len());
}

#[test]
fn a_disagreement_of_engines_is_told_and_cannot_be_forged() {
    let instance = instance();
    let whole = Parts::of(&instance);
    let statement = incident(&instance, &whole);
    let stopped = Parts { incident: Some(statement.clone()), ..whole.clone() };
    let findings = stopped.verify(None).expect("a chain that was stopped is a good chain");
    let told = findings.incident.expect("the disagreement is told");
    assert_eq!((told.epoch(), told.running().engine.as_str(), told.field()), (STEPS + 1, "one 1.0", "outcome"));
    let mut tally = Tally::default();
    // One bit of each byte; `receipt` flips them all.
    for place in 0..statement.len() {
        let mut flipped = statement.clone();
        flipped[place] ^= 1 << (place % 8);
        let parts = Parts { incident: Some(flipped), ..whole.clone() };
        tally.count(&parts.verify(None).map(|_| ()).expect_err(&format!("byte {place}")));
    }
    tally.print("the statement of a disagreement", statement.len());
    // Of another chain, or of a step that the chain has.
    let foreign = incident(&other_instance(), &Parts::of(&other_instance()));
    assert!(Parts { incident: Some(foreign), ..whole.clone() }.verify(None).is_err());
    let mut shorter = stopped;
    shorter.heads.clear();
    shorter.entries.truncate(4);
    let refusal = shorter.verify(None).map(|_| ()).expect_err("a step is missing before it");
    assert!(refusal.contains("not of the step after the last"), "{refusal}");
}
