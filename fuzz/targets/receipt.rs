//! Claims, bodies, receipts, statements and key files from any bytes: what decodes encodes to the same bytes. Chains with
//! bytes changed: whatever a signature speaks for is what was written, and nothing else is accepted.
//!
//! The first byte says what the rest is taken for.
#![no_main]

use std::num::NonZeroU32;
use std::sync::OnceLock;

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use receipt::keyfile::{PostQuantumKeyFile, PublicKeyFile};
use receipt::limits::CLAIM_LEN_MAX;
use receipt::{
    BatchVerifier, Body, ChainVerifier, Claim, Genesis, KeyMode, Receipt, RootSecret, SignedDivergence,
    SignedInvocation, Snapshot, State, Verdict, first_difference,
};

#[path = "../../crates/receipt/tests/it/fixture.rs"]
#[allow(dead_code, missing_docs)]
mod fixture;

/// Receipts of the chains that are changed.
const STEPS: u64 = 12;
/// Every how many steps the second chain is signed.
const INTERVAL: u32 = 4;

fuzz_target!(|data: &[u8]| {
    let Some((kind, bytes)) = data.split_first() else { return };
    match kind % 11 {
        0 => same(Claim::decode(bytes).ok().map(|claim| encoded(&claim)), bytes),
        1 => same(Body::decode(bytes).ok().map(|body| body.to_bytes()), bytes),
        2 => same(Receipt::decode(bytes).ok().map(|receipt| receipt.to_bytes()), bytes),
        3 => same(Genesis::decode(bytes).ok().map(|genesis| genesis.to_bytes()), bytes),
        4 => same(Snapshot::decode(bytes).ok().map(|snapshot| snapshot.to_bytes()), bytes),
        5 => same(State::decode(bytes).ok().map(|state| state.to_bytes()), bytes),
        6 => same(SignedDivergence::decode(bytes).ok().map(|statement| statement.to_bytes()), bytes),
        7 => key_files(bytes),
        8 => pieces(bytes),
        10 => same(SignedInvocation::decode(bytes).ok().map(|invocation| invocation.to_bytes()), bytes),
        // A description that ends too early describes nothing.
        _ => changed_chain(&mut Unstructured::new(bytes)).unwrap_or_default(),
    }
});

fn same(again: Option<Vec<u8>>, bytes: &[u8]) {
    if let Some(again) = again {
        assert_eq!(again, bytes, "read and written again");
    }
}

fn encoded(claim: &Claim) -> Vec<u8> {
    let mut space = [0; CLAIM_LEN_MAX];
    let len = claim.encode_into(&mut space).expect("the widest claim fits");
    space[..len].to_vec()
}

fn key_files(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(file) = PublicKeyFile::parse(text) {
        assert_eq!(PublicKeyFile::parse(&file.to_string()), Ok(file));
    }
    if let Ok(file) = PostQuantumKeyFile::parse(text) {
        assert_eq!(PostQuantumKeyFile::parse(&file.to_string()), Ok(file));
    }
    if let Ok(secret) = RootSecret::parse(text) {
        let again = secret.to_file();
        let read = RootSecret::parse(str::from_utf8(&again[..]).expect("hexadecimal digits")).expect("our own file");
        assert_eq!(*again, *read.to_file());
    }
}

/// A genesis statement and receipts, each behind its length in two bytes: nobody's chain, or somebody's.
fn pieces(mut bytes: &[u8]) {
    let mut next = || {
        let (len, rest) = bytes.split_first_chunk()?;
        let (piece, rest) = rest.split_at_checked(u16::from_be_bytes(*len).into())?;
        bytes = rest;
        Some(piece)
    };
    let Some(Ok(genesis)) = next().map(Genesis::decode) else { return };
    let mut verifier = ChainVerifier::new(&genesis);
    let mut before: Option<Body> = None;
    while let Some(piece) = next() {
        if let Ok(accepted) = verifier.push(piece, None) {
            assert_eq!(accepted.receipt.to_bytes(), piece);
            let body = accepted.receipt.body().clone();
            assert!(before.is_none_or(|before| first_difference(&before, &body).is_some()));
            before = Some(body);
        }
    }
    assert!(!verifier.verdict().to_string().is_empty());
}

/// A chain with its receipts as bytes.
struct Chain {
    genesis: Genesis,
    receipts: Vec<Vec<u8>>,
}

