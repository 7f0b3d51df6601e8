//! Each hazard is found, at its function and offset.

use seal::{CheckError, Finding, Import, MemoryRule, Policy, Reason, SealError, check, seal};

use crate::{GROWING, module};

fn parse(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text is a module")
}

fn findings(bytes: &[u8]) -> Vec<Finding> {
    check(bytes, &Policy::STANDARD).expect("a module")
}

/// The one hazard that is not closed; the bytes at its offset begin with `bytes_there`.
fn refused(bytes: &[u8], reason: Reason, function: Option<u32>, bytes_there: &[u8]) {
    let all = findings(bytes);
    let open: Vec<_> = all.iter().filter(|finding| !finding.closed_by_seal).collect();
    assert_eq!(open.len(), 1, "{all:?}");
    assert_eq!((open[0].reason, open[0].function), (reason, function));
    assert!(
        bytes[open[0].offset..].starts_with(bytes_there),
        "{reason} at {:#x}: {:x?}",
        open[0].offset,
        &bytes[open[0].offset..][..8]
    );
    match seal(bytes, &Policy::STANDARD) {
        Err(SealError::Refused { first, count: 1 }) => assert_eq!(&first, open[0]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn operators_are_refused_where_they_stand() {
    let v = "(v128.const i64x2 0 0)";
    let cases: &[(String, Reason, &[u8])] = &[
        (format!("(drop (f32x4.relaxed_madd {v} {v} {v}))"), Reason::RelaxedSimd, &[0xfd, 0x85, 0x02]),
        ("(drop (i32.atomic.load (i32.const 0)))".into(), Reason::Threads, &[0xfe, 0x10]),
        ("(atomic.fence)".into(), Reason::Threads, &[0xfe, 0x03]),
        ("(return_call $a)".into(), Reason::TailCall, &[0x12]),
        ("(table.set (i32.const 0) (ref.null func))".into(), Reason::MutableTable, &[0x26]),
        ("(drop (table.grow (ref.null func) (i32.const 0)))".into(), Reason::MutableTable, &[0xfc, 15]),
        ("(table.fill (i32.const 0) (ref.null func) (i32.const 0))".into(), Reason::MutableTable, &[0xfc, 17]),
        ("(table.copy (i32.const 0) (i32.const 0) (i32.const 0))".into(), Reason::MutableTable, &[0xfc, 14]),
        ("(table.init $e (i32.const 0) (i32.const 0) (i32.const 0))".into(), Reason::MutableTable, &[0xfc, 12]),
        ("(elem.drop $e)".into(), Reason::MutableTable, &[0xfc, 13]),
        ("(data.drop $d)".into(), Reason::MutableTable, &[0xfc, 9]),
        ("(throw_ref (ref.null exn))".into(), Reason::Exceptions, &[0x0a]),
        ("(drop (ref.i31 (i32.const 1)))".into(), Reason::GarbageCollection, &[0xfb]),
    ];
    for (body, reason, there) in cases {
        let bytes = module(&format!(
            "(table 1 funcref) (elem $e funcref (ref.null func)) (data $d \"x\") (func $a) (func $guilty {body})"
        ));
        if *reason == Reason::Exceptions {
            // Naming the type of the operand is refused too.
            assert!(
                findings(&bytes)
                    .iter()
                    .any(|finding| finding.reason == *reason && bytes[finding.offset..].starts_with(there))
            );
            continue;
        }
        refused(&bytes, *reason, Some(1), there);
        assert_eq!(findings(&bytes)[0].name.as_deref(), Some("guilty"));
    }
    println!("{} operators refused", cases.len());
}

#[test]
fn sections_are_refused_where_they_stand() {
    let memory = "(memory (export \"memory\") 1 1)";
    let cases: &[(String, Reason, &[u8])] = &[
        ("(module (memory (export \"memory\") 1 2))".into(), Reason::GrowableMemory, &[1, 1, 2]),
        ("(module (memory (export \"memory\") 1))".into(), Reason::GrowableMemory, &[0, 1]),
        ("(module (memory (export \"memory\") 1 1 shared))".into(), Reason::Threads, &[3, 1, 1]),
        ("(module (memory (export \"memory\") i64 1 1))".into(), Reason::Memory64, &[5, 1, 1]),
        ("(module (memory (export \"memory\") 1 1 (pagesize 1)))".into(), Reason::PageSize, &[9, 1, 1, 0]),
        (format!("(module {memory} (memory 2 2))"), Reason::SeveralMemories, &[1, 2, 2]),
        ("(module (memory 1 1))".into(), Reason::NoMemoryExport, b"\0asm"),
        ("(module)".into(), Reason::NoMemoryExport, b"\0asm"),
        (format!("(module (import \"env\" \"now\" (func)) {memory})"), Reason::ImportNotAllowed, b"\x03env\x03now"),
        (
            format!("(module (import \"env\" \"t\" (table 1 funcref)) {memory})"),
            Reason::ImportNotAllowed,
            b"\x03env\x01t",
        ),
        (format!("(module {memory} (func $f) (start $f))"), Reason::StartFunction, &[0]),
        (format!("(module {memory} (func (export \"avouch:x\")))"), Reason::ReservedExport, b"\x08avouch:x"),
        (format!("(module {memory} (global (mut funcref) (ref.null func)))"), Reason::ReferenceGlobal, &[0x70, 1]),
        (format!("(module {memory} (tag))"), Reason::Exceptions, &[1, 0]),
        (format!("(module {memory} (type (struct)))"), Reason::GarbageCollection, &[0x5f]),
        (format!("(module {memory} (table i64 1 funcref))"), Reason::Memory64, &[0x70, 4]),
        (
            format!("(module {memory} (global i32 (i32.add (i32.const 1) (i32.const 2))))"),
            Reason::UnsupportedFeature,
            &[0x6a],
        ),
    ];
    for (text, reason, there) in cases {
        println!("{reason}: {}", reason.explanation());
        refused(&parse(text), *reason, None, there);
    }
}

/// The specification suite has modules with `externref`. They were sealed; wasmi ran them, and Wasmtime, which is built without
/// its garbage collector, refused them: a sealed module that only one engine takes.
#[test]
fn external_references_are_refused() {
    let cases = [
        "(table 1 externref)",
        "(func (param externref))",
        "(func (result externref) unreachable)",
        "(global externref (ref.null extern))",
        "(func (local externref))",
        "(func (drop (ref.null extern)))",
        "(func (drop (select (result externref) (unreachable) (unreachable) (i32.const 0))))",
        "(elem externref (ref.null extern))",
    ];
    for text in cases {
        let bytes = module(text);
        let found = findings(&bytes);
        println!("{text}: {found:?}");
        assert_eq!((found.len(), found[0].reason), (1, Reason::UnsupportedFeature));
        assert!(seal(&bytes, &Policy::STANDARD).is_err() && found[0].offset < bytes.len());
    }
    // Function references stay.
    assert!(seal(&module("(table 1 funcref) (func (param funcref))"), &Policy::STANDARD).is_ok());
}

#[test]
fn what_the_policy_allows_is_not_refused() {
    let bytes = parse(
        "(module (import \"env\" \"now\" (func)) (memory (export \"memory\") 1 99) (func (export \"f\") (call 0)))",
    );
    let policy = Policy { allowed_imports: &[Import { module: "env", name: "now" }], ..GROWING };
    let found = check(&bytes, &policy).expect("a module");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].reason, found[0].closed_by_seal), (Reason::GrowableMemory, true));
    let sealed = seal(&bytes, &policy).expect("allowed");
    let memory = [5, 4, 1, 1, 1, 16];
    assert!(sealed.bytes.windows(6).any(|window| window == memory), "the maximum is capped");
    let small = Policy { memory: MemoryRule::Capped { max_pages: 0 }, ..policy };
    assert!(check(&bytes, &small).expect("a module").iter().any(|finding| finding.reason == Reason::MemoryTooLarge));
}

