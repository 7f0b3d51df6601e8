//! Case files: a story, input files, and a script of command lines with all that they print.
//!
//! ```text
//! The story: what is tested, and why.
//!
//! -- file rows.csv
//! time,u,v
//! -- script
//! # A remark.
//! edit rows.csv: time => hour
//! $ AVOUCH_FORMAT=json avouch run run.toml < rows.csv
//! ? 8
//! 1| a line of standard output
//! 2| a line of standard error
//! ```
//!
//! | statement | meaning |
//! | --- | --- |
//! | `edit FILE: OLD => NEW` | the file as it was given, with the one place OLD replaced; `\n`, `\t`, `\xNN`, `\s` (a space) are bytes |
//! | `cut FILE BYTES` | only its first bytes |
//! | `copy FILE NEW`, `remove FILE`, `mode FILE OCTAL` | what they say |
//! | `$ LINE` | one run of the program, in the case's folder |
//! | `? CODE`, `1\| `, `2\| ` | what it ends with and prints; written by `AVOUCH_BLESS=1` |
//!
//! A file `NAME.wat` is also there as `NAME.wasm`.

/// A parsed case file.
pub(crate) struct Case {
    /// Everything before the script, word for word.
    head: String,
    pub(crate) files: Vec<(String, String)>,
    pub(crate) statements: Vec<Statement>,
}

/// One line of a script, and for a run what it must print.
#[derive(Clone)]
pub(crate) struct Statement {
    pub(crate) line: String,
    pub(crate) expected: Option<Outcome>,
}

/// What a run ends with and prints, normalised.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<String>,
    pub(crate) stderr: Vec<String>,
}

impl Case {
    pub(crate) fn parse(text: &str) -> Self {
        let (head, script) = text.split_once("-- script\n").expect("a case has a script");
        let mut files = Vec::new();
        for part in format!("\n{head}").split("\n-- file ").skip(1) {
            let (name, content) = part.split_once('\n').unwrap_or((part, ""));
            let end = if content.is_empty() || content.ends_with('\n') { "" } else { "\n" };
            files.push((name.to_owned(), format!("{content}{end}")));
        }
        let mut statements: Vec<Statement> = Vec::new();
        for line in script.lines() {
            let mark = line.get(..2).unwrap_or("");
            let last = statements.last_mut().and_then(|statement| statement.expected.as_mut());
            match (mark, last) {
                ("? ", Some(outcome)) => outcome.code = line[2..].parse().expect("an exit code"),
                ("1|", Some(outcome)) => outcome.stdout.push(line[2..].trim_start_matches(' ').to_owned()),
                ("2|", Some(outcome)) => outcome.stderr.push(line[2..].trim_start_matches(' ').to_owned()),
                _ => {
                    let expected = line.starts_with("$ ").then(Outcome::default);
                    statements.push(Statement { line: line.to_owned(), expected });
                }
            }
        }
        Self { head: head.to_owned(), files, statements }
    }

    /// The text of the file, with other outcomes for its runs.
    pub(crate) fn with(&self, outcomes: &[Outcome]) -> String {
        let mut outcomes = outcomes.iter();
        let mut text = format!("{}-- script\n", self.head);
        for statement in &self.statements {
            text += &format!("{}\n", statement.line);
            if statement.expected.is_some() {
                text += &outcomes.next().expect("an outcome for every run").text();
            }
        }
        text
    }
}

impl Outcome {
    pub(crate) fn text(&self) -> String {
        let mut text = format!("? {}\n", self.code);
        for (mark, lines) in [("1|", &self.stdout), ("2|", &self.stderr)] {
            for line in lines {
                text += format!("{mark} {line}").trim_end();
                text.push('\n');
            }
        }
        text
    }
}
