//! Values that meet where paths join are limited, because a compiler to machine code pays for each of them.

use seal::limits::{JOIN_LOCALS_BASE, JOIN_LOCALS_MAX, LOOP_VALUES_MAX};
use seal::{CheckError, Limit, Policy, SealError, seal};

use crate::module;

/// The limit that refuses the module, if one does.
fn refusal(text: &str) -> Option<Limit> {
    match seal(&module(text), &Policy::STANDARD) {
        Ok(_) => None,
        Err(SealError::Check(CheckError::TooLarge(large))) => Some(large.limit),
        Err(error) => panic!("{error}"),
    }
}

/// `loops` nested loops in whose innermost `locals` locals are set, twice each.
fn knot(loops: u64, locals: u64) -> String {
    let sets: String = (0..locals).map(|local| format!("(local.set {local} (i64.const 1)) ").repeat(2)).collect();
    let (open, close) = ("loop ".repeat(loops as usize), "end ".repeat(loops as usize));
    format!("(func (local {}) {open} {sets} {close})", "i64 ".repeat(locals as usize))
}

#[test]
fn each_local_counts_once_for_each_loop_that_it_is_set_in() {
    assert_eq!(LOOP_VALUES_MAX, 64 * 1024, "the sums below are made for this limit");
    assert_eq!(refusal(&knot(64, 1024)), None);
    assert_eq!(refusal(&knot(64, 1025)), Some(Limit::LoopValues));
    assert_eq!(refusal(&knot(65, 1024)), Some(Limit::LoopValues));
    // One after the other instead of one in the other: a thousand times 64.
    let (sets, locals) = ((0..64).map(|local| format!("(local.set {local} (i64.const 1)) ")), "i64 ".repeat(64));
    let sets: String = sets.collect();
    let row = |loops: usize| format!("(func (local {locals}) {})", format!("loop {sets} end ").repeat(loops));
    assert_eq!(refusal(&row(1024)), None);
    assert_eq!(refusal(&row(1025)), Some(Limit::LoopValues));
    // Set in an outer loop after an inner one was closed: the outer loop has it already, the next inner one has not.
    let both = |again: usize| {
        let inner = format!("loop {sets} end ");
        format!("(func (local {locals}) loop {} {} end)", inner.repeat(1023), sets.repeat(again))
    };
    assert_eq!(refusal(&both(3)), None);
}

#[test]
fn what_loops_take_and_blocks_give_counts_too() {
    let types = "i64 ".repeat(1000);
    let zeros = "i64.const 0 ".repeat(1000);
    let drops = "drop ".repeat(1000);
    let loops = |count: usize| {
        let (open, close) = ("loop (type $t) ".repeat(count), "end ".repeat(count));
        format!("(type $t (func (param {types}) (result {types}))) (func {zeros} {open} {close} {drops})")
    };
    assert_eq!(refusal(&loops(65)), None);
    assert_eq!(refusal(&loops(66)), Some(Limit::LoopValues));
    let blocks = |count: usize| {
        let block = format!("block (type $t) {zeros} end {drops} ");
        format!("(type $t (func (result {types}))) (func {})", block.repeat(count))
    };
    assert_eq!(refusal(&blocks(65)), None);
    assert_eq!(refusal(&blocks(66)), Some(Limit::LoopValues));
}

#[test]
fn ends_of_blocks_count_by_locals() {
    for locals in [0_u64, 1, 300, 9_000] {
        // The end of the function is one of them.
        let most = JOIN_LOCALS_MAX / (locals + JOIN_LOCALS_BASE) - 1;
        let row = |blocks: u64| {
            format!("(func (local {}) {})", "i32 ".repeat(locals as usize), "block end ".repeat(blocks as usize))
        };
        assert_eq!(refusal(&row(most)), None, "{locals} locals");
        assert_eq!(refusal(&row(most + 1)), Some(Limit::JoinLocals), "{locals} locals");
    }
}
