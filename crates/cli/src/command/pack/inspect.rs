//! `avouch pack inspect`.

use std::path::PathBuf;

use pack::{Dim, Direction, Interface, Kernel, Manifest, Pack, SIGNATURE_PATH, TensorSpec, Unverified};
use serde::Serialize;

use super::{place, refused};
use crate::exit::{Exit, Failure};
use crate::output::{self, Format, Report};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The pack: a folder or a single file.
    pack: PathBuf,
}

/// What a pack says of itself.
#[derive(Serialize)]
struct Contents {
    name: String,
    version: String,
    description: String,
    manifest: String,
    author: String,
    author_key: String,
    created_at: String,
    runtime: String,
    signed: bool,
    files: usize,
    bytes: usize,
    kernels: Vec<KernelRow>,
    models: Vec<ModelRow>,
}

#[derive(Serialize)]
struct KernelRow {
    id: String,
    category: String,
    takes: String,
    gives: String,
    backward: Option<String>,
    params: Vec<String>,
    memory_pages: u32,
    epoch_ticks: u32,
    platforms: Vec<String>,
    golden_files: usize,
    fallback: Option<String>,
    bytes: Option<usize>,
    digest: String,
}

#[derive(Serialize)]
struct ModelRow {
    name: String,
    format: &'static str,
    bytes: Option<usize>,
    digest: String,
}

impl Contents {
    fn of(pack: &Pack<Unverified>) -> Self {
        let Manifest { name, version, description, author, created_at, kernels, models, .. } = pack.manifest();
        let (min, max) = (&pack.manifest().min_runtime_version, &pack.manifest().max_runtime_version);
        let files = pack.files();
        let len = |path: &str| files.get(path).map(<[u8]>::len);
        let models = models.iter().map(|model| ModelRow {
            name: model.name.clone(),
            format: model.format.name(),
            bytes: len(&model.file.path),
            digest: model.file.hash.to_string(),
        });
        Self {
            name: name.clone(),
            version: version.to_string(),
            description: description.clone(),
            manifest: pack.digest().to_string(),
            author: format!("{} <{}>", author.name, author.email),
            author_key: codec::Digest(author.signing_key).to_string(),
            created_at: created_at.clone(),
            runtime: format!("{min} to {max}"),
            signed: files.get(SIGNATURE_PATH).is_some(),
            files: files.len(),
            bytes: files.total_len(),
            kernels: kernels.iter().map(|kernel| KernelRow::of(kernel, pack)).collect(),
            models: models.collect(),
        }
    }
}

impl KernelRow {
    fn of(kernel: &Kernel, pack: &Pack<Unverified>) -> Self {
        let backward = kernel.interface(Direction::Backward);
        let params = kernel.params.iter().map(|parameter| {
            format!("{} {} = {}", parameter.name, parameter.default.kind().name(), value(parameter.default))
        });
        let platforms = kernel.platforms.iter().map(|(name, needs)| {
            let features: String = needs.features.iter().map(|feature| format!(" {feature}")).collect();
            format!("{name} {}{features}", needs.min_version)
        });
        Self {
            id: kernel.id.clone(),
            category: kernel.category.clone(),
            takes: tensors(kernel.forward.inputs()),
            gives: tensors(kernel.forward.outputs()),
            backward: backward.map(interface),
            params: params.collect(),
            memory_pages: kernel.limits.max_memory_pages,
            epoch_ticks: kernel.limits.max_epoch_ticks,
            platforms: platforms.collect(),
            golden_files: kernel.golden.len(),
            fallback: pack.manifest().fallback(&kernel.id).map(str::to_owned),
            bytes: pack.files().get(&kernel.module.path).map(<[u8]>::len),
            digest: kernel.module.hash.to_string(),
        }
    }
}

fn interface(interface: &Interface) -> String {
    format!("{} -> {}", tensors(interface.inputs()), tensors(interface.outputs()))
}

fn tensors(specs: &[TensorSpec]) -> String {
    let specs = specs.iter().map(|spec| {
        let dims = spec.shape.iter().map(|dim| match dim {
            Dim::Fixed(size) => size.to_string(),
            Dim::Symbol(symbol) => symbol.clone(),
        });
        format!("{} {}[{}]", spec.name, spec.dtype.name(), dims.collect::<Vec<_>>().join(","))
    });
    specs.collect::<Vec<_>>().join(", ")
}

fn value(value: pack::Value) -> String {
    match value {
        pack::Value::F32(value) => value.to_string(),
        pack::Value::U32(value) => value.to_string(),
        pack::Value::I32(value) => value.to_string(),
    }
}

impl Report for Contents {
    fn table(&self) -> String {
        let signed = if self.signed { "signed; `avouch pack verify` finds out by whom" } else { "not signed" };
        let rows = [
            ("pack", format!("{} {}: {}", self.name, self.version, self.description)),
            ("author", format!("{} {}", self.author, self.author_key)),
            ("created", format!("{}, for Avouch {}", self.created_at, self.runtime)),
            ("manifest", self.manifest.clone()),
            ("holds", format!("{} files, {} bytes, {signed}", self.files, output::thousands(self.bytes as u64))),
        ];
        let kernels = self.kernels.iter().map(|kernel| {
            vec![
                kernel.id.clone(),
                kernel.bytes.map_or("missing".to_owned(), |len| len.to_string()),
                kernel.memory_pages.to_string(),
                kernel.digest.get(..12).unwrap_or_default().to_owned(),
                format!("{} -> {}", kernel.takes, kernel.gives),
            ]
        });
        let heading = ["kernel", "bytes", "pages", "digest", "takes -> gives"];
        let mut text = format!("{}\n{}", output::pairs(&rows), output::columns(&heading, &kernels.collect::<Vec<_>>()));
        let with_backward: Vec<Vec<String>> =
            self.kernels.iter().filter_map(|kernel| Some(vec![kernel.id.clone(), kernel.backward.clone()?])).collect();
        if !with_backward.is_empty() {
            text += &format!("\n{}", output::columns(&["backward", "takes -> gives"], &with_backward));
        }
        for model in &self.models {
            text += &format!("\nmodel {} ({}), {}\n", model.name, model.format, model.digest);
        }
        text
    }
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Exit, Failure> {
    let place = arguments.pack.display();
    let pack = Pack::read(place::read(&arguments.pack)?).map_err(|error| refused(&place, &error))?;
    output::print(&Contents::of(&pack), format)?;
    Ok(Exit::Good)
}
