//! A folder of its own to run the program in, with keys and without anything from the outside.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use receipt::RootSecret;
use receipt::keyfile::PublicKeyFile;
use tempfile::TempDir;

/// A root secret that everybody knows.
pub(crate) const SECRET: &str = "avouch-secret-v1 5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\n";
pub(crate) const PUBLIC_PATH: &str = "home/.config/avouch/operator.pub";
pub(crate) const SECRET_PATH: &str = "home/.config/avouch/root.secret";

/// Where the test runs its programs.
pub(crate) struct Room {
    folder: TempDir,
}

/// What a program left when it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Room {
    /// A new folder with a root secret where the program looks for one.
    pub(crate) fn new() -> Self {
        let room = Self { folder: tempfile::tempdir().expect("a folder for temporary files") };
        let keys = room.path("home/.config/avouch");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&keys).expect("a folder for keys");
        room.write(SECRET_PATH, SECRET);
        room.mode(SECRET_PATH, 0o600);
        let operator = PublicKeyFile { key: root().operator_key().public(), comment: "a test".to_owned() };
        room.write(PUBLIC_PATH, operator.to_string());
        room
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).expect("one's own file");
    }

    /// The program, about to start in this folder.
    pub(crate) fn avouch(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_avouch"));
        command.env_clear().current_dir(self.folder.path()).args(arguments).stdin(Stdio::null());
        // Compiled modules are kept from test to test: only the first one waits for the compiler.
        command.env("HOME", "home").env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.avouch(arguments).output().expect("the program starts"))
    }

    /// Runs the program, which must end well.
    pub(crate) fn run_well(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {ran:#?}");
        ran
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
        // A signal has no code; the tests never expect one.
        Self { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// [`SECRET`], read.
pub(crate) fn root() -> RootSecret {
    RootSecret::parse(SECRET).expect("a well formed secret")
}

/// A run file over `rows.ndjson` that alarms of nothing; small budgets keep it fast.
pub(crate) const RUN_FILE: &str = r#"[stream]
kind = "ndjson"
path = "rows.ndjson"
bin = { seconds = 10 }
vertices = { names = 8 }

[run]
name = "small"
profile = "edge"

[policy]
statistic = "observation-loss"
null_mean = 0.25
margin = 0.25
fail_bits = 7
pass_bits = 4

[budget]
total = 4_000_000
ingest = 100_000
cut = 1_500_000
spectral = 2_000_000
evidence = 100_000
witness = 300_000

[[events]]
at = "20"
title = "something known"
"#;

/// `ticks` bins of a small graph whose vertices are called by `names`.
pub(crate) fn rows(ticks: u64, names: [&str; 4]) -> String {
    let name = |place: u64| serde_json::Value::from(names[place as usize % 4]);
    let mut text = String::new();
    for (u, v) in [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)] {
        text += &format!("{{\"t\":0,\"op\":\"edge_add\",\"u\":{},\"v\":{},\"w\":{}}}\n", name(u), name(v), u + 1);
    }
    for tick in 0..ticks {
        let value = (tick * 37 % 100) as f64 / 250.0;
        text += &format!("{{\"t\":{},\"op\":\"observation\",\"u\":{},\"values\":[{value}]}}\n", tick * 10, name(tick));
    }
    text
}
