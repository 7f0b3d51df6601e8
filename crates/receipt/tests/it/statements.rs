//! Snapshot manifests and divergence statements: read strictly, bound to their chain, every bit of them signed.

use codec::{Digest, sha256};
use proptest::prelude::*;
use receipt::snapshot::{DIRECTORY_LEN, PAGE_LEN, PIECE_LEN, page_digest, page_directory};
use receipt::{
    Account, Body, Claim, Divergence, FormatError, Global, GlobalKind, KeyMode, Manifest, Outcome, SignedDivergence,
    Snapshot, State, StatementFault, Tip, TrapCode,
};

use crate::fixture::{self, Instance, Signs, Terms};

fn instance() -> Instance {
    fixture::instance(Signs::Guest, KeyMode::RootSecret)
}

pub(crate) fn state() -> State {
    let bits = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef_u128;
    let globals = GlobalKind::ALL.map(|kind| Global { kind, bits: bits & (u128::MAX >> (128 - 8 * kind.width())) });
    State { globals: globals.to_vec(), pages: vec![page_digest(&[0; PAGE_LEN]), sha256(b"another page")] }
}

pub(crate) fn snapshot(instance: &Instance) -> Snapshot {
    let tip = Tip::after(fixture::chain(instance, 5)[4].body());
    let genesis = instance.genesis.payload_digest();
    Manifest { genesis, epoch: tip.epoch, tip: tip.digest, log_root: sha256(b"root"), state: state() }
        .sign(&instance.runtime)
}

/// Two engines that agree about everything but a score.
pub(crate) fn divergence(instance: &Instance) -> SignedDivergence {
    let tip = Tip::start(&instance.genesis);
    let claim = fixture::claim(&instance.genesis, tip);
    let mut other = claim;
    other.score.as_mut().expect("odd epochs have one").upper += 1;
    let account = |claim: &Claim, engine: &str| Account {
        engine: engine.into(),
        body: fixture::seal(instance, tip, claim).body().clone(),
    };
    Divergence::new(instance.genesis.payload_digest(), account(&claim, "wasmtime 48"), account(&other, "wasmi 2"))
        .expect("they differ")
        .sign(&instance.runtime)
}

