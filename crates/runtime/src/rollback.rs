//! Putting an instance back to where it was before a bad step.
//!
//! Copying the memory before every step would cost more than most steps. Instead the state is saved now and then, with the
//! steps since: a guest is a pure function of both, so running those steps again on a fresh instance is the same as
//! having kept a copy. Good steps pay a share of one copy; a bad step pays at most [`RESTORE_STEPS_MAX`] steps.

use codec::Digest;
use engine::State;

use crate::limits::{RESTORE_INPUT_BYTES_MAX, RESTORE_STEPS_MAX};

/// A saved state, without any key, and the good steps since.
pub(crate) struct RestorePoint {
    pub(crate) state: State,
    since: Vec<GoodStep>,
    input_bytes: usize,
}

/// A step that left a claim.
#[derive(Clone)]
pub(crate) struct GoodStep {
    pub(crate) epoch: u64,
    pub(crate) previous: Digest,
    /// Digest of the claim that it left, which running it again must give again.
    pub(crate) claim: Digest,
    pub(crate) input: Vec<u8>,
}

impl RestorePoint {
    pub(crate) fn new() -> Self {
        Self { state: State::EMPTY, since: Vec::new(), input_bytes: 0 }
    }

    /// Remembers a good step. True if it is time to save anew.
    pub(crate) fn remember(&mut self, step: GoodStep) -> bool {
        self.input_bytes += step.input.len();
        self.since.push(step);
        self.since.len() >= RESTORE_STEPS_MAX || self.input_bytes >= RESTORE_INPUT_BYTES_MAX
    }

    pub(crate) fn since(&self) -> &[GoodStep] {
        &self.since
    }

    /// The state was just saved: no step has been taken since.
    pub(crate) fn saved(&mut self) {
        self.since.clear();
        self.input_bytes = 0;
    }
}
