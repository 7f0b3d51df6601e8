//! Layers and doors, read from the manifests.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use toml::{Table, Value};

/// Crates above layer 1 that a guest or an embedded host is made of, and that must stay without std.
const ALSO_NO_STD: [&str; 3] = ["seal", "witness", "engine-wasmi"];

pub(crate) fn check(root: &Path) -> Result<Vec<String>> {
    let workspace = read(&root.join("Cargo.toml"))?;
    let metadata = workspace["workspace"]["metadata"].as_table().context("[workspace.metadata] is a table")?;
    let layers = layers(metadata)?;
    let mut complaints = Vec::new();
    for entry in fs::read_dir(root.join("crates"))? {
        let folder = entry?.path();
        let manifest = read(&folder.join("Cargo.toml"))?;
        let folder_name = folder.file_name().and_then(|name| name.to_str()).context("a crate's folder is UTF-8")?;
        let Some(layer) = layers.get(folder_name) else {
            complaints.push(format!("crates/{folder_name}: in no layer of [workspace.metadata.layers]"));
            continue;
        };
        for dependency in dependencies(&manifest) {
            if let Some(other) = layers.get(dependency.as_str())
                && other >= layer
            {
                complaints.push(format!("crates/{folder_name} (layer {layer}) names {dependency} (layer {other})"));
            }
            if let Some(doors) = metadata["doors"].get(&dependency).and_then(Value::as_array)
                && !doors.iter().any(|door| door.as_str() == Some(folder_name))
            {
                complaints.push(format!("crates/{folder_name} names {dependency}, whose door it is not"));
            }
        }
        let must_be_no_std = *layer < 2 || ALSO_NO_STD.contains(&folder_name);
        let library = fs::read_to_string(folder.join("src/lib.rs")).unwrap_or_default();
        if must_be_no_std && !library.contains("#![no_std]") {
            complaints.push(format!("crates/{folder_name}/src/lib.rs: must be #![no_std]"));
        }
    }
    Ok(complaints)
}

/// The number of each crate's layer.
fn layers(metadata: &Table) -> Result<BTreeMap<String, usize>> {
    let table = metadata["layers"].as_table().context("[workspace.metadata.layers] is a table")?;
    let mut layers = BTreeMap::new();
    for (number, crates) in table.values().enumerate() {
        for name in crates.as_array().into_iter().flatten().filter_map(Value::as_str) {
            layers.insert(name.to_owned(), number);
        }
    }
    Ok(layers)
}

/// What a crate needs to be built and used; what its tests need does not count.
fn dependencies(manifest: &Table) -> Vec<String> {
    let named = |key: &str| manifest.get(key).and_then(Value::as_table).map(|table| table.keys().cloned().collect());
    let parts: [Option<Vec<String>>; 2] = [named("dependencies"), named("build-dependencies")];
    parts.into_iter().flatten().flatten().collect()
}

fn read(path: &Path) -> Result<Table> {
    let text = fs::read_to_string(path).with_context(|| format!("{} can be read", path.display()))?;
    text.parse().with_context(|| format!("{} is TOML", path.display()))
}
