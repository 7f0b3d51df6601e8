//! Snapshots: what they cost, how they come back, on which engine, and what is refused.

use std::sync::Arc;

use codec::Digest;
use gate::config::Configuration;
use gate::profile::Profile;
use receipt::snapshot::{self, State};
use receipt::{ChainVerifier, Parent, Tip};
use runtime::{At, Container, PageImage, RestState, RuntimeError, Secrets, SnapshotError, named_pages};

use crate::recording::Journal;
use crate::streams::{random_configuration, random_input};
use crate::support::{Delta, Random, Sealed, container, encode, generous, plan, plan_with, sealed, signing};

/// Takes a snapshot and keeps it as a journal would: signed and encoded, and read back from there.
fn hand_in(runner: &mut Container, journal: &mut Journal, image: &mut PageImage) {
    let root = codec::sha256(b"a log's root");
    let taken = runner.snapshot(image).expect("the guest takes the messages");
    journal.keep(&taken);
    let (tip, state) = (taken.tip, taken.state.clone());
    let taken = runner.snapshot(image).expect("the guest takes the messages");
    assert_eq!((taken.tip, &taken.state, taken.fresh().count()), (tip, &state, 0), "taking a snapshot changes nothing");
    let signed = runner.sign_snapshot(&taken, root).expect("a run signs").to_bytes();
    let read = snapshot::Snapshot::decode(&signed).expect("it is well formed");
    let manifest = read.manifest().clone();
    assert_eq!(
        (manifest.epoch, manifest.tip, manifest.log_root, &manifest.state),
        (tip.epoch, tip.digest, root, &state)
    );
    journal.snapshots.insert(tip.epoch, (tip, manifest.state));
}

/// Runs `inputs` in legs of `leg` steps, each on the other engine than the one before, from snapshot to snapshot, and
/// compares every body with one run on one engine. Gives the number of hand-overs.
fn relay(module: &Sealed, configuration: &Configuration<'_>, inputs: &[Vec<u8>], leg: usize) -> u64 {
    let mut whole = container(&module.wasmtime, module.digest, configuration, true);
    let mut journal = Journal::default();
    let mut image = PageImage::empty();
    let mut runner = container(&module.wasmi, module.digest, configuration, true);
    let mut handed_over = 0;
    for (number, inputs) in inputs.chunks(leg).enumerate() {
        if number > 0 {
            hand_in(&mut runner, &mut journal, &mut image);
            let at = journal.at(runner.epoch());
            assert_eq!(
                at.state,
                runner.at_rest().expect("the guest takes the messages"),
                "what comes back is what was"
            );
            // Whoever goes on has the state from the store, and so an image of what the store keeps.
            image = PageImage::kept(&at.state);
            let (plan, runtime, witness) = plan(module.digest, configuration, true);
            let engine = if number % 2 == 0 { &module.wasmi } else { &module.wasmtime };
            runner = Container::resume(Arc::clone(engine), plan, signing(runtime, witness), at).expect("it goes on");
            handed_over += 1;
        }
        for input in inputs {
            let body = whole.step(input).expect("the engine works").body;
            assert_eq!(runner.step(input).expect("the engine works").body, body, "epoch {}", whole.epoch());
        }
    }
    handed_over
}

#[test]
fn a_snapshot_goes_on_under_the_other_engine_and_back() {
    let profiles = [Profile::TILE, Profile::EDGE, Profile::BROWSER, Profile::STANDARD];
    let modules = sealed(&profiles);
    let inputs: Vec<_> = crate::market::inputs().into_iter().take(150).collect();
    let mut handed_over = relay(&modules["standard"], &crate::market::market(), &inputs, 30);
    for seed in 0..24 {
        let mut random = Random(3_000 + seed);
        let profile = profiles[(seed % 3) as usize];
        let configuration = random_configuration(&mut random, profile);
        let inputs: Vec<_> = (0..16).map(|_| random_input(&mut random, profile)).collect();
        handed_over += relay(&modules[profile.name], &configuration, &inputs, 1 + (seed % 5) as usize);
    }
    println!("{handed_over} hand-overs between Wasmtime and wasmi, every body as in one run");
}

