//! The query of a call: how it is bounded, what it leaves, and the kernel's parameters as `param.NAME=VALUE`.

use std::time::Duration;

use host::{Fallback, Mode};
use pack::{Direction, Parameter, ParameterType, Value};

use crate::limits::{BUDGET_DEFAULT, QUERY_LEN_MAX, QUERY_PAIRS_MAX};
use crate::problem::{Problem, ProblemKind};

const PARAMETER_PREFIX: &str = "param.";

/// A query that was read, its parameters still as text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct CallQuery {
    /// How the call is bounded; `None` leaves it to the device class.
    pub(crate) mode: Option<Mode>,
    /// What happens when the module fails.
    pub(crate) fallback: Fallback,
    /// Whether a receipt is wanted.
    pub(crate) receipt: bool,
    /// The direction of a batch.
    pub(crate) direction: Option<Direction>,
    /// Parameters by name, as text.
    pub(crate) parameters: Vec<(String, String)>,
}

impl CallQuery {
    /// Reads a query; what it does not know, or finds twice, is refused.
    pub(crate) fn parse(query: Option<&str>) -> Result<Self, Problem> {
        let mut read = Reading::default();
        for (key, value) in pairs(query.unwrap_or(""))? {
            read.take(key, value)?;
        }
        read.finish()
    }
}

/// Refuses any query: for paths that take none.
pub(crate) fn none(query: Option<&str>) -> Result<(), Problem> {
    match pairs(query.unwrap_or(""))?.first() {
        None => Ok(()),
        Some((key, _)) => Err(unknown(key)),
    }
}

/// The one flag that `upgrade` takes.
pub(crate) fn older_allowed(query: Option<&str>) -> Result<bool, Problem> {
    let mut allowed = None;
    for (key, value) in pairs(query.unwrap_or(""))? {
        if key != "older" {
            return Err(unknown(&key));
        }
        once(&mut allowed, "older", flag("older", &value)?)?;
    }
    Ok(allowed.unwrap_or(false))
}

/// The values that `given` stands for, each with the name in the manifest.
pub(crate) fn values<'p>(
    given: &[(String, String)],
    parameters: &'p [Parameter],
) -> Result<Vec<(&'p str, Value)>, Problem> {
    let wrong = |message: String| Problem::new(ProblemKind::Parameter, message);
    let value = |(name, text): &(String, String)| {
        let parameter = parameters.iter().find(|parameter| parameter.name == *name);
        let parameter =
            parameter.ok_or_else(|| wrong(format!("the kernel has no parameter `{}`", name.escape_debug())))?;
        let kind = parameter.default.kind();
        let value = match kind {
            ParameterType::F32 => text.parse().ok().map(Value::F32),
            ParameterType::U32 => text.parse().ok().map(Value::U32),
            ParameterType::I32 => text.parse().ok().map(Value::I32),
        };
        let bad = || wrong(format!("parameter `{name}`: `{}` is no {}", text.escape_debug(), kind.name()));
        Ok((parameter.name.as_str(), value.ok_or_else(bad)?))
    };
    given.iter().map(value).collect()
}

#[derive(Default)]
struct Reading {
    mode: Option<String>,
    budget: Option<u64>,
    deadline: Option<Duration>,
    fallback: Option<bool>,
    receipt: Option<bool>,
    direction: Option<Direction>,
    parameters: Vec<(String, String)>,
}

impl Reading {
    fn take(&mut self, key: String, value: String) -> Result<(), Problem> {
        if let Some(name) = key.strip_prefix(PARAMETER_PREFIX) {
            if self.parameters.iter().any(|(known, _)| known == name) {
                return Err(twice(&key));
            }
            self.parameters.push((name.to_owned(), value));
            return Ok(());
        }
        let number = || {
            let wrong = || bad(format!("{key}: `{}` is no whole number", value.escape_debug()));
            value.parse::<u64>().map_err(|_| wrong())
        };
        match key.as_str() {
            "mode" => once(&mut self.mode, "mode", value),
            "budget" => once(&mut self.budget, "budget", number()?),
            "deadline_ms" => once(&mut self.deadline, "deadline_ms", Duration::from_millis(number()?)),
            "fallback" => once(&mut self.fallback, "fallback", flag("fallback", &value)?),
            "receipt" => once(&mut self.receipt, "receipt", flag("receipt", &value)?),
            "direction" => {
                let direction = Direction::ALL.into_iter().find(|direction| direction.name() == value);
                let wrong = || bad(format!("direction: `{}`; use forward or backward", value.escape_debug()));
                once(&mut self.direction, "direction", direction.ok_or_else(wrong)?)
            }
            _ => Err(unknown(&key)),
        }
    }

