//! The canonical form of a manifest: fields in the order of the specification, two spaces for each level, and a line feed
//! at the end. The same manifest gives the same bytes.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write as _;

use codec::Digest;

use crate::interface::{Dim, Interface, TensorSpec};
use crate::manifest::{Benchmark, HashedFile, Kernel, Manifest, Model, SCHEMA, Value};

/// Text of JSON that is being written.
enum Node {
    /// A value on one line, as it stands in the file.
    Inline(String),
    /// An array, an item on each line.
    Array(Vec<Node>),
    /// An object, a pair on each line.
    Object(Vec<(String, Node)>),
}

impl Manifest {
    /// The canonical bytes. [`Manifest::parse`] gives the same manifest back, if it is one that it would take.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        manifest(self).write(&mut text, 0);
        text.push('\n');
        text
    }
}

fn manifest(manifest: &Manifest) -> Node {
    let Manifest { version, name, description, min_runtime_version, max_runtime_version, created_at, author, .. } =
        manifest;
    let key = alloc::format!("ed25519:{}", Digest(author.signing_key));
    let mut pairs = alloc::vec![
        pair("$schema", text(SCHEMA)),
        pair("version", text(&version.to_string())),
        pair("name", text(name)),
        pair("description", text(description)),
        pair("min_runtime_version", text(&min_runtime_version.to_string())),
        pair("max_runtime_version", text(&max_runtime_version.to_string())),
        pair("created_at", text(created_at)),
        pair(
            "author",
            Node::Object(alloc::vec![
                pair("name", text(&author.name)),
                pair("email", text(&author.email)),
                pair("signing_key", text(&key)),
            ]),
        ),
        pair("kernels", Node::Array(manifest.kernels.iter().map(kernel).collect())),
    ];
    if !manifest.models.is_empty() {
        pairs.push(pair("models", Node::Array(manifest.models.iter().map(model).collect())));
    }
    let fallbacks = manifest.fallbacks.iter().map(|(kernel, operation)| pair(kernel, text(operation)));
    pairs.push(pair("fallbacks", Node::Object(fallbacks.collect())));
    Node::Object(pairs)
}

fn kernel(kernel: &Kernel) -> Node {
    let mut pairs = alloc::vec![
        pair("id", text(&kernel.id)),
        pair("name", text(&kernel.name)),
        pair("category", text(&kernel.category)),
        pair("path", text(&kernel.module.path)),
        pair("hash", hash(&kernel.module)),
        pair("entry_point", text(&kernel.entry_point)),
    ];
    pairs.extend(interface(&kernel.forward));
    if let Some(backward) = &kernel.backward {
        pairs.push(pair("backward", Node::Object(interface(backward))));
    }
    let params = kernel.params.iter().map(|parameter| {
        let (kind, default) = (text(parameter.default.kind().name()), number(parameter.default));
        pair(&parameter.name, inline(&[("type", kind), ("default", default)]))
    });
    pairs.push(pair("params", Node::Object(params.collect())));
    let limits = [
        ("max_memory_pages", kernel.limits.max_memory_pages),
        ("max_epoch_ticks", kernel.limits.max_epoch_ticks),
        ("max_table_elements", kernel.limits.max_table_elements),
    ];
    pairs.push(pair("resource_limits", inline(&limits.map(|(name, limit)| (name, plain(limit))))));
    let platforms = kernel.platforms.iter().map(|(name, needs)| {
        let features = list(needs.features.iter().map(|feature| text(feature)));
        pair(name.name(), inline(&[("min_version", text(&needs.min_version.to_string())), ("features", features)]))
    });
    pairs.push(pair("platforms", Node::Object(platforms.collect())));
    if !kernel.golden.is_empty() {
        pairs.push(pair("golden", Node::Array(kernel.golden.iter().map(file).collect())));
    }
    if !kernel.benchmarks.is_empty() {
        pairs.push(pair("benchmarks", Node::Array(kernel.benchmarks.iter().map(benchmark).collect())));
    }
    if let Some(configuration) = &kernel.configuration {
        pairs.push(pair("configuration", file(configuration)));
    }
    Node::Object(pairs)
}

