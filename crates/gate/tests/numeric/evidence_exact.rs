//! The integer processes against a reference with twice the mantissa, and against exact rationals.

use ethnum::U256;
use gate::evidence::{Evidence, EvidencePolicy, ONE};

use crate::evidence_cases::{feed, policy, q32};
use crate::random::Random;

/// `mantissa * 2^exponent`, the mantissa in [2^127, 2^128), rounded down or up as the operation is told.
#[derive(Clone, Copy)]
struct Wide {
    mantissa: u128,
    exponent: i32,
}

#[derive(Clone, Copy, PartialEq)]
enum Rounding {
    Down,
    Up,
}

impl Wide {
    fn new(value: U256, exponent: i32, rounding: Rounding) -> Self {
        let drop = 128_i32 - value.leading_zeros() as i32;
        if drop <= 0 {
            return Self { mantissa: (value << (-drop) as u32).as_u128(), exponent: exponent + drop };
        }
        let kept = value >> drop as u32;
        let inexact = kept << (drop as u32) != value;
        let kept = kept + U256::from(u64::from(inexact && rounding == Rounding::Up));
        if kept >> 128 == U256::ZERO {
            Self { mantissa: kept.as_u128(), exponent: exponent + drop }
        } else {
            Self { mantissa: 1 << 127, exponent: exponent + drop + 1 }
        }
    }

    fn times(self, other: Self, rounding: Rounding) -> Self {
        let product = U256::from(self.mantissa) * U256::from(other.mantissa);
        Self::new(product, self.exponent + other.exponent, rounding)
    }

    fn plus(self, other: Self, rounding: Rounding) -> Self {
        let (great, small) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let shift = great.exponent.abs_diff(small.exponent);
        let wide = |mantissa: u128| U256::from(mantissa) << 126;
        let moved = if shift > 250 { U256::ZERO } else { wide(small.mantissa) >> shift };
        let lost = u64::from(rounding == Rounding::Up && (shift > 250 || moved << shift != wide(small.mantissa)));
        Self::new(wide(great.mantissa) + moved + U256::from(lost), great.exponent - 126, rounding)
    }

    fn log2(self) -> f64 {
        (self.mantissa as f64).log2() + f64::from(self.exponent)
    }
}

/// The Fail (or, mirrored, the Pass) process without its cap, as the definition has it.
struct Reference {
    mean: u64,
    wealth: [Option<Wide>; 8],
    ticks: u64,
    rounding: Rounding,
}

impl Reference {
    fn new(mean: u64, rounding: Rounding) -> Self {
        Self { mean, wealth: [None; 8], ticks: 0, rounding }
    }

    fn step(&mut self, x: u64) -> Wide {
        self.ticks += 1;
        let up = u64::from(self.rounding == Rounding::Up);
        let start = (U256::ONE << 200) / U256::from(8 * self.ticks * (self.ticks + 1)) + U256::from(up);
        let start = Wide::new(start, -200, self.rounding);
        for (j, wealth) in (1_u64..).zip(&mut self.wealth) {
            // 1 - c + c x/mean with c = 29 j/256.
            let ratio = (U256::from(x) << 160) / U256::from(self.mean) + U256::from(up);
            let factor = (U256::from(256 - 29 * j) << 160) + ratio * U256::from(29 * j);
            let factor = Wide::new(factor, -168, self.rounding);
            let staked = wealth.map_or(start, |wealth| wealth.plus(start, self.rounding));
            *wealth = Some(staked.times(factor, self.rounding));
        }
        self.wealth.iter().flatten().copied().reduce(|sum, bet| sum.plus(bet, self.rounding)).unwrap()
    }
}

#[test]
fn rounding_is_down_and_loses_next_to_nothing() {
    let mut rng = Random(6);
    let (mut checked, mut worst) = (0, 0.0_f64);
    for mean in [q32(0.3), 1 << 22, q32(0.97)] {
        let policy = EvidencePolicy { null_mean: mean, margin: 0, fail_bits: 64, ..policy() };
        let mut evidence = Evidence::new(&policy);
        let mut below = Reference::new(u64::from(mean), Rounding::Down);
        let mut above = Reference::new(u64::from(mean), Rounding::Up);
        let share = f64::from(mean) / ONE as f64;
        for tick in 0..10_000 {
            let spread = ((1.0 - share).min(share) * 2.0 * ONE as f64) as u64;
            let x = if tick % 2 == 0 { rng.below(spread) } else { u64::from(rng.unit() < share) * ONE };
            feed(&mut evidence, x);
            let (exact_low, exact_high) = (below.step(x).log2(), above.step(x).log2());
            assert!(exact_high - exact_low < 1e-9, "the reference is sharp");
            let found = evidence.bits().0;
            assert!(
                f64::from(found) <= exact_low * 256.0 + 1e-6,
                "tick {tick}: {found} is above the exact {exact_low}"
            );
            assert_eq!(evidence.episode(), 1);
            // Half of the loss that is visible here is that of the logarithm's own 1/256.
            worst = worst.max(exact_low - f64::from(found) / 256.0);
            assert!(exact_low * 256.0 - f64::from(found) < 1.0 + 0.256, "more than 1e-3 bits are lost at tick {tick}");
            checked += 1;
        }
    }
    println!(
        "{checked} ticks: never above the exact value, at most {worst:.6} bits below, of which 1/256 is the logarithm"
    );
}

/// log2 of the lower end of the processes is printed in 1/256; the wealth itself is compared through the hashed bytes.
#[test]
fn the_wealth_itself_is_within_a_millionth_of_a_bit() {
    let policy = EvidencePolicy { fail_bits: 64, ..policy() };
    let mut evidence = Evidence::new(&policy);
    let mut below = Reference::new(u64::from(policy.null_mean), Rounding::Down);
    let mut rng = Random(7);
    let mut worst = 0.0_f64;
    for _ in 0..10_000 {
        let x = u64::from(rng.unit() < 0.3) * ONE;
        feed(&mut evidence, x);
        below.step(x);
    }
    let mut bytes = Vec::new();
    evidence.encode(&mut bytes);
    assert!(bytes.len() <= 700, "{}", bytes.len());
    let bets = &bytes[bytes.len() - 48 * 12..];
    for (bet, exact) in bets.chunks_exact(12).zip(below.wealth.iter().flatten()) {
        let mantissa = u64::from_be_bytes(bet[..8].try_into().unwrap());
        let exponent = i32::from_be_bytes(bet[8..].try_into().unwrap());
        // Compare as integers: mantissa * 2^64 against the reference's, at the same exponent.
        let scaled = u128::from(mantissa) << 64;
        let shift = exponent - 64 - exact.exponent;
        assert!(shift == 0 || shift == -1, "the same power of two: {shift}");
        let loss = exact.log2() - ((mantissa as f64).log2() + f64::from(exponent));
        assert!(shift < 0 || scaled <= exact.mantissa, "above the exact value");
        assert!((-1e-12..1e-6).contains(&loss), "{loss}");
        worst = worst.max(loss);
    }
    println!(
        "8 bets after 10,000 ticks: at most {worst:.1e} bits below the exact wealth; {} bytes hashed",
        bytes.len()
    );
}
