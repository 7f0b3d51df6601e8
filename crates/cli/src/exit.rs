//! Exit codes: one table, the same words in messages and in JSON. What may be wrong with a pack, and with a place that
//! keeps one, stands in tables of its own in `pack` and `depot`.

use std::fmt;

/// How the program ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    Good,
    World,
    Usage,
    BadSignature,
    BrokenChain,
    Divergence,
    Policy,
    Budget,
    Malformed,
    SignerUnknown,
    Uncovered,
    Expired,
    Revoked,
    WrongRole,
    RolledBack,
    /// A pack is refused.
    Pack(Refusal),
}

/// A row of [`pack::PackError::TABLE`] or [`depot::DepotError::TABLE`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    code: u8,
    word: &'static str,
}

impl Exit {
    /// Each with its word and what it means, in the order of their codes from 0 on.
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

    /// The exit of a refusal by its row.
    pub(crate) fn refusal((code, word, _): (u8, &'static str, &'static str)) -> Self {
        Self::Pack(Refusal { code, word })
    }

    pub(crate) fn word(self) -> &'static str {
        match self.place() {
            Ok(place) => Self::TABLE[place].1,
            Err(refusal) => refusal.word,
        }
    }

    /// What the program ends with.
    pub(crate) fn code(self) -> u8 {
        match self.place() {
            Ok(place) => place as u8,
            Err(refusal) => refusal.code,
        }
    }

    /// Code, word and meaning of every exit but refusals.
    pub(crate) fn rows() -> impl Iterator<Item = (u8, &'static str, &'static str)> {
        Self::TABLE.into_iter().map(|(exit, word, meaning)| (exit.code(), word, meaning))
    }

    /// Code, word and meaning of every refusal.
    pub(crate) fn refusals() -> impl Iterator<Item = (u8, &'static str, &'static str)> {
        pack::PackError::TABLE.iter().chain(depot::DepotError::TABLE).copied()
    }

    /// The number of its row in the table above.
    fn place(self) -> Result<usize, Refusal> {
        match self {
            Self::Pack(refusal) => Err(refusal),
            own => Ok(Self::TABLE.iter().position(|(exit, ..)| *exit == own).expect("every exit has a row")),
        }
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
    /// The same failure, with the file or folder that it is about.
    pub(crate) fn at(self, path: &std::path::Path) -> Self {
        let Self { exit, error } = self;
        Self::message(exit, format!("{}: {error:#}", path.display()))
    }

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
