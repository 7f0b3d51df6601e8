//! A pack whose kernels ask for its models, from its files to a receipt: `examples/wasi-nn/run` builds the kernels and runs this.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use codec::Digest;
use codec::kernel::{FEATURE_WASI_NN, WASI_NN_IMPORTS, WASI_NN_MODULE};
use engine_wasmtime::wasi_nn::Models;
use engine_wasmtime::{KernelOptions, WasmtimeEngine};
use host::{DeviceClass, Direction, Fallback, Host, HostOptions, Implementation, Input, Mode, Request};
use pack::{
    Author, DType, Dim, Files, HashedFile, Interface, Kernel, Limits, Manifest, Model, ModelFormat, Pack, PackError,
    Platform, PlatformName, PlatformNeeds, TensorSpec, Terms, TrustedKey, Verified, Version,
};
use receipt::SigningKey;
use receipt::invocation::Implementation as Stated;
use seal::{Import, MemoryRule, Policy};

const SEED: [u8; 32] = [7; 32];
const CASES: usize = 16;
const DEADLINE: Mode = Mode::Deadline(Duration::from_secs(5));
const KERNELS: [(&str, &[u32], &[u32]); 2] = [("linear", &[4, 10], &[4, 8]), ("conv2d", &[2, 3, 6, 6], &[2, 4, 3, 3])];

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/wasi-nn").join(path)
}

/// The kernels' modules, sealed; nothing if nobody has built them.
fn modules() -> Option<Vec<Vec<u8>>> {
    let imports = WASI_NN_IMPORTS.map(|name| Import { module: WASI_NN_MODULE, name });
    let memory = MemoryRule::Capped { max_pages: 16 };
    let policy = Policy { allowed_imports: &imports, memory, ..Policy::STANDARD };
    let built = KERNELS.map(|(id, ..)| std::fs::read(example(&format!("build/{id}.wasm"))).ok());
    let sealed = |module: Option<Vec<u8>>| Some(seal::seal(&module?, &policy).expect("only the five imports").bytes);
    built.into_iter().map(sealed).collect()
}

fn files(modules: Vec<Vec<u8>>) -> Files {
    let mut files = Files::new();
    let (mut kernels, mut models) = (Vec::new(), Vec::new());
    for ((id, input, output), module) in KERNELS.into_iter().zip(modules) {
        let mut keep = |path: String, bytes: Vec<u8>| {
            files.insert(&path, bytes).expect("a good path");
            HashedFile { path, hash: Digest::ZERO }
        };
        let read = |path: &str| std::fs::read(example(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let (golden, model) = (format!("golden/{id}.json"), format!("models/{id}.onnx"));
        let spec = |name: &str, shape: &[u32]| TensorSpec {
            name: name.to_owned(),
            dtype: DType::F32,
            shape: shape.iter().copied().map(Dim::Fixed).collect(),
        };
        let features = vec![FEATURE_WASI_NN.to_owned()];
        kernels.push(Kernel {
            id: id.to_owned(),
            name: id.to_owned(),
            category: "inference".to_owned(),
            module: keep(format!("{id}.wasm"), module),
            entry_point: "kernel_forward".to_owned(),
            forward: Interface::new(&id, vec![spec("x", input)], vec![spec("y", output)], None).expect("shapes"),
            backward: None,
            params: Vec::new(),
            limits: Limits { max_memory_pages: 16, max_epoch_ticks: 1_000, max_table_elements: 16 },
            platforms: vec![(PlatformName::Wasmtime, PlatformNeeds { min_version: Version::new(48, 0, 0), features })],
            golden: vec![keep(golden.clone(), read(&golden))],
            benchmarks: Vec::new(),
            configuration: None,
        });
        models.push(Model { name: id.to_owned(), file: keep(model.clone(), read(&model)), format: ModelFormat::Onnx });
    }
    let author = Author {
        name: "A test".to_owned(),
        email: "test@avouch.dev".to_owned(),
        signing_key: pack::signature::public_key(&SEED),
    };
    let mut manifest = Manifest {
        version: Version::new(1, 0, 0),
        name: "inference".to_owned(),
        description: String::new(),
        min_runtime_version: Version::new(0, 1, 0),
        max_runtime_version: Version::new(1, 0, 0),
        created_at: "2026-11-21T00:00:00Z".to_owned(),
        author,
        kernels,
        models,
        fallbacks: Vec::new(),
    };
    pack::draft::fill_hashes(&mut manifest, &files).expect("all files are there");
    pack::draft::put_manifest(&manifest, &mut files).expect("a good manifest");
    pack::draft::sign_files(&mut files, &SEED).expect("the author's key");
    files
}

fn verified(files: Files, features: &[String]) -> Result<Pack<Verified>, PackError> {
    let trusted = [TrustedKey { name: "tests".to_owned(), key: pack::signature::public_key(&SEED) }];
    let terms = Terms {
        trusted: &trusted,
        allowlist: None,
        runtime: Version::new(0, 1, 0),
        platform: Platform { name: PlatformName::Wasmtime, version: Version::new(48, 0, 8), features },
        active: None,
        older_allowed: false,
    };
    Pack::read(files).expect("a manifest").verify(&terms)
}

#[test]
fn a_pack_with_models_is_served_and_its_receipts_say_who_computed() {
    let Some(modules) = modules() else {
        println!("SKIPPED: examples/wasi-nn/build has no modules; examples/wasi-nn/run builds them");
        return;
    };
    let files = files(modules);
    assert!(matches!(verified(files.clone(), &[]), Err(PackError::MissingFeature { .. })), "a program without it");
    let pack = verified(files, &[FEATURE_WASI_NN.to_owned()]).expect("a good pack");
    let named = KERNELS.map(|(id, ..)| (id, pack.model(id).expect("a model of the pack")));
    let models = Models::read(named).expect("models that read");
    let engine = WasmtimeEngine::for_kernels(&KernelOptions::CLOCKED).expect("an engine").with_models(models);
    // The start runs all golden cases, on the compiled pack and on the one that serves.
    let host = Host::start(Arc::new(engine), DeviceClass::SERVER, HostOptions::PLAIN, pack).expect("healthy");
    let health = host.active().check_health().expect("every case within its tolerance");
    assert_eq!((health.kernels, health.calls), (KERNELS.len(), CASES), "every case of the golden files");
    println!("{health:?}");
    let key = SigningKey::from_seed(&[9; 32]);
    for (kernel, shape, _) in KERNELS {
        let bytes = vec![0; shape.iter().product::<u32>() as usize * 4];
        let request = |mode| Request {
            kernel,
            direction: Direction::Forward,
            inputs: vec![Input { name: None, shape, bytes: &bytes }],
            parameters: vec![],
            mode,
            fallback: Fallback::None,
        };
        let (reply, stated) = host.call_stated(&request(DEADLINE));
        let reply = reply.expect("an answer");
        assert_eq!((reply.implementation, reply.meter_used), (Implementation::HostComputed, None));
        let stated = stated.expect("a statement");
        assert_eq!((stated.implementation, stated.meter.is_none()), (Stated::HostComputed, true));
        let signed = stated.sign(&key).expect("its parts agree");
        assert!(signed.verify(&key.public().check().expect("a key")).is_ok());
        assert!(host.call(&request(Mode::Metered { budget: 1 << 40 })).is_err(), "what the host computes has no meter");
    }
}
