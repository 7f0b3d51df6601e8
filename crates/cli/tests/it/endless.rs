//! Standard input that never ends, and the signals that end a run.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::room::{RUN_FILE, Room};

/// A run over a pipe that stays open, and the lines that it logs.
struct Live {
    child: Child,
    input: ChildStdin,
    log: Box<dyn Iterator<Item = String>>,
}

impl Live {
    fn start(room: &Room, durability: &str) -> Self {
        room.write("live.toml", RUN_FILE.replace("rows.ndjson", "-"));
        let arguments = ["run", "live.toml", "-o", "live.journal", "--durability", durability];
        let mut child = room
            .avouch(&arguments)
            .env("AVOUCH_LOG", "avouch=debug")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let input = child.stdin.take().expect("a pipe");
        let log = BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
        Self { child, input, log: Box::new(log) }
    }

    fn say(&mut self, t: u64) {
        let line = format!("{{\"t\":{t},\"op\":\"edge_add\",\"u\":\"a\",\"v\":\"b{}\",\"w\":1}}\n", t / 10 % 4);
        self.input.write_all(line.as_bytes()).expect("the program listens");
        self.input.flush().expect("the program listens");
    }

    /// Waits until the program says that it has kept this epoch.
    fn wait_for(&mut self, epoch: u64) {
        let wanted = format!("epoch {epoch} (");
        let line = self.log.find(|line| line.contains(&wanted));
        assert!(line.is_some(), "the log ended before epoch {epoch}");
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status().expect("every Unix has kill");
        assert!(status.success(), "kill -s {name} {id}");
    }
}

#[test]
fn a_signal_ends_a_silent_stream_and_keeps_every_tick() {
    for (signal, durability) in [("INT", "each"), ("TERM", "batch:64"), ("INT", "close")] {
        let room = Room::new();
        let mut live = Live::start(&room, durability);
        for t in 0..=12 {
            live.say(t * 10);
        }
        // The bin that began last is still open; the twelve before it are kept.
        live.wait_for(12);
        // Half a line: what was not said to its end is nobody's word.
        live.input.write_all(b"{\"t\":1").expect("the program listens");
        live.signal(signal);
        // The pipe stays open until the program has ended.
        let Live { child, input, log } = live;
        let log: Vec<String> = log.collect();
        let ended = child.wait_with_output().expect("the program ends");
        drop(input);
        assert_eq!(ended.status.code(), Some(0), "{signal}: {log:#?}");
        let verified =
            room.run_well(&["--format", "json", "verify", "live.journal", "--trust", crate::room::PUBLIC_PATH]);
        assert_eq!(verified.json()["chain_length"], 12, "{signal}, {durability}");
        room.run_well(&["replay", "live.journal", "--engine", "wasmi"]);
        println!("{signal} under {durability}: 12 ticks kept");
    }
}

#[test]
fn a_pipe_that_closes_ends_the_run_with_its_last_bin() {
    let room = Room::new();
    let mut live = Live::start(&room, "each");
    for t in 0..5 {
        live.say(t * 10);
    }
    let Live { child, input, log } = live;
    drop(input);
    assert!(log.count() >= 5, "a line for every tick");
    assert_eq!(child.wait_with_output().expect("the program ends").status.code(), Some(0));
    let overview = room.run_well(&["--format", "json", "inspect", "live.journal"]).json();
    assert_eq!(overview["ticks"], 5);
}

#[test]
fn a_run_that_is_killed_keeps_what_it_acknowledged() {
    let room = Room::new();
    let mut live = Live::start(&room, "each");
    for t in 0..=20 {
        live.say(t * 10);
    }
    live.wait_for(20);
    live.child.kill().expect("the program runs");
    live.child.wait().expect("the program ends");
    let verified = room.run_well(&["--format", "json", "verify", "live.journal", "--trust", crate::room::PUBLIC_PATH]);
    assert_eq!(verified.json()["chain_length"], 20);
}
