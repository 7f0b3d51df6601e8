//! A second engine that takes steps as they happen, so that a disagreement stops the run instead of being found later.
//!
//! One in every step: a second container runs in lockstep. One in N: the state before the step is handed to a fresh instance,
//! which takes that one step. Either way the shadow signs nothing and needs no secret.

use std::num::NonZeroU32;
use std::sync::Arc;

use engine::{Module, State};
use receipt::divergence::{Account, Divergence};
use receipt::{Body, DUMMY_SEED, Tip};

use crate::container::Container;
use crate::error::RuntimeError;
use crate::terms::Terms;

/// A second engine for a share of the steps.
pub struct Shadow {
    module: Arc<dyn Module>,
    every: NonZeroU32,
}

/// A shadow on its place beside a container.
pub(crate) enum Standing {
    /// A container that takes every step.
    Lockstep { engine: &'static str, container: Box<Container> },
    /// A module on which the steps whose epoch `every` divides are taken from the state before them.
    Sampled { module: Arc<dyn Module>, every: NonZeroU32 },
}

impl Shadow {
    /// A shadow that takes one in `every` steps on `module`, which must be compiled from the same sealed bytes.
    #[must_use]
    pub fn new(module: Arc<dyn Module>, every: NonZeroU32) -> Self {
        Self { module, every }
    }

    /// Whether it takes every step.
    pub(crate) fn takes_all(&self) -> bool {
        self.every == NonZeroU32::MIN
    }

    pub(crate) fn module(&self) -> Arc<dyn Module> {
        Arc::clone(&self.module)
    }

    pub(crate) fn sampling(self) -> Standing {
        Standing::Sampled { module: self.module, every: self.every }
    }
}

impl Standing {
    /// Whether it needs the state as it is before this step.
    pub(crate) fn wants_state(&self, epoch: u64) -> bool {
        match self {
            Self::Lockstep { .. } => false,
            Self::Sampled { every, .. } => epoch.is_multiple_of(u64::from(every.get())),
        }
    }

    /// Takes the step after `tip` if it is one of the shadow's. `before` is the state before it, if that was asked for.
    pub(crate) fn check(
        &mut self,
        terms: &Terms,
        tip: Tip,
        before: Option<&State>,
        input: &[u8],
        running: (&'static str, &Body),
    ) -> Result<(), RuntimeError> {
        let (engine, body) = match self {
            Self::Lockstep { engine, container } => (*engine, container.step(input)?.body),
            Self::Sampled { module, .. } => {
                let Some(before) = before else { return Ok(()) };
                let mut instance = module.instantiate()?;
                instance.restore(before)?;
                terms.install_key(&mut *instance, Some(&DUMMY_SEED))?;
                (
                    module.engine_name(),
                    terms.step(&mut *instance, tip, input, terms.guest_key(&DUMMY_SEED).as_ref())?.body,
                )
            }
        };
        if *running.1 == body {
            return Ok(());
        }
        let account = |engine: &str, body| Account { engine: engine.to_owned(), body };
        let genesis = terms.plan().genesis.payload_digest();
        let divergence = Divergence::new(genesis, account(running.0, running.1.clone()), account(engine, body))?;
        Err(RuntimeError::Diverged(Box::new(divergence)))
    }
}
