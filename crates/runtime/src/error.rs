//! What the world may do to a run. None of it is ever receipted.

use std::fmt;

use codec::abi::Refusal;
use engine::{EngineError, Trap};
use gate::config::ConfigurationError;
use receipt::FormatError;

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

impl From<FormatError> for RuntimeError {
    fn from(error: FormatError) -> Self {
        Self::Format(error)
    }
}
