//! Calls that are wrong: each has its code, and none makes the library panic.

mod support;

use codec::kernel::Code;
use ops::sample::{Random, Sample, Values};
use ops::{Direction, Implementation, Op};
use support::{Arena, BASE, Request, Tensor, request};

const BOTH: [Implementation; 2] = [Implementation::Reference, Implementation::Fast];

fn good(op: Op) -> Request {
    let dims: &[u32] = match op {
        Op::RopeF32 => &[1, 2, 3, 4],
        _ => &[2, 4],
    };
    let x = || Tensor::f32(dims, &vec![1.0; dims.iter().product::<u32>() as usize]);
    let (second, scratch, parameters) = match op {
        Op::RopeF32 => (Tensor::i32(&[1, 2], &[1, 2]), 32, vec![1e4_f32.to_bits(), 1_f32.to_bits(), 0]),
        Op::RmsNormF32 => (Tensor::f32(&[4], &[1.0; 4]), 0, vec![1e-5_f32.to_bits()]),
        _ => (x(), 0, vec![]),
    };
    Request { inputs: vec![x(), second], outputs: vec![Tensor::space(dims, 4)], scratch, parameters }
}

#[test]
fn each_defect_has_its_code() {
    type Change = fn(&mut Request);
    let cases: &[(Op, &str, Change, Code)] = &[
        (Op::SwigluF32, "as it should be", |_| (), Code::Ok),
        (Op::RmsNormF32, "as it should be", |_| (), Code::Ok),
        (Op::RopeF32, "as it should be", |_| (), Code::Ok),
        (Op::SwigluF32, "a rank of 1", |call| call.inputs[0].dims = vec![8], Code::InvalidInput),
        (Op::SwigluF32, "shapes that differ", |call| call.inputs[1].dims = vec![4, 2], Code::InvalidInput),
        (Op::SwigluF32, "bytes for too few numbers", |call| call.inputs[1].bytes.truncate(28), Code::InvalidInput),
        (Op::SwigluF32, "an output of another shape", |call| call.outputs[0].dims = vec![8, 1], Code::InvalidOutput),
        (Op::SwigluF32, "an output with too much room", |call| call.outputs[0].bytes.push(0), Code::InvalidOutput),
        (Op::SwigluF32, "a parameter", |call| call.parameters.push(0), Code::InvalidParams),
        (Op::SwigluF32, "an input too many", |call| call.inputs.push(Tensor::f32(&[], &[0.0])), Code::InvalidParams),
        (Op::SwigluF32, "too many numbers", |call| all(call, vec![1 << 20, 1 << 20]), Code::InvalidParams),
        (
            Op::RmsNormF32,
            "a weight for other columns",
            |call| call.inputs[1] = Tensor::f32(&[3], &[1.0; 3]),
            Code::InvalidInput,
        ),
        (Op::RmsNormF32, "no eps", |call| call.parameters.clear(), Code::InvalidParams),
        (Op::RmsNormF32, "an eps below 0", |call| call.parameters[0] = (-1_f32).to_bits(), Code::InvalidParams),
        (
            Op::RmsNormF32,
            "an eps that is no number",
            |call| call.parameters[0] = f32::NAN.to_bits(),
            Code::InvalidParams,
        ),
        (Op::RopeF32, "an odd dim", |call| odd(call), Code::InvalidInput),
        (Op::RopeF32, "positions for another batch", |call| call.inputs[1].dims = vec![2, 1], Code::InvalidInput),
        (Op::RopeF32, "pairs of a third kind", |call| call.parameters[2] = 2, Code::InvalidParams),
        (Op::RopeF32, "a base of 0", |call| call.parameters[0] = 0, Code::InvalidParams),
        (Op::RopeF32, "an infinite scale", |call| call.parameters[1] = f32::INFINITY.to_bits(), Code::InvalidParams),
        (Op::RopeQ8, "a dim of no whole blocks", |call| call.outputs[0].dims = vec![1, 2, 3, 4], Code::InvalidInput),
    ];
    for (op, what, change, code) in cases {
        let mut call = good(if *op == Op::RopeQ8 { Op::RopeF32 } else { *op });
        change(&mut call);
        for implementation in BOTH {
            let found = Arena::lay_out(&call).run(*op, Direction::Forward, implementation);
            assert_eq!(found, *code, "{op:?} {implementation:?}: {what}");
        }
    }
    // Only the fast writing uses scratch memory.
    let mut call = good(Op::RopeF32);
    call.scratch = 28;
    let found = Arena::lay_out(&call).run(Op::RopeF32, Direction::Forward, Implementation::Fast);
    assert_eq!(found, Code::OutOfMemory);
    println!("{} calls", cases.len() + 1);
}

fn all(call: &mut Request, dims: Vec<u32>) {
    for tensor in call.inputs.iter_mut().chain(&mut call.outputs) {
        tensor.dims.clone_from(&dims);
    }
}

fn odd(call: &mut Request) {
    call.inputs[0] = Tensor::f32(&[1, 2, 3, 3], &[1.0; 18]);
    call.outputs[0] = Tensor::space(&[1, 2, 3, 3], 4);
}

#[test]
fn words_changed_at_random_give_a_code() {
    let (mut random, mut codes) = (Random::new(5), [0_usize; 7]);
    for round in 0..40_000 {
        let op = Op::ALL[round % Op::ALL.len()];
        let direction = [Direction::Forward, Direction::Backward][round / 13 % 2];
        let Some(sample) = Sample::random(op, direction, Values::Wild, round as u64 / 200) else { continue };
        let mut arena = Arena::lay_out(&request(&sample));
        let params = arena.descriptor.params;
        for _ in 0..=random.below(2) {
            let word = (params.offset - BASE) as usize / 4 + random.below(params.size / 4) as usize;
            let words: &mut [u32] = bytemuck::cast_slice_mut(arena.bytes());
            words[word] = match random.below(4) {
                0 => random.bits(),
                1 => words[word].wrapping_add(random.below(5)).wrapping_sub(2),
                2 => words[word] ^ 1 << random.below(32),
                _ => BASE + random.below(4_096),
            };
        }
        let code = arena.run(op, direction, BOTH[round / 26 % 2]);
        codes[code as usize] += 1;
    }
    println!("codes of changed calls: {codes:?}");
    assert!(codes[..4].iter().all(|count| *count > 100), "{codes:?}");
}
