//! A server on loopback over packs of small kernels.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use host::{Host, Loaded};
use pack::{DType, Pack, Platform, PlatformName, Terms, TrustedKey, Value, Verified, Version};
use receipt::SigningKey;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use server::{AdminToken, Config, Older, PackRefusal, Packs, ReceiptsConfig, Server, Stop, Stopped};

use crate::packs::{self, Part, interface, kernel, parameter, sealed};
use crate::wat_kernels::{Wat, add, add_golden, add_part};

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A server that runs until it is asked to stop.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) host: Arc<Host>,
    pub(crate) stop: Stop,
    thread: JoinHandle<Stopped>,
}

impl Running {
    pub(crate) fn stop(self) -> Stopped {
        self.stop.ask();
        self.thread.join().expect("the server does not panic")
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }
}

/// Packs signed by the tests' key.
struct TestPacks;

impl Packs for TestPacks {
    fn open(&self, file: &[u8], active: &Loaded, older: Older) -> Result<Pack<Verified>, PackRefusal> {
        let files = depot::archive::from_bytes(file, "the body")
            .map_err(|error| PackRefusal { word: "unreadable", message: error.to_string() })?;
        let terms = Terms {
            trusted: &[TrustedKey { name: "tests".to_owned(), key: pack::signature::public_key(&[7; 32]) }],
            allowlist: None,
            runtime: Version::new(0, 1, 0),
            platform: Platform { name: PlatformName::Wasmtime, version: Version::new(48, 0, 0), features: &[] },
            active: Some(active.pack().as_active()),
            older_allowed: older == Older::Allowed,
        };
        let refusal = |error: pack::PackError| PackRefusal { word: error.word(), message: error.to_string() };
        Pack::read(files).and_then(|pack| pack.verify(&terms)).map_err(refusal)
    }
}

/// A server with the tests' kernels, and these changes to its set-up.
pub(crate) fn start(change: impl FnOnce(&mut Config)) -> Running {
    start_with(test_pack("1.0.0", 1), change)
}

pub(crate) fn start_with(pack: Pack<Verified>, change: impl FnOnce(&mut Config)) -> Running {
    let host = Arc::new(packs::start(&packs::wasmtime(), pack).expect("the pack is served"));
    let mut config = Config::new(SocketAddr::from(([127, 0, 0, 1], 0)));
    config.workers = 2;
    config.admin = Some(AdminToken::parse(TOKEN).expect("a token"));
    change(&mut config);
    let server = Server::bind(config, Arc::clone(&host), Arc::new(TestPacks)).expect("a free port");
    let address = server.local_addr().expect("it listens");
    let stop = Stop::default();
    let asked = stop.clone();
    let thread = std::thread::spawn(move || server.run(&asked).expect("it runs"));
    Running { address, host, stop, thread }
}

pub(crate) fn with_receipts(folder: &Path) -> impl FnOnce(&mut Config) + use<> {
    let folder = folder.to_owned();
    move |config| config.receipts = Some(ReceiptsConfig { folder, key: invocation_key() })
}

pub(crate) fn invocation_key() -> SigningKey {
    receipt::RootSecret::from_bytes([9; 32]).invocation_key()
}

/// The kernels of the tests: `add` (`y = x + summand`), `scale` (a parameter), `spin` (as many rounds as its first number),
/// `trap`, `refuse` (INVALID_INPUT), `swiglu_f32` that traps and has a reference, `pack` (f32 to q8_0, zeros).
pub(crate) fn test_pack(version: &str, summand: i32) -> Pack<Verified> {
    packs::pack("tests", version, &parts(summand))
}

pub(crate) fn parts(summand: i32) -> Vec<Part> {
    let one = || interface(&[("x", DType::I32, "n")], &[("y", DType::I32, "n")]);
    let with = |id: &str, forward: &str| Part { kernel: kernel(id, one()), ..add_part(forward) };
    let golden = (summand == 1).then(|| add_golden(3));
    let add = Part { golden, ..add_part(&add(&format!("(i32.const {summand})"))) };
    let mut scale = with("scale", "i32.const 0");
    scale.kernel.params = vec![parameter("factor", Value::F32(2.0)), parameter("times", Value::U32(1))];
    let spin = with(
        "spin",
        "(local.set $i (i32.load (i32.load (local.get $d))))
         (block $done (loop $next
            (br_if $done (i32.eqz (local.get $i)))
            (local.set $i (i32.sub (local.get $i) (i32.const 1)))
            (br $next)))
         i32.const 0",
    );
    let swiglu = interface(
        &[("gate", DType::F32, "rows,dim"), ("up", DType::F32, "rows,dim")],
        &[("y", DType::F32, "rows,dim")],
    );
    let falling =
        Part { kernel: kernel("swiglu_f32", swiglu), fallback: Some("swiglu_f32"), ..add_part("unreachable") };
    let blocks = interface(&[("x", DType::F32, "rows,dim")], &[("blocks", DType::Q8_0, "rows,dim")]);
    let blocks_back = interface(&[("blocks", DType::Q8_0, "rows,dim")], &[("x", DType::F32, "rows,dim")]);
    vec![
        add,
        scale,
        spin,
        with("trap", "unreachable"),
        with("refuse", "i32.const 1"),
        with("broken", "i32.const 6"),
        falling,
        Part { kernel: kernel("pack", blocks), module: sealed(&Wat::EMPTY.module()), ..add_part("i32.const 0") },
        Part { kernel: kernel("unpack", blocks_back), module: sealed(&Wat::EMPTY.module()), ..add_part("i32.const 0") },
    ]
}

/// A body with tensors of 32-bit numbers.
pub(crate) fn body(tensors: &[(&str, &[i32])]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(_, values)| values.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, values), bytes)| {
        (*name, TensorView::new(Dtype::I32, vec![values.len()], bytes).expect("a tensor"))
    });
    safetensors::serialize(views, None).expect("a file")
}

/// One tensor of any type.
pub(crate) fn one(name: &str, dtype: Dtype, shape: &[usize], bytes: &[u8]) -> Vec<u8> {
    let view = TensorView::new(dtype, shape.to_vec(), bytes).expect("a tensor");
    safetensors::serialize([(name, view)], None).expect("a file")
}

/// The 32-bit numbers of a tensor in an answer, read by the format's own library.
pub(crate) fn numbers(body: &[u8], name: &str) -> Vec<i32> {
    let file = SafeTensors::deserialize(body).expect("a safetensors file");
    let view = file.tensor(name).expect("the tensor");
    assert_eq!((view.dtype(), view.shape().len()), (Dtype::I32, 1));
    view.data().chunks_exact(4).map(|bytes| i32::from_le_bytes(bytes.try_into().expect("four"))).collect()
}
