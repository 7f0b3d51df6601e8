//! Packs made on the spot, signed with a key that everybody knows.

use std::sync::Arc;

use codec::Digest;
use engine::KernelEngine;
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{KernelOptions, WasmtimeEngine};
use host::{DeviceClass, Host, HostOptions, StartError};
use pack::{
    Author, DType, Dim, Files, HashedFile, Interface, Kernel, Limits, Manifest, Pack, Parameter, Platform,
    PlatformName, PlatformNeeds, TensorSpec, Terms, TrustedKey, Value, Verified, Version,
};
use seal::{MemoryRule, Policy};

const SEED: [u8; 32] = [7; 32];

/// A kernel to put into a pack.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) kernel: Kernel,
    pub(crate) module: Vec<u8>,
    pub(crate) golden: Option<String>,
    pub(crate) fallback: Option<&'static str>,
}

/// Both engines, without a clock.
pub(crate) fn engines() -> [Arc<dyn KernelEngine>; 2] {
    [wasmtime(), Arc::new(WasmiEngine::new())]
}

/// Wasmtime without a clock.
pub(crate) fn wasmtime() -> Arc<dyn KernelEngine> {
    Arc::new(WasmtimeEngine::for_kernels(&KernelOptions::METERED).unwrap())
}

/// A tensor with a shape of symbols and numbers, as in `rows,dim` or `4,dim`.
pub(crate) fn tensor(name: &str, dtype: DType, shape: &str) -> TensorSpec {
    let dims = shape.split(',').filter(|dim| !dim.is_empty());
    let shape = dims.map(|dim| dim.parse().map_or_else(|_| Dim::Symbol(dim.to_owned()), Dim::Fixed)).collect();
    TensorSpec { name: name.to_owned(), dtype, shape }
}

pub(crate) fn interface(inputs: &[(&str, DType, &str)], outputs: &[(&str, DType, &str)]) -> Interface {
    let tensors =
        |list: &[(&str, DType, &str)]| list.iter().map(|(name, dtype, shape)| tensor(name, *dtype, shape)).collect();
    Interface::new(&"test", tensors(inputs), tensors(outputs), None).unwrap()
}

/// A kernel with these tensors, no backward and no parameters.
pub(crate) fn kernel(id: &str, forward: Interface) -> Kernel {
    let needs = |features: &[&str]| PlatformNeeds {
        min_version: Version::new(0, 1, 0),
        features: features.iter().map(|feature| (*feature).to_owned()).collect(),
    };
    Kernel {
        id: id.to_owned(),
        name: id.to_owned(),
        category: "test".to_owned(),
        module: HashedFile { path: format!("{id}.wasm"), hash: Digest([0; 32]) },
        entry_point: "kernel_forward".to_owned(),
        forward,
        backward: None,
        params: Vec::new(),
        limits: Limits { max_memory_pages: 1_024, max_epoch_ticks: 1_000, max_table_elements: 16 },
        platforms: vec![(PlatformName::Wasmtime, needs(&[]))],
        golden: Vec::new(),
        benchmarks: Vec::new(),
        configuration: None,
    }
}

pub(crate) fn parameter(name: &str, default: Value) -> Parameter {
    Parameter { name: name.to_owned(), default }
}

/// Seals a module as `avouch pack build` does.
pub(crate) fn sealed(module: &[u8]) -> Vec<u8> {
    let policy = Policy { memory: MemoryRule::Capped { max_pages: 1_024 }, ..Policy::STANDARD };
    seal::seal(module, &policy).unwrap().bytes
}

/// A signed and verified pack.
pub(crate) fn pack(name: &str, version: &str, parts: &[Part]) -> Pack<Verified> {
    let mut files = Files::new();
    let mut kernels = Vec::new();
    let mut fallbacks = Vec::new();
    for part in parts {
        let mut kernel = part.kernel.clone();
        files.insert(&kernel.module.path, part.module.clone()).unwrap();
        if let Some(golden) = &part.golden {
            let path = format!("golden/{}.json", kernel.id);
            files.insert(&path, golden.clone().into_bytes()).unwrap();
            kernel.golden.push(HashedFile { path, hash: Digest([0; 32]) });
        }
        fallbacks.extend(part.fallback.map(|operation| (kernel.id.clone(), operation.to_owned())));
        kernels.push(kernel);
    }
    let key = pack::signature::public_key(&SEED);
    let mut manifest = Manifest {
        version: version.parse().unwrap(),
        name: name.to_owned(),
        description: "A pack of the tests.".to_owned(),
        min_runtime_version: Version::new(0, 1, 0),
        max_runtime_version: Version::new(1, 0, 0),
        created_at: "2026-11-21T00:00:00Z".to_owned(),
        author: Author { name: "A".to_owned(), email: "a@example.org".to_owned(), signing_key: key },
        kernels,
        models: Vec::new(),
        fallbacks,
    };
    pack::draft::fill_hashes(&mut manifest, &files).unwrap();
    pack::draft::put_manifest(&manifest, &mut files).unwrap();
    pack::draft::sign_files(&mut files, &SEED).unwrap();
    let terms = Terms {
        trusted: &[TrustedKey { name: "tests".to_owned(), key }],
        allowlist: None,
        runtime: Version::new(0, 1, 0),
        platform: Platform { name: PlatformName::Wasmtime, version: Version::new(48, 0, 0), features: &[] },
        active: None,
        older_allowed: false,
    };
    Pack::read(files).unwrap().verify(&terms).unwrap()
}

pub(crate) fn start(engine: &Arc<dyn KernelEngine>, pack: Pack<Verified>) -> Result<Host, StartError> {
    Host::start(Arc::clone(engine), DeviceClass::SERVER, HostOptions::PLAIN, pack)
}
