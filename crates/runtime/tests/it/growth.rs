//! Memory that grows: the module's own maximum is the guest's affair, the engine's limit is the world's.

use engine::limits::MEMORY_BYTES_MAX;
use engine::{Engine, EngineErrorKind, Stop};
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{Options, WasmtimeEngine};

/// `alloc(n)` grows the memory by n pages; `output_len()` is its size in pages.
const GROWER: &str = r#"(module
    (memory (export "memory") 1 2000)
    (func (export "alloc") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "execute") (param i32 i32) (result i32) i32.const 0)
    (func (export "output_len") (result i32) memory.size))"#;

#[test]
fn growth_ends_in_the_same_way_on_both_engines() {
    let policy = seal::Policy { memory: seal::MemoryRule::Capped { max_pages: 2_000 }, ..seal::Policy::STANDARD };
    let module = wat::parse_str(GROWER).expect("the text is well formed");
    let module = seal::seal(&module, &policy).expect("it can be sealed").bytes;
    let wasmtime = WasmtimeEngine::new(&Options::PLAIN).expect("the pool fits");
    let most = (MEMORY_BYTES_MAX >> 16) as i32;
    for engine in [&wasmtime as &dyn Engine, &WasmiEngine::new()] {
        let module = engine.compile(&module).expect("sealed modules are valid");
        let mut instance = module.instantiate().expect("one page fits");
        let mut grow = |pages: i32| {
            instance.set_meter(i64::MAX);
            instance.alloc(pages)
        };
        assert_eq!(grow(1), Ok(1), "{}: within all limits", engine.name());
        assert_eq!(grow(1_999), Ok(-1), "{}: beyond the module's maximum", engine.name());
        assert_eq!(grow(-1), Ok(-1), "{}: far beyond it", engine.name());
        assert_eq!(grow(most - 2), Ok(2), "{}: up to the engine's limit", engine.name());
        let beyond = grow(1);
        assert!(
            matches!(&beyond, Err(Stop::World(error)) if error.kind == EngineErrorKind::OutOfResources),
            "{}: beyond the engine's limit: {beyond:?}",
            engine.name()
        );
    }
    // What does not even fit at the start is the world's affair too.
    let large = GROWER.replace("1 2000", "1100 2000");
    let large = wat::parse_str(large).expect("the text is well formed");
    let large = seal::seal(&large, &policy).expect("it can be sealed").bytes;
    for engine in [&wasmtime as &dyn Engine, &WasmiEngine::new()] {
        let refused = match engine.compile(&large) {
            Ok(module) => module.instantiate().err(),
            Err(error) => Some(error),
        };
        assert!(refused.is_some(), "{}: a memory over the limit is refused", engine.name());
    }
}
