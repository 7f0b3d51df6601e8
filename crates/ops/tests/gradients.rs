//! Gradients against differences of the formulas in `f64`.

mod support;

use ops::sample::{Sample, Values};
use ops::{Direction, Implementation, Op};
use support::{f32s, outputs, request};

/// The weighted sum of the outputs, whose derivatives the backward directions give.
type Loss = fn(inputs: &[Vec<f64>], dims: &[usize], parameters: &[f64]) -> f64;

/// Inputs in the order of the backward call; the last but `positions` is the gradient of the output.
fn swiglu(inputs: &[Vec<f64>], _: &[usize], _: &[f64]) -> f64 {
    let [gate, up, dy] = inputs else { unreachable!() };
    gate.iter().zip(up).zip(dy).map(|((gate, up), dy)| dy * up * gate / (1.0 + (-gate).exp())).sum()
}

fn rmsnorm(inputs: &[Vec<f64>], dims: &[usize], parameters: &[f64]) -> f64 {
    let [x, weight, dy] = inputs else { unreachable!() };
    let row = |(x, dy): (&[f64], &[f64])| {
        let mean = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
        let terms = x.iter().zip(weight).zip(dy).map(|((x, weight), dy)| x * weight * dy);
        terms.sum::<f64>() / (mean + parameters[0]).sqrt()
    };
    x.chunks(dims[1]).zip(dy.chunks(dims[1])).map(row).sum()
}

/// The differences of each gradient at some places, largest relative distance first.
fn compare(op: Op, loss: Loss, results: &[usize], step: f64) -> usize {
    let mut compared = 0;
    for seed in 0..60 {
        let sample = Sample::random(op, Direction::Backward, Values::Ordinary, seed).unwrap();
        let dims: Vec<usize> = sample.dims.iter().map(|(_, number)| *number as usize).collect();
        let mut inputs: Vec<Vec<f64>> =
            sample.inputs.iter().map(|bytes| f32s(bytes).into_iter().map(f64::from).collect()).collect();
        if inputs.iter().any(Vec::is_empty) || inputs[0].len() > 400 {
            continue;
        }
        let parameters: Vec<f64> = sample.parameters.iter().map(|bits| f64::from(f32::from_bits(*bits))).collect();
        let found = outputs(op, Direction::Backward, Implementation::Fast, &request(&sample));
        for (gradient, input) in found.iter().zip(results) {
            let gradient = f32s(gradient);
            for at in (0..gradient.len()).step_by(1 + gradient.len() / 16) {
                let kept = inputs[*input][at];
                let mut moved = |by: f64| {
                    inputs[*input][at] = kept + by;
                    loss(&inputs, &dims, &parameters)
                };
                let difference = (moved(step) - moved(-step)) / (2.0 * step);
                inputs[*input][at] = kept;
                let distance = (f64::from(gradient[at]) - difference).abs();
                let tolerance = 1e-4 * (1.0 + difference.abs());
                assert!(distance < tolerance, "{op:?}, seed {seed}: {} and {difference}", gradient[at]);
                compared += 1;
            }
        }
    }
    println!("{op:?}: {compared} derivatives");
    compared
}

#[test]
fn gradients_of_swiglu_and_rmsnorm_are_derivatives() {
    assert!(compare(Op::SwigluF32, swiglu, &[0, 1], 1e-4) > 500);
    assert!(compare(Op::RmsNormF32, rmsnorm, &[0, 1], 1e-4) > 500);
}

/// A rotation is linear, so that its gradient is its transpose: turning back what was turned gives the numbers again.
#[test]
fn turning_back_undoes_turning() {
    let mut compared = 0;
    for op in [Op::RopeF32, Op::RopeF16] {
        for seed in 0..120 {
            let mut sample = Sample::random(op, Direction::Forward, Values::Ordinary, seed).unwrap();
            let before = sample.inputs[0].clone();
            for implementation in [Implementation::Reference, Implementation::Fast] {
                sample.direction = Direction::Forward;
                sample.inputs[0] = before.clone();
                let turned = outputs(op, Direction::Forward, implementation, &request(&sample)).remove(0);
                (sample.direction, sample.inputs[0]) = (Direction::Backward, turned);
                let back = outputs(op, Direction::Backward, implementation, &request(&sample)).remove(0);
                let read = if op == Op::RopeF32 { f32s } else { support::f16s };
                let (tolerance, numbers) = (if op == Op::RopeF32 { 1e-5 } else { 2e-2 }, read(&before));
                for (number, found) in numbers.into_iter().zip(read(&back)) {
                    assert!((number - found).abs() < tolerance, "{op:?}, seed {seed}: {number} and {found}");
                    compared += 1;
                }
            }
        }
    }
    println!("{compared} numbers turned and turned back");
    assert!(compared > 10_000);
}
