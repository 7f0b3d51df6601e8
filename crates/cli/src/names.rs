//! What vertices are called: as the stream called them, or as a file says.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use feed::limits::{NAME_BYTES_MAX, VERTICES_MAX};

use crate::exit::{Exit, Failure};
use crate::record::{Record, journal_failure};

/// Bytes of a file of names: as many vertices as a stream may have, each with two names of full length and two commas.
const FILE_BYTES_MAX: u64 = VERTICES_MAX * (2 * NAME_BYTES_MAX as u64 + 4);

/// Where names come from that the journal does not have.
#[derive(clap::Args)]
pub(crate) struct NamesArguments {
    /// A CSV file of names for the vertices: in its first column what the stream calls a vertex, a number or a name, in its second
    /// what people call it.
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
}

/// Names by external id. They are annexes: no receipt signs them.
#[derive(Clone, Default)]
pub(crate) struct Names {
    by_id: BTreeMap<u64, String>,
}

impl NamesArguments {
    /// The journal's own names, or those that the file has for them.
    pub(crate) fn of(&self, record: &Record) -> Result<Names, Failure> {
        let own = record.reader().names().map_err(journal_failure)?;
        let Some(path) = &self.names else { return Ok(Names { by_id: own }) };
        let given = read(path, own.is_empty())?;
        if !own.is_empty() && !own.values().any(|name| given.contains_key(name)) {
            let first = own.values().next().expect("it is not empty");
            let advice = "its first column must have what the stream calls the vertices";
            log::warn!("{}: no vertex of this journal is in it; {advice}, such as {first:?}", path.display());
        }
        let by_id: BTreeMap<u64, String> = if own.is_empty() {
            given.iter().filter_map(|(key, name)| Some((key.parse().ok()?, name.clone()))).collect()
        } else {
            own.into_iter().map(|(id, name)| (id, given.get(&name).cloned().unwrap_or(name))).collect()
        };
        Ok(Names { by_id })
    }
}

impl Names {
    /// The name of a vertex, as it may be printed: a name is foreign text, and a terminal obeys control characters.
    pub(crate) fn of(&self, id: u64) -> String {
        let Some(name) = self.by_id.get(&id) else { return format!("vertex {id}") };
        let printable = |c: char| if c.is_control() { c.escape_default().collect() } else { c.to_string() };
        name.chars().map(printable).collect()
    }

    /// All of them.
    pub(crate) fn by_id(&self) -> &BTreeMap<u64, String> {
        &self.by_id
    }
}

/// The first two columns. Where ids are numbers, a first line whose first column is none is a heading.
fn read(path: &Path, numbers: bool) -> Result<BTreeMap<String, String>, Failure> {
    let place = path.display();
    let world = |error: std::io::Error| Failure::message(Exit::World, format!("{place}: {error}"));
    let mut text = String::new();
    let mut file = fs::File::open(path).map_err(world)?.take(FILE_BYTES_MAX + 1);
    file.read_to_string(&mut text).map_err(world)?;
    let mut names = BTreeMap::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let malformed = |what: &str| Failure::message(Exit::Malformed, format!("{place}: line {}: {what}", number + 1));
        let (key, rest) = field(line).ok_or_else(|| malformed("a quote that does not end; put \"\" for a quote"))?;
        let (name, _) = field(rest.unwrap_or("")).ok_or_else(|| malformed("a quote that does not end"))?;
        let is_number = key.parse::<u64>().is_ok();
        if numbers && !is_number && names.is_empty() && number == 0 {
            continue;
        }
        if numbers && !is_number {
            return Err(malformed("the first column is no number, and vertices of this journal are numbers"));
        }
        if rest.is_none() || name.is_empty() {
            return Err(malformed("no name; two columns are needed: what the stream calls a vertex, and its name"));
        }
        if name.len() > NAME_BYTES_MAX {
            return Err(malformed(&format!("a name of more than {NAME_BYTES_MAX} bytes")));
        }
        if names.insert(key, name).is_some() {
            return Err(malformed("this vertex has a name already"));
        }
    }
    Ok(names)
}

/// The first field of a line (RFC 4180), and what stands behind its comma.
fn field(line: &str) -> Option<(String, Option<&str>)> {
    let Some(quoted) = line.trim_start().strip_prefix('"') else {
        return Some(match line.split_once(',') {
            Some((field, rest)) => (field.trim().to_owned(), Some(rest)),
            None => (line.trim().to_owned(), None),
        });
    };
    let (mut text, mut rest) = (String::new(), quoted);
    loop {
        let (before, after) = rest.split_once('"')?;
        text += before;
        match after.strip_prefix('"') {
            Some(more) => {
                text.push('"');
                rest = more;
            }
            None => return Some((text, after.split_once(',').map(|(_, rest)| rest))),
        }
    }
}

/// Names as a list in a sentence, `most` of them at most.
pub(crate) fn list(names: &Names, ids: &[u64], most: usize) -> String {
    // Saying "and 1 more" takes as long as the name would.
    let most = if ids.len() == most + 1 { most + 1 } else { most };
    let mut named: Vec<String> = ids.iter().take(most).map(|id| names.of(*id)).collect();
    if ids.len() > most {
        named.push(format!("{} more", crate::output::thousands((ids.len() - most) as u64)));
    }
    match named.as_slice() {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_line() {
        let cases: [(&str, &str, Option<&str>); 6] = [
            ("1,a,b", "1", Some("a,b")),
            ("\"a,b\",c", "a,b", Some("c")),
            ("\"say \"\"no\"\"\",c", "say \"no\"", Some("c")),
            ("alone", "alone", None),
            (" x , y", "x", Some(" y")),
            ("", "", None),
        ];
        for (line, first, rest) in cases {
            assert_eq!(field(line), Some((first.to_owned(), rest)), "{line}");
        }
        assert_eq!(field("\"open,1"), None);
        println!("{} lines", cases.len() + 1);
    }

    #[test]
    fn control_characters_are_spelt_out() {
        let names = Names { by_id: BTreeMap::from([(3, "a\u{1b}[31mb\n".to_owned())]) };
        assert_eq!(names.of(3), "a\\u{1b}[31mb\\n");
        assert_eq!(list(&names, &[3, 4], 1), "a\\u{1b}[31mb\\n and vertex 4");
        assert_eq!(list(&names, &[4, 5, 6, 7], 2), "vertex 4, vertex 5 and 2 more");
    }
}
