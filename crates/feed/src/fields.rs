//! A line to named cells: CSV by its header, NDJSON by its field names. Both give the same cells for the same data.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use crate::config::{Bin, Columns, RowsConfig};
use crate::error::{Fault, FeedError, Problem};
use crate::limits::COLUMNS_MAX;
use crate::lines::Lines;

/// The cells of one row as text; `None` where a cell is absent or empty.
#[derive(Default)]
pub(crate) struct Cells {
    pub(crate) time: Option<String>,
    pub(crate) op: Option<String>,
    pub(crate) u: Option<String>,
    pub(crate) v: Option<String>,
    pub(crate) weight: Option<String>,
    /// One text per mapped column, empty where the cell is; for NDJSON an array counts as so many columns.
    pub(crate) values: Vec<String>,
    /// The cell whose change closes a bin.
    pub(crate) bin: Option<String>,
}

/// Rows of one file.
pub(crate) struct Rows {
    pub(crate) lines: Lines,
    columns: Columns,
    bin: Option<String>,
    format: Format,
}

enum Format {
    Csv { delimiter: u8, header: Vec<String> },
    Ndjson,
}

impl Rows {
    /// Opens a CSV file and finds the mapped columns in its header.
    pub(crate) fn csv(
        config: &RowsConfig,
        delimiter: u8,
        base_dir: &Path,
        stdin: Box<dyn Read + Send>,
    ) -> Result<Self, FeedError> {
        let mut lines = Lines::open(&config.path, base_dir, stdin)?;
        let header = read_header(&mut lines, delimiter)?;
        let Columns { time, op, u, v, weight, values } = &config.columns;
        let bin = bin_column(&config.bin);
        for name in [time, op, u, v, weight, &bin].into_iter().flatten().chain(values) {
            if !header.contains(name) {
                return Err(lines.error(Fault::in_field(name, "", Problem::MissingColumn)));
            }
        }
        Ok(Self { lines, columns: config.columns.clone(), bin, format: Format::Csv { delimiter, header } })
    }

    /// Opens an NDJSON file. Fields that are not mapped are left alone.
    pub(crate) fn ndjson(config: &RowsConfig, base_dir: &Path, stdin: Box<dyn Read + Send>) -> Result<Self, FeedError> {
        let lines = Lines::open(&config.path, base_dir, stdin)?;
        Ok(Self { lines, columns: config.columns.clone(), bin: bin_column(&config.bin), format: Format::Ndjson })
    }

    /// The name that the run file gives to a cell, for messages.
    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The cells of the next row; `None` at the end.
    pub(crate) fn read(&mut self) -> Result<Option<Cells>, FeedError> {
        if !self.lines.advance()? {
            return Ok(None);
        }
        let cells = match &self.format {
            Format::Csv { delimiter, header } => self.csv_cells(*delimiter, header),
            Format::Ndjson => self.json_cells(),
        };
        cells.map(Some).map_err(|fault| self.lines.error(fault))
    }

