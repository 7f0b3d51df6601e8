//! The recipe `pack.toml`: what the manifest will say, but for digests, and where the files come from.
//!
//! It has the fields of `kernels.json` in TOML. Beside them stand `[build]` with the command that makes the modules, and for
//! every file its `source`, and for every kernel whether it is sealed.

use std::path::Path;

use anyhow::anyhow;
use jiff::Timestamp;
use pack::Manifest;
use toml::{Table, Value};

use super::refused;
use crate::exit::{Exit, Failure, OrExit};

/// Bytes of the longest recipe: twice the longest manifest.
const RECIPE_LEN_MAX: u64 = 2 * pack::limits::MANIFEST_LEN_MAX as u64;

/// The schema that every manifest names.
const SCHEMA: &str = pack::manifest::SCHEMA;

/// A recipe.
pub(super) struct Recipe {
    /// The manifest without digests, and without the key if the recipe names none.
    pub(super) draft: Manifest,
    /// Program and arguments that make the modules.
    pub(super) command: Vec<String>,
    /// The modules, one for each kernel.
    pub(super) modules: Vec<Module>,
    /// All other files.
    pub(super) others: Vec<Source>,
}

/// A kernel's module.
pub(super) struct Module {
    pub(super) source: Source,
    /// Whether the meter is built in.
    pub(super) seal: bool,
}

/// A file of the pack, and where it comes from: a path from the recipe's folder, or the name of a kernel that ships with the
/// program.
pub(super) struct Source {
    pub(super) path: String,
    pub(super) from: String,
}

/// Reads `pack.toml` in a folder.
pub(super) fn read(folder: &Path) -> Result<Recipe, Failure> {
    let path = folder.join("pack.toml");
    let place = path.display();
    let metadata = std::fs::metadata(&path)
        .map_err(|error| anyhow!("{place}: {error}; `avouch pack new` writes one"))
        .or_exit(Exit::World)?;
    if metadata.len() > RECIPE_LEN_MAX {
        return Err(Failure::message(Exit::Usage, format!("{place}: longer than any recipe")));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::World)?;
    let table: Table = toml::from_str(&text).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::Usage)?;
    let wrong = |what: String| Failure::message(Exit::Usage, format!("{place}: {what}"));
    let (text, command, modules, others) = take_apart(table).map_err(wrong)?;
    let draft = Manifest::parse_draft(text.as_bytes()).map_err(|error| refused(&place, &error))?;
    Ok(Recipe { draft, command, modules, others })
}

type Parts = (String, Vec<String>, Vec<Module>, Vec<Source>);

/// What is the recipe's own is taken out; what is left is the manifest.
fn take_apart(mut table: Table) -> Result<Parts, String> {
    let command = match table.remove("build") {
        None => Vec::new(),
        Some(build) => command(build)?,
    };
    if !table.contains_key("created_at") {
        table.insert("created_at".to_owned(), Value::String(created_at()?));
    }
    let (mut modules, mut others) = (Vec::new(), Vec::new());
    for (number, kernel) in tables(&mut table, "kernels").enumerate() {
        let seal = match kernel.remove("seal") {
            None => true,
            Some(Value::Boolean(seal)) => seal,
            Some(_) => return Err(format!("kernels[{number}].seal: must be true or false")),
        };
        modules.push(Module { source: source(kernel, &format!("kernels[{number}]"))?, seal });
        for golden in tables(kernel, "golden") {
            others.push(source(golden, &format!("kernels[{number}].golden"))?);
        }
        if let Some(Value::Table(configuration)) = kernel.get_mut("configuration") {
            others.push(source(configuration, &format!("kernels[{number}].configuration"))?);
        }
    }
    for model in tables(&mut table, "models") {
        others.push(source(model, "models")?);
    }
    let mut text = format!("{{\"$schema\":\"{SCHEMA}\"");
    for (key, value) in &table {
        text += &format!(",{}:{}", quoted(key), json(value)?);
    }
    Ok((text + "}", command, modules, others))
}

fn command(build: Value) -> Result<Vec<String>, String> {
    let wrong = || "build: must be `command = [\"PROGRAM\", \"ARGUMENT\", …]` and nothing else".to_owned();
    let Value::Table(mut build) = build else { return Err(wrong()) };
    let Some(Value::Array(words)) = build.remove("command") else { return Err(wrong()) };
    if !build.is_empty() || words.is_empty() {
        return Err(wrong());
    }
    words.into_iter().map(|word| word.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

/// Reproducible builds have one time for all: <https://reproducible-builds.org/specs/source-date-epoch/>.
fn created_at() -> Result<String, String> {
    const NAME: &str = "SOURCE_DATE_EPOCH";
    let advice = format!("created_at: missing; add it, or set {NAME} to the seconds since 1970");
    let text = std::env::var(NAME).map_err(|_| advice.clone())?;
    let seconds = text.parse().map_err(|_| advice.clone())?;
    let time = Timestamp::from_second(seconds).map_err(|_| advice)?;
    Ok(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The tables of a list; what is no list of tables is left for the manifest's reader to refuse.
fn tables<'a>(table: &'a mut Table, key: &str) -> impl Iterator<Item = &'a mut Table> {
    let list = table.get_mut(key).and_then(Value::as_array_mut);
    list.into_iter().flatten().filter_map(Value::as_table_mut)
}

/// Where a file comes from: its `source`, or the same path in the recipe's folder.
fn source(table: &mut Table, at: &str) -> Result<Source, String> {
    let path = table.get("path").and_then(Value::as_str).unwrap_or_default().to_owned();
    match table.remove("source") {
        None => Ok(Source { from: path.clone(), path }),
        Some(Value::String(from)) => Ok(Source { path, from }),
        Some(_) => Err(format!("{at}.source: must be a path, or shipped:FORM/NAME")),
    }
}

/// TOML as JSON, in the same order: that of the parameters is the order in which a kernel gets them.
fn json(value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::String(text) => quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => format!("{number:?}"),
        Value::Float(number) => return Err(format!("{number} is no number that a manifest may have")),
        Value::Boolean(truth) => truth.to_string(),
        Value::Datetime(time) => quoted(&time.to_string()),
        Value::Array(items) => {
            let items = items.iter().map(json).collect::<Result<Vec<_>, _>>()?;
            format!("[{}]", items.join(","))
        }
        Value::Table(table) => {
            let pairs = table.iter().map(|(key, value)| Ok(format!("{}:{}", quoted(key), json(value)?)));
            format!("{{{}}}", pairs.collect::<Result<Vec<_>, String>>()?.join(","))
        }
    })
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
