//! A process that is killed while it appends loses nothing that was acknowledged.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use journal::Durability;

use crate::fixture::{Random, create, entry, header, place, read};

/// Set for a child process: the journal that it shall write until somebody kills it.
const CHILD_PATH: &str = "AVOUCH_TEST_JOURNAL";
const CHILD_BATCH: &str = "AVOUCH_TEST_BATCH";
const KILLS: u64 = 20;

/// In the parent this does nothing; the kill test starts it again as its child.
#[test]
fn child_that_appends_until_it_is_killed() {
    let Some(path) = std::env::var_os(CHILD_PATH) else { return };
    let batch: u32 = std::env::var(CHILD_BATCH).expect("set beside the path").parse().expect("a number");
    let durability = if batch == 1 { Durability::EveryStep } else { Durability::Batch(batch) };
    let mut writer = create(Path::new(&path), durability);
    for epoch in 1.. {
        writer.append(entry(epoch)).expect("the next step");
        // Straight to the pipe: the test harness may hold back what is printed otherwise.
        writeln!(std::io::stderr(), "kept {epoch}").expect("the parent listens");
    }
}

#[test]
fn killed_at_any_moment_it_keeps_what_it_acknowledged() {
    let program = std::env::current_exe().expect("this test");
    let mut random = Random(0x6b69_6c6c);
    let (mut acknowledged, mut found) = (0, 0);
    for round in 0..KILLS {
        let (_folder, path) = place();
        let batch: u64 = if round % 2 == 0 { 1 } else { 8 };
        let mut child = Command::new(&program)
            .args(["--exact", "crash::child_that_appends_until_it_is_killed", "--nocapture", "--test-threads=1"])
            .env(CHILD_PATH, &path)
            .env(CHILD_BATCH, batch.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("this test starts again");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        // At least one batch, then a while longer: the kill falls anywhere in a transaction.
        let wanted = batch + random.below(40);
        let mut last = 0;
        while last < wanted {
            last = epoch_of(&lines.next().expect("the child goes on").expect("a line")).unwrap_or(last);
        }
        thread::sleep(Duration::from_micros(random.below(3_000)));
        child.kill().expect("the child runs");
        child.wait().expect("the child ends");
        // What it still said before it died counts as well.
        last = lines.map_while(Result::ok).filter_map(|line| epoch_of(&line)).last().unwrap_or(last);
        let safe = last - last % batch;
        let (head, entries) = read(&path).unwrap_or_else(|error| panic!("round {round}, {last} acknowledged: {error}"));
        assert_eq!(head, header());
        let steps = entries.len() as u64;
        assert!(steps >= safe, "round {round}: {last} acknowledged in batches of {batch}, but {steps} found");
        assert!(steps.is_multiple_of(batch), "round {round}: {steps} steps are a part of a batch");
        assert!(entries == (1..=steps).map(entry).collect::<Vec<_>>(), "round {round}: other steps than were written");
        acknowledged += last;
        found += steps;
        fs::remove_file(&path).expect("nobody holds it");
    }
    println!("{KILLS} kills: {acknowledged} steps acknowledged, {found} found");
}

fn epoch_of(line: &str) -> Option<u64> {
    line.strip_prefix("kept ")?.parse().ok()
}
