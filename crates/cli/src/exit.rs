//! Exit codes: one table, the same words in messages and in JSON.

use std::fmt;

/// How the program ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Exit {
    Good = 0,
    World = 1,
    Usage = 2,
    BadSignature = 3,
    BrokenChain = 4,
    Divergence = 5,
    Policy = 6,
    Budget = 7,
    Malformed = 8,
    SignerUnknown = 9,
    Uncovered = 10,
    Expired = 11,
    Revoked = 12,
    WrongRole = 13,
    RolledBack = 14,
}

impl Exit {
    /// Each with its word and what it means.
    pub(crate) const TABLE: [(Self, &'static str, &'static str); 15] = [
        (Self::Good, "good", "done, and all is well"),
        (Self::World, "world", "a file, the machine or the network failed"),
        (Self::Usage, "usage", "the command line or a run file is wrong"),
        (Self::BadSignature, "bad-signature", "a signature does not verify"),
        (Self::BrokenChain, "broken-chain", "receipts do not follow one another, or not from their genesis or inputs"),
        (
            Self::Divergence,
            "divergence",
            "a replay gave another body than the receipt, or two engines disagreed in a run",
        ),
        (Self::Policy, "policy", "a rule refused it: a hazard, a module of unknown origin, a key that others can read"),
        (Self::Budget, "budget", "the run ended well, but the meter stopped some of its steps"),
        (Self::Malformed, "malformed", "bytes or rows that are not what they should be"),
        (Self::SignerUnknown, "signer-unknown", "self-consistent, but nobody trusted vouches for it"),
        (Self::Uncovered, "uncovered-tail", "good up to the last signature; the steps after it nobody signed"),
        (Self::Expired, "expired", "the signer's key is outside of the time for which it is trusted"),
        (Self::Revoked, "revoked", "the signer's key was revoked"),
        (Self::WrongRole, "wrong-role", "the signer is trusted, but not for this"),
        (Self::RolledBack, "rolled-back", "what a head pin or checkpoint knows is not there any more"),
    ];

    pub(crate) fn word(self) -> &'static str {
        Self::TABLE[self as usize].1
    }
}

/// An error with the exit code that it leads to.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) error: anyhow::Error,
}

impl Failure {
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into() }
    }

    pub(crate) fn message(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, error: anyhow::anyhow!("{message}") }
    }
}

impl Failure {
    /// The same failure, with something more to say.
    pub(crate) fn and(self, more: impl fmt::Display) -> Self {
        let Self { exit, error } = self;
        Self::message(exit, format!("{error:#}; {more}"))
    }
}

/// Says which exit code an error leads to.
pub(crate) trait OrExit<T> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(exit, error))
    }
}
