//! The vectors of `spec/vectors`, which Python programs wrote from the definitions in words.

use gate::evidence::{Decision, Evidence, EvidencePolicy};
use gate::spectral::{ONE, SpectralSearch, lower_bound};
use gate::work::{Progress, Work};

use crate::evidence_cases::feed;
use crate::graphs::Graph;

const SCORES: &str = include_str!("../../../../spec/vectors/score.json");
const EVIDENCE: &str = include_str!("../../../../spec/vectors/evidence.json");

/// What stands after `"key": ` in a line that holds one object: a number, a string's inside or an array's inside.
fn field<'a>(line: &'a str, key: &str) -> &'a str {
    let start = line.find(&format!("\"{key}\": ")).expect("the vector has this key") + key.len() + 4;
    let value = &line[start..];
    let ends: &[char] = match &value[..1] {
        "\"" => return value[1..].split('"').next().unwrap(),
        "[" => return value[1..].split(']').next().unwrap(),
        _ => &[',', '}'],
    };
    value.split(ends).next().unwrap()
}

fn number(line: &str, key: &str) -> i64 {
    field(line, key).parse().unwrap()
}

fn numbers(line: &str, key: &str) -> Vec<u64> {
    field(line, key).split(", ").filter(|text| !text.is_empty()).map(|text| text.parse().unwrap()).collect()
}

fn objects(file: &str) -> impl Iterator<Item = &str> {
    file.lines().filter(|line| line.starts_with('{'))
}

#[test]
fn scores_are_those_of_the_python_program_to_the_last_bit() {
    let mut checked = 0;
    for line in objects(SCORES) {
        let ids = numbers(line, "ids");
        let edges = numbers(line, "edges");
        let mut graph =
            Graph::new(ids.len(), edges.chunks(3).map(|edge| (edge[0] as usize, edge[1] as usize, edge[2])));
        graph.ids = ids;
        let n = graph.ids.len();
        let view = graph.view();
        let mut area = vec![0; SpectralSearch::words(n, view.edge_count())];
        let mut search = SpectralSearch::new();
        search.start(&mut area, &view, &mut Work::new(u64::MAX));
        assert_eq!(search.advance(&mut area, &mut Work::new(u64::MAX)), Progress::Done);
        let score = search.result().unwrap();
        let found = [score.score as i64, score.upper as i64, i64::from(score.steps), i64::from(score.neg_log2_nu2)];
        let name = field(line, "name");
        assert_eq!(found, ["score", "upper", "steps", "neg_log2_nu2"].map(|key| number(line, key)), "{name}");
        let cut = if n < 2 { 0 } else { graph.min_cut() };
        assert_eq!(lower_bound(cut, n as u32, graph.max_degree()) as i64, number(line, "lower"), "{name}");
        let sigma: f64 = field(line, "sigma").parse().unwrap();
        assert!((score.score as f64 / ONE as f64 - sigma).abs() <= 1e-6 * sigma + 1e-9, "{name}: numpy has {sigma}");
        checked += 1;
    }
    assert_eq!(checked, 12);
    println!("{checked} scores as in Python and numpy");
}

#[test]
fn evidence_is_that_of_the_python_program_to_the_last_bit() {
    let (mut checked, mut alarms) = (0, 0);
    let mut evidence = None;
    for line in objects(EVIDENCE) {
        if line.contains("\"stream\"") {
            evidence = Some(Evidence::new(&EvidencePolicy {
                null_mean: number(line, "null_mean") as u32,
                margin: number(line, "margin") as u32,
                fail_bits: number(line, "fail_bits") as u8,
                pass_bits: number(line, "pass_bits") as u8,
                cool_down: number(line, "cool_down") as u32,
            }));
            continue;
        }
        let evidence = evidence.as_mut().expect("a stream's policy stands before its ticks");
        feed(evidence, number(line, "x") as u64);
        if evidence.ticks() % 70 == 0 {
            evidence.rearm();
        }
        let decision = match evidence.decision() {
            Decision::Pass => "pass".to_owned(),
            Decision::Fail { severity } => format!("fail {severity}"),
            Decision::Inconclusive => "inconclusive".to_owned(),
        };
        alarms += u32::from(evidence.latched());
        assert_eq!(decision, field(line, "decision"), "tick {checked}");
        assert_eq!(evidence.bits(), (number(line, "fail") as i32, number(line, "pass") as i32), "tick {checked}");
        assert_eq!(i64::from(evidence.episode()), number(line, "episode"), "tick {checked}");
        assert_eq!(evidence.digest().to_string(), field(line, "digest"), "tick {checked}");
        checked += 1;
    }
    assert_eq!(checked, 1_210);
    assert!(alarms > 100);
    println!("{checked} ticks as in Python, {alarms} of them under an alarm");
}
