//! Runs the case files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::case::{Case, Outcome};
use crate::room::{Ran, Room};

#[test]
fn every_case_prints_what_its_file_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(&folder).expect("the cases").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "case"));
    paths.sort();
    let bless = std::env::var_os("AVOUCH_BLESS").is_some_and(|value| value == "1");
    let (next, runs, wrong) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(String::new()));
    let work = || {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            let text = fs::read_to_string(path).expect("a case file is text");
            let case = Case::parse(&text);
            let outcomes = perform(&case, path);
            runs.fetch_add(outcomes.len(), Ordering::Relaxed);
            if bless {
                fs::write(path, case.with(&outcomes)).expect("the case file can be written");
            } else {
                *wrong.lock().expect("no thread panicked") += &differences(&case, &outcomes, path);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().expect("no thread panicked");
    println!("{} case files, {} runs of the program", paths.len(), runs.into_inner());
    assert!(wrong.is_empty(), "{wrong}\nAVOUCH_BLESS=1 writes down what is printed now");
}

fn perform(case: &Case, path: &Path) -> Vec<Outcome> {
    let room = Room::new();
    let place = path.display();
    for (name, content) in &case.files {
        room.write(name, content);
        if let Some(stem) = name.strip_suffix(".wat") {
            let module = wat::parse_str(content).unwrap_or_else(|error| panic!("{place}: {name}: {error}"));
            room.write(&format!("{stem}.wasm"), module);
        }
    }
    let mut outcomes = Vec::new();
    for statement in &case.statements {
        let line = statement.line.trim();
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "" | "#" => {}
            "$" => outcomes.push(outcome(&run(&room, rest))),
            "edit" => edit(&room, case, rest).unwrap_or_else(|| panic!("{place}: cannot {line}")),
            _ => file_statement(&room, verb, rest).unwrap_or_else(|| panic!("{place}: cannot {line}")),
        }
    }
    outcomes
}

fn run(room: &Room, line: &str) -> Ran {
    let (line, input) = line.split_once(" < ").map_or((line, None), |(line, input)| (line, Some(input)));
    let mut words = line.split_whitespace();
    let settings: Vec<_> = words.by_ref().map_while(|word| word.split_once('=')).collect();
    // The word that ended the settings is the program's name.
    let arguments: Vec<&str> = line.split_whitespace().skip(settings.len() + 1).collect();
    let mut command = room.avouch(&arguments);
    command.envs(settings);
    if let Some(input) = input {
        command.stdin(fs::File::open(room.path(input)).expect("the input of a case"));
    }
    Ran::of(command.output().expect("the program starts"))
}

fn edit(room: &Room, case: &Case, rest: &str) -> Option<()> {
    let (name, change) = rest.split_once(": ")?;
    let (old, new) = change.split_once(" =>")?;
    let (_, content) = case.files.iter().find(|(file, _)| file == name)?;
    let (old, new) = (unescape(old), unescape(new.strip_prefix(' ').unwrap_or(new)));
    let content = content.as_bytes();
    let places: Vec<usize> = (0..content.len()).filter(|place| content[*place..].starts_with(&old)).collect();
    let [place] = places[..] else { return None };
    room.write(name, [&content[..place], &new, &content[place + old.len()..]].concat());
    Some(())
}

fn file_statement(room: &Room, verb: &str, rest: &str) -> Option<()> {
    let (name, argument) = rest.split_once(' ').unwrap_or((rest, ""));
    match verb {
        "cut" => {
            let mut bytes = room.read(name);
            bytes.truncate(argument.parse().ok()?);
            room.write(name, bytes);
        }
        "copy" => room.write(argument, room.read(name)),
        "remove" => fs::remove_file(room.path(name)).ok()?,
        "mode" => room.mode(name, u32::from_str_radix(argument, 8).ok()?),
        _ => return None,
    }
    Some(())
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'\\', [b'n', tail @ ..]) => (bytes.push(b'\n'), tail).1,
            (b'\\', [b't', tail @ ..]) => (bytes.push(b'\t'), tail).1,
            (b'\\', [b's', tail @ ..]) => (bytes.push(b' '), tail).1,
            (b'\\', [b'x', high, low, tail @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).expect("two hexadecimal digits");
                bytes.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits"));
                tail
            }
            _ => (bytes.push(*first), tail).1,
        };
    }
    bytes
}

fn outcome(ran: &Ran) -> Outcome {
    let lines = |text: &str| text.lines().map(|line| normal(line).trim().to_owned()).collect();
    Outcome { code: ran.code, stdout: lines(&ran.stdout), stderr: lines(&ran.stderr) }
}

/// A line without what changes from run to run, or from build to build of a guest.
fn normal(line: &str) -> String {
    let word = line.split_whitespace().next().unwrap_or("");
    if word == "time" || word == "\"seconds\":" || word == "seconds:" {
        return format!("{word} <time>");
    }
    if word == "meter" || word == "\"meter_used\":" {
        return format!("{word} <meter>");
    }
    let line = match line.strip_prefix("[20").and_then(|rest| rest.split_once("Z ")) {
        Some((_, rest)) => format!("[<now> {rest}"),
        None => line.to_owned(),
    };
    let line = if matches!(word, "container" | "page" | "size") { without_sizes(&line) } else { line };
    without_digests(&line)
}

/// `1234 bytes` as `<n> bytes`.
fn without_sizes(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let masked = words.iter().enumerate().map(|(place, word)| {
        let is_size = words.get(place + 1).is_some_and(|next| next.starts_with("bytes"));
        match word.strip_prefix('(') {
            Some(_) if is_size => "(<n>".to_owned(),
            None if is_size => "<n>".to_owned(),
            Some(_) | None => (*word).to_owned(),
        }
    });
    masked.collect::<Vec<_>>().join(" ")
}

/// 64 hexadecimal digits as `<digest>`, 32 as `<id>`.
fn without_digests(line: &str) -> String {
    let mut text = String::new();
    let mut run = String::new();
    for c in line.chars().chain(['\n']) {
        if c.is_ascii_hexdigit() {
            run.push(c);
            continue;
        }
        text += match run.len() {
            64 => "<digest>",
            32 => "<id>",
            _ => &run,
        };
        run.clear();
        text.push(c);
    }
    text.truncate(text.len() - 1);
    text
}

fn differences(case: &Case, outcomes: &[Outcome], path: &Path) -> String {
    let runs = case.statements.iter().filter_map(|statement| Some((&statement.line, statement.expected.as_ref()?)));
    let mut text = String::new();
    for ((line, expected), found) in runs.zip(outcomes) {
        // Both sides as the file would have them, where spaces at the ends of lines do not stand.
        let (expected, found) = (expected.text(), found.text());
        if expected != found {
            text += &format!("\n{}: {line}\nexpected:\n{expected}found:\n{found}", path.display());
        }
    }
    text
}
