//! Receipts of kernel invocations: which parts go together, vectors of `spec/vectors/invocation/`, other people's COSE.
//!
//! `AVOUCH_BLESS=1 cargo test -p receipt --test it invocations` writes the vectors anew.

use std::fmt::Write as _;
use std::path::PathBuf;

use codec::kernel::Code;
use codec::{Digest, sha256};
use coset::{CoseSign1, TaggedCborSerializable as _};
use receipt::cose::{Content, Sign1};
use receipt::invocation::{
    Direction, Implementation, Interruption, Meter, Mode, Outcome, ParameterView, Refusal, TensorView,
    parameters_digest, tensors_digest,
};
use receipt::limits::{INVOCATION_LEN_MAX, INVOCATION_PAYLOAD_LEN_MAX, KERNEL_ID_LEN_MAX};
use receipt::{Exhaustion, FormatError, Invocation, SignedInvocation, TrapCode};

use crate::fixture;
use crate::vectors::{from_hex, hex, replaced, word};

/// Kind, name, bytes.
type Row = (&'static str, String, Vec<u8>);

fn views() -> ([TensorView<'static>; 2], [ParameterView<'static>; 2]) {
    let x = TensorView { name: "x", dtype: "f32", shape: &[1, 2], bytes: &[0, 0, 128, 63, 0, 0, 0, 64] };
    let positions = TensorView { name: "positions", dtype: "i32", shape: &[0], bytes: &[] };
    let base = ParameterView { name: "freq_base", kind: "f32", bits: 10_000_f32.to_bits() };
    let pairs = ParameterView { name: "pairs", kind: "u32", bits: 1 };
    ([x, positions], [base, pairs])
}

pub(crate) fn metered() -> Invocation {
    let (tensors, parameters) = views();
    Invocation {
        module: sha256(b"a kernel"),
        pack: sha256(b"a manifest"),
        kernel: "rope_f32".into(),
        direction: Direction::Forward,
        parameters: parameters_digest(&parameters),
        inputs: tensors_digest(&tensors),
        outputs: Some(sha256(b"outputs")),
        mode: Mode::Metered { budget: 1_000_000 },
        meter: Some(Meter { used: 1_234, cost_table: sha256(b"a cost table") }),
        outcome: Outcome::Done,
        implementation: Implementation::Module,
    }
}

fn timed() -> Invocation {
    Invocation { mode: Mode::Deadline, meter: None, ..metered() }
}

fn widest() -> Invocation {
    Invocation {
        kernel: "k".repeat(KERNEL_ID_LEN_MAX),
        mode: Mode::Metered { budget: u64::MAX },
        meter: Some(Meter { used: u64::MAX, cost_table: Digest([0xff; 32]) }),
        outcome: Outcome::Exhausted(Exhaustion::Depth),
        implementation: Implementation::Reference,
        ..metered()
    }
}

fn outcomes() -> Vec<Outcome> {
    let mut outcomes = vec![Outcome::Done];
    outcomes.extend(TrapCode::ALL.map(Outcome::Trapped));
    outcomes.extend([Exhaustion::Meter, Exhaustion::Depth].map(Outcome::Exhausted));
    outcomes.extend(Code::ALL.into_iter().skip(1).map(|code| Outcome::Refused(Refusal::Code(code))));
    outcomes.push(Outcome::Refused(Refusal::Meaningless));
    outcomes.extend([Interruption::Deadline, Interruption::World].map(Outcome::Interrupted));
    outcomes
}

/// Every combination of the parts that depend on each other.
fn combinations() -> Vec<Invocation> {
    let mut all = Vec::new();
    for outcome in outcomes() {
        for implementation in Implementation::ALL {
            for mode in [Mode::Deadline, Mode::Metered { budget: 5_000 }] {
                for meter in [None, metered().meter] {
                    for outputs in [None, metered().outputs] {
                        all.push(Invocation { outcome, implementation, mode, meter, outputs, ..metered() });
                    }
                }
            }
        }
    }
    all
}

/// The table of `spec/invocation.md`, written a second time: who may have made the outputs, and whether a meter is there.
fn may_be(invocation: &Invocation) -> bool {
    let metered = invocation.mode != Mode::Deadline;
    let (has_outputs, has_meter) = (invocation.outputs.is_some(), invocation.meter.is_some());
    match (invocation.outcome, invocation.implementation) {
        (Outcome::Done, Implementation::Module) => has_outputs && has_meter == metered,
        (Outcome::Done, Implementation::Native | Implementation::HostComputed) => has_outputs && !has_meter,
        (Outcome::Done, Implementation::Reference) => false,
        (Outcome::Interrupted(Interruption::Deadline), Implementation::Reference) => {
            has_outputs && !has_meter && !metered
        }
        (Outcome::Interrupted(Interruption::World), Implementation::Reference) => has_outputs && !has_meter,
        (Outcome::Interrupted(_), Implementation::Module) => false,
        (Outcome::Exhausted(Exhaustion::Meter), Implementation::Module) => !has_outputs && has_meter && metered,
        (Outcome::Exhausted(Exhaustion::Meter), Implementation::Reference) => has_outputs && has_meter && metered,
        (_, Implementation::Module) => !has_outputs && has_meter == metered,
        (_, Implementation::Reference) => has_outputs && has_meter == metered,
        (_, Implementation::Native | Implementation::HostComputed) => false,
    }
}

#[test]
fn parts_that_cannot_all_be_true_are_refused_in_signing_and_in_reading() {
    let key = fixture::root().invocation_key();
    let (mut good, mut bad) = (0, 0);
    for invocation in combinations() {
        let signed = invocation.clone().sign(&key);
        let read = Invocation::from_bytes(&invocation.to_bytes());
        if may_be(&invocation) {
            let signed = signed.expect("it may be");
            assert_eq!(SignedInvocation::decode(&signed.to_bytes()).as_ref(), Ok(&signed));
            assert_eq!(read, Ok(invocation));
            good += 1;
        } else {
            assert_eq!(signed, Err(FormatError::InvocationParts), "{invocation:?}");
            assert_eq!(read, Err(FormatError::InvocationParts));
            bad += 1;
        }
    }
    println!("{good} combinations accepted, {bad} refused");
    // Six ways to be done; fourteen failures, by two, in two modes; the meter twice; a deadline once, no room twice.
    assert_eq!((good, bad), (6 + 14 * 4 + 2 + 1 + 2, 509));
}

#[test]
fn the_limits_are_the_lengths_of_the_widest() {
    let key = fixture::root().invocation_key();
    assert_eq!(widest().to_bytes().len(), INVOCATION_PAYLOAD_LEN_MAX);
    assert_eq!(widest().sign(&key).expect("well formed").to_bytes().len(), INVOCATION_LEN_MAX);
    for kernel in [String::new(), "k".repeat(KERNEL_ID_LEN_MAX + 1), "a\u{1b}[31m".into()] {
        assert_eq!(Invocation { kernel, ..metered() }.sign(&key), Err(FormatError::KernelId));
    }
    println!("widest payload {INVOCATION_PAYLOAD_LEN_MAX}, widest receipt {INVOCATION_LEN_MAX} bytes");
}

#[test]
fn no_two_calls_share_a_digest() {
    let (tensors, parameters) = views();
    let mut digests = vec![tensors_digest(&[]), tensors_digest(&tensors), tensors_digest(&tensors[..1])];
    digests.push(tensors_digest(&[tensors[1], tensors[0]]));
    let changes = [
        TensorView { name: "y", ..tensors[0] },
        TensorView { dtype: "i32", ..tensors[0] },
        TensorView { shape: &[2, 1], ..tensors[0] },
        TensorView { shape: &[2], ..tensors[0] },
        TensorView { bytes: &[0; 8], ..tensors[0] },
    ];
    digests.extend(changes.map(|changed| tensors_digest(&[changed, tensors[1]])));
    digests.push(parameters_digest(&parameters));
    digests.push(parameters_digest(&[parameters[1], parameters[0]]));
    digests.push(parameters_digest(&[ParameterView { kind: "i32", ..parameters[0] }, parameters[1]]));
    let count = digests.len();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), count);
    println!("{count} digests, all different");
}

