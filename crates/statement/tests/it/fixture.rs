//! Runs to state: those of the committed receipt vectors, with a log over their receipts.

use std::path::PathBuf;

use codec::{Digest, Hasher, Sink as _, sha256};
use receipt::log::{Checkpoint, SignedHead, VerifierKey, checkpoint};
use receipt::{CheckedKey, Genesis, GenesisStatement, InstanceName, KeyMode, KeyRole, Outcome, RootSecret, SigningKey};
use statement::{ByOutcome, Chain, Counts, Log, Module, Replay, Run};

/// One chain of `spec/vectors/receipt/accept.txt`: its genesis statement and its receipts, as bytes.
pub(crate) struct Recorded {
    pub(crate) genesis: Vec<u8>,
    pub(crate) receipts: Vec<Vec<u8>>,
}

pub(crate) fn spec(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors").join(path)
}

/// The chains, in the order of the file.
pub(crate) fn recorded() -> Vec<Recorded> {
    let text = std::fs::read_to_string(spec("receipt/accept.txt")).expect("the receipt vectors are committed");
    let mut chains: Vec<Recorded> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["genesis", _, bytes] => chains.push(Recorded { genesis: from_hex(bytes), receipts: Vec::new() }),
            ["receipt", _, bytes] if bytes.starts_with("d2") => {
                chains.last_mut().expect("a genesis comes first").receipts.push(from_hex(bytes))
            }
            _ => {}
        }
    }
    assert!(!chains.is_empty());
    chains
}

/// A run over the whole of a recorded chain, with a log and a replay of every step.
pub(crate) fn run(recorded: &Recorded) -> Run {
    let genesis = Genesis::decode(&recorded.genesis).expect("a committed genesis statement");
    let stated = genesis.statement();
    let steps = recorded.receipts.len() as u64;
    Run {
        instance: stated.instance,
        module: Module { name: stated.module_name.clone(), digest: stated.module },
        configuration: stated.configuration,
        cost_table: stated.cost_table,
        key_mode: stated.key_mode,
        chain: Chain {
            start_epoch: start(stated),
            first_epoch: start(stated) + 1,
            last_epoch: start(stated) + steps,
            head: head(recorded),
        },
        counts: Counts { signed: steps, covered: 0, by_outcome: outcomes(recorded) },
        genesis: recorded.genesis.clone(),
        log: Some(log(stated, &recorded.receipts)),
        replay: Some(Replay { engine: "wasmi".into(), steps_equal: steps }),
    }
}

/// As [`run`], of a journal that was pruned, whose signing is deferred, that has signed no head and was not replayed.
pub(crate) fn pruned(recorded: &Recorded) -> Run {
    let steps = recorded.receipts.len() as u64;
    let whole = run(recorded);
    Run {
        chain: Chain {
            first_epoch: whole.chain.first_epoch + 7,
            last_epoch: whole.chain.last_epoch + 7,
            ..whole.chain
        },
        counts: Counts { signed: 2, covered: steps - 2, ..whole.counts },
        log: None,
        replay: None,
        ..whole
    }
}

/// The key that signs statements here, and one that does not.
pub(crate) fn keys() -> [SigningKey; 2] {
    ["statement key of the vectors", "a stranger's key, of no right"]
        .map(|seed| SigningKey::from_seed(&sha256(seed.as_bytes()).0))
}

pub(crate) fn checked(key: &SigningKey) -> CheckedKey {
    key.public().check().expect("a derived key is usable")
}

/// How the recorded steps ended.
fn outcomes(recorded: &Recorded) -> ByOutcome {
    let mut counts = ByOutcome { done: 0, partial: 0, trapped: 0, exhausted: 0, denied: 0 };
    for bytes in &recorded.receipts {
        let receipt = receipt::Receipt::decode(bytes).expect("a committed receipt");
        let count = match receipt.body().frame().outcome {
            Outcome::Done => &mut counts.done,
            Outcome::Partial(_) => &mut counts.partial,
            Outcome::Trapped(_) => &mut counts.trapped,
            Outcome::Exhausted(_) => &mut counts.exhausted,
            Outcome::Denied(_) => &mut counts.denied,
        };
        *count += 1;
    }
    counts
}

/// SHA-256 of the last receipt's payload: the third item of the COSE_Sign1 is the body.
fn head(recorded: &Recorded) -> Digest {
    let last = recorded.receipts.last().expect("a chain has receipts");
    let receipt = receipt::Receipt::decode(last).expect("a committed receipt");
    sha256(receipt.body_bytes())
}

/// The epoch before a chain's first receipt.
fn start(stated: &GenesisStatement) -> u64 {
    stated.parent.as_ref().map_or(0, |parent| parent.epoch)
}

/// A log over `entries`, its head signed by the log key that the genesis statement names.
fn log(stated: &GenesisStatement, entries: &[Vec<u8>]) -> Log {
    let key = log_key(stated);
    assert_eq!(key.public(), stated.log, "keys.txt has the root secret of the vectors");
    let (root, size, origin) = (tree_head(entries), entries.len() as u64, checkpoint::origin(&stated.instance));
    let verifier_key = VerifierKey::new(&origin, checked(&key)).expect("an origin is a name").to_string();
    let head = SignedHead::sign(Checkpoint { origin: origin.clone(), size, root }, &key).expect("a checkpoint");
    Log { origin, verifier_key, size, root, checkpoint: head.note().to_owned() }
}

fn log_key(stated: &GenesisStatement) -> SigningKey {
    let name = InstanceName { module: stated.module, configuration: stated.configuration, instance: stated.instance };
    let root = match stated.key_mode {
        KeyMode::RootSecret => {
            let text = std::fs::read_to_string(spec("receipt/keys.txt")).expect("the receipt vectors are committed");
            let line = text.lines().find_map(|line| line.strip_prefix("root_secret ")).expect("a root secret");
            RootSecret::from_bytes(from_hex(line).try_into().expect("32 bytes"))
        }
        KeyMode::InsecureFromConfiguration => RootSecret::insecure_from_configuration(&stated.configuration),
    };
    root.instance_key(KeyRole::Log, &name)
}

/// RFC 6962, section 2.1, as it is written there.
fn tree_head(entries: &[Vec<u8>]) -> Digest {
    let mut hasher = Hasher::new();
    match entries {
        [] => {}
        [entry] => {
            hasher.write(&[0]);
            hasher.write(entry);
        }
        _ => {
            let (left, right) = entries.split_at(entries.len().next_power_of_two() / 2);
            hasher.write(&[1]);
            hasher.write(&tree_head(left).0);
            hasher.write(&tree_head(right).0);
        }
    }
    hasher.finish()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).expect("a hexadecimal digit") as u8;
    text.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
