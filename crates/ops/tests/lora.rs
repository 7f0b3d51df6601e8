//! Low-rank adaptation: both writings against the formulas in `f64`, and gradients against finite differences.

mod support;

use ops::sample::{Sample, Values};
use ops::signature::Kind;
use ops::{Direction, Implementation, Op};
use support::{f16s, f32s, outputs, request};

/// A sample's numbers in `f64`, with its dimensions.
struct Problem {
    rows: usize,
    input: usize,
    rank: usize,
    output: usize,
    scale: f64,
    x: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
    /// `base`, or `dy`.
    last: Vec<f64>,
}

/// A sum in exact enough arithmetic, and the sum of what its terms' rounding can depend on.
#[derive(Clone, Copy)]
struct Exact {
    value: f64,
    magnitude: f64,
}

impl Problem {
    fn of(sample: &Sample) -> Self {
        let dim = |symbol| sample.dims.iter().find(|(name, _)| *name == symbol).unwrap().1 as usize;
        let signature = sample.signature();
        let values = |number: usize| {
            let bytes: &[u8] = &sample.inputs[number];
            let values = match signature.inputs[number].kind {
                Kind::F16 => f16s(bytes),
                Kind::F32 | Kind::I32 | Kind::Q4 | Kind::Q8 => f32s(bytes),
            };
            values.into_iter().map(f64::from).collect()
        };
        Self {
            rows: dim("rows"),
            input: dim("in"),
            rank: dim("rank"),
            output: dim("out"),
            scale: f64::from(f32::from_bits(sample.parameters[0])),
            x: values(0),
            a: values(1),
            b: values(2),
            last: values(3),
        }
    }

    fn t(&self, r: usize, k: usize) -> Exact {
        sum(self.input, |i| self.x[r * self.input + i] * self.a[k * self.input + i])
    }

    fn u(&self, r: usize, k: usize) -> Exact {
        sum(self.output, |o| self.scale * self.last[r * self.output + o] * self.b[o * self.rank + k])
    }

    fn y(&self) -> Vec<Exact> {
        each(self.rows, self.output, |r, o| {
            let of = |part: fn(Exact) -> f64, size: fn(f64) -> f64| {
                let product: f64 =
                    (0..self.rank).map(|k| part(self.t(r, k)) * size(self.scale * self.b[o * self.rank + k])).sum();
                size(self.last[r * self.output + o]) + product
            };
            Exact { value: of(|t| t.value, |value| value), magnitude: of(|t| t.magnitude, f64::abs) }
        })
    }

    /// `dx`, `da` and `db`.
    fn gradients(&self) -> [Vec<Exact>; 3] {
        let u = each(self.rows, self.rank, |r, k| self.u(r, k));
        let t = each(self.rows, self.rank, |r, k| self.t(r, k));
        let dx = each(self.rows, self.input, |r, i| {
            products(self.rank, |k| (u[r * self.rank + k], self.a[k * self.input + i]))
        });
        let da = each(self.rank, self.input, |k, i| {
            products(self.rows, |r| (u[r * self.rank + k], self.x[r * self.input + i]))
        });
        let db = each(self.output, self.rank, |o, k| {
            products(self.rows, |r| (t[r * self.rank + k], self.scale * self.last[r * self.output + o]))
        });
        [dx, da, db]
    }

    /// Terms of the longest chain of sums.
    fn terms(&self) -> usize {
        self.rows + self.input + self.rank + self.output + 4
    }
}

fn each(high: usize, low: usize, value: impl Fn(usize, usize) -> Exact) -> Vec<Exact> {
    (0..high).flat_map(|first| (0..low).map(move |second| (first, second))).map(|(a, b)| value(a, b)).collect()
}

fn sum(count: usize, term: impl Fn(usize) -> f64) -> Exact {
    let terms = || (0..count).map(&term);
    Exact { value: terms().sum(), magnitude: terms().map(f64::abs).sum() }
}