#[test]
fn only_its_own_key_verifies_and_no_bit_may_change() {
    let (key, other) = (fixture::root().invocation_key(), fixture::root().operator_key());
    let signed = metered().sign(&key).expect("well formed");
    let (public, other) = (key.public().check().expect("a key"), other.public().check().expect("a key"));
    assert!(signed.verify(&public).is_ok() && signed.verify(&other).is_err());
    let bytes = signed.to_bytes();
    let coset = CoseSign1::from_tagged_slice(&bytes).expect("coset reads it");
    assert_eq!(coset.payload.as_deref(), Some(&signed.invocation().to_bytes()[..]));
    let dalek = ed25519_dalek::VerifyingKey::from_bytes(&key.public().0).expect("a point");
    let checked = coset.verify_signature(b"", |signature, data| {
        dalek.verify_strict(data, &ed25519_dalek::Signature::from_slice(signature)?)
    });
    assert!(checked.is_ok());
    let (mut unreadable, mut unverified) = (0, 0);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        match SignedInvocation::decode(&flipped) {
            Err(_) => unreadable += 1,
            Ok(signed) => {
                assert!(signed.verify(&public).is_err(), "bit {bit}");
                unverified += 1;
            }
        }
    }
    println!("{unreadable} flipped bits are refused as malformed, {unverified} by the signature");
    for len in 0..bytes.len() {
        assert!(SignedInvocation::decode(&bytes[..len]).is_err(), "cut to {len}");
    }
}