#[test]
fn observable_nans_are_named_by_function_and_offset() {
    let bytes = module(
        "(func (export \"first\")) (func (export \"mul\") (param f32) (result i32) local.get 0 local.get 0 f32.mul i32.reinterpret_f32)",
    );
    let found = findings(&bytes);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].reason, found[0].function, found[0].closed_by_seal), (Reason::ObservableNan, Some(1), true));
    assert_eq!((bytes[found[0].offset], found[0].name.as_deref()), (0xbc, Some("mul")));
}

#[test]
fn malformed_bytes_are_refused_with_an_offset() {
    let good = module("(func (export \"f\") (result i32) i32.const 1)");
    let mut refusals = 0;
    for at in 0..good.len() {
        for change in [1, 0x80, 0xff] {
            let mut bytes = good.clone();
            bytes[at] ^= change;
            if let Err(error) = check(&bytes, &Policy::STANDARD) {
                let CheckError::Malformed(malformed) = error else { panic!("{error}") };
                assert!(malformed.offset <= bytes.len() && !malformed.detail(&bytes).is_empty());
                refusals += 1;
            }
        }
        let cut = check(&good[..at], &Policy::STANDARD);
        refusals += usize::from(matches!(cut, Err(CheckError::Malformed(_))));
    }
    println!("{refusals} damaged modules refused");
}

#[test]
fn sealing_twice_is_refused_and_sealing_is_a_function() {
    let bytes = module("(func (export \"f\") (param f32) (result f32) (f32.sqrt (local.get 0)))");
    let one = seal(&bytes, &Policy::STANDARD).expect("sealed");
    assert_eq!(one, seal(&bytes, &Policy::STANDARD).expect("sealed"));
    assert_eq!(one.digest, codec::sha256(&one.bytes));
    assert_eq!(seal(&one.bytes, &Policy::STANDARD), Err(SealError::Check(CheckError::AlreadySealed)));
}

#[test]
fn codes_are_distinct_and_kebab_case() {
    let mut codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert!(
        codes
            .iter()
            .all(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'))
    );
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Reason::ALL.len());
}
