//! Generated modules on Wasmtime, as they are and sealed, through the same calls: results, memory and globals agree, in all
//! but the bits of NaNs that arithmetic made.
//!
//! Half of the modules make their own NaNs canonical and must agree to the bit. In the others a NaN's bits may reach
//! anything, but only in a module where sealing found such bits to be observable.
#![no_main]

use arbitrary::Unstructured;
use avouch_fuzz::generated::{Shape, converts_floats, module};
use avouch_fuzz::plain::{Bits, End, Left, Plain, with_globals};
use codec::abi::{GLOBAL_DEPTH, GLOBAL_STOP};
use libfuzzer_sys::fuzz_target;
use seal::{LoopCharge, MemoryRule, Policy, Report, seal};
use wasm_encoder::ValType;

/// Units of the sealed meter for one call.
const BUDGET: u64 = 300_000;
/// Fuel for the same call unsealed: an operator costs at least one unit of the meter and at most a few of fuel.
const FUEL: u64 = 100 * BUDGET;
/// Calls into one instance.
const CALLS_MAX: usize = 12;

fuzz_target!(|data: &[u8]| {
    // A description that ends too early describes nothing.
    run(&mut Unstructured::new(data)).unwrap_or_default();
});

fn run(u: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let is_canonical = u.ratio(1, 2)?;
    let loops = if u.ratio(2, 3)? { LoopCharge::Ahead } else { LoopCharge::EachTurn };
    let memory = MemoryRule::Capped { max_pages: avouch_fuzz::generated::PAGES_MAX as u32 };
    let policy = Policy { memory, loops, ..Policy::STANDARD };
    let shape = Shape::any(u)?;
    let unsealed = with_globals(&module(u, &shape, is_canonical)?);
    let Ok(sealed) = seal(&unsealed, &policy) else { return Ok(()) };
    let is_canonical = is_canonical && !converts_floats(&unsealed);
    let (mut one, mut other) = match (Plain::unsealed(&unsealed), Plain::sealed(&sealed.bytes)) {
        (Some(one), Some(other)) => (one, other),
        (None, None) => return Ok(()),
        (one, _) => panic!("an instance can be made unsealed: {}; sealed it is the other way", one.is_some()),
    };
    assert_eq!(one.left(), other.left(), "before any call");
    for _ in 0..CALLS_MAX {
        let (export, (parameters, _)) = &shape.functions[u.choose_index(shape.functions.len())?];
        let arguments = parameters.iter().map(|ty| argument(*ty, u)).collect::<arbitrary::Result<Vec<_>>>()?;
        let with = other.call(export, &arguments, BUDGET);
        assert_ne!(with, End::Trapped(wasmtime::Trap::StackOverflow), "an engine's stack overflowed first");
        if other.global(GLOBAL_STOP) != Bits::I32(0) {
            return Ok(());
        }
        let without = one.call(export, &arguments, FUEL);
        let is_done = matches!(with, End::Done(_));
        if is_done {
            assert_eq!(other.global(GLOBAL_DEPTH), Bits::I32(policy.depth_limit as i32));
        }
        let left = (one.left(), other.left());
        if !agree((&without, &left.0), (&with, &left.1), is_canonical, &sealed.report) || !is_done {
            return Ok(());
        }
    }
    Ok(())
}

/// Whether the two are still in the same state. They are, or NaN bits are to blame.
fn agree(without: (&End, &Left), with: (&End, &Left), is_canonical: bool, report: &Report) -> bool {
    if without == with {
        return true;
    }
    let places = without.1.memory.iter().zip(&with.1.memory).position(|(one, other)| one != other);
    assert!(
        !is_canonical && report.nan_places > 0,
        "{:?} {:?} unsealed, {:?} {:?} sealed; memories of {} and {} bytes differ at {places:?}; {report:?}",
        without.0,
        without.1.globals,
        with.0,
        with.1.globals,
        without.1.memory.len(),
        with.1.memory.len(),
    );
    false
}

/// Numbers, infinities, signalling and quiet NaNs of both signs, anything.
fn argument(ty: ValType, u: &mut Unstructured<'_>) -> arbitrary::Result<Bits> {
    const F32: [u32; 6] = [0, 0x3f80_0000, 0xff80_0000, 0x7fa1_2345, 0xffc0_0001, 0x4f00_0000];
    const F64: [u64; 6] = [0, 0x3ff0 << 48, 0xfff0 << 48, 0x7ff4_1234_5678_9abc, 0xfff8_0000_0000_0001, 0x43e0 << 48];
    let is_any = u.ratio(1, 2)?;
    Ok(match ty {
        ValType::I32 => Bits::I32(if is_any { u.arbitrary()? } else { u.int_in_range(-2..=100)? }),
        ValType::I64 => Bits::I64(if is_any { u.arbitrary()? } else { u.int_in_range(-2..=100)? }),
        ValType::F32 => Bits::F32(if is_any { u.arbitrary()? } else { *u.choose(&F32)? }),
        ValType::F64 => Bits::F64(if is_any { u.arbitrary()? } else { *u.choose(&F64)? }),
        ValType::V128 if is_any => Bits::V128(u.arbitrary()?),
        ValType::V128 => Bits::V128(u128::from(*u.choose(&F64)?) << 64 | u128::from(*u.choose(&F32)?) << 16),
        ValType::Ref(_) => Bits::Reference,
    })
}
