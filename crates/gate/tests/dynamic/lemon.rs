//! LEMON's Nagamochi-Ibaraki on a core, where it is installed: lambda from code that shares nothing with the gate's.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::graph::Graph;

/// A compiled oracle in a folder of its own, which goes with it.
pub(crate) struct Lemon {
    folder: PathBuf,
}

impl Lemon {
    /// Compiles it, or says what is missing.
    pub(crate) fn new(name: &str) -> Result<Self, &'static str> {
        let shared = std::env::var_os("AVOUCH_SHARED")
            .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from);
        let source = shared.join("oracles/lemon_mincut.cpp");
        if !source.exists() {
            return Err("lemon_mincut.cpp");
        }
        if !Path::new("/usr/include/lemon").exists() || !Path::new("/usr/include/boost/graph").exists() {
            return Err("liblemon-dev or libboost-graph-dev");
        }
        let folder = std::env::temp_dir().join(format!("gate-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the oracle");
        let lemon = Self { folder };
        match Command::new("g++").args(["-O1", "-w", "-o"]).arg(lemon.program()).arg(source).status() {
            Ok(status) => {
                assert!(status.success(), "the oracle compiles");
                Ok(lemon)
            }
            Err(_) => Err("g++"),
        }
    }

    /// Lambda of a graph with two vertices at least.
    pub(crate) fn value(&self, graph: &Graph) -> u64 {
        let edges = graph.edges();
        let mut text = format!("{} {}\n", graph.ids.len(), edges.len());
        for (a, b, weight) in edges {
            writeln!(text, "{a} {b} {weight}").expect("text grows");
        }
        let file = self.folder.join("graph.el");
        std::fs::write(&file, text).expect("the graph is written");
        let output = Command::new(self.program()).arg(&file).arg("ni").output().expect("the oracle runs");
        let text = String::from_utf8(output.stdout).expect("the oracle writes text");
        let word = text.split_whitespace().find_map(|word| word.strip_prefix("lemonNI=")).expect("its answer");
        word.parse().expect("a number")
    }

    fn program(&self) -> PathBuf {
        self.folder.join("lemon_mincut")
    }
}

impl Drop for Lemon {
    fn drop(&mut self) {
        // What is left in a folder for temporary files does no harm.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}
