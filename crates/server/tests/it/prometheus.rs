//! `/metrics` read by a strict reader of the exposition format, and by `promtool` where it is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::client::{get, post};
use crate::fixture::{body, start};

/// Samples by name and labels.
type Samples = BTreeMap<(String, Vec<(String, String)>), f64>;

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// `{a="b",c="d"}` and what follows.
fn labels(text: &str) -> (Vec<(String, String)>, &str) {
    let Some(mut rest) = text.strip_prefix('{') else { return (Vec::new(), text) };
    let mut labels = Vec::new();
    loop {
        let (name, after) = rest.split_once("=\"").expect("a label has a value in quotes");
        assert!(is_name(name), "{name}");
        let (mut value, mut letters) = (String::new(), after.char_indices());
        rest = loop {
            match letters.next().expect("a quote ends") {
                (at, '"') => break &after[at + 1..],
                (_, '\\') => match letters.next().expect("something is escaped").1 {
                    'n' => value.push('\n'),
                    letter @ ('"' | '\\') => value.push(letter),
                    other => panic!("\\{other} is no escape"),
                },
                (_, '\n') => panic!("a line ends within quotes"),
                (_, letter) => value.push(letter),
            }
        };
        assert!(labels.iter().all(|(known, _)| *known != name), "{name} twice");
        labels.push((name.to_owned(), value));
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return (labels, rest.strip_prefix('}').expect("labels end")),
        }
    }
}

/// Reads a text: every family has help and type before its samples, once, and all its samples together.
fn read(text: &str) -> Samples {
    assert!(text.ends_with('\n') && !text.contains("\n\n"));
    let mut samples = Samples::new();
    let mut families = BTreeSet::new();
    let (mut family, mut kind) = (String::new(), String::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').expect("help says something");
            assert!(is_name(name) && !words.is_empty() && families.insert(name.to_owned()), "{name}");
            let typed = lines.next().and_then(|line| line.strip_prefix("# TYPE ")).expect("a type follows help");
            let (typed, word) = typed.split_once(' ').expect("a type");
            assert!(typed == name && ["counter", "gauge", "histogram"].contains(&word), "{line}");
            (family, kind) = (name.to_owned(), word.to_owned());
            assert_eq!(kind == "counter", name.ends_with("_total"), "{name}: counters, and only they, end in _total");
            continue;
        }
        let end = line.find(['{', ' ']).expect("a sample has a value");
        let (name, rest) = line.split_at(end);
        let suffixes: &[&str] = if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
        assert!(suffixes.iter().any(|suffix| name == format!("{family}{suffix}")), "{name} stands under {family}");
        let (labels, rest) = labels(rest);
        let value: f64 = rest.strip_prefix(' ').expect("one space").parse().expect("a number");
        assert!(value >= 0.0 && value.is_finite());
        assert!(samples.insert((name.to_owned(), labels), value).is_none(), "{line} twice");
    }
    samples
}

fn value(samples: &Samples, name: &str, labels: &[(&str, &str)]) -> f64 {
    let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    *samples.get(&(name.to_owned(), labels)).unwrap_or_else(|| panic!("no {name}"))
}

/// Says whether `promtool` found nothing wrong; nothing if it is not installed.
fn promtool(text: &str) -> Option<bool> {
    let mut tool = Command::new("promtool").args(["check", "metrics"]).stdin(Stdio::piped()).spawn().ok()?;
    tool.stdin.take()?.write_all(text.as_bytes()).ok()?;
    Some(tool.wait().ok()?.success())
}

#[test]
fn metrics_are_well_formed_and_add_up() {
    let server = start(|_| {});
    let (ones, huge) = (body(&[("x", &[1])]), body(&[("x", &[-1])]));
    let before = read(&get(server.address, "/metrics").text());
    let health = value(&before, "avouch_kernel_calls_total", &[("kernel", "add"), ("outcome", "module")]);
    for _ in 0..7 {
        assert_eq!(post(server.address, "/v1/kernels/add/forward", &ones).status, 200);
    }
    for _ in 0..3 {
        post(server.address, "/v1/kernels/trap/forward", &ones);
    }
    post(server.address, "/v1/kernels/spin/forward?deadline_ms=1", &huge);
    post(server.address, "/v1/kernels/add/forward", b"noise");
    post(server.address, "/v1/nowhere", &[]);
    let answer = get(server.address, "/metrics");
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = answer.text();
    let samples = read(&text);
    let calls =
        |kernel, outcome| value(&samples, "avouch_kernel_calls_total", &[("kernel", kernel), ("outcome", outcome)]);
    assert_eq!((calls("add", "module") - health, calls("trap", "failed"), calls("spin", "failed")), (7.0, 3.0, 1.0));
    let faults = |kernel, kind| value(&samples, "avouch_kernel_faults_total", &[("kernel", kernel), ("kind", kind)]);
    assert_eq!((faults("trap", "unreachable"), faults("spin", "deadline")), (3.0, 1.0));
    let path = "/v1/kernels/{id}/forward";
    let ended = |path, status| value(&samples, "avouch_http_requests_total", &[("path", path), ("status", status)]);
    assert_eq!(
        (ended(path, "200"), ended(path, "500"), ended(path, "400"), ended("other", "404")),
        (7.0, 3.0, 1.0, 1.0)
    );
    let count = value(&samples, "avouch_http_request_seconds_count", &[("path", path)]);
    let all = value(&samples, "avouch_http_request_seconds_bucket", &[("path", path), ("le", "+Inf")]);
    assert_eq!((count, all), (12.0, 12.0));
    let of_path = |name: &str| name == "avouch_http_request_seconds_bucket";
    let buckets: Vec<f64> = samples
        .iter()
        .filter(|((name, labels), _)| of_path(name) && labels[0].1 == path)
        .map(|(_, value)| *value)
        .collect();
    assert_eq!(buckets.len(), 13);
    println!("{} samples in {} lines", samples.len(), text.lines().count());
    match promtool(&text) {
        Some(good) => assert!(good, "promtool finds fault"),
        None => println!("skipped: no promtool"),
    }
    server.stop();
}
