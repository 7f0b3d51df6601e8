//! Small kernels as text: one that is right, and one for each way to be wrong.

use pack::DType;

use crate::packs::{Part, interface, kernel, sealed};

/// The pieces of a kernel that differ.
#[derive(Clone, Copy)]
pub(crate) struct Wat<'a> {
    /// What stands beside the functions.
    pub(crate) items: &'a str,
    /// The arena's start.
    pub(crate) arena: u32,
    pub(crate) init: &'a str,
    pub(crate) info: &'a str,
    pub(crate) forward: &'a str,
}

impl Wat<'_> {
    /// A kernel that does nothing.
    pub(crate) const EMPTY: Wat<'static> =
        Wat { items: "", arena: 1_024, init: "i32.const 0", info: "i32.const 64", forward: "i32.const 0" };

    /// The module. Its message area lies at 128 and has 64 bytes.
    pub(crate) fn module(&self) -> Vec<u8> {
        let Self { items, arena, init, info, forward } = self;
        let words = [1, *arena, 0, 128, 64, 0].map(u32::to_le_bytes).concat();
        let info_bytes: String = words.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let text = format!(
            r#"(module
                (memory (export "memory") 1 1024)
                (data (i32.const 64) "{info_bytes}")
                {items}
                (func (export "kernel_init") (result i32) {init})
                (func (export "kernel_info") (result i32) {info})
                (func (export "kernel_cleanup") (result i32) i32.const 0)
                (func (export "kernel_forward") (param $d i32) (result i32)
                    (local $i i32) (local $in i32) (local $out i32) (local $end i32)
                    {forward}))"#
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }
}

/// Copies `x` to `y`, adding `summand` (an i32 expression) to each i32.
pub(crate) fn add(summand: &str) -> String {
    format!(
        "(local.set $in (i32.load (local.get $d)))
         (local.set $out (i32.load offset=16 (local.get $d)))
         (local.set $end (i32.add (local.get $in) (i32.load offset=4 (local.get $d))))
         (block $done (loop $next
            (br_if $done (i32.ge_u (local.get $in) (local.get $end)))
            (i32.store (local.get $out) (i32.add (i32.load (local.get $in)) {summand}))
            (local.set $in (i32.add (local.get $in) (i32.const 4)))
            (local.set $out (i32.add (local.get $out) (i32.const 4)))
            (br $next)))
         i32.const 0"
    )
}

/// The kernel `add`: `y[n] = x[n] + 1` in i32, with this code.
pub(crate) fn add_part(forward: &str) -> Part {
    let forward_interface = interface(&[("x", DType::I32, "n")], &[("y", DType::I32, "n")]);
    Part {
        kernel: kernel("add", forward_interface),
        module: sealed(&Wat { forward, ..Wat::EMPTY }.module()),
        golden: None,
        fallback: None,
    }
}

/// A golden file of `add` with `cases` cases.
pub(crate) fn add_golden(cases: u32) -> String {
    let hex =
        |values: &[i32]| values.iter().flat_map(|v| v.to_le_bytes()).map(|b| format!("{b:02x}")).collect::<String>();
    let case = |number: u32| {
        let x: Vec<i32> = (0..number as i32).map(|value| value * 1_000 - 5).collect();
        let y: Vec<i32> = x.iter().map(|value| value + 1).collect();
        format!(
            r#"{{"name":"{number} numbers","direction":"forward","dims":{{"n":{number}}},"inputs":{{"x":"{}"}},"outputs":{{"y":"{}"}}}}"#,
            hex(&x),
            hex(&y)
        )
    };
    format!(r#"{{"cases":[{}]}}"#, (1..=cases).map(case).collect::<Vec<_>>().join(","))
}
