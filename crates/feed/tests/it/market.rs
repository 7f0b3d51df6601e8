//! The market example: 8,250 ticks from 33 years of closing prices.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use codec::{Hasher, Sink, sha256};
use feed::{Delta, StreamConfig, Tick};

use super::{blesses, open, read_run_file, repo};

const GOLDEN: &str = "crates/feed/tests/it/market.golden";
const WINDOW: usize = 63;

fn market() -> Box<dyn feed::Source + Send> {
    let config = read_run_file("examples/market.toml").stream;
    feed::open(&config, &repo("examples"), std::io::empty()).unwrap_or_else(|error| panic!("{error}"))
}

fn prices_text() -> String {
    let file = std::fs::File::open(repo("examples/data/sp500_20assets.csv.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

/// Digests of chosen ticks and of all of them: a change of meaning is seen in review. `AVOUCH_BLESS=1` writes them anew.
#[test]
fn input_bytes_are_golden() {
    let mut all = Hasher::new();
    let mut lines = String::new();
    let (mut count, mut deltas) = (0, 0);
    for tick in market() {
        let tick = tick.unwrap();
        let bytes = tick.encode();
        all.write(&bytes);
        if count < 3 || count % 1000 == 0 {
            lines += &format!("{count} {} {} bytes {}\n", tick.label, bytes.len(), sha256(&bytes));
        }
        count += 1;
        deltas += tick.deltas.len();
    }
    lines += &format!("all {count} ticks, {deltas} deltas {}\n", all.finish());
    if blesses() {
        std::fs::write(repo(GOLDEN), &lines).unwrap();
    }
    assert_eq!(lines, std::fs::read_to_string(repo(GOLDEN)).unwrap());
    assert_eq!(count, 8250);
    println!("{count} ticks, {deltas} deltas");
}

/// The graph that the deltas build, against correlations from raw moments and the machine's own logarithm.
#[test]
fn weights_are_the_correlations_of_the_window() {
    let text = prices_text();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let price = |day: usize, share: usize| rows[day][share + 1].parse::<f64>().unwrap();
    let change = |day: usize, share: usize| price(day, share).ln() - price(day - 1, share).ln();
    let mut edges = BTreeMap::new();
    let (mut checked, mut greatest_gap) = (0, 0_u64);
    for (index, tick) in market().enumerate() {
        let tick = tick.unwrap();
        apply(&tick, &mut edges);
        let day = index + WINDOW;
        assert_eq!(tick.label, rows[day][0]);
        if index % 250 > 0 && index > 12 {
            continue;
        }
        for u in 0..20 {
            for v in u + 1..20 {
                let pairs: Vec<_> = (day + 1 - WINDOW..=day).map(|day| (change(day, u), change(day, v))).collect();
                let expected = (pearson(&pairs).max(0.0) * (1_u64 << 32) as f64).round() as u64;
                let found = edges.get(&(u as u64, v as u64)).copied().unwrap_or(0);
                greatest_gap = greatest_gap.max(found.abs_diff(expected));
                checked += 1;
            }
        }
        observes(&tick, |share| change(day, share));
    }
    assert!(greatest_gap <= 16, "weights differ by up to {greatest_gap} of 2^32");
    println!("{checked} weights, greatest gap {greatest_gap} of 2^32");
}

fn apply(tick: &Tick, edges: &mut BTreeMap<(u64, u64), u64>) {
    for delta in &tick.deltas {
        match delta {
            Delta::EdgeAdd { u, v, weight } => assert_eq!(edges.insert((*u, *v), *weight), None),
            Delta::WeightUpdate { u, v, weight } => assert!(edges.insert((*u, *v), *weight) != Some(*weight)),
            Delta::EdgeRemove { u, v } => assert!(edges.remove(&(*u, *v)).is_some()),
            Delta::Observation { .. } | Delta::Rearm => {}
        }
    }
}

fn observes(tick: &Tick, change: impl Fn(usize) -> f64) {
    let seen = tick.deltas.iter().filter_map(|delta| match delta {
        Delta::Observation { vertex, values } => Some((*vertex, values[0])),
        Delta::EdgeAdd { .. } | Delta::EdgeRemove { .. } | Delta::WeightUpdate { .. } | Delta::Rearm => None,
    });
    let seen: Vec<_> = seen.collect();
    assert_eq!(seen.len(), 20);
    for (index, (vertex, value)) in seen.into_iter().enumerate() {
        assert_eq!(vertex, index as u64);
        assert!((f64::from(value) - change(index)).abs() < 1e-7);
    }
}

/// Pearson's correlation from raw moments; 0 where one side does not move.
fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let sum = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    if pairs.iter().all(|pair| pair.0 == pairs[0].0) || pairs.iter().all(|pair| pair.1 == pairs[0].1) {
        return 0.0;
    }
    let (x, y) = (sum(|pair| pair.0), sum(|pair| pair.1));
    let (xx, yy, xy) = (sum(|pair| pair.0 * pair.0), sum(|pair| pair.1 * pair.1), sum(|pair| pair.0 * pair.1));
    (n * xy - x * y) / ((n * xx - x * x) * (n * yy - y * y)).sqrt()
}

#[test]
fn gzip_and_plain_give_the_same_ticks() {
    let text = prices_text();
    let plain = open("kind='prices'\npath='-'\nwindow=63", Cursor::new(text.into_bytes())).unwrap();
    let count = plain.zip(market()).take(500).map(|(plain, gzip)| assert_eq!(plain, gzip)).count();
    assert_eq!(count, 500);
    let names = market();
    assert_eq!(names.vertex_names()[..3], ["AAPL", "AMD", "BAC"]);
}

/// A stream that begins later says the same of a later day: nothing but the window counts.
#[test]
fn a_window_does_not_depend_on_where_the_stream_began() {
    let text = prices_text();
    let (header, body) = text.split_once('\n').unwrap();
    let late: String = body.lines().skip(1000).take(WINDOW + 1).map(|line| format!("{line}\n")).collect();
    let toml = "kind='prices'\npath='-'\nwindow=63";
    let late = open(toml, Cursor::new(format!("{header}\n{late}"))).unwrap().next().unwrap().unwrap();
    let mut edges = BTreeMap::new();
    for tick in market() {
        let tick = tick.unwrap();
        apply(&tick, &mut edges);
        if tick.label == late.label {
            break;
        }
    }
    let mut late_edges = BTreeMap::new();
    apply(&late, &mut late_edges);
    assert_eq!(edges, late_edges);
    println!("{} edges on {}", edges.len(), late.label);
}

#[test]
fn the_example_says_what_it_is() {
    let file = read_run_file("examples/market.toml");
    assert!(matches!(&file.stream, StreamConfig::Prices(prices) if prices.window == WINDOW));
    assert_eq!(file.events.len(), 8);
    assert!(file.events.windows(2).all(|pair| pair[0].at < pair[1].at));
}