#[test]
fn differences_have_names() {
    let first = metered();
    let other = sha256(b"other");
    let changes = [
        ("module", Invocation { module: other, ..first.clone() }),
        ("pack", Invocation { pack: other, ..first.clone() }),
        ("kernel", Invocation { kernel: "rope_f16".into(), ..first.clone() }),
        ("direction", Invocation { direction: Direction::Backward, ..first.clone() }),
        ("parameters", Invocation { parameters: other, ..first.clone() }),
        ("inputs", Invocation { inputs: other, ..first.clone() }),
        ("mode", timed()),
        ("outcome", Invocation { outcome: Outcome::Trapped(TrapCode::Unreachable), outputs: None, ..first.clone() }),
        ("implementation", Invocation { implementation: Implementation::Native, meter: None, ..first.clone() }),
        ("outputs", Invocation { outputs: Some(other), ..first.clone() }),
        ("meter", Invocation { meter: Some(Meter { used: 1, cost_table: other }), ..first.clone() }),
    ];
    assert_eq!(first.first_difference(&first), None);
    for (name, changed) in &changes {
        assert_eq!(first.first_difference(changed), Some(*name));
    }
    println!("{} differences named", changes.len());
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/invocation")
}

fn compare(name: &str, made: &str) {
    if std::env::var_os("AVOUCH_BLESS").is_some() {
        std::fs::create_dir_all(folder()).expect("the folder can be made");
        std::fs::write(folder().join(name), made).expect("the vectors can be written");
    }
    let committed = std::fs::read_to_string(folder().join(name)).expect("committed");
    assert_eq!(committed, made, "{name}");
}

#[test]
fn vectors_to_accept() {
    let key = fixture::root().invocation_key();
    let (tensors, parameters) = views();
    let mut text = String::from("# To be accepted, and written again to the same bytes: kind, name, hexadecimal.\n");
    let mut line = |kind: &str, name: &str, bytes: &[u8]| {
        writeln!(text, "{kind} {name} {}", hex(bytes)).expect("writing to a string");
    };
    line("seed", "invocation-key", &*key.expose_seed());
    line("key", "invocation-key", &key.public().0);
    line("digest", "tensors", &tensors_digest(&tensors).0);
    line("digest", "no-tensors", &tensors_digest(&[]).0);
    line("digest", "parameters", &parameters_digest(&parameters).0);
    let mut count = 5;
    for (number, invocation) in combinations().into_iter().filter(may_be).chain([widest()]).enumerate() {
        let signed = invocation.sign(&key).expect("well formed");
        line("invocation", &number.to_string(), &signed.to_bytes());
        count += 1;
    }
    compare("accept.txt", &text);
    for row in text.lines().filter(|row| row.starts_with("invocation")) {
        let bytes = from_hex(row.rsplit(' ').next().expect("a column"));
        assert_eq!(SignedInvocation::decode(&bytes).map(|signed| signed.to_bytes()), Ok(bytes));
    }
    println!("{count} vectors accepted");
}