fn any_global() -> impl Strategy<Value = Global> {
    (0_usize..5, any::<u128>()).prop_map(|(kind, bits)| {
        let kind = GlobalKind::ALL[kind];
        Global { kind, bits: bits & (u128::MAX >> (128 - 8 * kind.width())) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_state_survives_its_encoding(
        globals in prop::collection::vec(any_global(), 0..30),
        pages in prop::collection::vec(any::<[u8; 32]>().prop_map(Digest), 0..30),
    ) {
        let state = State { globals, pages };
        let bytes = state.to_bytes();
        prop_assert_eq!(State::decode(&bytes), Ok(state.clone()));
        prop_assert_eq!(state.digest(), sha256(&bytes));
        for len in 0..bytes.len() {
            prop_assert!(State::decode(&bytes[..len]).is_err());
        }
    }

    #[test]
    fn a_state_is_read_from_one_encoding_only(place in 0_usize..200, value in any::<u8>()) {
        let mut bytes = state().to_bytes();
        let place = place % bytes.len();
        bytes[place] = value;
        if let Ok(read) = State::decode(&bytes) {
            prop_assert_eq!(read.to_bytes(), bytes);
        }
    }
}

#[test]
fn pages_are_named_through_their_directories() {
    let mut page = [0; PAGE_LEN];
    page.iter_mut().enumerate().for_each(|(index, byte)| *byte = (index / 7) as u8);
    let directory = page_directory(&page);
    for (index, digest) in directory.chunks_exact(32).enumerate() {
        assert_eq!(digest, sha256(&page[index * PIECE_LEN..(index + 1) * PIECE_LEN]).0);
    }
    assert_eq!(directory.len(), DIRECTORY_LEN);
    assert_eq!(page_digest(&page), sha256(&directory));
}

#[test]
fn states_have_limits() {
    let page = sha256(b"page");
    let widest =
        State { globals: vec![Global { kind: GlobalKind::V128, bits: u128::MAX }; 1000], pages: vec![page; 65_536] };
    let bytes = widest.to_bytes();
    assert_eq!(bytes.len(), receipt::limits::STATE_LEN_MAX);
    assert_eq!(State::decode(&bytes), Ok(widest.clone()));
    assert_eq!(State::decode(&[&bytes[..], &[0]].concat()), Err(FormatError::TooLong));
    let instance = instance();
    let genesis = instance.genesis.payload_digest();
    let manifest = Manifest { genesis, epoch: u64::MAX, tip: page, log_root: page, state: widest };
    let snapshot = manifest.sign(&instance.runtime);
    assert_eq!(snapshot.to_bytes().len(), receipt::limits::SNAPSHOT_LEN_MAX);
    assert_eq!(Snapshot::decode(&snapshot.to_bytes()).as_ref(), Ok(&snapshot));
}

#[test]
fn snapshots_are_bound_to_their_chain() {
    let instance = instance();
    let good = snapshot(&instance);
    assert_eq!(good.verify(&instance.genesis), Ok(()));
    assert_eq!(Snapshot::decode(&good.to_bytes()), Ok(good.clone()));
    let other = fixture::instance(Signs::Host, KeyMode::RootSecret);
    assert_eq!(good.verify(&other.genesis), Err(StatementFault::OtherGenesis));
    let foreign = good.manifest().sign(&instance.witness);
    assert_eq!(foreign.verify(&instance.genesis), Err(StatementFault::InvalidSignature));
    let at_start = |epoch, tip| Manifest { epoch, tip, ..good.manifest().clone() }.sign(&instance.runtime);
    let start = Tip::start(&instance.genesis);
    assert_eq!(at_start(0, start.digest).verify(&instance.genesis), Ok(()));
    assert_eq!(at_start(0, sha256(b"x")).verify(&instance.genesis), Err(StatementFault::BeforeTheStart));
    let fork = Terms { parent: Some(fixture::parent()), ..Terms::PLAIN };
    let fork = fixture::instance_on(Signs::Guest, KeyMode::RootSecret, fork);
    let early = Manifest { genesis: fork.genesis.payload_digest(), epoch: 999, ..good.manifest().clone() };
    assert_eq!(early.sign(&fork.runtime).verify(&fork.genesis), Err(StatementFault::BeforeTheStart));
}

#[test]
fn divergences_are_bound_to_their_chain_and_to_their_bodies() {
    let instance = instance();
    let good = divergence(&instance);
    assert_eq!(good.verify(&instance.genesis), Ok(()));
    assert_eq!(SignedDivergence::decode(&good.to_bytes()), Ok(good.clone()));
    let statement = good.statement();
    assert_eq!((statement.epoch(), statement.field()), (1, "score.upper"));
    assert_eq!(statement.running().engine, "wasmtime 48");
    let other = fixture::instance(Signs::Host, KeyMode::RootSecret);
    assert_eq!(good.verify(&other.genesis), Err(StatementFault::OtherGenesis));
    let foreign = statement.clone().sign(&instance.witness);
    assert_eq!(foreign.verify(&instance.genesis), Err(StatementFault::InvalidSignature));
    let account = |engine: &str, body: &Body| Account { engine: engine.into(), body: body.clone() };
    let (a, b) = (&statement.running().body, &statement.shadow().body);
    let new = |a, b| Divergence::new(statement.genesis(), a, b).err();
    assert_eq!(new(account("a", a), account("b", a)), Some(FormatError::NoDivergence));
    assert_eq!(new(account("a\n", a), account("b", b)), Some(FormatError::EngineName));
    assert_eq!(new(account("a", a), account(&"b".repeat(65), b)), Some(FormatError::EngineName));
    assert_eq!(new(account("a", a), account(&"b".repeat(64), b)), None);
    let later = fixture::unclaimed(&instance, Tip::after(a), Outcome::Trapped(TrapCode::Unreachable));
    assert_eq!(new(account("a", a), account("b", later.body())), Some(FormatError::NoDivergence));
}

#[test]
fn every_single_bit_of_a_statement_counts() {
    let instance = instance();
    let mut refused = [0_u64; 2];
    let good = snapshot(&instance).to_bytes();
    for bit in 0..good.len() * 8 {
        let mut flipped = good.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(!Snapshot::decode(&flipped).is_ok_and(|read| read.verify(&instance.genesis).is_ok()), "bit {bit}");
        refused[0] += 1;
    }
    let good = divergence(&instance).to_bytes();
    for bit in 0..good.len() * 8 {
        let mut flipped = good.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(
            !SignedDivergence::decode(&flipped).is_ok_and(|read| read.verify(&instance.genesis).is_ok()),
            "bit {bit}"
        );
        refused[1] += 1;
    }
    println!("{} bits of a snapshot manifest and {} of a divergence statement refused", refused[0], refused[1]);
}
