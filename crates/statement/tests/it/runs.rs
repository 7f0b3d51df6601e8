//! What may be stated of a run: consistency, limits, the genesis statement.

use codec::sha256;
use receipt::KeyMode;
use statement::limits::{CHECKPOINT_LEN_MAX, GENESIS_LEN_MAX, NUMBER_MAX, PAYLOAD_LEN_MAX};
use statement::{ByOutcome, Disagreement, Inconsistency, Log, Refusal, Run, Statement, open};

use crate::fixture;

fn whole() -> Run {
    fixture::run(&fixture::recorded()[0])
}

#[test]
fn statements_read_back() {
    let [key, _] = fixture::keys();
    let mut count = 0;
    for recorded in fixture::recorded() {
        for run in [fixture::run(&recorded), fixture::pruned(&recorded)] {
            let statement = run.clone().statement().expect("a consistent run");
            assert_eq!(statement.run(), &run);
            assert_eq!(Statement::parse(statement.payload()).as_ref(), Ok(&statement));
            assert_eq!(statement.sign(&key), statement.clone().sign(&key), "signing is deterministic");
            assert_eq!(statement.bundle(&key).envelope(), &statement.sign(&key));
            let subjects = run.subjects();
            assert_eq!(subjects[0].digest, run.chain.head);
            assert_eq!(subjects[1].digest, run.module.digest);
            assert_eq!(run.check_genesis().expect("it agrees").to_bytes(), recorded.genesis);
            count += 1;
        }
    }
    println!("{count} runs stated and read back");
    assert!(count >= 6);
}

/// The largest run that may be stated, in a bundle: it is within every limit, and is read back.
#[test]
fn the_widest_run() {
    let mut run = whole();
    run.module.name = "\"\\".repeat(64);
    run.chain.start_epoch = 0;
    run.chain.first_epoch = 1;
    run.chain.last_epoch = NUMBER_MAX;
    run.counts.signed = NUMBER_MAX - 1;
    run.counts.covered = 1;
    run.counts.by_outcome = ByOutcome { done: NUMBER_MAX, partial: 0, trapped: 0, exhausted: 0, denied: 0 };
    run.genesis = vec![0xff; GENESIS_LEN_MAX];
    let log = run.log.as_mut().expect("a log");
    let line = "\u{2014} w \\\n";
    while log.checkpoint.len() + line.len() <= CHECKPOINT_LEN_MAX {
        log.checkpoint += line;
    }
    let replay = run.replay.as_mut().expect("a replay");
    replay.engine = "\"".repeat(64);
    replay.steps_equal = NUMBER_MAX;
    let [key, _] = fixture::keys();
    let statement = run.statement().expect("a consistent run");
    let json = statement.bundle(&key).to_json();
    println!("the widest payload has {} bytes, its bundle {}", statement.payload().len(), json.len());
    assert!(statement.payload().len() <= PAYLOAD_LEN_MAX);
    let opened = open(json.as_bytes(), &[fixture::checked(&key)]).expect("it is read");
    assert_eq!(opened.statement, statement);
}

