//! The manifest `kernels.json` as types. [`Manifest::parse`] reads it, [`Manifest::to_json`] writes its canonical form.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use codec::Digest;
use semver::Version;

use crate::interface::Interface;

/// Where the manifest lies in a pack.
pub const MANIFEST_PATH: &str = "kernels.json";

/// The schema that manifests name.
pub const SCHEMA: &str = "https://avouch.dev/schema/kernels-v1.json";

/// The category of gates, which follow the guest ABI in place of the kernel ABI.
pub const COGNITIVE: &str = "cognitive";

/// What a pack says of itself.
#[derive(Clone, PartialEq, Debug)]
pub struct Manifest {
    /// The pack's version.
    pub version: Version,
    /// The pack's name. Versions of one name follow each other.
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// The least version of Avouch that runs it.
    pub min_runtime_version: Version,
    /// The greatest version of Avouch that runs it.
    pub max_runtime_version: Version,
    /// When it was made, in UTC.
    pub created_at: String,
    /// Who made it.
    pub author: Author,
    /// The kernels, at least one.
    pub kernels: Vec<Kernel>,
    /// ONNX models that kernels may ask for.
    pub models: Vec<Model>,
    /// Pairs of a kernel's id and the native operation that stands in when the kernel fails.
    pub fallbacks: Vec<(String, String)>,
}

/// Who made a pack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Author {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The Ed25519 key that signs the pack.
    pub signing_key: [u8; 32],
}

/// A file by path and digest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HashedFile {
    /// Where it lies in the pack.
    pub path: String,
    /// SHA-256 of its bytes.
    pub hash: Digest,
}

/// A kernel.
#[derive(Clone, PartialEq, Debug)]
pub struct Kernel {
    /// Its id, by which it is called.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// What kind of kernel it is.
    pub category: String,
    /// Its module.
    pub module: HashedFile,
    /// The export that runs it forward.
    pub entry_point: String,
    /// What it takes and gives forward.
    pub forward: Interface,
    /// What it takes and gives backward, if it can.
    pub backward: Option<Interface>,
    /// Its parameters, in the order in which a call has them.
    pub params: Vec<Parameter>,
    /// What it may use.
    pub limits: Limits,
    /// Where it runs, and what it needs there.
    pub platforms: Vec<(PlatformName, PlatformNeeds)>,
    /// Cases that the health check runs.
    pub golden: Vec<HashedFile>,
    /// Sizes that are worth measuring.
    pub benchmarks: Vec<Benchmark>,
    /// A gate's configuration; other kernels have none.
    pub configuration: Option<HashedFile>,
}

/// A parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type, and its value where a call gives none.
    pub default: Value,
}

/// The types of parameters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ParameterType {
    /// A finite 32-bit float.
    F32,
    /// A 32-bit number, not below 0.
    U32,
    /// A 32-bit number.
    I32,
}

/// A parameter's value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value {
    /// Of type `f32`.
    F32(f32),
    /// Of type `u32`.
    U32(u32),
    /// Of type `i32`.
    I32(i32),
}

/// What a kernel may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Pages of 64 KiB.
    pub max_memory_pages: u32,
    /// Ticks of the engine's clock in one call.
    pub max_epoch_ticks: u32,
    /// Elements of its table.
    pub max_table_elements: u32,
}

/// The platforms that a manifest may name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PlatformName {
    /// The Wasmtime engine.
    Wasmtime,
    /// The wasmi engine.
    Wasmi,
    /// The embedded device class.
    Embedded,
    /// The WebAssembly Micro Runtime.
    Wamr,
}

/// What a kernel needs of a platform.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlatformNeeds {
    /// The least version.
    pub min_version: Version,
    /// Features that must be there.
    pub features: Vec<String>,
}

/// A size that is worth measuring.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Benchmark {
    /// Symbols and their values.
    pub dims: Vec<(String, u32)>,
    /// Bytes of all regions of such a call.
    pub bytes: u64,
}

