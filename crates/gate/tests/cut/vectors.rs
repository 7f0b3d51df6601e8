//! The committed vectors, which `spec/vectors/make_cut.py` made by brute force with an encoder and a trie of its own.

use crate::graph::Graph;
use codec::Digest;
use gate::cut::vertex_set_digest;
use serde_json::Value;

fn read() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/cut.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|item| item.as_u64().unwrap()).collect()
}

fn digest(value: &Value) -> Digest {
    Digest::from_hex(value.as_str().unwrap()).unwrap()
}

#[test]
fn vectors() {
    let vectors = read();
    let vectors = vectors.as_array().unwrap();
    for vector in vectors {
        let name = &vector["name"];
        let ids = numbers(&vector["ids"]);
        let index = |id: u64| ids.binary_search(&id).unwrap();
        let edges: Vec<_> = vector["edges"].as_array().unwrap().iter().map(numbers).collect();
        let edges: Vec<_> = edges.iter().map(|edge| (index(edge[0]), index(edge[1]), edge[2])).collect();
        let graph = Graph::with_ids(ids.clone(), &edges);
        let found = graph.search();
        let far: Vec<u64> = (0..ids.len()).filter(|at| found.far_side[*at]).map(|at| ids[at]).collect();
        let atoms: Vec<u64> = found.atom.iter().map(|at| ids[*at as usize]).collect();
        assert_eq!(found.value, vector["value"].as_u64().unwrap(), "{name}");
        assert_eq!(u64::from(found.components), vector["components"].as_u64().unwrap(), "{name}");
        assert_eq!(found.first_separable.map(|at| ids[at as usize]), vector["v1"].as_u64(), "{name}");
        assert_eq!(far, numbers(&vector["t_star"]), "{name}");
        assert_eq!(atoms, numbers(&vector["atoms"]), "{name}");
        assert_eq!(found.family, vector["family"].as_u64().unwrap(), "{name}");
        assert_eq!(vertex_set_digest(&ids), digest(&vector["vertex_set"]), "{name}");
        assert_eq!(found.digest, digest(&vector["digest"]), "{name}");
    }
    println!("{} vectors: value, v1, T*, atoms, count, vertex set and hash equal", vectors.len());
}