/// One thing out of order, each with its word; refused when it is stated, and when somebody else has signed it.
#[test]
fn inconsistent_runs_are_not_stated() {
    type Case = (&'static str, fn(&mut Run), Inconsistency);
    fn log(run: &mut Run) -> &mut Log {
        run.log.as_mut().expect("a log")
    }
    let cases: &[Case] = &[
        ("start is first", |run| run.chain.start_epoch = 1, Inconsistency::Epochs),
        ("first after last", |run| run.chain.first_epoch = 16, Inconsistency::Epochs),
        ("large epoch", |run| run.chain.last_epoch = u64::MAX, Inconsistency::NumberTooLarge),
        ("large count", |run| run.counts.covered = NUMBER_MAX + 1, Inconsistency::NumberTooLarge),
        ("a step too many", |run| run.counts.covered = 1, Inconsistency::Counts),
        ("none signed", |run| (run.counts.signed, run.counts.covered) = (0, 15), Inconsistency::Counts),
        ("an outcome too many", |run| run.counts.by_outcome.denied += 1, Inconsistency::Outcomes),
        ("an outcome too few", |run| run.counts.by_outcome.done -= 1, Inconsistency::Outcomes),
        ("long name", |run| run.module.name = "x".repeat(129), Inconsistency::ModuleName),
        ("a name that steers terminals", |run| run.module.name = "x\u{1b}[2J".into(), Inconsistency::ModuleName),
        ("no genesis", |run| run.genesis.clear(), Inconsistency::GenesisLen),
        ("long genesis", |run| run.genesis = vec![0; GENESIS_LEN_MAX + 1], Inconsistency::GenesisLen),
        ("another origin", |run| log(run).origin += "0", Inconsistency::LogName),
        ("another key's name", |run| log(run).verifier_key.insert(0, 'x'), Inconsistency::LogName),
        ("a key with a space", |run| log(run).verifier_key.push(' '), Inconsistency::LogName),
        ("another size", |run| log(run).size += 1, Inconsistency::Checkpoint),
        ("another root", |run| log(run).root = sha256(b"another"), Inconsistency::Checkpoint),
        (
            "an extension line",
            |run| log(run).checkpoint = log(run).checkpoint.replacen("\n\n", "\nmore\n\n", 1),
            Inconsistency::Checkpoint,
        ),
        ("a cut note", |run| _ = log(run).checkpoint.pop(), Inconsistency::Checkpoint),
        ("a note with a return", |run| log(run).checkpoint += "\r\n", Inconsistency::Checkpoint),
        ("a long note", |run| *log(run) = long_note(log(run)), Inconsistency::Checkpoint),
        ("no engine", |run| run.replay.as_mut().expect("one").engine.clear(), Inconsistency::EngineName),
        ("a long engine", |run| run.replay.as_mut().expect("one").engine = "x".repeat(65), Inconsistency::EngineName),
        ("more equal than there are", |run| run.replay.as_mut().expect("one").steps_equal = 16, Inconsistency::Replay),
        ("none equal", |run| run.replay.as_mut().expect("one").steps_equal = 0, Inconsistency::Replay),
    ];
    for (name, change, inconsistency) in cases {
        let mut run = whole();
        change(&mut run);
        assert_eq!(run.check(), Err(*inconsistency), "{name}");
        assert_eq!(run.statement().map(|_| ()), Err(*inconsistency), "{name}");
    }
    let text = String::from_utf8(whole().statement().expect("consistent").payload().to_vec()).expect("text");
    for (before, after, inconsistency) in [
        (r#""denied":1"#, r#""denied":2"#, Inconsistency::Outcomes),
        (r#""covered":0"#, r#""covered":1"#, Inconsistency::Counts),
        (r#""stepsEqual":15"#, r#""stepsEqual":16"#, Inconsistency::Replay),
        (r#"@15""#, r#"@14""#, Inconsistency::Subjects),
        (r#""lastEpoch":15"#, r#""lastEpoch":14"#, Inconsistency::Subjects),
    ] {
        assert!(text.contains(before), "{before}");
        let read = Statement::parse(text.replace(before, after).as_bytes());
        assert_eq!(read, Err(Refusal::Inconsistent(inconsistency)), "{after}");
    }
    println!("{} inconsistent runs refused, 5 of them as read", cases.len() + 5);
}

fn long_note(log: &Log) -> Log {
    Log { checkpoint: log.checkpoint.clone() + &"x\n".repeat(CHECKPOINT_LEN_MAX / 2), ..log.clone() }
}

#[test]
fn a_genesis_statement_that_says_otherwise() {
    type Case = (fn(&mut Run), Disagreement);
    let cases: &[Case] = &[
        (|run| run.instance.0[0] ^= 1, Disagreement::Instance),
        (|run| run.module.name.push('x'), Disagreement::ModuleName),
        (|run| run.module.digest.0[31] ^= 1, Disagreement::Module),
        (|run| run.configuration.0[0] ^= 1, Disagreement::Configuration),
        (|run| run.cost_table.0[0] ^= 1, Disagreement::CostTable),
        (|run| run.key_mode = KeyMode::InsecureFromConfiguration, Disagreement::KeyMode),
        (|run| run.chain.start_epoch += 1, Disagreement::StartEpoch),
        (|run| run.log.as_mut().expect("a log").verifier_key.push('A'), Disagreement::LogKey),
        (|run| run.log.as_mut().expect("a log").size += 1, Disagreement::OtherCheckpoint),
    ];
    for (change, disagreement) in cases {
        let mut run = whole();
        change(&mut run);
        assert_eq!(run.check_genesis(), Err(*disagreement));
    }
    let mut run = whole();
    let log = run.log.as_mut().expect("a log");
    log.checkpoint = log.checkpoint.replace("\n15\n", "\n16\n");
    assert!(matches!(run.check_genesis(), Err(Disagreement::Checkpoint(_))));
    let mut run = whole();
    run.genesis.push(0);
    assert!(matches!(run.check_genesis(), Err(Disagreement::Genesis(_))));
}