    fn csv_cells(&self, delimiter: u8, header: &[String]) -> Result<Cells, Fault> {
        let fields = split(self.lines.text(), delimiter)?;
        if fields.len() != header.len() {
            return Err(Problem::WrongFieldCount { found: fields.len(), expected: header.len() }.into());
        }
        let cell = |name: &String| {
            let at = header.iter().position(|column| column == name)?;
            Some(fields[at].trim()).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let Columns { time, op, u, v, weight, values } = &self.columns;
        let [time, op, u, v, weight, bin] =
            [time, op, u, v, weight, &self.bin].map(|name| name.as_ref().and_then(cell));
        Ok(Cells {
            time,
            op,
            u,
            v,
            weight,
            bin,
            values: values.iter().map(|name| cell(name).unwrap_or_default()).collect(),
        })
    }

    fn json_cells(&self) -> Result<Cells, Fault> {
        let value: Value =
            serde_json::from_str(self.lines.text()).map_err(|error| Problem::NotJson { column: error.column() })?;
        let Value::Object(object) = value else { return Err(Problem::NotJson { column: 0 }.into()) };
        let cell = |name: &Option<String>| match name {
            Some(name) => object.get(name).map_or(Ok(None), |value| json_text(name, value)),
            None => Ok(None),
        };
        let Columns { time, op, u, v, weight, values } = &self.columns;
        let mut cells = Cells {
            time: cell(time)?,
            op: cell(op)?,
            u: cell(u)?,
            v: cell(v)?,
            weight: cell(weight)?,
            bin: cell(&self.bin)?,
            values: Vec::new(),
        };
        for name in values {
            match object.get(name) {
                Some(Value::Array(items)) => {
                    for item in items {
                        let text = json_text(name, item)?;
                        cells.values.push(text.ok_or_else(|| Fault::in_field(name, "null", Problem::NotANumber))?);
                    }
                }
                Some(value) => cells.values.push(json_text(name, value)?.unwrap_or_default()),
                None => cells.values.push(String::new()),
            }
        }
        Ok(cells)
    }
}

/// The names of the columns: the first line that is not blank.
pub(crate) fn read_header(lines: &mut Lines, delimiter: u8) -> Result<Vec<String>, FeedError> {
    if !lines.advance()? {
        return Err(lines.error(Problem::NoHeader));
    }
    let header = split(lines.text(), delimiter).map_err(|problem| lines.error(problem))?;
    if header.len() > COLUMNS_MAX {
        return Err(lines.error(Problem::TooManyColumns));
    }
    let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let mut sorted: Vec<&String> = header.iter().collect();
    sorted.sort_unstable();
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(lines.error(Fault::in_field(pair[0], "", Problem::DuplicateColumn)));
    }
    Ok(header)
}

/// The fields of a line (RFC 4180, section 2, but that a field may not span lines).
pub(crate) fn split(line: &str, delimiter: u8) -> Result<Vec<String>, Problem> {
    let delimiter = char::from(delimiter);
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let field;
        (field, rest) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = rest.find(delimiter).unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        fields.push(field);
        match rest.strip_prefix(delimiter) {
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok(fields),
            None => return Err(Problem::BadQuotes),
        }
    }
}

/// The text up to the closing quote, a doubled quote being one; and what follows the closing quote.
fn unquote(mut rest: &str) -> Result<(String, &str), Problem> {
    let mut field = String::new();
    loop {
        let (text, after) = rest.split_once('"').ok_or(Problem::BadQuotes)?;
        field.push_str(text);
        match after.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None => return Ok((field, after)),
        }
    }
}

fn bin_column(bin: &Bin) -> Option<String> {
    match bin {
        Bin::Rows(_) | Bin::Seconds(_) => None,
        Bin::Column(name) => Some(name.clone()),
    }
}

fn json_text(name: &str, value: &Value) -> Result<Option<String>, Fault> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(Fault::in_field(name, &value.to_string(), Problem::WrongJsonKind))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_split_as_rfc_4180_says() {
        let cases: [(&str, Result<&[&str], Problem>); 11] = [
            ("a,b,c", Ok(&["a", "b", "c"])),
            ("a,,", Ok(&["a", "", ""])),
            ("", Ok(&[""])),
            (r#""a,b",c"#, Ok(&["a,b", "c"])),
            (r#""say ""hi""",x"#, Ok(&["say \"hi\"", "x"])),
            ("\"a", Err(Problem::BadQuotes)),
            ("\"a,\"\"", Err(Problem::BadQuotes)),
            (r#""a"b,c"#, Err(Problem::BadQuotes)),
            (r#"a"b,c"#, Ok(&["a\"b", "c"])),
            (r#""""#, Ok(&[""])),
            (r#""""""#, Ok(&["\""])),
        ];
        for (line, expected) in cases {
            let found = split(line, b',');
            assert_eq!(
                found,
                expected.map(|fields| fields.iter().map(|field| (*field).to_owned()).collect()),
                "{line}"
            );
        }
    }
}
