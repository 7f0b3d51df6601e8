//! The predicate: what is stated of a run. In words: `spec/statement.md`, section "Predicate".
//!
//! The existing predicates of in-toto know builds, tests and traces, and none knows that a run was executed again and gave
//! the same bodies. So this is one of our own. Nothing in it comes from a clock: stating the same run again gives the
//! same bytes.

use std::fmt;

use codec::Digest;
use receipt::log::checkpoint::{self, Checkpoint, CheckpointError};
use receipt::log::{NoteError, VerifierKey};
use receipt::{FormatError, Genesis, InstanceId, KeyMode};

use crate::limits::{
    CHECKPOINT_LEN_MAX, ENGINE_LEN_MAX, GENESIS_LEN_MAX, LOG_NAME_LEN_MAX, MODULE_NAME_LEN_MAX, NUMBER_MAX,
};

/// The predicate's type. A URN of the uuid namespace needs no registration (RFC 9562), where `urn:avouch:…` would need one
/// (RFC 8141, section 6); the part after `#` is for people and carries the version.
pub const PREDICATE_TYPE: &str = "urn:uuid:d0cc2da8-323b-4e8a-aa1a-e20e33a5aa48#avouch-run-v1";

/// What is stated of a run: of the steps from `chain.first_epoch` to `chain.last_epoch`, the last of them signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// The instance.
    pub instance: InstanceId,
    /// What it ran.
    pub module: Module,
    /// Digest of the configuration.
    pub configuration: Digest,
    /// Digest of the cost table.
    pub cost_table: Digest,
    /// Where the instance's keys came from.
    pub key_mode: KeyMode,
    /// Which steps.
    pub chain: Chain,
    /// How many of which kind.
    pub counts: Counts,
    /// The signed genesis statement, at most 8 KiB. Its bytes say who answers for the instance.
    pub genesis: Vec<u8>,
    /// The log's head, if the journal has signed one.
    pub log: Option<Log>,
    /// What a replay found, if there was one.
    pub replay: Option<Replay>,
}

/// The module of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    /// What it was called before sealing: at most 128 bytes, no control characters. For people.
    pub name: String,
    /// Digest of the sealed module.
    pub digest: Digest,
}

/// The steps of which a run is stated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chain {
    /// The epoch before the chain's first receipt: 0, or a fork's parent epoch.
    pub start_epoch: u64,
    /// The first step that was verified; later than `start_epoch + 1` if the journal was pruned.
    pub first_epoch: u64,
    /// The last; its receipt is signed.
    pub last_epoch: u64,
    /// Digest of the last step's body.
    pub head: Digest,
}

/// How many steps of which kind; all of them are signed or covered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Receipts with the runtime's signature.
    pub signed: u64,
    /// Receipts without one that a later signed receipt covers.
    pub covered: u64,
    /// Steps by how they ended.
    pub by_outcome: ByOutcome,
}

/// Steps by how they ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ByOutcome {
    /// Everything completed.
    pub done: u64,
    /// Some components completed.
    pub partial: u64,
    /// The guest trapped.
    pub trapped: u64,
    /// Meter or depth ran out.
    pub exhausted: u64,
    /// Refused by guest or runtime.
    pub denied: u64,
}

/// The head of the instance's log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Log {
    /// `avouch/` and the instance id.
    pub origin: String,
    /// The key in the form of a signed note's verifier key.
    pub verifier_key: String,
    /// Receipts under the root.
    pub size: u64,
    /// The RFC 6962 root.
    pub root: Digest,
    /// The checkpoint as a signed note, whole.
    pub checkpoint: String,
}

/// That a run was executed again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replay {
    /// The engine that did it, for people: at most 64 bytes, no control characters.
    pub engine: String,
    /// How many steps, from `chain.first_epoch` on and without a gap, gave bodies equal to the recorded ones, byte for byte.
    pub steps_equal: u64,
}

/// What does not agree within a run, or exceeds its limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inconsistency {
    /// A number above 2^53 − 1.
    NumberTooLarge,
    /// The module's name is too long or has control characters.
    ModuleName,
    /// Not `start < first <= last`.
    Epochs,
    /// Signed and covered are not all steps, or none is signed.
    Counts,
    /// The outcomes do not add up to all steps.
    Outcomes,
    /// No genesis statement, or one that is too long.
    GenesisLen,
    /// The log's origin is not that of the instance, or its verifier key has another name.
    LogName,
    /// The checkpoint's first lines are not origin, size and root; or there is no receipt under it, or it is too long.
    Checkpoint,
    /// The engine has no name, one that is too long, or one with control characters.
    EngineName,
    /// More steps replayed than there are, or none.
    Replay,
    /// The subjects are not those of the run.
    Subjects,
}

