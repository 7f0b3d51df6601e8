//! Replay in windows: as good as one replay, the same result whatever the number of jobs.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gate::profile::Profile;
use runtime::{Begin, Deviation, Ground, Plan, RuntimeError, WindowedReplay, Windows, replay_windows};

use crate::recording::Journal;
use crate::streams::random_input;
use crate::support::{Random, Sealed, container, generous, plan, sealed};

const STEPS: u64 = 60;
const EVERY: u64 = 8;

fn recorded(module: &Sealed, profile: Profile, seed: u64) -> (Journal, Plan) {
    let configuration = generous(profile);
    let mut random = Random(seed);
    let inputs: Vec<_> = (0..STEPS).map(|_| random_input(&mut random, profile)).collect();
    let mut run = container(&module.wasmtime, module.digest, &configuration, true);
    (Journal::record(&mut run, &inputs, EVERY), plan(module.digest, &configuration, true).0)
}

fn replayed(module: &Sealed, journal: &Journal, plan: &Plan, jobs: usize) -> Result<WindowedReplay, RuntimeError> {
    let marks = journal.marks();
    let jobs = NonZeroUsize::new(jobs).expect("there are jobs");
    let windows = Windows { begin: Begin::Genesis, marks: &marks, last: journal.last(), jobs };
    replay_windows(Arc::clone(&module.wasmtime), plan.clone(), journal, windows, || ())
}

#[test]
fn windows_hold_on_both_engines_and_from_a_snapshot() {
    let profiles = [Profile::TILE, Profile::EDGE];
    let modules = sealed(&profiles);
    for profile in profiles {
        let module = &modules[profile.name];
        let (journal, plan) = recorded(module, profile, 31);
        let marks = journal.marks();
        for (engine, jobs) in [(&module.wasmtime, 1), (&module.wasmtime, 3), (&module.wasmi, 2)] {
            let jobs = NonZeroUsize::new(jobs).expect("there are jobs");
            let steps = AtomicU64::new(0);
            let windows = Windows { begin: Begin::Genesis, marks: &marks, last: STEPS, jobs };
            let count = || {
                steps.fetch_add(1, Ordering::Relaxed);
            };
            let found = replay_windows(Arc::clone(engine), plan.clone(), &journal, windows, count);
            let found = found.expect("the engine works");
            let windows_equal = STEPS.div_ceil(EVERY);
            let holds = WindowedReplay { ground: Ground::Genesis, windows_equal, steps_equal: STEPS, deviation: None };
            assert_eq!((found, steps.into_inner()), (holds, STEPS));
            let windows = Windows { begin: Begin::Snapshot(journal.at(24)), marks: &marks, last: 50, jobs };
            let found = replay_windows(Arc::clone(engine), plan.clone(), &journal, windows, || ());
            let found = found.expect("the engine works");
            assert_eq!((found.ground, found.steps_equal, found.deviation), (Ground::Snapshot(24), 26, None));
        }
    }
    println!("{STEPS} steps in windows of {EVERY} hold on two profiles, two engines and one to three jobs");
}

#[test]
fn the_earliest_deviation_is_found_whatever_the_number_of_jobs() {
    let modules = sealed(&[Profile::TILE]);
    let module = &modules[Profile::TILE.name];
    let (sound, plan) = recorded(module, Profile::TILE, 32);
    let mut random = Random(5);
    let mut found = 0;
    for _ in 0..24 {
        let mut journal = sound.clone();
        let mut epochs: Vec<_> = (0..1 + random.below(3)).map(|_| 1 + random.below(STEPS)).collect();
        for epoch in &epochs {
            journal.forge(*epoch, |frame| frame.meter_used += 1);
        }
        epochs.sort_unstable();
        let mut results = (1..=4).map(|jobs| replayed(module, &journal, &plan, jobs).expect("the engine works"));
        let first = results.next().expect("four results");
        assert!(results.all(|result| result == first), "the number of jobs shows");
        // A forged body at a window's end also makes the snapshot there one of another chain; the step comes first.
        let deviation = first.deviation.expect("it deviates");
        let Deviation::Step(step) = &deviation else { panic!("{deviation:?}") };
        assert_eq!((step.epoch, step.field), (epochs[0], "meter_used"));
        assert_eq!(first.steps_equal, epochs[0] - 1);
        found += 1;
    }
    println!("{found} forged recordings, each replayed with one to four jobs");
}

#[test]
fn a_false_snapshot_is_found_at_its_epoch() {
    let modules = sealed(&[Profile::TILE]);
    let module = &modules[Profile::TILE.name];
    let (sound, plan) = recorded(module, Profile::TILE, 33);
    let (other, _) = recorded(module, Profile::TILE, 34);
    let mut found = 0;
    for epoch in sound.snapshots.keys().copied() {
        // The state of another run under this run's name: its pages are all there, and its digest is its own.
        let mut journal = sound.clone();
        journal.pages.extend(other.pages.clone());
        journal.snapshots.get_mut(&epoch).expect("it is there").1 = other.snapshots[&epoch].1.clone();
        for jobs in [1, 2] {
            let result = replayed(module, &journal, &plan, jobs).expect("the engine works");
            let deviation = result.deviation.expect("it deviates");
            assert!(matches!(&deviation, Deviation::State { .. }), "{deviation:?}");
            assert_eq!((deviation.epoch(), result.steps_equal), (epoch, epoch));
            found += 1;
        }
        // The right state under another chain's end.
        let mut journal = sound.clone();
        journal.snapshots.get_mut(&epoch).expect("it is there").0 = other.snapshots[&epoch].0;
        let deviation = replayed(module, &journal, &plan, 2).expect("the engine works").deviation;
        assert!(matches!(deviation, Some(Deviation::Tip { epoch: at, .. }) if at == epoch), "{deviation:?}");
        found += 1;
    }
    println!("{found} false snapshots");
}

#[test]
fn a_recording_that_ends_early_or_lost_a_page_is_an_error() {
    let modules = sealed(&[Profile::TILE]);
    let module = &modules[Profile::TILE.name];
    let (sound, plan) = recorded(module, Profile::TILE, 35);
    let mut short = sound.clone();
    short.bodies.truncate(40);
    let marks = short.marks();
    let windows = Windows { begin: Begin::Genesis, marks: &marks, last: STEPS, jobs: NonZeroUsize::MIN };
    let found = replay_windows(Arc::clone(&module.wasmtime), plan.clone(), &short, windows, || ());
    assert_eq!(found, Err(RuntimeError::RecordingEnds { epoch: 41 }));
    // An error after a deviation does not hide it.
    short.forge(20, |frame| frame.meter_used += 1);
    let windows = Windows { begin: Begin::Genesis, marks: &marks, last: STEPS, jobs: NonZeroUsize::MIN };
    let found = replay_windows(Arc::clone(&module.wasmtime), plan.clone(), &short, windows, || ());
    assert_eq!(found.expect("the deviation comes first").deviation.map(|deviation| deviation.epoch()), Some(20));
    let mut holed = sound;
    holed.pages.clear();
    assert!(matches!(replayed(module, &holed, &plan, 2), Err(RuntimeError::Snapshot(_))));
}