fn interface(interface: &Interface) -> Vec<(String, Node)> {
    let list = |specs: &[TensorSpec]| {
        Node::Array(specs.iter().map(|spec| inline(&[("name", text(&spec.name)), dtype(spec), shape(spec)])).collect())
    };
    let mut pairs = alloc::vec![pair("inputs", list(interface.inputs())), pair("outputs", list(interface.outputs()))];
    if let Some(scratch) = interface.scratch() {
        pairs.push(pair("scratch", inline(&[dtype(scratch), shape(scratch)])));
    }
    pairs
}

fn dtype(spec: &TensorSpec) -> (&'static str, Node) {
    ("dtype", text(spec.dtype.name()))
}

fn shape(spec: &TensorSpec) -> (&'static str, Node) {
    let dims = spec.shape.iter().map(|dim| match dim {
        Dim::Fixed(size) => plain(*size),
        Dim::Symbol(symbol) => text(symbol),
    });
    ("shape", list(dims))
}

fn model(model: &Model) -> Node {
    inline(&[
        ("name", text(&model.name)),
        ("path", text(&model.file.path)),
        ("hash", hash(&model.file)),
        ("format", text(model.format.name())),
    ])
}

fn file(file: &HashedFile) -> Node {
    inline(&[("path", text(&file.path)), ("hash", hash(file))])
}

fn hash(file: &HashedFile) -> Node {
    text(&alloc::format!("sha256:{}", file.hash))
}

fn benchmark(benchmark: &Benchmark) -> Node {
    let dims: Vec<(&str, Node)> = benchmark.dims.iter().map(|(symbol, size)| (symbol.as_str(), plain(*size))).collect();
    inline(&[("dims", inline(&dims)), ("bytes", plain(benchmark.bytes))])
}

/// A number that reads back as the same value.
fn number(value: Value) -> Node {
    match value {
        Value::U32(value) => plain(value),
        Value::I32(value) => plain(value),
        // The shortest text for an f32 may, read as an f64 and rounded again, miss it; the text for the f64 never does.
        Value::F32(value) => {
            let short = alloc::format!("{value:?}");
            let rounds_back = short.parse::<f64>().is_ok_and(|long| (long as f32).to_bits() == value.to_bits());
            Node::Inline(if rounds_back { short } else { alloc::format!("{:?}", f64::from(value)) })
        }
    }
}

fn plain(number: impl ToString) -> Node {
    Node::Inline(number.to_string())
}

fn text(text: &str) -> Node {
    Node::Inline(serde_json::to_string(text).expect("a string is JSON"))
}

fn pair(key: &str, value: Node) -> (String, Node) {
    (key.to_string(), value)
}

fn inline(pairs: &[(&str, Node)]) -> Node {
    let parts: Vec<String> = pairs.iter().map(|(key, value)| alloc::format!("\"{key}\": {}", value.line())).collect();
    Node::Inline(if parts.is_empty() { "{}".to_string() } else { alloc::format!("{{ {} }}", parts.join(", ")) })
}

fn list(items: impl Iterator<Item = Node>) -> Node {
    let items: Vec<String> = items.map(|item| item.line().to_string()).collect();
    Node::Inline(alloc::format!("[{}]", items.join(", ")))
}

impl Node {
    /// The text of a value on one line.
    fn line(&self) -> &str {
        match self {
            Self::Inline(text) => text,
            Self::Array(_) | Self::Object(_) => unreachable!("only values on one line are put on one line"),
        }
    }

    fn write(&self, out: &mut String, depth: usize) {
        match self {
            Self::Inline(text) => out.push_str(text),
            Self::Array(items) => write_lines(out, depth, ['[', ']'], items, |out, item| item.write(out, depth + 1)),
            Self::Object(pairs) => write_lines(out, depth, ['{', '}'], pairs, |out, (key, value)| {
                write!(out, "\"{key}\": ").expect("a string takes what is written");
                value.write(out, depth + 1);
            }),
        }
    }
}

fn write_lines<T>(out: &mut String, depth: usize, ends: [char; 2], items: &[T], write: impl Fn(&mut String, &T)) {
    out.push(ends[0]);
    for (number, item) in items.iter().enumerate() {
        out.push_str(if number == 0 { "\n" } else { ",\n" });
        out.extend(core::iter::repeat_n("  ", depth + 1));
        write(out, item);
    }
    if !items.is_empty() {
        out.push('\n');
        out.extend(core::iter::repeat_n("  ", depth));
    }
    out.push(ends[1]);
}