/// A field of a run that its genesis statement contradicts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disagreement {
    /// The genesis statement cannot be read.
    Genesis(FormatError),
    /// The instance id.
    Instance,
    /// The module's name.
    ModuleName,
    /// The module's digest.
    Module,
    /// The configuration's digest.
    Configuration,
    /// The cost table's digest.
    CostTable,
    /// The key mode.
    KeyMode,
    /// The epoch before the chain's first receipt.
    StartEpoch,
    /// The log's origin cannot be a key's name.
    LogName(NoteError),
    /// The log's verifier key is not the log key.
    LogKey,
    /// The checkpoint cannot be read, or is not signed by the log key.
    Checkpoint(CheckpointError),
    /// The checkpoint says something else than the run.
    OtherCheckpoint,
}

impl Chain {
    /// How many steps; 0 if the epochs are out of order.
    #[must_use]
    pub fn steps(&self) -> u64 {
        (self.last_epoch + 1).saturating_sub(self.first_epoch)
    }
}

impl ByOutcome {
    fn numbers(&self) -> [u64; 5] {
        let Self { done, partial, trapped, exhausted, denied } = *self;
        [done, partial, trapped, exhausted, denied]
    }
}

impl Log {
    /// Origin, size and root: the checkpoint's three lines.
    fn head(&self) -> Checkpoint {
        Checkpoint { origin: self.origin.clone(), size: self.size, root: self.root }
    }
}

impl Run {
    /// That everything agrees and nothing exceeds its limit. What is signed or read has passed this.
    pub fn check(&self) -> Result<(), Inconsistency> {
        let Self {
            instance,
            module,
            configuration: _,
            cost_table: _,
            key_mode: _,
            chain,
            counts,
            genesis,
            log,
            replay,
        } = self;
        check_numbers(chain, counts)?;
        if module.name.len() > MODULE_NAME_LEN_MAX || module.name.chars().any(char::is_control) {
            return Err(Inconsistency::ModuleName);
        }
        if chain.start_epoch >= chain.first_epoch || chain.first_epoch > chain.last_epoch {
            return Err(Inconsistency::Epochs);
        }
        if counts.signed == 0 || counts.signed + counts.covered != chain.steps() {
            return Err(Inconsistency::Counts);
        }
        if counts.by_outcome.numbers().iter().sum::<u64>() != chain.steps() {
            return Err(Inconsistency::Outcomes);
        }
        if genesis.is_empty() || genesis.len() > GENESIS_LEN_MAX {
            return Err(Inconsistency::GenesisLen);
        }
        log.as_ref().map_or(Ok(()), |log| check_log(log, instance))?;
        replay.as_ref().map_or(Ok(()), |replay| check_replay(replay, chain.steps()))
    }

    /// Reads the genesis statement, compares what it says with what the run says, and verifies the checkpoint under the
    /// log key that it names. Trust in its signer is another question: [`Genesis::trust`].
    pub fn check_genesis(&self) -> Result<Genesis, Disagreement> {
        let genesis = Genesis::decode(&self.genesis).map_err(Disagreement::Genesis)?;
        let stated = genesis.statement();
        let start_epoch = stated.parent.as_ref().map_or(0, |parent| parent.epoch);
        let comparisons = [
            (stated.instance == self.instance, Disagreement::Instance),
            (stated.module_name == self.module.name, Disagreement::ModuleName),
            (stated.module == self.module.digest, Disagreement::Module),
            (stated.configuration == self.configuration, Disagreement::Configuration),
            (stated.cost_table == self.cost_table, Disagreement::CostTable),
            (stated.key_mode == self.key_mode, Disagreement::KeyMode),
            (start_epoch == self.chain.start_epoch, Disagreement::StartEpoch),
        ];
        if let Some((_, disagreement)) = comparisons.iter().find(|(agrees, _)| !agrees) {
            return Err(*disagreement);
        }
        if let Some(log) = &self.log {
            check_head(log, &genesis)?;
        }
        Ok(genesis)
    }
}

