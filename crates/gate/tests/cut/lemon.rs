//! Larger graphs against LEMON's Nagamochi-Ibaraki and Hao-Orlin and Boost's Stoer-Wagner, where they are installed.

use crate::families;
use crate::graph::{Graph, Random};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles the oracle into `folder`, or says what is missing.
fn oracle(folder: &Path) -> Result<PathBuf, &'static str> {
    let shared = std::env::var_os("AVOUCH_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from);
    let source = shared.join("oracles/lemon_mincut.cpp");
    if !source.exists() {
        return Err("lemon_mincut.cpp");
    }
    if !Path::new("/usr/include/lemon").exists() || !Path::new("/usr/include/boost/graph").exists() {
        return Err("liblemon-dev or libboost-graph-dev");
    }
    let program = folder.join("lemon_mincut");
    match Command::new("g++").args(["-O1", "-w", "-o"]).arg(&program).arg(source).status() {
        Ok(status) => {
            assert!(status.success(), "the oracle compiles");
            Ok(program)
        }
        Err(_) => Err("g++"),
    }
}

fn lemon_value(program: &Path, folder: &Path, graph: &Graph) -> u64 {
    let edges = graph.edges();
    let mut text = format!("{} {}\n", graph.ids.len(), edges.len());
    for (a, b, weight) in edges {
        writeln!(text, "{a} {b} {weight}").unwrap();
    }
    let file = folder.join("graph.el");
    std::fs::write(&file, text).unwrap();
    let output = Command::new(program).arg(&file).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let value = |name: &str| -> u64 {
        let word = text.split_whitespace().find_map(|word| word.strip_prefix(name)).unwrap();
        word.parse().unwrap()
    };
    let values = [value("lemonNI="), value("lemonHaoOrlin="), value("boostSW=")];
    assert!(values.iter().all(|other| *other == values[0]), "the oracles agree: {text}");
    values[0]
}

#[test]
fn larger_graphs_equal_lemon() {
    let folder = std::env::temp_dir().join(format!("gate-cut-lemon-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let program = match oracle(&folder) {
        Ok(program) => program,
        Err(missing) => {
            std::fs::remove_dir_all(&folder).unwrap();
            println!("skipped: no {missing}");
            return;
        }
    };
    let mut random = Random(6);
    let mut unit = |_: &mut Random| 1;
    let mut heavy = |random: &mut Random| 1 + random.next() % 1_000_000;
    let mut graphs = 0;
    for (n, count) in [(50, 40), (100, 30), (200, 20), (500, 5), (1000, 1), (2000, 1)] {
        for _ in 0..count {
            let m = 2 * n + random.below(3 * n);
            for edges in [
                families::connected(n, m, &mut random, &mut unit),
                families::connected(n, m, &mut random, &mut heavy),
                families::planted(n, m, 4, &mut random, &mut unit),
            ] {
                let graph = Graph::new(n, &edges);
                let found = graph.search();
                assert_eq!(found.value, lemon_value(&program, &folder, &graph), "n = {n}, graph {graphs}");
                check_cut(&graph, &found);
                graphs += 1;
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    println!("{graphs} graphs of 50 to 2000 vertices: value equal to LEMON's and Boost's");
}

/// T* has the value that it should, and atoms do not straddle it.
fn check_cut(graph: &Graph, found: &crate::graph::Found) {
    let far = &found.far_side;
    let value: u64 = graph.edges().iter().filter(|(a, b, _)| far[*a] != far[*b]).map(|edge| edge.2).sum();
    assert_eq!(value, found.value);
    assert!(!far[0] && far[found.first_separable.unwrap() as usize]);
    assert!((0..far.len()).all(|vertex| far[vertex] == far[found.atom[vertex] as usize]));
}