#[test]
fn a_snapshot_costs_what_changed() {
    let modules = sealed(&[Profile::STANDARD]);
    let module = &modules["standard"];
    let mut run = container(&module.wasmtime, module.digest, &generous(Profile::STANDARD), true);
    let (mut journal, mut image) = (Journal::default(), PageImage::empty());
    let first = journal.keep(&run.snapshot(&mut image).expect("the guest takes the messages"));
    assert!(first < Profile::STANDARD.memory_bytes / 8, "a fresh container is mostly zeros: {first} bytes");
    let again = journal.keep(&run.snapshot(&mut image).expect("the guest takes the messages"));
    assert_eq!(again, 0, "nothing changed");
    run.step(&encode(&[Delta::Add(1, 2, 1 << 32)])).expect("the engine works");
    let small = journal.keep(&run.snapshot(&mut image).expect("the guest takes the messages"));
    assert!(small < 200 << 10, "a small step touches few pages: {small} bytes");
    let ring: Vec<_> = (0..2_000).map(|i| Delta::Add(i, (i + 1) % 2_000, 1 << 32)).collect();
    run.step(&encode(&ring)).expect("the engine works");
    let large = journal.keep(&run.snapshot(&mut image).expect("the guest takes the messages"));
    assert!(large > small, "a large step touches more");
    // What the states name is exactly what was handed out.
    let mut named = std::collections::BTreeSet::new();
    for (_, state) in journal.snapshots.values() {
        named.extend(named_pages(state, |digest| journal.page(digest)).expect("the directories are there"));
    }
    let unnamed = journal.pages.keys().filter(|digest| !named.contains(digest)).count();
    assert!(named.iter().all(|digest| journal.pages.contains_key(digest)));
    println!(
        "bytes kept: first {first}, nothing changed {again}, small step {small}, 2,000 vertices {large}; {unnamed} unnamed"
    );
}

#[test]
fn every_changed_page_and_every_changed_list_is_refused() {
    let modules = sealed(&[Profile::TILE, Profile::EDGE]);
    let module = &modules["edge"];
    let mut run = container(&module.wasmtime, module.digest, &generous(Profile::EDGE), true);
    run.step(&encode(&[Delta::Add(1, 2, 1 << 32)])).expect("the engine works");
    let mut journal = Journal::default();
    let snapshot_epoch = run.epoch();
    journal.keep(&run.snapshot(&mut PageImage::empty()).expect("the guest takes the messages"));
    let state = journal.snapshots[&snapshot_epoch].1.clone();
    let assemble = |state: &State, journal: &Journal| RestState::assemble(state, |digest| journal.page(digest));
    let sound = assemble(&state, &journal).expect("it is sound");
    let named = named_pages(&state, |digest| journal.page(digest)).expect("it is sound");
    let digests: Vec<Digest> = journal.pages.keys().filter(|digest| named.contains(digest)).copied().collect();
    let zero = codec::sha256(&[0; 4_096]);
    let mut refused = 0;
    for digest in &digests {
        // The page of zeros is known without asking for it.
        if *digest == zero {
            continue;
        }
        let mut changed = journal.clone();
        changed.pages.get_mut(digest).expect("it is there")[77] ^= 4;
        assert_eq!(assemble(&state, &changed), Err(SnapshotError::OtherPiece { digest: *digest }));
        changed.pages.get_mut(digest).expect("it is there").pop();
        assert_eq!(assemble(&state, &changed), Err(SnapshotError::OtherPiece { digest: *digest }));
        changed.pages.remove(digest);
        assert_eq!(assemble(&state, &changed), Err(SnapshotError::Missing { digest: *digest }));
        refused += 3;
    }
    let encoded = state.to_bytes();
    for bit in 0..encoded.len() * 8 {
        let mut changed = encoded.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        // A changed global still is a global: the state is another, and its digest says so.
        match State::decode(&changed).map(|state| assemble(&state, &journal)) {
            Ok(Ok(other)) => assert_ne!(other.digest(), sound.digest()),
            Ok(Err(_)) | Err(_) => refused += 1,
        }
    }
    println!("{} pieces, {} bytes of state: {refused} changes refused", digests.len(), encoded.len());
    // More pages than any engine takes: refused before anything is fetched or taken.
    let large = State { globals: Vec::new(), pages: vec![Digest::ZERO; 1_025] };
    let refusal =
        RestState::assemble(&large, |_| -> Result<Option<Vec<u8>>, SnapshotError> { panic!("nothing is fetched") });
    assert_eq!(refusal, Err(SnapshotError::TooLarge { pages: 1_025 }));
    // Another module's state is refused by the engine.
    let (plan, ..) = plan(modules["tile"].digest, &generous(Profile::TILE), true);
    let at = At { state: sound, tip: Tip { epoch: 1, digest: Digest::ZERO } };
    let resumed = Container::resume(Arc::clone(&modules["tile"].wasmtime), plan, Secrets::Replay, at);
    assert!(matches!(resumed.err(), Some(RuntimeError::Engine(_))));
}

