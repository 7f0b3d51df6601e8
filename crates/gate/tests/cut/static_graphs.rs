//! Published graphs with known minimum cuts, from the shared data.

use crate::graph::Graph;
use std::path::PathBuf;

fn shared() -> PathBuf {
    std::env::var_os("AVOUCH_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from)
}

fn read_graph(text: &str) -> Graph {
    let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let numbers = |line: &str| -> Vec<u64> { line.split_whitespace().map(|word| word.parse().unwrap()).collect() };
    let head = numbers(lines.next().unwrap());
    let edges: Vec<_> = lines.map(numbers).map(|row| (row[0] as usize, row[1] as usize, row[2])).collect();
    Graph::new(head[0] as usize, &edges)
}

#[test]
fn published_graphs() {
    let folder = shared().join("data/static_graphs");
    let Ok(table) = std::fs::read_to_string(folder.join("mincuts.csv")) else {
        println!("skipped: no {}", folder.display());
        return;
    };
    let mut graphs = 0;
    for line in table.lines().skip(1) {
        let row: Vec<&str> = line.split(',').collect();
        let graph = read_graph(&std::fs::read_to_string(folder.join(format!("{}.edges", row[0]))).unwrap());
        let found = graph.search();
        let known = |column: usize| row[column].parse::<u64>().unwrap();
        assert_eq!(graph.ids.len() as u64, known(1), "{line}");
        assert_eq!((found.value, found.family), (known(3), known(4)), "{line}");
        assert_eq!(found.first_separable.map(u64::from), Some(known(5)), "{line}");
        graphs += 1;
    }
    println!("{graphs} published graphs: value, number of minimum cuts and first separable vertex as listed");
}