#[test]
fn vectors_to_refuse() {
    let mut text = String::from("# To be refused: kind, name, what this implementation says, hexadecimal.\n");
    let rows = rejected();
    for (kind, name, bytes) in &rows {
        let error = SignedInvocation::decode(bytes).expect_err(name);
        writeln!(text, "{kind} {name} {} {}", word(error), hex(bytes)).expect("writing to a string");
    }
    compare("reject.txt", &text);
    println!("{} vectors refused", rows.len());
}

/// The payload with one thing changed, signed all the same.
fn rejected() -> Vec<Row> {
    let key = fixture::root().invocation_key();
    let enclosed = |payload: &[u8]| {
        let mut bytes = Vec::new();
        Sign1::sign(&key, Content::Invocation, None, payload).encode(&mut bytes);
        bytes
    };
    let good = metered().to_bytes();
    let envelope = enclosed(&good);
    let end = [0x0b, 0x82, 0, 0, 0x0c, 0];
    let changed: [(&str, &[u8], &[u8]); 18] = [
        ("version-2", &[0xac, 1, 1], &[0xac, 1, 2]),
        ("eleven-fields", &[0xac, 1, 1], &[0xab, 1, 1]),
        ("indefinite-map", &[0xac, 1, 1], &[0xbf, 1, 1]),
        ("module-of-31-bytes", &[2, 0x58, 0x20], &[2, 0x58, 0x1f]),
        ("kernel-not-utf-8", b"hrope_f32", b"hrope\xfff32"),
        ("kernel-empty", b"\x04hrope_f32", b"\x04\x60"),
        ("kernel-control-character", b"hrope_f32", b"hrope\nf32"),
        ("direction-2", &[5, 0, 6], &[5, 2, 6]),
        ("outputs-undefined", &[8, 0x58, 0x20], &[8, 0xf7, 0x58, 0x20]),
        ("budget-negative", &[9, 0x1a, 0, 0x0f], &[9, 0x3a, 0, 0x0f]),
        ("budget-not-shortest", &[9, 0x1a, 0, 0x0f], &[9, 0x1b, 0, 0, 0, 0, 0, 0x0f]),
        ("meter-of-3", &[0x0a, 0x82, 0x19], &[0x0a, 0x83, 0x19]),
        ("done-with-detail", &end, &[0x0b, 0x82, 0, 1, 0x0c, 0]),
        ("partial", &end, &[0x0b, 0x82, 1, 0, 0x0c, 0]),
        ("trap-5", &end, &[0x0b, 0x82, 2, 5, 0x0c, 0]),
        ("refused-with-ok", &end, &[0x0b, 0x82, 4, 0, 0x0c, 0]),
        ("interrupted-2", &end, &[0x0b, 0x82, 5, 2, 0x0c, 0]),
        ("implementation-4", &end, &[0x0b, 0x82, 0, 0, 0x0c, 4]),
    ];
    let mut rows: Vec<Row> = changed
        .into_iter()
        .map(|(name, from, to)| ("invocation", name.to_owned(), enclosed(&replaced(&good, from, to))))
        .collect();
    rows.push(("invocation", "more-used-than-budget".into(), {
        let meter = Meter { used: 1_000_001, cost_table: Digest::ZERO };
        enclosed(&Invocation { meter: Some(meter), ..metered() }.to_bytes())
    }));
    let impossible = combinations().into_iter().filter(|invocation| !may_be(invocation)).step_by(25);
    rows.extend(
        impossible.enumerate().map(|(number, invocation)| {
            ("invocation", format!("impossible-{number}"), enclosed(&invocation.to_bytes()))
        }),
    );
    rows.extend([
        ("invocation", "trailing-byte-in-payload".into(), enclosed(&[&good[..], &[0]].concat())),
        ("invocation", "trailing-byte".into(), [&envelope[..], &[0]].concat()),
        ("invocation", "no-tag".into(), envelope[1..].to_vec()),
        ("invocation", "other-media-type".into(), replaced(&envelope, b"avouch.invocation", b"avouch.divergence")),
        ("invocation", "unprotected-header".into(), replaced(&envelope, &[0xa0], &[0xa1, 0x01, 0x01])),
        ("invocation", "too-long".into(), vec![0xd2; INVOCATION_LEN_MAX + 1]),
    ]);
    rows
}
