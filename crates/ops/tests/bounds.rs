//! Both writings of each operation against the formulas in `f64`, on shapes of all kinds: the bounds that their pages state.

mod support;

use ops::{Direction, Implementation, Op};
use support::{Numbers, Request, Tensor, f16s, f32s, outputs, ulps};

const BOTH: [Implementation; 2] = [Implementation::Reference, Implementation::Fast];
const SHAPES: [[u32; 2]; 12] =
    [[0, 0], [0, 5], [3, 0], [1, 1], [1, 2], [2, 3], [1, 7], [3, 8], [2, 9], [5, 31], [1, 64], [3, 100]];

/// The greatest distance seen, by implementation, and how many values were compared.
#[derive(Default)]
struct Seen {
    ulps: [f64; 2],
    values: usize,
}

impl Seen {
    /// Compares `value` with `expected`; within `floor` of it any distance is taken.
    fn compare(&mut self, implementation: Implementation, value: f32, expected: f64, floor: f64, what: &str) {
        self.values += 1;
        if (f64::from(value) - expected).abs() <= floor {
            return;
        }
        let distance = ulps(value, expected);
        assert!(distance < 1e4, "{what}: {implementation:?} gives {value:e}, the formula {expected:e}");
        let seen = &mut self.ulps[implementation as usize];
        *seen = seen.max(distance);
    }

    fn hold(&self, what: &str, bounds: [f64; 2]) {
        println!("{what}: {} values, reference {:.4} ULP, fast {:.4} ULP", self.values, self.ulps[0], self.ulps[1]);
        assert!(self.values > 500, "{what}: too few values were compared");
        assert!(self.ulps[0] <= bounds[0] && self.ulps[1] <= bounds[1], "{what}: beyond {bounds:?}");
    }
}

/// Values of a kind by number: around 1, tiny, huge, subnormal, any bits.
fn values(numbers: &mut Numbers, kind: usize, count: usize) -> Vec<f32> {
    match kind {
        0 => numbers.units(count, 1.0),
        1 => numbers.units(count, 8.0),
        2 => numbers.units(count, 1e-30),
        3 => numbers.units(count, 3e38),
        4 => (0..count).map(|_| f32::from_bits(numbers.bits() as u32 & 0x80ff_ffff)).collect(),
        5 => numbers.units(count, 120.0),
        _ => numbers.any(count),
    }
}

fn silu(gate: f64) -> f64 {
    gate / (1.0 + (-gate).exp())
}

#[test]
fn swiglu_is_within_its_bounds() {
    let (mut numbers, mut y, mut dup, mut dgate) = (Numbers::new(1), Seen::default(), Seen::default(), Seen::default());
    for round in 0..400 {
        let dims = SHAPES[round % SHAPES.len()];
        let count = (dims[0] * dims[1]) as usize;
        let [gate, up, dy] = core::array::from_fn(|part| values(&mut numbers, (round / (part + 1)) % 7, count));
        let gate = if round % 3 == 0 { numbers.units(count, 300.0) } else { gate };
        let tensor = |values: &[f32]| Tensor::f32(&dims, values);
        for implementation in BOTH {
            let mut request = Request {
                inputs: vec![tensor(&gate), tensor(&up)],
                outputs: vec![Tensor::space(&dims, 4)],
                scratch: 0,
                parameters: vec![],
            };
            let out = outputs(Op::SwigluF32, Direction::Forward, implementation, &request);
            for ((value, gate), up) in f32s(&out[0]).into_iter().zip(&gate).zip(&up) {
                let up = f64::from(*up);
                let floor = 2_f64.powi(-149) * (1.0 + up.abs());
                y.compare(
                    implementation,
                    value,
                    silu(f64::from(*gate)) * up,
                    floor,
                    &format!("y of {gate:e} and {up:e}"),
                );
            }
            request.inputs.push(tensor(&dy));
            request.outputs.push(Tensor::space(&dims, 4));
            let out = outputs(Op::SwigluF32, Direction::Backward, implementation, &request);
            for (at, (slope, value)) in f32s(&out[0]).into_iter().zip(f32s(&out[1])).enumerate() {
                let [gate, up, dy] = [gate[at], up[at], dy[at]].map(f64::from);
                let floor = 2_f64.powi(-149) * (1.0 + dy.abs());
                let what = format!("{gate:e}, {up:e}, {dy:e}");
                dup.compare(implementation, value, silu(gate) * dy, floor, &what);
                let (sigmoid, rest) = (1.0 / (1.0 + (-gate).exp()), 1.0 / (1.0 + gate.exp()));
                let floor = (6.0 * 2_f64.powi(-24) * (dy * up).abs()).max(2_f64.powi(-148) * (1.0 + up.abs()));
                dgate.compare(implementation, slope, dy * up * (sigmoid * (1.0 + gate * rest)), floor, &what);
            }
        }
    }
    y.hold("swiglu y", [0.51, 3.0]);
    dup.hold("swiglu dup", [0.51, 3.0]);
    dgate.hold("swiglu dgate beyond its absolute bound", [0.0, 0.0]);
}