/// Chains whose every receipt is signed, by guest and runtime or by the runtime alone, and one that is signed now and then.
fn chains() -> &'static [Chain; 3] {
    static CHAINS: OnceLock<[Chain; 3]> = OnceLock::new();
    CHAINS.get_or_init(|| {
        let whole = |signs| {
            let instance = fixture::instance(signs, KeyMode::RootSecret);
            let receipts = fixture::to_bytes(&fixture::chain(&instance, STEPS));
            Chain { genesis: instance.genesis, receipts }
        };
        let mut deferred = fixture::instance(fixture::Signs::Guest, KeyMode::RootSecret);
        let mut statement = deferred.genesis.statement().clone();
        statement.signing_interval = NonZeroU32::new(INTERVAL).expect("not zero");
        deferred.genesis = statement.sign(&deferred.operator).expect("a good statement");
        let receipts = fixture::chain(&deferred, STEPS).into_iter().map(|receipt| {
            if receipt.body().frame().epoch.is_multiple_of(INTERVAL.into()) {
                return receipt.to_bytes();
            }
            let unsigned = Receipt::unsigned(receipt.body().clone(), receipt.witness().copied());
            unsigned.expect("a good receipt").to_bytes()
        });
        let deferred = Chain { receipts: receipts.collect(), genesis: deferred.genesis };
        [whole(fixture::Signs::Guest), whole(fixture::Signs::Host), deferred]
    })
}

fn changed_chain(u: &mut Unstructured<'_>) -> Result<()> {
    let chain = u.choose(chains())?;
    let mut receipts = chain.receipts.clone();
    for _ in 0..u.int_in_range(1..=4)? {
        change(u, &mut receipts)?;
        if receipts.is_empty() {
            return Ok(());
        }
    }
    let mut verifier = ChainVerifier::new(&chain.genesis);
    let mut accepted = 0;
    for receipt in &receipts {
        if verifier.push(receipt, None).is_err() {
            break;
        }
        accepted += 1;
    }
    let coverage = verifier.coverage();
    let mut together = BatchVerifier::new(&chain.genesis);
    for receipt in &receipts {
        if together.push(receipt, None).is_err() {
            break;
        }
    }
    assert_eq!(
        (together.verdict(), together.coverage(), together.tip()),
        (verifier.verdict(), coverage, verifier.tip())
    );
    let signed_through = coverage.signed_through as usize;
    assert!(signed_through <= accepted && accepted <= receipts.len());
    assert_eq!(
        receipts[..signed_through],
        chain.receipts[..signed_through],
        "a signature speaks for what nobody signed"
    );
    match verifier.verdict() {
        Verdict::Valid { chain_length, .. } => assert_eq!(chain_length as usize, receipts.len()),
        Verdict::Empty => assert_eq!(accepted, 0),
        fault => assert_eq!(verifier.push(&chain.receipts[0], None), Err(fault), "a fault is final"),
    }
    Ok(())
}

/// One thing that somebody may do to a chain.
fn change(u: &mut Unstructured<'_>, receipts: &mut Vec<Vec<u8>>) -> Result<()> {
    let (one, other) = (u.choose_index(receipts.len())?, u.choose_index(receipts.len())?);
    let len = receipts[one].len();
    match u.int_in_range(0..=8)? {
        0 if len > 0 => receipts[one][u.choose_index(len)?] ^= u.int_in_range(1..=255)?,
        1 => receipts[one].truncate(u.int_in_range(0..=len)?),
        2 => receipts[one].insert(u.int_in_range(0..=len)?, u.arbitrary()?),
        3 => receipts.swap(one, other),
        4 => receipts.insert(other, receipts[one].clone()),
        5 => drop(receipts.remove(one)),
        6 => {
            let place = u.int_in_range(0..=len.min(receipts[other].len()))?;
            let tail = receipts[other][place..].to_vec();
            receipts[one].truncate(place);
            receipts[one].extend(tail);
        }
        // The same step without, or in place of, its signature.
        7 => {
            if let Ok(receipt) = Receipt::decode(&receipts[one])
                && let Ok(bare) = Receipt::unsigned(receipt.body().clone(), receipt.witness().copied())
            {
                receipts[one] = bare.to_bytes();
            }
        }
        _ => receipts.truncate(one + 1),
    }
    Ok(())
}