fn products(count: usize, factors: impl Fn(usize) -> (Exact, f64)) -> Exact {
    let terms = || (0..count).map(&factors);
    Exact {
        value: terms().map(|(left, right)| left.value * right).sum(),
        magnitude: terms().map(|(left, right)| left.magnitude * right.abs()).sum(),
    }
}

#[test]
fn both_writings_are_within_the_stated_bound_of_the_formulas() {
    for (op, last_place) in [(Op::LoraF32, 2_f64.powi(-24)), (Op::LoraF16, 2_f64.powi(-11))] {
        for direction in [Direction::Forward, Direction::Backward] {
            let (mut values, mut worst) = (0_usize, [0.0_f64; 2]);
            for seed in 0..25 {
                let sample = Sample::random(op, direction, Values::Ordinary, seed).unwrap();
                let problem = Problem::of(&sample);
                let expected: Vec<Exact> = match direction {
                    Direction::Forward => problem.y(),
                    Direction::Backward => problem.gradients().into_iter().flatten().collect(),
                };
                for implementation in [Implementation::Reference, Implementation::Fast] {
                    let outputs = outputs(op, direction, implementation, &request(&sample)).concat();
                    let found = if op == Op::LoraF16 { f16s(&outputs) } else { f32s(&outputs) };
                    assert_eq!(found.len(), expected.len());
                    for (found, Exact { value, magnitude }) in found.iter().zip(&expected) {
                        let carried = problem.terms() as f64 * 2_f64.powi(-24) * magnitude;
                        let bound = carried + last_place * (value.abs() + carried) + 2_f64.powi(-25);
                        let error = (f64::from(*found) - value).abs();
                        let too_large = found.is_infinite() && op == Op::LoraF16 && value.abs() > 65_000.0;
                        assert!(
                            error <= bound || too_large,
                            "{op:?} {direction:?}, seed {seed}: {found} is not {value}"
                        );
                        if !too_large {
                            worst[implementation as usize] = worst[implementation as usize].max(error / bound);
                        }
                        values += 1;
                    }
                }
            }
            println!("{op:?} {direction:?}: {values} values; of the bound {worst:.3?}");
            assert!(values > 40_000);
        }
    }
}

#[test]
fn gradients_agree_with_finite_differences() {
    let mut compared = 0;
    for seed in 0..40 {
        let sample = Sample::random(Op::LoraF32, Direction::Backward, Values::Ordinary, seed).unwrap();
        let problem = Problem::of(&sample);
        if problem.terms() > 120 {
            continue;
        }
        let found = outputs(Op::LoraF32, Direction::Backward, Implementation::Fast, &request(&sample));
        // The loss is the sum of y weighted with dy; base drops out of its differences.
        let loss = |problem: &Problem, dy: &[f64]| -> f64 {
            problem.y().iter().zip(dy).map(|(y, dy)| y.value * dy).sum::<f64>()
        };
        let dy = problem.last.clone();
        let mut moved = Problem { last: vec![0.0; dy.len()], ..problem };
        for (which, gradient) in found.iter().enumerate() {
            let gradient = f32s(gradient);
            for (at, gradient) in gradient.iter().enumerate().step_by(1 + gradient.len() / 12) {
                let step = 1.0 / 1024.0;
                let mut at_offset = |offset: f64| {
                    let place = match which {
                        0 => &mut moved.x[at],
                        1 => &mut moved.a[at],
                        _ => &mut moved.b[at],
                    };
                    let kept = *place;
                    *place += offset;
                    let loss = loss(&moved, &dy);
                    match which {
                        0 => moved.x[at] = kept,
                        1 => moved.a[at] = kept,
                        _ => moved.b[at] = kept,
                    }
                    loss
                };
                // The loss is linear in each number, so that the difference is the derivative.
                let difference = (at_offset(step) - at_offset(-step)) / (2.0 * step);
                let tolerance = 1e-3 * (1.0 + difference.abs());
                assert!((f64::from(*gradient) - difference).abs() < tolerance, "seed {seed}: {gradient}, {difference}");
                compared += 1;
            }
        }
    }
    println!("{compared} derivatives");
    assert!(compared > 200);
}
