//! Two engines side by side: they agree, and when one of them has a fault, the run stops at that step.

use std::num::NonZeroU32;
use std::sync::Arc;

use engine::Module;
use gate::profile::Profile;
use receipt::ChainVerifier;
use receipt::divergence::{Divergence, SignedDivergence};
use runtime::{Container, PageImage, RuntimeError, Shadow};

use crate::faulty::Faulty;
use crate::streams::{random_configuration, random_input};
use crate::support::{Delta, Random, Sealed, container, encode, generous, plan, sealed};

fn every(steps: u32) -> NonZeroU32 {
    NonZeroU32::new(steps).expect("it is not zero")
}

fn good(step: u64) -> Vec<u8> {
    encode(&[Delta::Add(step % 9, 9 + step % 5, (1 + step) << 30)])
}

#[test]
fn sound_engines_agree_in_lockstep_and_sampled() {
    let profiles = [Profile::TILE, Profile::EDGE];
    let modules = sealed(&profiles);
    let mut steps = 0;
    for seed in 0..12_u64 {
        let mut random = Random(7_000 + seed);
        let profile = profiles[(seed % 2) as usize];
        let configuration = random_configuration(&mut random, profile);
        let module = &modules[profile.name];
        let (running, other) =
            if seed % 3 == 0 { (&module.wasmi, &module.wasmtime) } else { (&module.wasmtime, &module.wasmi) };
        let mut alone = container(&module.wasmtime, module.digest, &configuration, true);
        let mut shadowed = container(running, module.digest, &configuration, true);
        let share = every([1, 1, 2, 5][(seed % 4) as usize]);
        for step in 0..30 {
            if step == (seed % 2) * 7 {
                // From the first step on, or put beside a run that is on its way.
                shadowed.set_shadow(Shadow::new(Arc::clone(other), share)).expect("the shadow starts");
            }
            let input = random_input(&mut random, profile);
            let body = shadowed.step(&input).expect("the engines agree").body;
            assert_eq!(body, alone.step(&input).expect("the engine works").body, "stream {seed}, step {step}");
            steps += 1;
        }
    }
    println!("{steps} steps with a shadow, the same bodies as without");
}

/// A container on `running` with `shadow` beside it, stepped until it stops: the epoch that could not be taken.
fn run_until_it_stops(
    module: &Sealed,
    running: &Arc<dyn Module>,
    shadow: Arc<dyn Module>,
    share: u32,
) -> (Container, Option<Box<Divergence>>) {
    let configuration = generous(Profile::TILE);
    let mut container = container(running, module.digest, &configuration, true);
    container.set_shadow(Shadow::new(shadow, every(share))).expect("the shadow starts");
    let (plan, ..) = plan(module.digest, &configuration, true);
    let mut verifier = ChainVerifier::new(&plan.genesis);
    for step in 1..=12 {
        match container.step(&good(step)) {
            Ok(stepped) => {
                let receipt = stepped.receipt.expect("a run signs").to_bytes();
                let own_fault = running.engine_name() == "faulty";
                assert!(verifier.push(&receipt, None).is_ok() || own_fault, "epoch {step}");
            }
            Err(RuntimeError::Diverged(disagreement)) => return (container, Some(disagreement)),
            Err(other) => panic!("epoch {step}: {other}"),
        }
    }
    (container, None)
}

#[test]
fn a_flipped_bit_stops_the_run_whichever_engine_flipped_it() {
    let modules = sealed(&[Profile::TILE]);
    let module = &modules[Profile::TILE.name];
    let genesis = plan(module.digest, &generous(Profile::TILE), true).0.genesis;
    let mut stopped = 0;
    let mut missed = 0;
    for (number, epoch) in [1_u64, 4, 8, 11].into_iter().enumerate() {
        for bit in [13, 67, 402, 1_501].map(|bit| bit + number * 8) {
            for share in [1, 4] {
                let faulty: Arc<dyn Module> = Arc::new(Faulty { sound: Arc::clone(&module.wasmi), epoch, bit });
                let sides = [(&faulty, &module.wasmtime), (&module.wasmtime, &faulty)];
                for (running, shadow) in sides {
                    let (mut container, found) = run_until_it_stops(module, running, Arc::clone(shadow), share);
                    if !epoch.is_multiple_of(u64::from(share)) {
                        assert_eq!(found, None, "a step that is not sampled is not compared");
                        missed += 1;
                        continue;
                    }
                    let found = found.unwrap_or_else(|| panic!("epoch {epoch}, bit {bit}: nothing found"));
                    assert_eq!((found.epoch(), container.epoch()), (epoch, epoch - 1), "the step is not in the chain");
                    let engines = (&*found.running().engine, &*found.shadow().engine);
                    assert_eq!(engines, (running.engine_name(), shadow.engine_name()));
                    let signed = container.sign_divergence(*found).expect("a run signs").to_bytes();
                    let read = SignedDivergence::decode(&signed).expect("it is well formed");
                    assert_eq!(read.verify(&genesis), Ok(()));
                    assert!(
                        matches!(container.step(&good(epoch)), Err(RuntimeError::Broken)),
                        "it takes no other step"
                    );
                    assert!(container.snapshot(&mut PageImage::empty()).is_err(), "and is not kept");
                    stopped += 1;
                }
            }
        }
    }
    println!("{stopped} flipped bits stopped a run at their step; {missed} fell on steps that were not sampled");
}
