//! What the world may do to a run. None of it is ever receipted.

use std::fmt;

use codec::abi::Refusal;
use engine::{EngineError, Trap};
use gate::config::ConfigurationError;
use receipt::FormatError;

use crate::snapshot::SnapshotError;

/// An error of the world, or of a guest before it can be stepped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RuntimeError {
    /// The engine failed.
    Engine(EngineError),
    /// The configuration cannot be run with.
    Configuration(ConfigurationError),
    /// The guest trapped while it was set up.
    SetupTrap(Trap),
    /// The guest refused its configuration or key.
    SetupRefused(Refusal),
    /// The guest answered its setup with something that has no meaning.
    SetupNonsense,
    /// The genesis statement is of another module or configuration.
    OtherGenesis,
    /// A signing key is not the one that the genesis statement names, or one that it names is missing.
    OtherKey,
    /// The genesis statement is that of a fork, which begins with its parent's state.
    ParentState,
    /// The state is not the one that the genesis statement of a fork, or a snapshot, names by its digest.
    OtherState,
    /// The chain's end lies before its start, or is not what the genesis statement says of its start.
    OtherTip,
    /// No epoch comes after this one.
    LastEpoch,
    /// A snapshot's state cannot be put together.
    Snapshot(SnapshotError),
    /// Two engines disagree about a step. It has no receipt, and the container takes no further one.
    Diverged(Box<receipt::divergence::Divergence>),
    /// A recording ends before this step.
    RecordingEnds {
        /// The step.
        epoch: u64,
    },
    /// Steps run again for a rollback did not end as they had: the engine is not deterministic.
    NotDeterministic {
        /// The step.
        epoch: u64,
    },
    /// An earlier error left the container in a state that cannot be trusted.
    Broken,
    /// A body or receipt could not be put together.
    Format(FormatError),
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(error) => write!(f, "{error}"),
            Self::Configuration(error) => write!(f, "{error}"),
            Self::SetupTrap(trap) => write!(f, "the guest trapped while it was set up: {trap}"),
            Self::SetupRefused(refusal) => write!(f, "the guest refused its configuration or key: {refusal:?}"),
            Self::SetupNonsense => f.write_str("the guest answered its setup with something that has no meaning"),
            Self::OtherGenesis => f.write_str("the genesis statement is of another module or configuration"),
            Self::OtherKey => f.write_str("a signing key is missing, or not the one that the genesis statement names"),
            Self::ParentState => {
                f.write_str("the chain is a fork: it begins with the state of its parent, not with a fresh container")
            }
            Self::OtherState => {
                f.write_str("the state is not the one whose digest stands in the genesis statement or the snapshot")
            }
            Self::OtherTip => f.write_str("the end of the chain is not one that its genesis statement allows"),
            Self::LastEpoch => f.write_str("the chain has reached the last epoch there is"),
            Self::Snapshot(error) => write!(f, "{error}"),
            Self::Diverged(found) => {
                let (epoch, field) = (found.epoch(), found.field());
                let (running, shadow) = (&found.running().engine, &found.shadow().engine);
                write!(f, "epoch {epoch}: {running} and {shadow} disagree in {field}; the step is not in the chain")
            }
            Self::RecordingEnds { epoch } => write!(f, "the recording ends before epoch {epoch}"),
            Self::NotDeterministic { epoch } => {
                write!(f, "epoch {epoch} ended differently when it was run again: the engine is not deterministic")
            }
            Self::Broken => f.write_str("an earlier error left the container broken; start it again from its journal"),
            Self::Format(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for RuntimeError {}

impl From<EngineError> for RuntimeError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<SnapshotError> for RuntimeError {
    fn from(error: SnapshotError) -> Self {
        Self::Snapshot(error)
    }
}

impl From<FormatError> for RuntimeError {
    fn from(error: FormatError) -> Self {
        Self::Format(error)
    }
}
