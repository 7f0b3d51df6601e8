//! Kernels that ask for a model of their pack: what they get, and what comes of asking wrongly.
//!
//! `cargo test -p engine-wasmtime --features wasi-nn --test wasi_nn`

use codec::kernel::{WASI_NN_IMPORTS, WASI_NN_MODULE};
use engine::{KernelEngine, KernelFunction, KernelInstance, KernelLimits, KernelModule, KernelStop, Trap};
use engine_wasmtime::wasi_nn::Models;
use engine_wasmtime::{KernelOptions, WasmtimeEngine};

const LINEAR: &[u8] = include_bytes!("../../../../examples/wasi-nn/models/linear.onnx");
/// A case of that model, from the ONNX project's reference evaluator.
const INPUT: &[u8] = include_bytes!("../../../../examples/wasi-nn/golden/linear.x.f32");
const OUTPUT: &[u8] = include_bytes!("../../../../examples/wasi-nn/golden/linear.y.f32");

const LIMITS: KernelLimits = KernelLimits { pages_max: 16, table_elements_max: 16 };
/// Where the tests' modules keep their input and output.
const INPUT_AT: usize = 1_024;
const OUTPUT_AT: usize = 4_096;
/// Where forward writes what each of the five functions returned, as words; −1 where it was not called.
const CODES_AT: usize = 512;

/// Errors of WASI-NN's interface.
const RUNTIME_ERROR: i32 = 5;
const UNSUPPORTED: i32 = 6;
const TOO_LARGE: i32 = 7;

fn engine() -> WasmtimeEngine {
    let engine = WasmtimeEngine::for_kernels(&KernelOptions::CLOCKED).expect("an engine");
    engine.with_models(Models::read([("linear", LINEAR)]).expect("the model reads"))
}

/// A module whose forward is `body`; the record of a 4 by 10 tensor of 32-bit floats at 1,024 lies at 200.
fn module(body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
  (import "wasi_ephemeral_nn" "load_by_name" (func $load (param i32 i32 i32) (result i32)))
  (import "wasi_ephemeral_nn" "init_execution_context" (func $init (param i32 i32) (result i32)))
  (import "wasi_ephemeral_nn" "set_input" (func $set (param i32 i32 i32) (result i32)))
  (import "wasi_ephemeral_nn" "compute" (func $compute (param i32) (result i32)))
  (import "wasi_ephemeral_nn" "get_output" (func $get (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1 16)
  (data (i32.const 16) "linear") (data (i32.const 32) "nobody")
  (data (i32.const 200) "\f0\00\00\00\02\00\00\00\01\00\00\00\00\04\00\00\a0\00\00\00")
  (data (i32.const 240) "\04\00\00\00\0a\00\00\00")
  (data (i32.const {CODES_AT}) "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff")
  (func (export "kernel_init") (result i32) i32.const 0)
  (func (export "kernel_info") (result i32) i32.const 0)
  (func (export "kernel_cleanup") (result i32) i32.const 0)
  (func $say (param i32 i32)
    (i32.store (i32.add (i32.const {CODES_AT}) (i32.mul (i32.const 4) (local.get 0))) (local.get 1)))
  (func (export "kernel_forward") (param i32) (result i32) (local $n i32) {body} (i32.const 0)))"#
    );
    wat::parse_str(text).expect("the text is a module")
}

/// The five calls in their order, some of them another.
struct Calls {
    load: &'static str,
    init: &'static str,
    set: &'static str,
    compute: &'static str,
    get: &'static str,
}

const GOOD: Calls = Calls {
    load: "(call $load (i32.const 16) (i32.const 6) (i32.const 100))",
    init: "(call $init (i32.load (i32.const 100)) (i32.const 104))",
    set: "(call $set (i32.load (i32.const 104)) (i32.const 0) (i32.const 200))",
    compute: "(call $compute (i32.load (i32.const 104)))",
    get: "(call $get (i32.load (i32.const 104)) (i32.const 0) (i32.const 4096) (i32.const 128) (i32.const 108))",
};

impl Calls {
    fn module(&self) -> Vec<u8> {
        let calls = [self.load, self.init, self.set, self.compute, self.get].into_iter().enumerate();
        let body: String = calls.map(|(number, call)| format!("(call $say (i32.const {number}) {call})")).collect();
        module(&body)
    }
}

fn compile(engine: &WasmtimeEngine, module: &[u8]) -> Box<dyn KernelModule> {
    engine.compile_kernel(module, "kernel_forward", LIMITS).expect("the engine takes it")
}

fn instance(engine: &WasmtimeEngine, module: &[u8]) -> Box<dyn KernelInstance> {
    let mut instance = compile(engine, module).instantiate().expect("an instance");
    instance.memory_mut()[INPUT_AT..INPUT_AT + INPUT.len()].copy_from_slice(INPUT);
    instance
}

fn codes(instance: &dyn KernelInstance) -> [i32; 5] {
    let word = |at: usize| instance.memory()[at..at + 4].try_into().map(i32::from_le_bytes).expect("four bytes");
    core::array::from_fn(|number| word(CODES_AT + 4 * number))
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect()
}

