//! What a module may ask for, and how far its memory grows.

use engine::{EngineErrorKind, KernelEngine, KernelFunction, KernelLimits, KernelStop};

use crate::{LIMITS, clocked, compile, engines, instance, kernel, sealed};

fn refusal(engine: &dyn KernelEngine, bytes: &[u8], limits: KernelLimits) -> (EngineErrorKind, String) {
    match engine.compile_kernel(bytes, "kernel_forward", limits) {
        Err(error) => (error.kind, error.detail),
        Ok(_) => panic!("{} takes it", engine.name()),
    }
}

/// What is wrong, the text of the module, the kind of refusal, a word that it must contain.
fn unfit() -> Vec<(&'static str, Vec<u8>, EngineErrorKind, &'static str)> {
    use EngineErrorKind::{InvalidModule, MissingExport};
    let text = |text: &str| wat::parse_str(text).expect("a module");
    let base = r#"(memory (export "memory") 1 512) (func (export "kernel_init") (result i32) i32.const 0)
        (func (export "kernel_info") (result i32) i32.const 0) (func (export "kernel_cleanup") (result i32) i32.const 0)"#;
    let forward = r#"(func (export "kernel_forward") (param i32) (result i32) i32.const 0)"#;
    vec![
        ("no forward", text(&format!("(module {base})")), MissingExport, "kernel_forward"),
        (
            "forward of another type",
            text(&format!(r#"(module {base} (func (export "kernel_forward") (param i64) (result i32) i32.const 0))"#)),
            MissingExport,
            "kernel_forward",
        ),
        (
            "backward of another type",
            text(&format!(r#"(module {base} {forward} (func (export "kernel_backward") (param i32)))"#)),
            MissingExport,
            "kernel_backward",
        ),
        ("no memory", text(&format!("(module {})", forward)), MissingExport, "memory"),
        (
            "init is a global",
            text(&format!(
                r#"(module {} {forward} (global (export "kernel_init") i32 (i32.const 0)))"#,
                base.replace("kernel_init", "init")
            )),
            MissingExport,
            "kernel_init",
        ),
        (
            "an import",
            text(&format!(r#"(module (import "env" "now" (func)) {base} {forward})"#)),
            InvalidModule,
            "`now` of `env`",
        ),
        (
            "a large memory",
            text(&format!("(module {} {forward})", base.replace("1 512", "65 512"))),
            InvalidModule,
            "65 pages of 64",
        ),
        ("a large table", text(&format!("(module {base} {forward} (table 17 17 funcref))")), InvalidModule, ""),
        ("no module at all", b"\0asm\x02\0\0\0".to_vec(), InvalidModule, ""),
    ]
}

#[test]
fn a_module_that_asks_for_too_much_or_lacks_something_is_refused() {
    let mut refused = 0;
    let clocked = clocked();
    let engines = engines();
    for (name, bytes, kind, word) in unfit() {
        let (found, detail) = refusal(&clocked, &bytes, LIMITS);
        assert!(found == kind && detail.contains(word), "{name}: {found:?}, {detail}");
        refused += 1;
        // Where sealing takes it, the other engines must say the same of the sealed form.
        let Ok(sealed) = seal::seal(
            &bytes,
            &seal::Policy { memory: seal::MemoryRule::Capped { max_pages: 512 }, ..seal::Policy::STANDARD },
        ) else {
            continue;
        };
        for engine in &engines {
            let (found, detail) = refusal(&**engine, &sealed.bytes, LIMITS);
            assert!(found == kind && detail.contains(word), "{name} on {}: {found:?}, {detail}", engine.name());
            refused += 1;
        }
    }
    println!("{refused} refusals of {} kinds of module", unfit().len());
    assert!(refused > 20);
}

#[test]
fn what_is_not_sealed_needs_a_clock() {
    let plain = kernel("", "");
    for engine in engines() {
        let (kind, detail) = refusal(&*engine, &plain, LIMITS);
        assert_eq!(kind, EngineErrorKind::InvalidModule);
        assert!(detail.contains("not sealed") && engine.tick().is_none(), "{detail}");
    }
    let clocked = clocked();
    assert!(clocked.tick().is_some());
    assert!(!compile(&clocked, &plain).is_sealed());
    assert!(compile(&clocked, &sealed(&plain)).is_sealed());
    // Half of sealing's globals are not a seal.
    let half = kernel("", r#"(global (export "avouch:meter") (mut i64) (i64.const 0))"#);
    assert_eq!(refusal(&clocked, &half, LIMITS).0, EngineErrorKind::MissingExport);
}

#[test]
fn the_host_grows_memory_to_the_limit_and_no_further() {
    let bytes = sealed(&kernel("(i32.store (i32.const 4194300) (i32.const 7))", ""));
    for engine in engines() {
        let module = compile(&*engine, &bytes);
        assert_eq!(module.pages_max(), 64);
        let mut instance = instance(&*module);
        assert_eq!(instance.memory().len(), 65_536);
        instance.grow_to(64).expect("that is the limit");
        assert_eq!(instance.memory().len(), 64 << 16);
        assert!(instance.memory().iter().all(|byte| *byte == 0), "new pages are zero");
        instance.grow_to(3).expect("it is larger already");
        let error = instance.grow_to(65).expect_err("that is above the limit");
        assert_eq!(error.kind, EngineErrorKind::OutOfResources, "{error}");
        assert_eq!(instance.call(KernelFunction::Forward, 0), Ok(0));
        assert_eq!(instance.memory()[4_194_300], 7);
    }
}

#[test]
fn a_module_with_a_lower_maximum_keeps_it() {
    let text = wat::parse_str(
        r#"(module (memory (export "memory") 1 5) (func (export "kernel_init") (result i32) i32.const 0)
            (func (export "kernel_forward") (param i32) (result i32) i32.const 0)
            (func (export "kernel_info") (result i32) i32.const 0) (func (export "kernel_cleanup") (result i32) i32.const 0))"#,
    );
    let bytes = sealed(&text.expect("a module"));
    for engine in engines() {
        let module = compile(&*engine, &bytes);
        assert_eq!(module.pages_max(), 5);
        let mut instance = instance(&*module);
        instance.grow_to(5).expect("its maximum");
        instance.grow_to(6).expect_err("above its maximum");
    }
}

/// A kernel that grows its own memory within the limits may; beyond them the call is the world's failure, because another
/// host might have given it.
#[test]
fn growth_by_the_kernel_beyond_the_limit_is_never_a_result() {
    for (pages, is_within) in [(60, true), (70, false)] {
        let bytes = sealed(&kernel(&format!("(drop (memory.grow (i32.const {pages})))"), ""));
        for engine in engines() {
            let module = compile(&*engine, &bytes);
            let result = instance(&*module).call(KernelFunction::Forward, 0);
            match result {
                Ok(0) => assert!(is_within, "{pages} on {}", engine.name()),
                Err(KernelStop::World(error)) => {
                    assert!(!is_within && error.kind == EngineErrorKind::OutOfResources, "{error}");
                }
                other => panic!("{pages} on {}: {other:?}", engine.name()),
            }
        }
    }
}
