//! Values, ends of calls, and what the scripts expect of them.

use wast::core::{NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wast::{WastArg, WastRet};

/// A value as its bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum V {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    V128(u128),
    /// A null reference.
    Null,
    /// A function reference that is not null.
    Func,
    /// A reference that only a host can make.
    Host,
}

/// How an action ended, in words that both engines share.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Done(Vec<V>),
    Trapped(&'static str),
    /// The engine's own stack overflowed.
    Overflowed,
    /// The engine did not accept the module.
    Refused,
    /// An import is missing or of another type.
    Unlinkable,
    /// There is no such export, or the arguments have other types.
    NoSuchExport,
}

/// What a directive of a script expects.
#[derive(Debug)]
pub(crate) enum Expected<'a> {
    Nothing,
    Return(&'a [WastRet<'a>]),
    Trap(&'a str),
    Exhaustion,
    Unlinkable,
}

impl Expected<'_> {
    /// Whether `end` is what the script expects.
    pub(crate) fn is_met(&self, end: &End) -> bool {
        match (self, end) {
            (Self::Nothing, End::Done(_)) => true,
            (Self::Return(expected), End::Done(values)) => {
                expected.len() == values.len()
                    && expected.iter().zip(values).all(|(expected, value)| match expected {
                        WastRet::Core(expected) => is_met(expected, *value),
                        _ => false,
                    })
            }
            (Self::Trap(message), End::Trapped(word)) => is_trap(message, word),
            (Self::Exhaustion, End::Overflowed) | (Self::Unlinkable, End::Unlinkable) => true,
            _ => false,
        }
    }
}

/// Whether `word` is the trap that a script describes.
fn is_trap(message: &str, word: &str) -> bool {
    let words = [
        ("unreachable", "unreachable"),
        ("out of bounds memory access", "memory"),
        ("out of bounds table access", "table"),
        ("undefined", "table"),
        ("uninitialized", "null"),
        ("indirect call", "signature"),
        ("integer overflow", "overflow"),
        ("integer divide by zero", "division"),
        ("invalid conversion to integer", "conversion"),
    ];
    // Older scripts say less.
    (message == "out of bounds" && ["memory", "table"].contains(&word))
        || words.iter().any(|(start, expected)| message.starts_with(start) && *expected == word)
}

/// The arguments of an invocation, if they are of WebAssembly 2.0.
pub(crate) fn arguments(args: &[WastArg<'_>]) -> Vec<V> {
    let value = |arg: &WastArg<'_>| match arg {
        WastArg::Core(WastArgCore::I32(value)) => V::I32(*value),
        WastArg::Core(WastArgCore::I64(value)) => V::I64(*value),
        WastArg::Core(WastArgCore::F32(value)) => V::F32(value.bits),
        WastArg::Core(WastArgCore::F64(value)) => V::F64(value.bits),
        WastArg::Core(WastArgCore::V128(value)) => V::V128(u128::from_le_bytes(value.to_le_bytes())),
        WastArg::Core(WastArgCore::RefNull(_)) => V::Null,
        _ => V::Host,
    };
    args.iter().map(value).collect()
}

fn is_met(expected: &WastRetCore<'_>, value: V) -> bool {
    match (expected, value) {
        (WastRetCore::I32(expected), V::I32(value)) => *expected == value,
        (WastRetCore::I64(expected), V::I64(value)) => *expected == value,
        (WastRetCore::F32(expected), V::F32(bits)) => is_f32(expected, bits),
        (WastRetCore::F64(expected), V::F64(bits)) => is_f64(expected, bits),
        (WastRetCore::V128(expected), V::V128(bits)) => is_v128(expected, bits),
        (WastRetCore::RefNull(_), V::Null) | (WastRetCore::RefFunc(_), V::Func) => true,
        (WastRetCore::Either(cases), value) => cases.iter().any(|case| is_met(case, value)),
        _ => false,
    }
}

fn is_f32(expected: &NanPattern<wast::token::F32>, bits: u32) -> bool {
    match expected {
        NanPattern::CanonicalNan => bits & 0x7fff_ffff == 0x7fc0_0000,
        NanPattern::ArithmeticNan => bits & 0x7fc0_0000 == 0x7fc0_0000,
        NanPattern::Value(value) => value.bits == bits,
    }
}

fn is_f64(expected: &NanPattern<wast::token::F64>, bits: u64) -> bool {
    match expected {
        NanPattern::CanonicalNan => bits & !(1 << 63) == 0x7ff8 << 48,
        NanPattern::ArithmeticNan => bits & (0x7ff8 << 48) == 0x7ff8 << 48,
        NanPattern::Value(value) => value.bits == bits,
    }
}

fn is_v128(expected: &V128Pattern, bits: u128) -> bool {
    let bytes = bits.to_le_bytes();
    let lanes32 = lanes32(bits);
    let lanes64 = lanes64(bits);
    match expected {
        V128Pattern::I8x16(lanes) => lanes.iter().zip(bytes).all(|(lane, byte)| *lane as u8 == byte),
        V128Pattern::I16x8(lanes) => {
            lanes.iter().zip(bytes.as_chunks().0).all(|(lane, bytes)| lane.to_le_bytes() == *bytes)
        }
        V128Pattern::I32x4(lanes) => lanes.iter().zip(lanes32).all(|(lane, bits)| *lane as u32 == bits),
        V128Pattern::I64x2(lanes) => lanes.iter().zip(lanes64).all(|(lane, bits)| *lane as u64 == bits),
        V128Pattern::F32x4(lanes) => lanes.iter().zip(lanes32).all(|(lane, bits)| is_f32(lane, bits)),
        V128Pattern::F64x2(lanes) => lanes.iter().zip(lanes64).all(|(lane, bits)| is_f64(lane, bits)),
    }
}

pub(crate) fn lanes32(bits: u128) -> [u32; 4] {
    [0, 32, 64, 96].map(|shift| (bits >> shift) as u32)
}

pub(crate) fn lanes64(bits: u128) -> [u64; 2] {
    [0, 64].map(|shift| (bits >> shift) as u64)
}
