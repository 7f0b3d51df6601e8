//! Two recordings of the same inputs that part somewhere: found by halving, judged by one window.

use std::sync::Arc;

use gate::profile::Profile;
use receipt::{Body, Denial, Outcome};
use runtime::{Agreement, Begin, Bisected, Ground, Plan, bisect};

use crate::recording::Journal;
use crate::support::{Delta, Sealed, container, encode, generous, plan, sealed};

const STEPS: u64 = 50;
const EVERY: u64 = 7;

fn recorded(module: &Sealed) -> (Journal, Plan) {
    let configuration = generous(Profile::TILE);
    let good = |step: u64| encode(&[Delta::Add(step % 9, 9 + step % 5, (1 + step) << 30)]);
    let inputs: Vec<_> = (0..STEPS).map(good).collect();
    let mut run = container(&module.wasmtime, module.digest, &configuration, true);
    (Journal::record(&mut run, &inputs, EVERY), plan(module.digest, &configuration, true).0)
}

/// The same inputs as a faulty machine would have recorded them: from `epoch` on every step is denied.
fn parted(sound: &Journal, epoch: u64, denial: Denial) -> Journal {
    let mut journal = sound.clone();
    for at in epoch as usize - 1..journal.bodies.len() {
        let mut frame = *journal.bodies[at].frame();
        (frame.outcome, frame.claim) = (Outcome::Denied(denial), None);
        if let Some(before) = at.checked_sub(1).filter(|_| at as u64 >= epoch) {
            frame.previous = journal.bodies[before].digest();
        }
        journal.bodies[at] = Body::new(frame, None).expect("the body is well formed");
    }
    journal.snapshots.retain(|at, _| *at < epoch);
    journal
}

fn bisected(module: &Sealed, plan: &Plan, left: &Journal, right: &Journal) -> Option<Bisected> {
    let sides = (left, right);
    bisect(Arc::clone(&module.wasmtime), plan.clone(), sides, Begin::Genesis, STEPS).expect("the engine works")
}

#[test]
fn a_parting_at_every_position_is_found_and_judged() {
    let modules = sealed(&[Profile::TILE]);
    let module = &modules[Profile::TILE.name];
    let (sound, plan) = recorded(module);
    assert_eq!(bisected(module, &plan, &sound, &sound.clone()), None);
    let (mut most_lookups, mut most_steps, mut all_steps) = (0, 0, 0);
    for epoch in 1..=STEPS {
        let false_one = parted(&sound, epoch, Denial::BadOutput);
        let other_false_one = parted(&sound, epoch, Denial::BadClaim);
        for (left, right, agreement) in [
            (&sound, &false_one, Some(Agreement::Left)),
            (&false_one, &sound, Some(Agreement::Right)),
            (&other_false_one, &false_one, None),
        ] {
            let found = bisected(module, &plan, left, right).expect("they part");
            assert_eq!((found.epoch, found.field), (epoch, "outcome"));
            match (agreement, found.agreement) {
                (Some(wanted), got) => assert_eq!(got, wanted, "epoch {epoch}"),
                (None, Agreement::Neither(body)) => assert_eq!(*body, sound.bodies[epoch as usize - 1]),
                (None, got) => panic!("epoch {epoch}: {got:?}"),
            }
            // From the last snapshot before the step, and no further.
            let nearest = (epoch - 1) / EVERY * EVERY;
            assert_eq!(found.steps_run, epoch - nearest);
            assert_eq!(found.ground, if nearest == 0 { Ground::Genesis } else { Ground::Snapshot(nearest) });
            assert!(found.lookups <= 1 + STEPS.next_power_of_two().ilog2(), "{} look-ups", found.lookups);
            most_lookups = most_lookups.max(found.lookups);
            most_steps = most_steps.max(found.steps_run);
            all_steps += found.steps_run;
        }
    }
    println!(
        "{STEPS} positions, three pairs each: at most {most_lookups} look-ups and {most_steps} steps, {all_steps} in all"
    );
}

#[test]
fn other_inputs_and_earlier_deviations_are_told_apart() {
    let modules = sealed(&[Profile::TILE]);
    let module = &modules[Profile::TILE.name];
    let (sound, plan) = recorded(module);
    let mut other = parted(&sound, 30, Denial::BadOutput);
    other.inputs[29] = encode(&[Delta::Rearm]);
    let found = bisected(module, &plan, &sound, &other).expect("they part");
    assert_eq!((found.epoch, found.agreement, found.steps_run), (30, Agreement::OtherInput, 0));
    // Both recordings share a step that no engine would take so.
    let mut left = sound.clone();
    left.forge(24, |frame| frame.meter_used += 1);
    let right = parted(&left, 27, Denial::BadOutput);
    let found = bisected(module, &plan, &left, &right).expect("they part");
    assert_eq!(found.agreement, Agreement::Earlier { epoch: 24, field: "meter_used" });
}