/// Each number alone first, so that no sum of them can overflow.
fn check_numbers(chain: &Chain, counts: &Counts) -> Result<(), Inconsistency> {
    let numbers = [chain.start_epoch, chain.first_epoch, chain.last_epoch, counts.signed, counts.covered];
    let is_large = |number: &u64| *number > NUMBER_MAX;
    if numbers.iter().any(is_large) || counts.by_outcome.numbers().iter().any(is_large) {
        return Err(Inconsistency::NumberTooLarge);
    }
    Ok(())
}

fn check_log(log: &Log, instance: &InstanceId) -> Result<(), Inconsistency> {
    let Log { origin, verifier_key, size, root: _, checkpoint: note } = log;
    let names_key = verifier_key.strip_prefix(origin.as_str()).is_some_and(|rest| rest.starts_with('+'));
    let is_plain = verifier_key.len() <= LOG_NAME_LEN_MAX && verifier_key.bytes().all(|byte| byte.is_ascii_graphic());
    if *origin != checkpoint::origin(instance) || !names_key || !is_plain {
        return Err(Inconsistency::LogName);
    }
    if *size > NUMBER_MAX {
        return Err(Inconsistency::NumberTooLarge);
    }
    let is_note = note.starts_with(&(log.head().to_text() + "\n")) && note.ends_with('\n');
    let is_text = !note.chars().any(|character| character.is_control() && character != '\n');
    if *size == 0 || !is_note || !is_text || note.len() > CHECKPOINT_LEN_MAX {
        return Err(Inconsistency::Checkpoint);
    }
    Ok(())
}

/// The verifier key is the genesis statement's log key, and the checkpoint is signed by it.
fn check_head(log: &Log, genesis: &Genesis) -> Result<(), Disagreement> {
    let key = VerifierKey::new(&log.origin, *genesis.log_key()).map_err(Disagreement::LogName)?;
    if key.to_string() != log.verifier_key {
        return Err(Disagreement::LogKey);
    }
    let found = Checkpoint::open(log.checkpoint.as_bytes(), &log.origin, genesis.log_key());
    let found = found.map_err(Disagreement::Checkpoint)?;
    if found == log.head() { Ok(()) } else { Err(Disagreement::OtherCheckpoint) }
}

fn check_replay(replay: &Replay, steps: u64) -> Result<(), Inconsistency> {
    let Replay { engine, steps_equal } = replay;
    if engine.is_empty() || engine.len() > ENGINE_LEN_MAX || engine.chars().any(char::is_control) {
        return Err(Inconsistency::EngineName);
    }
    if *steps_equal == 0 || *steps_equal > steps { Err(Inconsistency::Replay) } else { Ok(()) }
}

impl fmt::Display for Inconsistency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NumberTooLarge => "a number is above 2^53 - 1, the largest that every JSON reader keeps",
            Self::ModuleName => "the module's name is longer than 128 bytes or has control characters",
            Self::Epochs => "the epochs are not in the order start < first <= last",
            Self::Counts => "signed and covered receipts are not all steps, or none is signed",
            Self::Outcomes => "the outcomes do not add up to the number of steps",
            Self::GenesisLen => "the genesis statement is missing or too long",
            Self::LogName => "the log's origin or verifier key is not that of the instance",
            Self::Checkpoint => {
                "the checkpoint does not begin with the log's origin, size and root, or has no receipts"
            }
            Self::EngineName => "the engine's name is missing, longer than 64 bytes or has control characters",
            Self::Replay => "the number of equal steps is 0 or above the number of steps",
            Self::Subjects => "the subjects are not the head's body and the sealed module",
        })
    }
}

impl std::error::Error for Inconsistency {}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = match self {
            Self::Genesis(error) => return write!(f, "its genesis statement cannot be read: {error}"),
            Self::LogName(error) => return write!(f, "its log's origin cannot be a key's name: {error}"),
            Self::Checkpoint(error) => return write!(f, "its checkpoint does not hold: {error}"),
            Self::OtherCheckpoint => return f.write_str("its checkpoint says something else"),
            Self::Instance => "instance id",
            Self::ModuleName => "module name",
            Self::Module => "module digest",
            Self::Configuration => "configuration digest",
            Self::CostTable => "cost table digest",
            Self::KeyMode => "key mode",
            Self::StartEpoch => "epoch before the first step",
            Self::LogKey => "log key",
        };
        write!(f, "its genesis statement has another {field}")
    }
}

impl std::error::Error for Disagreement {}
