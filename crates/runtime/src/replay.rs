//! Running a chain again and comparing every body.

use std::ops::RangeInclusive;
use std::sync::Arc;

use engine::Module;
use receipt::{Body, first_difference};

use crate::container::{Container, Plan, Secrets};
use crate::error::RuntimeError;

/// A step as a journal has it.
pub struct Recorded {
    /// The input.
    pub input: Vec<u8>,
    /// The body of its receipt.
    pub body: Body,
}

/// What a replay found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replay {
    /// Steps run, those before the window included.
    pub steps_run: u64,
    /// Steps compared and found equal.
    pub steps_equal: u64,
    /// The first step in the window that differs.
    pub divergence: Option<Divergence>,
}

/// Two bodies that should be the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Divergence {
    /// The step.
    pub epoch: u64,
    /// The first field that differs, by its name in `spec/receipt.md`.
    pub field: &'static str,
    /// The body of the receipt.
    pub recorded: Box<Body>,
    /// The body of the replay.
    pub replayed: Box<Body>,
}

/// Runs `steps` from the first on and compares the bodies of the epochs in `window`. Needs no secret: the guest gets a key
/// that everybody knows, on which no body depends.
///
/// `progress` is called after every step with its epoch.
///
/// # Errors
/// The world failed, or `steps` did (its own error is passed on).
pub fn replay<E: From<RuntimeError>>(
    module: Arc<dyn Module>,
    plan: Plan,
    steps: impl Iterator<Item = Result<Recorded, E>>,
    window: RangeInclusive<u64>,
    mut progress: impl FnMut(u64),
) -> Result<Replay, E> {
    let mut container = Container::start(module, plan, Secrets::Replay)?;
    let mut found = Replay { steps_run: 0, steps_equal: 0, divergence: None };
    for step in steps {
        let Recorded { input, body: recorded } = step?;
        let replayed = container.step(&input)?.body;
        let epoch = container.epoch();
        found.steps_run += 1;
        progress(epoch);
        if !window.contains(&epoch) {
            continue;
        }
        if let Some(field) = first_difference(&recorded, &replayed) {
            found.divergence =
                Some(Divergence { epoch, field, recorded: Box::new(recorded), replayed: Box::new(replayed) });
            break;
        }
        found.steps_equal += 1;
        if epoch == *window.end() {
            break;
        }
    }
    Ok(found)
}