#[test]
fn a_fork_begins_with_its_parents_state() {
    let modules = sealed(&[Profile::TILE]);
    let module = &modules["tile"];
    let configuration = generous(Profile::TILE);
    let good = |step: u64| encode(&[Delta::Add(step % 9, 9 + step % 5, (1 + step) << 30)]);
    let inputs: Vec<_> = (0..30).map(good).collect();
    let mut parent = container(&module.wasmtime, module.digest, &configuration, true);
    let journal = Journal::record(&mut parent, &inputs[..20], 20);
    let at = journal.at(20);
    let (fork, runtime, witness) = plan_with(module.digest, &configuration, true, |statement| {
        let (state, body) = (at.state.digest(), at.tip.digest);
        statement.parent = Some(Parent { instance: statement.instance, epoch: 20, body, state });
    });
    let start = Tip::start(&fork.genesis);
    assert_eq!(start.epoch, 20);
    let began = Container::start(Arc::clone(&module.wasmtime), fork.clone(), Secrets::Replay);
    assert_eq!(began.err(), Some(RuntimeError::ParentState));
    let resume = |state: RestState, tip| {
        Container::resume(Arc::clone(&module.wasmi), fork.clone(), Secrets::Replay, At { state, tip }).err()
    };
    parent.step(&inputs[20]).expect("the engine works");
    let later = parent.at_rest().expect("the guest takes the messages");
    assert_eq!(resume(later, start), Some(RuntimeError::OtherState));
    assert_eq!(resume(at.state.clone(), at.tip), Some(RuntimeError::OtherTip), "the parent's tip is not the fork's");
    assert_eq!(resume(at.state.clone(), Tip { epoch: 19, ..start }), Some(RuntimeError::OtherTip));
    let secrets = signing(runtime, witness);
    let at = At { state: at.state, tip: start };
    let mut run = Container::resume(Arc::clone(&module.wasmi), fork.clone(), secrets, at).expect("the fork goes on");
    let mut verifier = ChainVerifier::new(&fork.genesis);
    for input in &inputs[20..] {
        let stepped = run.step(input).expect("the engine works");
        let receipt = stepped.receipt.expect("a run signs").to_bytes();
        verifier.push(&receipt, Some(codec::sha256(input))).unwrap_or_else(|verdict| panic!("{verdict:?}"));
        if run.epoch() > 21 {
            let of_parent = parent.step(input).expect("the engine works").body;
            let (a, b) = (stepped.body.gate_claim().expect("a claim"), of_parent.gate_claim().expect("a claim"));
            assert_eq!((a.evidence, a.graph, a.epoch), (b.evidence, b.graph, b.epoch), "it thinks as its parent does");
        }
    }
    assert_eq!((run.epoch(), verifier.tip().epoch), (30, 30));
}
