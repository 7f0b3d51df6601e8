//! `avouch pack build`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::anyhow;
use codec::kernel::{WASI_NN_IMPORTS, WASI_NN_MODULE};
use codec::sha256;
use engine::{KernelEngine, KernelLimits};
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{KernelOptions, WasmtimeEngine};
use pack::{Files, Golden, Kernel, Manifest, PlatformNeeds, draft};
use seal::{Import, LoopCharge, MemoryRule, Policy};
use serde::Serialize;

use super::place::OutputArguments;
use super::recipe::{self, Module, Recipe, Source};
use super::refused;
use crate::exit::{Exit, Failure, OrExit};
use crate::keys::{self, KeyFolder};
use crate::output::{self, Format, Report};
use crate::packs::asks_for_models;

/// Where kernels come from that ship with the program.
const SHIPPED: &str = "shipped:";

/// What the surroundings may have set for another build, and a digest must not depend on.
const LEAKS: [&str; 5] =
    ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_TARGET_DIR", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"];

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The folder with pack.toml.
    folder: PathBuf,
    #[command(flatten)]
    output: OutputArguments,
    /// The public key of whoever will sign, if pack.toml names none; publisher.pub in the folder with the root secret if not
    /// given.
    #[arg(long, value_name = "FILE")]
    publisher: Option<PathBuf>,
    /// The folder with the root secret.
    #[arg(long, value_name = "DIR", env = "AVOUCH_KEYS")]
    keys: Option<PathBuf>,
}

/// What was built.
#[derive(Serialize)]
struct Built {
    pack: String,
    name: String,
    version: String,
    manifest: String,
    publisher: String,
    files: usize,
    bytes: usize,
    kernels: Vec<BuiltKernel>,
}

#[derive(Serialize)]
struct BuiltKernel {
    id: String,
    bytes: usize,
    sealed: bool,
    loops_ahead: Option<u32>,
    digest: String,
}