#[test]
fn rmsnorm_is_within_its_bounds() {
    let (mut numbers, mut seen, mut back) = (Numbers::new(2), Seen::default(), Seen::default());
    for round in 0..300 {
        let dims @ [rows, dim] = SHAPES[round % SHAPES.len()];
        let count = (rows * dim) as usize;
        let (x, weight) = (values(&mut numbers, round % 7, count), values(&mut numbers, round / 7 % 2, dim as usize));
        let dy = values(&mut numbers, round / 5 % 2, count);
        let eps = [1e-5, 0.0, 1e-6, 1.0][round % 4];
        let inverse: Vec<f64> = (0..rows as usize)
            .map(|row| {
                let row = &x[row * dim as usize..][..dim as usize];
                let sum: f64 = row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
                1.0 / (sum / f64::from(dim) + f64::from(eps)).sqrt()
            })
            .collect();
        for implementation in BOTH {
            let mut request = Request {
                inputs: vec![Tensor::f32(&dims, &x), Tensor::f32(&[dim], &weight)],
                outputs: vec![Tensor::space(&dims, 4)],
                scratch: 0,
                parameters: vec![f32::to_bits(eps)],
            };
            let out = outputs(Op::RmsNormF32, Direction::Forward, implementation, &request);
            for (at, value) in f32s(&out[0]).into_iter().enumerate() {
                let weight = f64::from(weight[at % dim as usize]);
                let floor = 2_f64.powi(-149) * (1.0 + weight.abs());
                let expected = f64::from(x[at]) * inverse[at / dim as usize] * weight;
                seen.compare(implementation, value, expected, floor, &format!("x {:e} of {dims:?}", x[at]));
            }
            if round % 7 > 1 {
                continue;
            }
            request.inputs.push(Tensor::f32(&dims, &dy));
            request.outputs.push(Tensor::space(&[dim], 4));
            request.scratch = dim as usize * 8;
            let out = outputs(Op::RmsNormF32, Direction::Backward, implementation, &request);
            let expected = rmsnorm_backward(&x, &weight, &dy, &inverse);
            for (value, (expected, size)) in f32s(&out[0]).into_iter().chain(f32s(&out[1])).zip(expected) {
                back.compare(implementation, value, expected, 2_f64.powi(-40) * size, &format!("gradient of {dims:?}"));
            }
        }
    }
    seen.hold("rmsnorm y", [0.51, 3.0]);
    back.hold("rmsnorm dx, dweight", [1.0, 1.0]);
}

/// dx and dweight, each with the sum of the magnitudes that were added.
fn rmsnorm_backward(x: &[f32], weight: &[f32], dy: &[f32], inverse: &[f64]) -> Vec<(f64, f64)> {
    let dim = weight.len();
    let mut dx = vec![];
    let mut dweight = vec![(0.0, 0.0); dim];
    for (row, inverse) in inverse.iter().enumerate() {
        let at = |column: usize| [x[row * dim + column], weight[column], dy[row * dim + column]].map(f64::from);
        let products = (0..dim).map(|column| at(column).into_iter().product::<f64>());
        let shared = inverse.powi(3) / dim as f64;
        let (dot, dot_size) =
            products.fold((0.0, 0.0), |(sum, size), product: f64| (sum + product, size + product.abs()));
        for (column, sum) in dweight.iter_mut().enumerate() {
            let [x, weight, dy] = at(column);
            let (own, other) = (dy * weight * inverse, x * shared * dot);
            dx.push((own - other, own.abs() + x.abs() * shared * dot_size));
            *sum = (sum.0 + dy * x * inverse, sum.1 + (dy * x * inverse).abs());
        }
    }
    dx.into_iter().chain(dweight).collect()
}

/// One call of rotary embedding.
struct Turn {
    dims: [u32; 4],
    x: Vec<f32>,
    positions: Vec<i32>,
    freq_base: f32,
    scale: f32,
    pairs: u32,
    direction: Direction,
}

/// A number as the formula has it, the sum of its pair's magnitudes, and its angle.
#[derive(Clone, Copy, Default)]
struct Turned {
    value: f64,
    size: f64,
    angle: f64,
}

impl Turn {
    fn numbered(round: usize, numbers: &mut Numbers) -> Self {
        let dim = [2, 4, 6, 8, 10, 18, 64, 126][round % 8];
        let dims = [1 + round as u32 % 2, [1, 3, 0][round % 3], [1, 2, 5, 19][round / 3 % 4], dim];
        let x = values(numbers, round % 3, dims.iter().product::<u32>() as usize);
        let reach = [10, 5_000, 1_000_000, i32::MAX as usize][round / 7 % 4];
        let positions = (0..dims[0] * dims[1]).map(|_| numbers.below(2 * reach).wrapping_sub(reach) as i32).collect();
        Self {
            dims,
            x,
            positions,
            freq_base: [1e4, 1e6, 0.5][round / 5 % 3],
            scale: [1.0, 0.25, -3.0][round / 11 % 3],
            pairs: round as u32 / 2 % 2,
            direction: [Direction::Forward, Direction::Backward][round / 4 % 2],
        }
    }