#[test]
fn a_model_gives_what_the_reference_evaluator_gives() {
    let engine = engine();
    let mut instance = instance(&engine, &GOOD.module());
    for _ in 0..3 {
        assert_eq!(instance.call(KernelFunction::Forward, 0), Ok(0));
    }
    assert_eq!(codes(&*instance), [0; 5]);
    let found = floats(&instance.memory()[OUTPUT_AT..OUTPUT_AT + OUTPUT.len()]);
    let worst = found.iter().zip(floats(OUTPUT)).map(|(found, right)| (found - right).abs()).fold(0.0, f32::max);
    assert!(worst <= 1e-6, "off by {worst}");
    println!("{} outputs, off by at most {worst:e}", found.len());
}

#[test]
fn such_a_kernel_is_bounded_by_the_clock_alone_and_counts_as_not_sealed() {
    let engine = engine();
    let imports = WASI_NN_IMPORTS.map(|name| seal::Import { module: WASI_NN_MODULE, name });
    let memory = seal::MemoryRule::Capped { max_pages: 16 };
    let policy = seal::Policy { allowed_imports: &imports, memory, ..seal::Policy::STANDARD };
    let plain = GOOD.module();
    let sealed = seal::seal(&plain, &policy).expect("the five imports are allowed").bytes;
    for module in [&plain, &sealed] {
        let compiled = compile(&engine, module);
        assert!(compiled.is_host_computed());
        assert!(!compiled.is_sealed(), "no budget can be given, so that nothing calls it metered");
        let mut instance = instance(&engine, module);
        assert_eq!(instance.call(KernelFunction::Forward, 0), Ok(0));
        assert_eq!(codes(&*instance), [0; 5]);
    }
    let mut endless = instance(&engine, &module("(loop $again (br $again))"));
    endless.set_epoch_ticks(3);
    assert_eq!(endless.call(KernelFunction::Forward, 0), Err(KernelStop::EpochDeadline));
    // Kernels without imports are what they were.
    let text = "(module (memory (export \"memory\") 1 16) (func (export \"kernel_init\") (result i32) i32.const 0)
        (func (export \"kernel_info\") (result i32) i32.const 0) (func (export \"kernel_cleanup\") (result i32) i32.const 0)
        (func (export \"kernel_forward\") (param i32) (result i32) i32.const 0))";
    let own = seal::seal(&wat::parse_str(text).expect("a module"), &policy).expect("nothing is in the way").bytes;
    let own = compile(&engine, &own);
    assert!(own.is_sealed() && !own.is_host_computed());
}

#[test]
fn an_engine_without_models_or_without_a_clock_does_not_take_it() {
    let module = GOOD.module();
    let refused = |engine: &WasmtimeEngine, module: &[u8]| {
        let refused = engine.compile_kernel(module, "kernel_forward", LIMITS);
        refused.err().expect("the engine refuses it").to_string()
    };
    let without = WasmtimeEngine::for_kernels(&KernelOptions::CLOCKED).expect("an engine");
    assert!(refused(&without, &module).contains("load_by_name"), "{}", refused(&without, &module));
    let models = || Models::read([("linear", LINEAR)]).expect("the model reads");
    let timeless = WasmtimeEngine::for_kernels(&KernelOptions::METERED).expect("an engine").with_models(models());
    assert!(refused(&timeless, &module).contains("no clock"), "{}", refused(&timeless, &module));
    // `load` would read a model that nobody signed; anything else is nobody's business here.
    for (place, name) in [("wasi_ephemeral_nn", "load"), ("wasi_snapshot_preview1", "fd_write"), ("env", "compute")] {
        let text = format!("(module (import \"{place}\" \"{name}\" (func)) (memory (export \"memory\") 1 1))");
        let foreign = wat::parse_str(text).expect("a module");
        assert!(refused(&engine(), &foreign).contains(name), "{}", refused(&engine(), &foreign));
    }
}

#[test]
fn asking_wrongly_gives_a_code_and_no_harm() {
    let engine = engine();
    let twice = "(call $get (i32.load (i32.const 104)) (i32.const 1) (i32.const 4096) (i32.const 128) (i32.const 108))";
    let short = "(call $get (i32.load (i32.const 104)) (i32.const 0) (i32.const 4096) (i32.const 127) (i32.const 108))";
    // The record at 200 with another element type, shape or length.
    let changed = |at: u32, value: u32| {
        let set = format!("(i32.store8 (i32.const {at}) (i32.const {value})) {}", GOOD.set);
        module(&format!(
            "(drop {}) (drop {}) {} {}",
            GOOD.load,
            GOOD.init,
            set.replacen("(call $set", "(call $say (i32.const 2) (call $set", 1) + ")",
            format_args!("(call $say (i32.const 3) {})", GOOD.compute)
        ))
    };
    let table: [(&str, Vec<u8>, usize, i32); 11] = [
        (
            "no such model",
            Calls { load: "(call $load (i32.const 32) (i32.const 6) (i32.const 100))", ..GOOD }.module(),
            0,
            UNSUPPORTED,
        ),
        (
            "no such graph",
            Calls { init: "(call $init (i32.const 99) (i32.const 104))", ..GOOD }.module(),
            1,
            UNSUPPORTED,
        ),
        ("no such computation", Calls { compute: "(call $compute (i32.const 99))", ..GOOD }.module(), 3, UNSUPPORTED),
        (
            "no such input",
            Calls { set: "(call $set (i32.load (i32.const 104)) (i32.const 1) (i32.const 200))", ..GOOD }.module(),
            2,
            RUNTIME_ERROR,
        ),
        ("an input that was not set", Calls { set: "(i32.const 0)", ..GOOD }.module(), 3, RUNTIME_ERROR),
        ("an output before it is computed", Calls { compute: "(i32.const 0)", ..GOOD }.module(), 4, RUNTIME_ERROR),
        ("no such output", Calls { get: twice, ..GOOD }.module(), 4, RUNTIME_ERROR),
        ("too little room", Calls { get: short, ..GOOD }.module(), 4, TOO_LARGE),
        ("another element type", changed(208, 4), 2, RUNTIME_ERROR),
        ("another shape", changed(244, 9), 2, RUNTIME_ERROR),
        ("fewer bytes than the shape says", changed(216, 156), 2, RUNTIME_ERROR),
    ];
    for (what, module, call, code) in &table {
        let mut instance = instance(&engine, module);
        assert_eq!(instance.call(KernelFunction::Forward, 0), Ok(0), "{what}");
        assert_eq!(codes(&*instance)[*call], *code, "{what}: {:?}", codes(&*instance));
    }
    println!("{} wrong questions", table.len());
}

#[test]
fn an_address_outside_of_the_memory_is_the_kernels_fault() {
    let engine = engine();
    let table = [
        ("a name", Calls { load: "(call $load (i32.const -4) (i32.const 6) (i32.const 100))", ..GOOD }),
        ("a long name", Calls { load: "(call $load (i32.const 16) (i32.const -1) (i32.const 100))", ..GOOD }),
        ("a result", Calls { load: "(call $load (i32.const 16) (i32.const 6) (i32.const -4))", ..GOOD }),
        ("a record", Calls { set: "(call $set (i32.load (i32.const 104)) (i32.const 0) (i32.const 65530))", ..GOOD }),
        (
            "a record of data outside",
            Calls {
                set: "(call $set (i32.load (i32.const 104)) (i32.const 0) (block (result i32) \
                      (i32.store (i32.const 212) (i32.const 65500)) (i32.const 200)))",
                ..GOOD
            },
        ),
        (
            "an output",
            Calls {
                get: "(call $get (i32.load (i32.const 104)) (i32.const 0) (i32.const 65500) (i32.const 128) (i32.const 108))",
                ..GOOD
            },
        ),
    ];
    for (what, calls) in &table {
        let mut instance = instance(&engine, &calls.module());
        match instance.call(KernelFunction::Forward, 0) {
            Err(KernelStop::Fault(fault)) => assert_eq!(fault.trap, Trap::MemoryOutOfBounds, "{what}"),
            other => panic!("{what}: {other:?}, {:?}", codes(&*instance)),
        }
    }
    println!("{} addresses outside", table.len());
    // The engine is none the worse for it.
    let mut good = instance(&engine, &GOOD.module());
    assert_eq!(good.call(KernelFunction::Forward, 0), Ok(0));
    assert_eq!(codes(&*good), [0; 5]);
}

#[test]
fn what_the_host_keeps_for_an_instance_is_limited() {
    let engine = engine();
    let repeat = |times: u32, call: &str| {
        module(&format!(
            "(drop {}) (loop $again (call $say (i32.const 4) {call})
               (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const {times}))))",
            GOOD.load
        ))
    };
    for (call, fits, code) in [(GOOD.load, 63, UNSUPPORTED), (GOOD.init, 8, RUNTIME_ERROR)] {
        for (times, expected) in [(fits, 0), (fits + 1, code)] {
            let mut instance = instance(&engine, &repeat(times, call));
            assert_eq!(instance.call(KernelFunction::Forward, 0), Ok(0));
            assert_eq!(codes(&*instance)[4], expected, "{times} times {call}");
        }
    }
}

#[test]
fn a_model_that_does_not_read_is_refused_by_name() {
    let mut refused = 0;
    let mut bytes = LINEAR.to_vec();
    bytes[40] ^= 0xff;
    let cases: [&[u8]; 4] = [b"", b"no model", &LINEAR[..LINEAR.len() / 2], &bytes];
    for bytes in cases {
        if let Err(error) = Models::read([("broken", bytes)]) {
            assert!(error.to_string().contains("`broken`"), "{error}");
            refused += 1;
        }
    }
    assert!(refused >= 2, "{refused}");
    println!("{refused} of {} refused; none panicked", cases.len());
}
