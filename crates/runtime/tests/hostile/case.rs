//! A case: a file of text whose first lines say what it does and how that must end.
//!
//! ```text
//! ;; What the guest does, in words, over as many lines as it takes.
//! ;; outcome: one of the ends below
//! ```
//!
//! | end | what it means |
//! | --- | --- |
//! | `refused by seal: CODE` | sealing refuses the module and names this hazard |
//! | `refused by engine: KIND` | both engines refuse the sealed module |
//! | `setup: WHY` | the guest cannot be set up, so there is no chain |
//! | `step: OUTCOME` | every long step ends like this, every short one is done |
//! | `steps: A; B; C` | the steps end like this one after the other; the last goes on |
//!
//! Further lines, where needed: `;; take: N` steps instead of seven; `;; signer: guest` hands the guest a key of its own;
//! `;; repeat NAME N: TEXT` puts TEXT in place of `@NAME@` N times, `#` in it being the number; `;; pad: N` makes the
//! module N bytes long with zeros. A file that does not begin with `(module` is spliced into the polite guest.

use std::path::PathBuf;

/// One file.
pub(crate) struct Case {
    pub(crate) name: String,
    /// What it does, in words.
    pub(crate) words: String,
    /// How it ends, as documented.
    pub(crate) outcome: String,
    /// Steps to take.
    pub(crate) take: usize,
    pub(crate) guest_signs: bool,
    /// The module's bytes, without the padding.
    module: Vec<u8>,
    /// Length to which the module is filled with zeros.
    pad: usize,
}

/// All cases, by name.
pub(crate) fn all() -> Vec<Case> {
    let polite = std::fs::read_to_string(folder().join("polite/guest.wat")).expect("the polite guest is there");
    let entries = std::fs::read_dir(folder()).expect("the folder of cases is there");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wat"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let name = path.file_stem().and_then(|name| name.to_str()).expect("names are ASCII").to_owned();
            let source = std::fs::read_to_string(path).expect("a case can be read");
            parse(name, &source, &polite)
        })
        .collect()
}

/// Names of the cases in `pending/`: documented, but the runtime does not end them so yet.
pub(crate) fn pending() -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder().join("pending")) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile"))
}

fn parse(name: String, source: &str, polite: &str) -> Case {
    let (mut words, mut outcome, mut take, mut guest_signs, mut pad) = (String::new(), None, 7, false, 0);
    let mut repeats = Vec::new();
    let head = source.lines().take_while(|line| line.starts_with(";;"));
    for line in head.map(|line| line[2..].trim()) {
        if let Some(rest) = line.strip_prefix("outcome: ") {
            outcome = Some(rest.to_owned());
        } else if let Some(rest) = line.strip_prefix("take: ") {
            take = rest.parse().expect("a number of steps");
        } else if let Some(rest) = line.strip_prefix("pad: ") {
            pad = rest.parse().expect("a length in bytes");
        } else if let Some(rest) = line.strip_prefix("repeat ") {
            let (head, text) = rest.split_once(": ").expect("`repeat NAME N: TEXT`");
            let (label, count) = head.split_once(' ').expect("`repeat NAME N: TEXT`");
            repeats.push((format!("@{label}@"), count.parse::<usize>().expect("a count"), text));
        } else if line == "signer: guest" {
            guest_signs = true;
        } else {
            words.push_str(if words.is_empty() { "" } else { " " });
            words.push_str(line);
        }
    }
    let body: String = source.lines().filter(|line| !line.starts_with(";;")).flat_map(|line| [line, "\n"]).collect();
    let mut text = if body.trim_start().starts_with("(module") { body } else { splice(&body, polite) };
    for (label, count, repeated) in repeats {
        assert!(text.contains(&label), "{name}: {label} is not used");
        // Bytes within a string stand close together, words of text apart.
        let gap = if repeated.starts_with('\\') { "" } else { " " };
        let all: String = (0..count).map(|number| repeated.replace('#', &number.to_string()) + gap).collect();
        text = text.replace(&label, &all);
    }
    let outcome = outcome.unwrap_or_else(|| panic!("{name}: no `;; outcome:` line"));
    let module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    Case { name, words, outcome, take, guest_signs, module, pad }
}

/// The polite guest with the parts that `body` lacks.
fn splice(body: &str, polite: &str) -> String {
    let mut text = format!("(module {body}\n");
    for part in polite.split(";; part: ").skip(1) {
        let (name, part) = part.split_once('\n').expect("a part has a line of its own for its name");
        let replaced = match name {
            "memory" => body.contains("(memory "),
            name => body.contains(&format!("(func ${name} ")),
        };
        if !replaced {
            text.push_str(part);
        }
    }
    text + ")"
}

impl Case {
    /// The module's bytes.
    pub(crate) fn module(&self) -> Vec<u8> {
        // Fresh zeros, so that a long padding is address space and no memory.
        let mut bytes = vec![0; self.pad.max(self.module.len())];
        bytes[..self.module.len()].copy_from_slice(&self.module);
        bytes
    }

    /// The input of step `number`, from 0: short ones at even places, long ones at odd places.
    pub(crate) fn input(number: usize) -> Vec<u8> {
        let inputs: [&[u8]; 7] = [b"good", &[b'a'; 100], b"", &[0xff; 300], b"\x82\x01\x80", &[0; 65], b"the last one"];
        inputs[number % inputs.len()].to_vec()
    }

    /// How a run with `count` ends was meant to end.
    pub(crate) fn ends(&self, count: usize) -> Vec<String> {
        if let Some(long) = self.outcome.strip_prefix("step: ") {
            let is_long = |number: usize| Self::input(number).len() > 64;
            return (0..self.take).map(|number| if is_long(number) { long } else { "done" }.to_owned()).collect();
        }
        let Some(list) = self.outcome.strip_prefix("steps: ") else { return vec![self.outcome.clone(); count.max(1)] };
        let list: Vec<&str> = list.split("; ").collect();
        (0..self.take).map(|number| list[number.min(list.len() - 1)].to_owned()).collect()
    }
}
