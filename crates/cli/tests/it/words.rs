//! What holds for every command: formats, codes, colours, and what is not printed into a pipe.

use serde_json::Value;

use crate::room::{PUBLIC_PATH, RUN_FILE, Room, rows};

fn room_with_journal() -> Room {
    let room = Room::new();
    room.write("run.toml", RUN_FILE);
    room.write("rows.ndjson", rows(6, ["a", "b", "c", "d"]));
    room.write("plain.wasm", wat::parse_str("(module (memory (export \"memory\") 1 1))").expect("a module"));
    room.run_well(&["run", "run.toml", "-o", "run.journal"]);
    room
}

const COMMANDS: [&[&str]; 9] = [
    &["run", "run.toml", "-o", "new.journal", "--replace"],
    &["verify", "run.journal", "--trust", PUBLIC_PATH],
    &["replay", "run.journal"],
    &["inspect", "run.journal"],
    &["inspect", "run.journal", "--epoch", "3"],
    &["report", "run.journal"],
    &["check", "plain.wasm"],
    &["seal", "plain.wasm"],
    &["verify", "run.journal"],
];

#[test]
fn every_command_prints_the_same_as_json_and_yaml() {
    let room = room_with_journal();
    for command in COMMANDS {
        let [json, yaml] = ["json", "yaml"].map(|format| room.run(&[&["--format", format], command].concat()));
        assert_eq!(json.code, yaml.code, "{command:?}");
        let (left, right) = (json.json(), serde_norway::from_str::<Value>(&yaml.stdout).expect("YAML"));
        let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&left), keys(&right), "{command:?}");
        for result in [left, right] {
            if let Some(word) = result.get("word").or_else(|| result["verification"].get("word")) {
                let expected = [(0, "good"), (9, "signer-unknown")];
                // A report about a chain that nobody vouches for is still a good page.
                let fits = expected.contains(&(json.code, word.as_str().expect("a word"))) || command[0] == "report";
                assert!(fits, "{command:?}: exit {} and word {word}", json.code);
            }
        }
    }
    println!("{} commands in two formats", COMMANDS.len());
}

#[test]
fn errors_are_json_too_and_carry_the_word_of_their_code() {
    let room = room_with_journal();
    room.write("broken.toml", "[run\n");
    room.write("text.journal", "no journal");
    let table: [(&[&str], i32, &str); 4] = [
        (&["verify", "none.journal"], 1, "world"),
        (&["run", "broken.toml"], 2, "usage"),
        (&["verify", "text.journal"], 8, "malformed"),
        (&["inspect", "run.journal", "--epoch", "77"], 2, "usage"),
    ];
    for (command, code, word) in table {
        for format in ["json", "yaml"] {
            let ran = room.run(&[&["--format", format], command].concat());
            let error: Value = serde_norway::from_str(&ran.stderr).expect("JSON, which is YAML as well");
            assert_eq!(ran.code, code, "{ran:#?}");
            assert_eq!((&error["error"]["word"], &error["error"]["code"]), (&word.into(), &code.into()), "{ran:#?}");
            assert_eq!(ran.stdout, "");
        }
    }
}

#[test]
fn a_pipe_gets_no_colours_and_no_progress_bar() {
    let room = room_with_journal();
    for command in COMMANDS {
        for setting in [None, Some(("NO_COLOR", "1")), Some(("CLICOLOR_FORCE", "0"))] {
            let output = room.avouch(command).envs(setting).output().expect("the program starts");
            for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
                assert!(!bytes.contains(&0x1b), "{command:?} {setting:?}: an escape in {name}");
                assert!(!bytes.contains(&b'\r'), "{command:?} {setting:?}: a carriage return in {name}");
            }
            assert!(output.stderr.is_empty(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn usage_errors_have_no_colours_and_end_with_2() {
    let room = Room::new();
    let wrong: [&[&str]; 8] = [
        &["walk"],
        &["run"],
        &["verify", "--trust"],
        &["verify", "x.journal", "--no-such-flag"],
        &["--format", "xml", "verify", "x.journal"],
        &["run", "x.toml", "--durability", "batch:0"],
        &["run", "x.toml", "--keys", "k", "--insecure-keys-from-configuration"],
        &["completions", "cobol"],
    ];
    for command in wrong {
        let output = room.avouch(command).env("NO_COLOR", "1").output().expect("the program starts");
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        assert!(!output.stderr.contains(&0x1b), "{command:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{command:?}");
    }
}

#[test]
fn every_shell_gets_its_completions() {
    let room = Room::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = room.run_well(&["completions", shell]).stdout;
        for word in ["verify", "replay", "keygen", "insecure-keys-from-configuration"] {
            assert!(script.contains(word), "{shell}: no {word}");
        }
    }
}

#[test]
fn the_environment_says_what_the_flags_do_not() {
    let room = room_with_journal();
    let run = |arguments: &[&str], name: &str, value: &str| {
        crate::room::Ran::of(room.avouch(arguments).env(name, value).output().expect("the program starts"))
    };
    assert_eq!(run(&["inspect", "run.journal"], "AVOUCH_FORMAT", "json").json()["ticks"], 6);
    let flag_wins = run(&["--format", "table", "inspect", "run.journal"], "AVOUCH_FORMAT", "json");
    assert!(flag_wins.stdout.starts_with("journal "), "{flag_wins:#?}");
    assert_eq!(run(&["verify", "run.journal"], "AVOUCH_TRUST", PUBLIC_PATH).code, 0);
    let two = format!("{PUBLIC_PATH}:{PUBLIC_PATH}");
    assert_eq!(run(&["verify", "run.journal"], "AVOUCH_TRUST", &two).code, 0);
    assert_eq!(run(&["keygen"], "AVOUCH_KEYS", "other").code, 0);
    assert_eq!(run(&["run", "run.toml", "-o", "other.journal"], "AVOUCH_KEYS", "other").code, 0);
    assert_eq!(room.run(&["verify", "other.journal", "--trust", PUBLIC_PATH]).code, 9);
    assert_eq!(room.run(&["verify", "other.journal", "--trust", "other/operator.pub"]).code, 0);
    assert_eq!(run(&["replay", "run.journal"], "AVOUCH_ENGINE", "wasmi").code, 0);
    assert_eq!(run(&["run", "run.toml"], "AVOUCH_DURABILITY", "sometimes").code, 2);
}

#[test]
fn new_keys_are_for_their_owner_only_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let room = Room::new();
    room.run_well(&["keygen", "-o", "deep/folder"]);
    let mode = |name: &str| std::fs::metadata(room.path(name)).expect("it was made").permissions().mode() & 0o777;
    assert_eq!((mode("deep/folder"), mode("deep/folder/root.secret")), (0o700, 0o600));
    let before = room.read("deep/folder/root.secret");
    let again = room.run(&["keygen", "-o", "deep/folder"]);
    assert_eq!(again.code, 1, "{again:#?}");
    assert!(again.stderr.contains("deep/folder/root.secret") && again.stderr.contains("move it away"), "{again:#?}");
    assert_eq!(room.read("deep/folder/root.secret"), before);
    let secret = String::from_utf8(before).expect("text");
    let digits = secret.trim().rsplit(' ').next().expect("digits");
    assert!(!again.stderr.contains(digits) && !again.stdout.contains(digits));
}
