//! Runs that are killed at any moment: what they acknowledged is there, everything verifies, and a run that goes on ends
//! with the receipts of one that was never disturbed.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use journal::Reader;

use crate::room::{PUBLIC_PATH, RUN_FILE, Room, rows};

const TICKS: u64 = 160;
const KILLS: u32 = 200;

/// Xorshift (Marsaglia 2003): the same moments each time, as far as the machine's clock lets them be the same.
struct Moments(u64);

impl Moments {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

fn room() -> Room {
    let room = Room::new();
    room.write("run.toml", RUN_FILE);
    room.write("rows.ndjson", rows(TICKS, ["a", "b", "c", "d"]));
    room
}

/// Starts a run and kills it after `delay`, if it is not over by then. Gives the last epoch that it acknowledged, and
/// whether it ended by itself.
fn run_and_kill(room: &Room, arguments: &[&str], delay: Duration) -> (u64, bool) {
    let mut command = room.avouch(arguments);
    command.env("AVOUCH_LOG", "avouch=debug").stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let log = BufReader::new(child.stderr.take().expect("a pipe"));
    // A thread of its own drains the log, so that the program never waits for its reader.
    let reader = thread::spawn(move || {
        let mut acknowledged = 0;
        let mut lines = Vec::new();
        for line in log.lines().map_while(Result::ok) {
            let epoch = line.split("epoch ").nth(1).filter(|_| line.ends_with("is in the journal"));
            if let Some(epoch) = epoch.and_then(|rest| rest.split(' ').next()).and_then(|word| word.parse().ok()) {
                acknowledged = epoch;
            } else {
                lines.push(line);
            }
        }
        (acknowledged, lines)
    });
    thread::sleep(delay);
    child.kill().expect("it is there until it is waited for");
    let ended = child.wait().expect("the program ends");
    let (acknowledged, lines) = reader.join().expect("the reader of the log ends");
    assert!(matches!(ended.code(), None | Some(0)), "a run ended badly: {ended:?}: {lines:#?}");
    (acknowledged, ended.success())
}

fn receipts(room: &Room, journal: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let reader = Reader::open(&room.path(journal)).expect("a journal");
    let entries = reader.entries(1, u64::MAX).map(|entry| entry.expect("a step"));
    entries.map(|entry| (entry.input, entry.receipt)).collect()
}

/// A run whose journals come out the same each time.
fn run(journal: &str) -> [&str; 9] {
    ["run", "run.toml", "-o", journal, "--insecure-keys-from-configuration", "--durability", "each", "--every", "16"]
}

#[test]
fn a_run_that_is_killed_at_any_moment_goes_on_and_ends_as_if_undisturbed() {
    let room = room();
    room.run_well(&run("whole.journal"));
    let whole = receipts(&room, "whole.journal");
    assert_eq!(whole.len() as u64, TICKS);
    let mut moments = Moments(0x9e37_79b9_7f4a_7c15);
    let (mut kills, mut lives, mut before_the_first, mut most) = (0, 0, 0, 0);
    while kills < KILLS {
        lives += 1;
        let name = format!("life-{lives}.journal");
        let mut acknowledged = 0;
        loop {
            let delay = Duration::from_millis(moments.next(500));
            let (epoch, ended) = run_and_kill(&room, &run(&name), delay);
            acknowledged = acknowledged.max(epoch);
            if ended {
                break;
            }
            kills += 1;
            if !room.path(&name).exists() {
                assert_eq!(acknowledged, 0, "the journal is gone");
                before_the_first += 1;
                continue;
            }
            // Code 9: whole, but the keys are ones that anybody can derive.
            let verified = room.run(&["--format", "json", "verify", &name]);
            assert_eq!(verified.code, 9, "after kill {kills}: {verified:#?}");
            let kept = verified.json()["chain_length"].as_u64().expect("a number");
            assert!(kept >= acknowledged, "epoch {acknowledged} was acknowledged, {kept} are there");
            most = most.max(kept);
            if kills >= KILLS {
                // The last life runs to its end undisturbed.
                room.run_well(&run(&name));
                break;
            }
        }
        assert!(receipts(&room, &name) == whole, "{name}: other receipts than the undisturbed run's");
    }
    println!(
        "{kills} kills in {lives} lives of {TICKS} ticks; {before_the_first} before there was a journal, the latest at {most}"
    );
}

#[test]
fn a_killed_run_goes_on_under_its_own_keys_and_pin() {
    let room = room();
    let run = ["run", "run.toml", "-o", "run.journal", "--durability", "each", "--every", "20"];
    let mut moments = Moments(7);
    let mut kills = 0;
    loop {
        let (_, ended) = run_and_kill(&room, &run, Duration::from_millis(200 + moments.next(300)));
        if ended {
            break;
        }
        kills += 1;
        assert!(kills < 200, "it never comes to its end");
    }
    let verified = room.run_well(&["--format", "json", "verify", "run.journal", "--trust", PUBLIC_PATH]).json();
    assert_eq!(verified["chain_length"], TICKS);
    // A kill between a step and its snapshot leaves the step.
    let snapshots = verified["snapshots"].as_u64().expect("a number");
    assert!(snapshots <= TICKS / 20, "{snapshots} snapshots");
    room.run_well(&["replay", "run.journal", "--engine", "wasmi"]);
    println!("{kills} kills, then the end, with {snapshots} of {} snapshots", TICKS / 20);
}

/// The disk is full when no file may grow beyond a limit; the signal that tells of it is ignored, so that the write fails.
#[test]
fn a_full_disk_is_an_error_that_keeps_what_was_acknowledged() {
    let room = room();
    let inner = room.avouch(&run("run.journal"));
    let words: Vec<_> = inner.get_args().map(|word| word.to_str().expect("plain words").to_owned()).collect();
    // Journals begin with about half a mebibyte; POSIX counts in blocks of 512 bytes.
    let mut stops = 0;
    for blocks in [1_500, 1_700, 2_000, 2_300, 3_000] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script]).arg(inner.get_program()).args(&words).stdin(Stdio::null());
        command.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("AVOUCH_LOG", "avouch=debug").current_dir(room.path(""));
        let ran = crate::room::Ran::of(command.output().expect("every Unix has sh"));
        let said = ran.stderr.lines().rfind(|line| line.ends_with("is in the journal"));
        let acknowledged =
            said.and_then(|line| line.split("epoch ").nth(1)?.split(' ').next()?.parse().ok()).unwrap_or(0);
        if ran.code != 0 {
            stops += 1;
            assert_eq!(ran.code, 1, "{ran:#?}");
            assert!(ran.stderr.contains("File too large") && ran.stderr.contains("[world]"), "{ran:#?}");
        }
        if !room.path("run.journal").exists() {
            assert_eq!(acknowledged, 0, "the journal is gone");
            continue;
        }
        let verified = room.run(&["--format", "json", "verify", "run.journal"]);
        assert_eq!(verified.code, 9, "{verified:#?}");
        let kept = verified.json()["chain_length"].as_u64().expect("a number");
        assert!(kept >= acknowledged, "epoch {acknowledged} was acknowledged, {kept} are there");
    }
    assert!(stops > 0, "no limit was ever reached");
    room.run_well(&run("run.journal"));
    room.run_well(&run("whole.journal"));
    assert!(
        receipts(&room, "run.journal") == receipts(&room, "whole.journal"),
        "other receipts than an undisturbed run's"
    );
    println!("{stops} times the disk was full");
}
