//! Times the delta rules on one graph. Ratios between programs on one machine mean something; the figures alone do not.
//!
//! `rules_time GRAPH.el COUNT flows LAMBDA`: an edge goes and comes back, the local flow alone.
//! `rules_time GRAPH.el COUNT changes`: the same with the family of cuts.
//! `rules_time GRAPH.el COUNT ticks`: ten changes at a time, and how often they leave the family unknown.
//!
//! The file has `n m` in its first line, then `u v weight` lines.

mod changes;
mod flows;
mod packed;
#[path = "../../tests/shared/random.rs"]
#[allow(dead_code, reason = "shared with tests of this crate")]
mod random;
#[path = "../../tests/rules/recompute.rs"]
mod recompute;

use packed::Packed;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [path, count, what, rest @ ..] = args.as_slice() else {
        panic!("rules_time GRAPH.el COUNT flows LAMBDA | changes | ticks");
    };
    let mut graph = Packed::read(path);
    let count = count.parse().expect("a count");
    let name = path.rsplit('/').next().unwrap_or(path);
    match (what.as_str(), rest) {
        ("flows", [lambda]) => {
            let lambda = lambda.parse::<u64>().expect("lambda") << 32;
            flows::time(&mut graph, name, count, lambda);
        }
        ("changes", []) => changes::time(&mut graph, name, count),
        ("ticks", []) => changes::time_ticks(&mut graph, name, count),
        _ => panic!("flows LAMBDA, changes or ticks"),
    }
}

/// Median, nearest rank at 99 in 100, and the most.
fn ranks(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    let Some(last) = values.len().checked_sub(1) else { return "none".into() };
    let [median, high, most] = [0.5, 0.99, 1.0].map(|share| values[(last as f64 * share) as usize]);
    format!("median {median:.2} p99 {high:.1} max {most:.1}")
}