    fn finish(self) -> Result<CallQuery, Problem> {
        let Self { mode, budget, deadline, fallback, receipt, direction, parameters } = self;
        let mode = match mode.as_deref() {
            Some("metered") if deadline.is_some() => {
                return Err(bad("deadline_ms goes with mode=deadline; a metered call has a budget".to_owned()));
            }
            Some("metered") => Some(Mode::Metered { budget: budget.unwrap_or(BUDGET_DEFAULT) }),
            Some("deadline") | None if budget.is_some() => {
                return Err(bad("budget goes with mode=metered".to_owned()));
            }
            Some("deadline") | None => deadline.map(Mode::Deadline),
            Some(other) => {
                return Err(bad(format!("mode: `{}`; use deadline or metered", other.escape_debug())));
            }
        };
        if deadline.is_some_and(|limit| limit.is_zero()) {
            return Err(bad("deadline_ms: at least 1".to_owned()));
        }
        let fallback = if fallback.unwrap_or(true) { Fallback::Reference } else { Fallback::None };
        Ok(CallQuery { mode, fallback, receipt: receipt.unwrap_or(false), direction, parameters })
    }
}

fn bad(message: String) -> Problem {
    Problem::new(ProblemKind::Query, message)
}

fn unknown(key: &str) -> Problem {
    bad(format!("the query has `{}`, which this path does not take; see spec/server.md", key.escape_debug()))
}

fn twice(key: &str) -> Problem {
    bad(format!("the query has `{}` twice", key.escape_debug()))
}

fn once<T>(place: &mut Option<T>, key: &str, value: T) -> Result<(), Problem> {
    if place.replace(value).is_some() { Err(twice(key)) } else { Ok(()) }
}

fn flag(key: &str, value: &str) -> Result<bool, Problem> {
    match value {
        "1" => Ok(true),
        "0" => Ok(false),
        _ => Err(bad(format!("{key}: `{}`; use 1 or 0", value.escape_debug()))),
    }
}

/// The pairs of a query, decoded.
fn pairs(query: &str) -> Result<Vec<(String, String)>, Problem> {
    if query.len() > QUERY_LEN_MAX {
        return Err(bad(format!("a query of more than {QUERY_LEN_MAX} bytes")));
    }
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        if pairs.len() == QUERY_PAIRS_MAX {
            return Err(bad(format!("a query of more than {QUERY_PAIRS_MAX} pairs")));
        }
        let (key, value) = pair.split_once('=').ok_or_else(|| bad("a query is KEY=VALUE, joined by `&`".to_owned()))?;
        pairs.push((decoded(key)?, decoded(value)?));
    }
    Ok(pairs)
}

/// Percent encoding undone; a plus sign is a plus sign, as in a float's exponent.
fn decoded(text: &str) -> Result<String, Problem> {
    let wrong =
        || bad("a query's percent sign stands before two hexadecimal digits, and the whole is UTF-8".to_owned());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let ([b'%', ..], [high, low, behind @ ..]) = (rest, after) else {
            if *first == b'%' {
                return Err(wrong());
            }
            bytes.push(*first);
            rest = after;
            continue;
        };
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        let (high, low) = digit(*high).zip(digit(*low)).ok_or_else(wrong)?;
        bytes.push(high << 4 | low);
        rest = behind;
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read_and_what_is_odd_is_refused() {
        let read = |query| CallQuery::parse(Some(query));
        let plain = CallQuery {
            mode: None,
            fallback: Fallback::Reference,
            receipt: false,
            direction: None,
            parameters: Vec::new(),
        };
        assert_eq!(CallQuery::parse(None), Ok(plain.clone()));
        assert_eq!(read(""), Ok(plain.clone()));
        let metered = CallQuery { mode: Some(Mode::Metered { budget: 7 }), ..plain.clone() };
        assert_eq!(read("mode=metered&budget=7"), Ok(metered));
        let timed = CallQuery { mode: Some(Mode::Deadline(Duration::from_millis(5))), ..plain.clone() };
        assert_eq!(read("deadline_ms=5"), Ok(timed));
        let parameters = vec![("a b".to_owned(), "1e+5".to_owned())];
        assert_eq!(read("param.a%20b=1e+5&receipt=1"), Ok(CallQuery { receipt: true, parameters, ..plain }));
        let odd = [
            "x=1",
            "mode",
            "mode=fast",
            "mode=metered&mode=metered",
            "budget=1",
            "mode=deadline&budget=1",
            "mode=metered&deadline_ms=1",
            "deadline_ms=0",
            "deadline_ms=-1",
            "deadline_ms=1.5",
            "receipt=yes",
            "fallback=2",
            "direction=sideways",
            "param.a=1&param.a=1",
            "a=%",
            "a=%f",
            "a=%zz",
            "a=%ff",
            "budget=18446744073709551616&mode=metered",
        ];
        for query in odd {
            let problem = read(query).expect_err(query);
            assert_eq!(problem.kind, ProblemKind::Query, "{query}");
        }
        assert!(pairs(&"a=1&".repeat(QUERY_PAIRS_MAX + 1)).is_err() && pairs(&"a".repeat(QUERY_LEN_MAX + 1)).is_err());
        println!("{} odd queries refused", odd.len() + 2);
    }
}
