//! The JSON shape of a statement, field by field in the order in which it is written (`spec/statement.md`).

use codec::Digest;
use receipt::{InstanceId, KeyMode};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base64;
use crate::intoto::{STATEMENT_TYPE, Subject};
use crate::run::{ByOutcome, Chain, Counts, Log, Module, PREDICATE_TYPE, Replay, Run};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StatementWire {
    #[serde(rename = "_type")]
    statement_type: String,
    subject: Vec<NamedDigest>,
    predicate_type: String,
    predicate: RunWire,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RunWire {
    instance: InstanceWire,
    module: NamedDigest,
    configuration: DigestSet,
    cost_table: DigestSet,
    key_mode: KeyModeWire,
    chain: ChainWire,
    counts: CountsWire,
    genesis: Base64,
    log: Option<LogWire>,
    replay: Option<ReplayWire>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedDigest {
    name: String,
    digest: DigestSet,
}

/// in-toto's DigestSet with the one algorithm that this program uses.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DigestSet {
    sha256: Hex,
}

#[derive(Serialize, Deserialize)]
enum KeyModeWire {
    #[serde(rename = "root-secret")]
    RootSecret,
    #[serde(rename = "INSECURE-from-configuration")]
    InsecureFromConfiguration,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ChainWire {
    start_epoch: u64,
    first_epoch: u64,
    last_epoch: u64,
    head: DigestSet,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CountsWire {
    signed: u64,
    covered: u64,
    by_outcome: ByOutcomeWire,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByOutcomeWire {
    done: u64,
    partial: u64,
    trapped: u64,
    exhausted: u64,
    denied: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LogWire {
    origin: String,
    verifier_key: String,
    size: u64,
    root: Root,
    checkpoint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReplayWire {
    engine: String,
    steps_equal: u64,
}

/// A digest as 64 lower-case hexadecimal digits.
struct Hex(Digest);

/// A tree's root in base64, as a checkpoint has it.
struct Root(Digest);

/// Bytes in standard base64.
struct Base64(Vec<u8>);

/// An instance id as 32 lower-case hexadecimal digits.
struct InstanceWire(InstanceId);

impl StatementWire {
    pub(crate) fn of(run: &Run) -> Self {
        Self {
            statement_type: STATEMENT_TYPE.to_owned(),
            subject: run.subjects().into_iter().map(|Subject { name, digest }| NamedDigest::of(name, digest)).collect(),
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: RunWire::of(run),
        }
    }

    /// The run and the subjects; nothing is checked but the shape. The types are the caller's, who has compared them.
    pub(crate) fn read(self) -> (Run, Vec<Subject>) {
        let Self { statement_type: _, subject: subjects, predicate_type: _, predicate } = self;
        let subject = |NamedDigest { name, digest }| Subject { name, digest: digest.sha256.0 };
        (predicate.read(), subjects.into_iter().map(subject).collect())
    }
}

impl RunWire {
    fn of(run: &Run) -> Self {
        let Run { instance, module, configuration, cost_table, key_mode, chain, counts, genesis, log, replay } = run;
        Self {
            instance: InstanceWire(*instance),
            module: NamedDigest::of(module.name.clone(), module.digest),
            configuration: DigestSet::of(*configuration),
            cost_table: DigestSet::of(*cost_table),
            key_mode: KeyModeWire::of(*key_mode),
            chain: ChainWire::of(chain),
            counts: CountsWire::of(counts),
            genesis: Base64(genesis.clone()),
            log: log.as_ref().map(LogWire::of),
            replay: replay.as_ref().map(ReplayWire::of),
        }
    }

    fn read(self) -> Run {
        let Self { instance, module, configuration, cost_table, key_mode, chain, counts, genesis, log, replay } = self;
        Run {
            instance: instance.0,
            module: Module { name: module.name, digest: module.digest.sha256.0 },
            configuration: configuration.sha256.0,
            cost_table: cost_table.sha256.0,
            key_mode: key_mode.read(),
            chain: chain.read(),
            counts: counts.read(),
            genesis: genesis.0,
            log: log.map(LogWire::read),
            replay: replay.map(ReplayWire::read),
        }
    }
}

impl NamedDigest {
    fn of(name: String, digest: Digest) -> Self {
        Self { name, digest: DigestSet::of(digest) }
    }
}

impl DigestSet {
    fn of(digest: Digest) -> Self {
        Self { sha256: Hex(digest) }
    }
}

impl KeyModeWire {
    fn of(mode: KeyMode) -> Self {
        match mode {
            KeyMode::RootSecret => Self::RootSecret,
            KeyMode::InsecureFromConfiguration => Self::InsecureFromConfiguration,
        }
    }

    fn read(self) -> KeyMode {
        match self {
            Self::RootSecret => KeyMode::RootSecret,
            Self::InsecureFromConfiguration => KeyMode::InsecureFromConfiguration,
        }
    }
}

impl ChainWire {
    fn of(chain: &Chain) -> Self {
        let Chain { start_epoch, first_epoch, last_epoch, head } = *chain;
        Self { start_epoch, first_epoch, last_epoch, head: DigestSet::of(head) }
    }

    fn read(self) -> Chain {
        let Self { start_epoch, first_epoch, last_epoch, head } = self;
        Chain { start_epoch, first_epoch, last_epoch, head: head.sha256.0 }
    }
}

impl CountsWire {
    fn of(counts: &Counts) -> Self {
        let Counts { signed, covered, by_outcome } = *counts;
        let ByOutcome { done, partial, trapped, exhausted, denied } = by_outcome;
        Self { signed, covered, by_outcome: ByOutcomeWire { done, partial, trapped, exhausted, denied } }
    }

    fn read(self) -> Counts {
        let Self { signed, covered, by_outcome } = self;
        let ByOutcomeWire { done, partial, trapped, exhausted, denied } = by_outcome;
        Counts { signed, covered, by_outcome: ByOutcome { done, partial, trapped, exhausted, denied } }
    }
}

impl LogWire {
    fn of(log: &Log) -> Self {
        let Log { origin, verifier_key, size, root, checkpoint } = log.clone();
        Self { origin, verifier_key, size, root: Root(root), checkpoint }
    }

    fn read(self) -> Log {
        let Self { origin, verifier_key, size, root, checkpoint } = self;
        Log { origin, verifier_key, size, root: root.0, checkpoint }
    }
}

impl ReplayWire {
    fn of(replay: &Replay) -> Self {
        let Replay { engine, steps_equal } = replay.clone();
        Self { engine, steps_equal }
    }

    fn read(self) -> Replay {
        let Self { engine, steps_equal } = self;
        Replay { engine, steps_equal }
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Digest::from_hex(&text).map(Self).ok_or_else(|| D::Error::custom("not 64 hexadecimal digits"))
    }
}

impl Serialize for Root {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&base64::encode(&self.0.0))
    }
}

impl<'de> Deserialize<'de> for Root {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Base64(bytes) = Base64::deserialize(deserializer)?;
        bytes.try_into().map(|bytes| Self(Digest(bytes))).map_err(|_| D::Error::custom("not 32 bytes"))
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&base64::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        base64::decode(&text).map(Self).ok_or_else(|| D::Error::custom("not strict base64"))
    }
}

impl Serialize for InstanceWire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for InstanceWire {
    /// A digest's reader, on twice the digits: an id is half a digest.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let Some(Digest(twice)) = Digest::from_hex(&text.repeat(2)).filter(|_| text.len() == 32) else {
            return Err(D::Error::custom("not 32 hexadecimal digits"));
        };
        let mut id = [0; 16];
        id.copy_from_slice(&twice[..16]);
        Ok(Self(InstanceId(id)))
    }
}