    fn request(&self) -> Request {
        Request {
            inputs: vec![Tensor::f32(&self.dims, &self.x), Tensor::i32(&self.dims[..2], &self.positions)],
            outputs: vec![Tensor::space(&self.dims, 4)],
            scratch: self.dims[3] as usize * 8,
            parameters: vec![self.freq_base.to_bits(), self.scale.to_bits(), self.pairs],
        }
    }

    fn expected(&self) -> Vec<Turned> {
        let (heads, dim) = (self.dims[2] as usize, self.dims[3] as usize);
        let sign = if self.direction == Direction::Forward { 1.0 } else { -1.0 };
        let mut expected = vec![Turned::default(); self.x.len()];
        for (head, start) in (0..self.x.len()).step_by(dim).enumerate() {
            for pair in 0..dim / 2 {
                let places = if self.pairs == 0 { [2 * pair, 2 * pair + 1] } else { [pair, pair + dim / 2] };
                let [first, second] = places.map(|place| start + place);
                let frequency = f64::from(self.freq_base).powf(-2.0 * pair as f64 / dim as f64);
                let angle = sign * f64::from(self.positions[head / heads]) * f64::from(self.scale) * frequency;
                let (sine, cosine) = angle.sin_cos();
                let (a, b) = (f64::from(self.x[first]), f64::from(self.x[second]));
                let size = a.abs() + b.abs();
                expected[first] = Turned { value: a * cosine - b * sine, size, angle };
                expected[second] = Turned { value: a * sine + b * cosine, size, angle };
            }
        }
        expected
    }
}

#[test]
fn rope_is_within_its_bounds() {
    let (mut numbers, mut seen, mut greatest) = (Numbers::new(3), Seen::default(), 0.0_f64);
    for round in 0..360 {
        let turn = Turn::numbered(round, &mut numbers);
        let expected = turn.expected();
        for implementation in BOTH {
            let y = f32s(&outputs(Op::RopeF32, turn.direction, implementation, &turn.request())[0]);
            for (y, Turned { value, size, angle }) in y.into_iter().zip(&expected) {
                // What is not known of the angle itself.
                let unknown = 2_f64.powi(-50) * angle.abs() * size;
                let floor = match implementation {
                    Implementation::Reference => unknown,
                    Implementation::Fast => unknown + 2_f64.powi(-22) * size,
                };
                if implementation == Implementation::Fast && *size > 0.0 {
                    greatest = greatest.max(((f64::from(y) - value).abs() - unknown) / size);
                }
                seen.compare(implementation, y, *value, floor, &format!("angle {angle}"));
            }
        }
    }
    println!("rope: fast is off by at most 2^{:.2} of |a| + |b|", greatest.log2());
    seen.hold("rope y, fast beyond its absolute bound", [1.0, 0.0]);
}

#[test]
fn f16_forms_are_the_f32_forms_rounded_once() {
    let mut numbers = Numbers::new(4);
    let mut compared = 0;
    for round in 0..60 {
        let dims = [1 + round % 3, [1, 8, 9, 31][round as usize % 4]];
        let count = (dims[0] * dims[1]) as usize;
        let size = [1.0, 60_000.0, 6e-5][round as usize % 3];
        let round_f16 =
            |values: Vec<f32>| values.into_iter().map(|value| half::f16::from_f32(value).to_f32()).collect();
        let [x, other]: [Vec<f32>; 2] = core::array::from_fn(|_| round_f16(numbers.units(count, size)));
        for (op32, op16, second, parameters) in [
            (Op::SwigluF32, Op::SwigluF16, dims.to_vec(), vec![]),
            (Op::RmsNormF32, Op::RmsNormF16, vec![dims[1]], vec![1e-5_f32.to_bits()]),
        ] {
            for implementation in BOTH {
                let count = second.iter().product::<u32>() as usize;
                let request = |make: fn(&[u32], &[f32]) -> Tensor, size| Request {
                    inputs: vec![make(&dims, &x), make(&second, &other[..count])],
                    outputs: vec![Tensor::space(&dims, size)],
                    scratch: 0,
                    parameters: parameters.clone(),
                };
                let wide = f32s(&outputs(op32, Direction::Forward, implementation, &request(Tensor::f32, 4))[0]);
                let narrow = f16s(&outputs(op16, Direction::Forward, implementation, &request(Tensor::f16, 2))[0]);
                for (wide, narrow) in wide.into_iter().zip(narrow) {
                    assert_eq!(half::f16::from_f32(wide).to_f32(), narrow, "{}", op16.id());
                    compared += 1;
                }
            }
        }
    }
    println!("{compared} values in f16");
}