/// A model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Model {
    /// The name by which a kernel asks for it.
    pub name: String,
    /// Its file.
    pub file: HashedFile,
    /// Its format.
    pub format: ModelFormat,
}

/// The formats of models.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ModelFormat {
    /// ONNX.
    Onnx,
}

/// Which way a kernel runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    /// From inputs to outputs.
    Forward,
    /// From gradients of outputs to gradients of inputs.
    Backward,
}

impl Manifest {
    /// The kernel with this id.
    #[must_use]
    pub fn kernel(&self, id: &str) -> Option<&Kernel> {
        self.kernels.iter().find(|kernel| kernel.id == id)
    }

    /// The native operation that stands in for this kernel.
    #[must_use]
    pub fn fallback(&self, kernel: &str) -> Option<&str> {
        self.fallbacks.iter().find(|(id, _)| id == kernel).map(|(_, operation)| operation.as_str())
    }

    /// Every file that the manifest names, with the digest that it must have. A file may be named more than once.
    pub fn named_files(&self) -> impl Iterator<Item = &HashedFile> {
        let of_kernels = self.kernels.iter().flat_map(Kernel::named_files);
        of_kernels.chain(self.models.iter().map(|model| &model.file))
    }
}

impl Kernel {
    /// Whether it is a gate: it follows the guest ABI, and its interface is empty.
    #[must_use]
    pub fn is_gate(&self) -> bool {
        self.category == COGNITIVE
    }

    /// What it takes and gives in a direction; `None` if it has no backward.
    #[must_use]
    pub fn interface(&self, direction: Direction) -> Option<&Interface> {
        match direction {
            Direction::Forward => Some(&self.forward),
            Direction::Backward => self.backward.as_ref(),
        }
    }

    /// What it needs of a platform; `None` if it does not run there.
    #[must_use]
    pub fn needs(&self, platform: PlatformName) -> Option<&PlatformNeeds> {
        self.platforms.iter().find(|(name, _)| *name == platform).map(|(_, needs)| needs)
    }

    /// The number of a parameter in a call's params.
    #[must_use]
    pub fn parameter_index(&self, name: &str) -> Option<usize> {
        self.params.iter().position(|parameter| parameter.name == name)
    }

    fn named_files(&self) -> impl Iterator<Item = &HashedFile> {
        [&self.module].into_iter().chain(&self.golden).chain(&self.configuration)
    }
}

impl Value {
    /// Its type.
    #[must_use]
    pub fn kind(self) -> ParameterType {
        match self {
            Self::F32(_) => ParameterType::F32,
            Self::U32(_) => ParameterType::U32,
            Self::I32(_) => ParameterType::I32,
        }
    }

    /// Its bits, as a call's params have them.
    #[must_use]
    pub fn bits(self) -> u32 {
        match self {
            Self::F32(value) => value.to_bits(),
            Self::U32(value) => value,
            Self::I32(value) => value.cast_unsigned(),
        }
    }
}

impl ParameterType {
    /// All types.
    pub const ALL: [Self; 3] = [Self::F32, Self::U32, Self::I32];

    /// The name in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::U32 => "u32",
            Self::I32 => "i32",
        }
    }
}

impl PlatformName {
    /// All platforms.
    pub const ALL: [Self; 4] = [Self::Wasmtime, Self::Wasmi, Self::Embedded, Self::Wamr];

    /// The name in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wasmtime => "wasmtime",
            Self::Wasmi => "wasmi",
            Self::Embedded => "embedded",
            Self::Wamr => "wamr",
        }
    }
}

impl fmt::Display for PlatformName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ModelFormat {
    /// The name in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Onnx => "onnx",
        }
    }
}

impl Direction {
    /// Both, forward first.
    pub const ALL: [Self; 2] = [Self::Forward, Self::Backward];

    /// The name in golden files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Backward => "backward",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
