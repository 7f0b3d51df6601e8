//! When a sealed module may differ from the unsealed one: the rules of `docs/spec-suite.md`, and no others.

use codec::abi::SealStop;

use crate::value::{End, V, lanes32, lanes64};

/// Whether a sealed run agrees with the unsealed one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Agrees,
    Explained(Rule),
    Differs,
}

/// A documented difference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Rule {
    /// A NaN that arithmetic made has the canonical bits.
    NanBits,
    /// The call depth stopped what would have overflowed the engine's stack.
    DepthInsteadOfOverflow,
}

impl Rule {
    pub(crate) const ALL: [Self; 2] = [Self::NanBits, Self::DepthInsteadOfOverflow];

    /// Its name in `docs/spec-suite.md`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::NanBits => "nan-bits",
            Self::DepthInsteadOfOverflow => "depth-instead-of-overflow",
        }
    }
}

/// Compares what a sealed module did, with its stop code, with what the unsealed one did.
pub(crate) fn judge(plain: &End, sealed: &End, stop: i32) -> Verdict {
    match (plain, sealed) {
        (plain, sealed) if plain == sealed && *sealed != End::Overflowed && stop == SealStop::None as i32 => {
            Verdict::Agrees
        }
        (End::Overflowed, End::Trapped("unreachable")) if stop == SealStop::Depth as i32 => {
            Verdict::Explained(Rule::DepthInsteadOfOverflow)
        }
        (plain, sealed) if stop == SealStop::None as i32 && all(plain, sealed, is_canonical) => {
            Verdict::Explained(Rule::NanBits)
        }
        _ => Verdict::Differs,
    }
}

/// Whether two unsealed runs differ in nothing but the bits of NaNs.
pub(crate) fn is_alike_but_for_nans(one: &End, other: &End) -> bool {
    all(one, other, |bits| f64::from_bits(bits).is_nan())
}

fn is_canonical(bits: u64) -> bool {
    bits == 0x7ff8 << 48
}

/// Equal, but that any NaN of `plain` may be in `other` another NaN that `is_allowed`; a vector in all its lanes of one width.
/// 32-bit NaNs are asked about as the 64-bit NaNs with the same payload.
fn all(plain: &End, other: &End, is_allowed: fn(u64) -> bool) -> bool {
    let alike64 = |plain: u64, other: u64| plain == other || (f64::from_bits(plain).is_nan() && is_allowed(other));
    let alike32 = |plain: u32, other: u32| {
        plain == other
            || (f32::from_bits(plain).is_nan() && f32::from_bits(other).is_nan() && is_allowed(widened(other)))
    };
    let is_alike = |plain: V, other: V| match (plain, other) {
        (V::F32(plain), V::F32(other)) => alike32(plain, other),
        (V::F64(plain), V::F64(other)) => alike64(plain, other),
        (V::V128(plain), V::V128(other)) => {
            lanes32(plain).into_iter().zip(lanes32(other)).all(|(plain, other)| alike32(plain, other))
                || lanes64(plain).into_iter().zip(lanes64(other)).all(|(plain, other)| alike64(plain, other))
        }
        _ => plain == other,
    };
    match (plain, other) {
        (End::Done(plain), End::Done(other)) => {
            plain.len() == other.len() && plain.iter().zip(other).all(|(plain, other)| is_alike(*plain, *other))
        }
        _ => false,
    }
}

/// The 64-bit NaN with the sign and the payload of a 32-bit one.
fn widened(bits: u32) -> u64 {
    let (sign, payload) = (u64::from(bits >> 31), u64::from(bits & 0x007f_ffff));
    sign << 63 | 0x7ff << 52 | payload << 29
}

/// The rules excuse what they name and nothing else: a comparison that excused more would agree with anything.
#[test]
fn rules_excuse_only_what_they_name() {
    let done = |value: V| End::Done(vec![value]);
    let (agrees, nan, depth, differs) = (
        Verdict::Agrees,
        Verdict::Explained(Rule::NanBits),
        Verdict::Explained(Rule::DepthInsteadOfOverflow),
        Verdict::Differs,
    );
    let vector = |lanes: [u32; 4]| V::V128(lanes.iter().rev().fold(0, |bits, lane| bits << 32 | u128::from(*lane)));
    let cases = [
        (done(V::I32(1)), done(V::I32(1)), 0, agrees),
        (done(V::I32(1)), done(V::I32(1)), 1, differs),
        (done(V::I32(1)), done(V::I32(2)), 0, differs),
        (done(V::F32(0)), done(V::F32(1 << 31)), 0, differs),
        (done(V::F32(0xffc0_0000)), done(V::F32(0x7fc0_0000)), 0, nan),
        (done(V::F32(0x7fa0_0000)), done(V::F32(0x7fe0_0000)), 0, differs),
        (done(V::F32(0x7fc0_0000)), done(V::F32(0xffc0_0000)), 0, differs),
        (done(V::F32(0x3f80_0000)), done(V::F32(0x7fc0_0000)), 0, differs),
        (done(V::F64(0xfff8 << 48)), done(V::F64(0x7ff8 << 48)), 0, nan),
        (done(V::F64(0xfff8 << 48)), done(V::F64(0x7ff8 << 48 | 1)), 0, differs),
        (done(V::I32(0xffc0_0000_u32 as i32)), done(V::I32(0x7fc0_0000)), 0, differs),
        (done(vector([1, 0xffc0_0000, 2, 3])), done(vector([1, 0x7fc0_0000, 2, 3])), 0, nan),
        (done(vector([1, 0xffc0_0000, 2, 3])), done(vector([1, 0x7fc0_0000, 2, 4])), 0, differs),
        (done(vector([0, 0xfff8_0000, 0, 0])), done(vector([0, 0x7ff8_0000, 0, 0])), 0, nan),
        (End::Done(vec![]), done(V::I32(1)), 0, differs),
        (End::Overflowed, End::Trapped("unreachable"), 2, depth),
        (End::Overflowed, End::Trapped("unreachable"), 0, differs),
        (End::Overflowed, End::Overflowed, 0, differs),
        (End::Trapped("memory"), End::Trapped("unreachable"), 2, differs),
        (done(V::I32(1)), End::Trapped("unreachable"), 1, differs),
        (End::Trapped("memory"), End::Trapped("table"), 0, differs),
    ];
    for (plain, sealed, stop, verdict) in &cases {
        assert_eq!(judge(plain, sealed, *stop), *verdict, "{plain:?} {sealed:?} {stop}");
    }
    println!("{} verdicts", cases.len());
}