impl Report for Built {
    fn table(&self) -> String {
        let rows = self.kernels.iter().map(|kernel| {
            let sealed = if kernel.sealed { "sealed" } else { "not sealed" };
            vec![kernel.id.clone(), kernel.bytes.to_string(), sealed.to_owned(), kernel.digest.clone()]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let kernels = output::columns(&["kernel", "bytes", "meter", "digest"], &rows);
        let size = format!("{} files, {} bytes", self.files, output::thousands(self.bytes as u64));
        let rows = [
            ("pack", format!("{} {}, in {}", self.name, self.version, self.pack)),
            ("holds", size),
            ("manifest", self.manifest.clone()),
            ("publisher", format!("{}; `avouch pack sign {}` signs with its key", self.publisher, self.pack)),
        ];
        format!("{kernels}\n{}", output::pairs(&rows))
    }
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Exit, Failure> {
    arguments.output.check()?;
    let Recipe { draft: mut manifest, command, modules, others } = recipe::read(&arguments.folder)?;
    if manifest.author.signing_key == [0; 32] {
        manifest.author.signing_key = publisher(arguments)?;
    }
    make(&arguments.folder, &command)?;
    let place = arguments.folder.join("pack.toml");
    let mut files = Files::new();
    let mut kernels = Vec::new();
    for (kernel, module) in manifest.kernels.iter().zip(&modules) {
        let (bytes, loops_ahead) = module_of(&arguments.folder, kernel, module)?;
        kernels.push(BuiltKernel {
            id: kernel.id.clone(),
            bytes: bytes.len(),
            sealed: module.seal,
            loops_ahead,
            digest: sha256(&bytes).to_string(),
        });
        files.put(&module.source.path, bytes).map_err(|error| refused(place.display(), &error))?;
    }
    for source in &others {
        let bytes = bytes_of(&arguments.folder, source)?;
        files.put(&source.path, bytes).map_err(|error| refused(place.display(), &error))?;
    }
    finish(&mut manifest, &mut files).map_err(|error| refused(place.display(), &error))?;
    arguments.output.write(&files)?;
    let text = files.get(pack::MANIFEST_PATH).unwrap_or_default();
    let built = Built {
        pack: arguments.output.output.display().to_string(),
        name: manifest.name.clone(),
        version: manifest.version.to_string(),
        manifest: sha256(text).to_string(),
        publisher: codec::Digest(manifest.author.signing_key).to_string(),
        files: files.len(),
        bytes: files.total_len(),
        kernels,
    };
    output::print(&built, format)?;
    Ok(Exit::Good)
}

/// Digests and manifest; and what whoever verifies would find wrong with a golden file.
fn finish(manifest: &mut Manifest, files: &mut Files) -> Result<(), pack::PackError> {
    draft::fill_hashes(manifest, files)?;
    draft::put_manifest(manifest, files)?;
    for kernel in &manifest.kernels {
        for golden in &kernel.golden {
            Golden::parse(&golden.path, files.get(&golden.path).unwrap_or_default(), kernel)?;
        }
    }
    Ok(())
}

/// Whose key the manifest will name.
fn publisher(arguments: &Arguments) -> Result<[u8; 32], Failure> {
    if let Some(path) = &arguments.publisher {
        return Ok(keys::read_public(path)?.0);
    }
    let folder = KeyFolder::at(arguments.keys.clone().map_or_else(keys::default_folder, Ok)?);
    let key = folder.publisher()?.ok_or_else(|| {
        let advice = "no keys there; `avouch keygen` makes some, or name the signer's with --publisher FILE";
        Failure::message(Exit::Usage, format!("{}: {advice}", folder.path().display()))
    })?;
    Ok(key.0)
}

/// Runs the recipe's command. What it prints goes to standard error, so that standard output is the report's alone.
fn make(folder: &Path, command: &[String]) -> Result<(), Failure> {
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(io::stderr());
    for name in LEAKS {
        command.env_remove(name);
    }
    let status =
        command.status().map_err(|error| anyhow!("{program}: {error}; is it installed?")).or_exit(Exit::World)?;
    if !status.success() {
        return Err(Failure::message(Exit::World, format!("{program}: {status}; the modules could not be built")));
    }
    Ok(())
}

fn bytes_of(folder: &Path, source: &Source) -> Result<Vec<u8>, Failure> {
    let path = folder.join(&source.from);
    fs::read(&path).map_err(|error| anyhow!("{}: {error}", path.display())).or_exit(Exit::World)
}

/// A kernel's module as it goes into the pack: sealed if it shall be, and one that an engine takes.
fn module_of(folder: &Path, kernel: &Kernel, module: &Module) -> Result<(Vec<u8>, Option<u32>), Failure> {
    let bytes = match module.source.from.strip_prefix(SHIPPED) {
        Some(name) => shipped_kernel(&kernel.id, name)?.to_vec(),
        None => bytes_of(folder, &module.source)?,
    };
    let refused = |what: String| Failure::message(Exit::Policy, format!("kernel {}: {what}", kernel.id));
    let (bytes, loops_ahead) = if module.seal {
        let memory = if kernel.is_gate() {
            MemoryRule::Fixed
        } else {
            MemoryRule::Capped { max_pages: kernel.limits.max_memory_pages }
        };
        let imports = WASI_NN_IMPORTS.map(|name| Import { module: WASI_NN_MODULE, name });
        let allowed_imports: &[Import<'_>] = if asks_for_models(kernel) { &imports } else { &[] };
        let policy = Policy { allowed_imports, memory, loops: LoopCharge::Ahead, ..Policy::STANDARD };
        let sealed = seal::seal(&bytes, &policy).map_err(|error| refused(error.to_string()))?;
        (sealed.bytes, Some(sealed.report.loops_ahead))
    } else {
        (bytes, None)
    };
    // Only an engine with that feature takes a kernel that asks for models; whoever loads it finds out.
    if !kernel.is_gate() && !asks_for_models(kernel) {
        check_exports(kernel, &bytes, module.seal).map_err(refused)?;
    }
    Ok((bytes, loops_ahead))
}

/// That a host would find what the kernel ABI asks for, and nothing that has to be imported. A module that is not sealed only
/// an engine with a clock takes.
fn check_exports(kernel: &Kernel, bytes: &[u8], sealed: bool) -> Result<(), String> {
    let limits = KernelLimits {
        pages_max: kernel.limits.max_memory_pages,
        table_elements_max: kernel.limits.max_table_elements,
    };
    let engine: Box<dyn KernelEngine> = if sealed {
        Box::new(WasmiEngine::new())
    } else {
        Box::new(WasmtimeEngine::for_kernels(&KernelOptions::CLOCKED).map_err(|error| error.to_string())?)
    };
    let compiled = engine.compile_kernel(bytes, &kernel.entry_point, limits).map_err(|error| error.to_string())?;
    match (compiled.has_backward(), kernel.backward.is_some()) {
        (false, true) => Err("pack.toml has a backward, and the module has no kernel_backward".to_owned()),
        (true, false) | (true, true) | (false, false) => Ok(()),
    }
}

fn shipped_kernel(id: &str, name: &str) -> Result<&'static [u8], Failure> {
    let form = |form: shipped::Form| match form {
        shipped::Form::Simd => "simd",
        shipped::Form::Scalar => "scalar",
    };
    if let Some(gate) = name.strip_prefix("gate/").and_then(shipped::gate) {
        return Ok(gate.bytes);
    }
    let found = shipped::KERNELS.iter().find(|kernel| format!("{}/{}", form(kernel.form), kernel.name) == name);
    found.map(|kernel| kernel.bytes).ok_or_else(|| {
        let names = shipped::KERNELS.iter().map(|kernel| format!("{}/{}", form(kernel.form), kernel.name));
        let gates = shipped::GUESTS.iter().map(|gate| gate.name.replacen('-', "/", 1));
        let names = names.chain(gates).collect::<Vec<_>>().join(", ");
        Failure::message(Exit::Usage, format!("kernel {id}: {SHIPPED}{name} does not ship; there are {names}"))
    })
}
