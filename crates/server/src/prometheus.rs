//! Counts as text for Prometheus (exposition format 0.0.4).

use std::fmt::{self, Write as _};

/// The media type of the text.
pub(crate) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A text that is being written.
#[derive(Default)]
pub(crate) struct Text(String);

/// One family of samples in a text.
pub(crate) struct Family<'t> {
    text: &'t mut Text,
    name: &'static str,
}

/// What a family's numbers mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Counts by upper bound.
    Histogram,
}

/// Names and values of a sample's labels.
pub(crate) type Labels<'l> = &'l [(&'static str, &'l str)];

impl Text {
    /// Begins a family.
    pub(crate) fn family(&mut self, name: &'static str, kind: Kind, help: &str) -> Family<'_> {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n").expect("writing to a string");
        Family { text: self, name }
    }

    /// A family with one sample.
    pub(crate) fn single(&mut self, name: &'static str, kind: Kind, help: &str, value: impl fmt::Display) {
        self.family(name, kind, help).sample(&[], value);
    }

    /// The whole.
    pub(crate) fn finish(self) -> String {
        self.0
    }
}

impl Family<'_> {
    /// One sample.
    pub(crate) fn sample(&mut self, labels: Labels<'_>, value: impl fmt::Display) {
        self.suffixed("", labels, value);
    }

    /// One sample of a histogram: `_bucket`, `_sum` or `_count`.
    pub(crate) fn suffixed(&mut self, suffix: &str, labels: Labels<'_>, value: impl fmt::Display) {
        let text = &mut self.text.0;
        text.push_str(self.name);
        text.push_str(suffix);
        for (number, (name, value)) in labels.iter().enumerate() {
            let open = if number == 0 { '{' } else { ',' };
            write!(text, "{open}{name}=\"{}\"", Escaped(value)).expect("writing to a string");
        }
        if !labels.is_empty() {
            text.push('}');
        }
        writeln!(text, " {value}").expect("writing to a string");
    }
}

/// A label's value: backslash, quote and line feed are escaped.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| match letter {
            '\\' => f.write_str("\\\\"),
            '"' => f.write_str("\\\""),
            '\n' => f.write_str("\\n"),
            _ => f.write_char(letter),
        })
    }
}
