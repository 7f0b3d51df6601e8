//! Shapes of calls against interfaces: agreement of symbols, blocks, overflow, and what an error names.

use pack::{Bound, DType, Dim, Direction, Interface, Kernel, ShapeError, TensorSpec};
use proptest::prelude::*;

use crate::fixture::verified;

fn spec(name: &str, dtype: DType, shape: &[Dim]) -> TensorSpec {
    TensorSpec { name: name.to_owned(), dtype, shape: shape.to_vec() }
}

fn symbol(name: &str) -> Dim {
    Dim::Symbol(name.to_owned())
}

/// The full pack's kernel with another forward interface.
fn kernel(inputs: Vec<TensorSpec>, outputs: Vec<TensorSpec>, scratch: Option<TensorSpec>) -> Kernel {
    let forward = Interface::new(&"test", inputs, outputs, scratch).expect("an interface");
    let kernel = verified("full").kernel("copy_q8").expect("it is there").clone();
    Kernel { forward, ..kernel }
}

/// RoPE, as the shipped pack has it.
fn rope() -> Kernel {
    let dims = ["batch", "seq", "heads", "dim"].map(symbol);
    kernel(
        vec![spec("x", DType::F16, &dims), spec("positions", DType::I32, &dims[..2])],
        vec![spec("y", DType::F16, &dims)],
        Some(spec("scratch", DType::F32, &dims[3..])),
    )
}

fn refusal(kernel: &Kernel, shapes: &[&[u32]]) -> ShapeError {
    kernel.bind(Direction::Forward, shapes).expect_err("it does not fit")
}

#[test]
fn a_call_that_fits_has_all_its_dimensions_and_bytes() {
    let kernel = rope();
    let bound = kernel.bind(Direction::Forward, &[&[2, 3, 4, 6][..], &[2, 3]]).expect("it fits");
    assert_eq!(bound.symbols(), [2, 3, 4, 6]);
    assert_eq!(kernel.forward.symbols(), ["batch", "seq", "heads", "dim"]);
    assert_eq!(bound.inputs().map(|extent| extent.bytes).collect::<Vec<_>>(), [288, 24]);
    assert_eq!(bound.output(0).map(|extent| (extent.dims.to_vec(), extent.bytes)), Some((vec![2, 3, 4, 6], 288)));
    assert_eq!(bound.scratch().map(|extent| extent.bytes), Some(24));
    assert_eq!(bound.input(2), None);
    let zero = kernel.bind(Direction::Forward, &[&[0, 3, 4, 6][..], &[0, 3]]).expect("zero is a size");
    assert_eq!(zero.output(0).map(|extent| extent.bytes), Some(0));
}

#[test]
fn an_error_names_tensor_dimension_and_both_numbers() {
    let kernel = rope();
    let says = [
        (refusal(&kernel, &[&[1, 2, 3, 4]]), "1 inputs; the kernel takes 2"),
        (refusal(&kernel, &[&[1, 2, 3], &[1, 2]]), "tensor x: 3 dimensions; must be 4"),
        (
            refusal(&kernel, &[&[1, 2, 3, 4], &[1, 5]]),
            "tensor positions: dimension 1 is 5; must be 2, as seq is in the tensors before",
        ),
        (refusal(&kernel, &[&[65_536, 1, 1, 65_536], &[65_536, 1]]), "tensor x: too large for 32-bit addresses"),
        (refusal(&kernel, &[&[65_536, 1, 1, 32_768], &[65_536, 1]]), "tensor x: too large for 32-bit addresses"),
    ];
    for (error, wanted) in &says {
        assert_eq!(error.to_string(), *wanted);
    }
    let backward = kernel.bind::<&[u32]>(Direction::Backward, &[]).expect_err("there is none");
    assert_eq!(backward, ShapeError::NoDirection { direction: Direction::Backward });
    let fixed = self::kernel(vec![spec("x", DType::U8, &[Dim::Fixed(3)])], vec![spec("y", DType::U8, &[])], None);
    assert_eq!(refusal(&fixed, &[&[4]]).to_string(), "tensor x: dimension 0 is 4; must be 3");
    println!("{} messages", says.len() + 2);
}

#[test]
fn blocks_come_whole_in_inputs_and_outputs() {
    let dims = ["rows", "dim"].map(symbol);
    let pack = kernel(vec![spec("x", DType::F32, &dims)], vec![spec("blocks", DType::Q4_0, &dims)], None);
    let bound = pack.bind(Direction::Forward, &[[3, 64]]).expect("two blocks in a row");
    assert_eq!(bound.output(0).map(|extent| extent.bytes), Some(3 * 2 * 18));
    let error = refusal(&pack, &[&[3, 48]]);
    assert_eq!(error.to_string(), "tensor blocks: the last dimension is 48; must be a multiple of 32 for q4_0");
    // 32 elements in all, but no row holds a block.
    assert!(matches!(refusal(&pack, &[&[32, 1]]), ShapeError::Block { actual: 1, .. }));
    let unpack = kernel(vec![spec("blocks", DType::Q8_0, &dims)], vec![spec("x", DType::F32, &dims)], None);
    let bound = unpack.bind(Direction::Forward, &[[5, 32]]).expect("a block in a row");
    assert_eq!(bound.input(0).map(|extent| extent.bytes), Some(5 * 34));
    assert_eq!(unpack.bind(Direction::Forward, &[[5, 0]]).map(|bound| bound.input(0).unwrap().bytes), Ok(0));
}

#[test]
fn a_bound_that_is_used_again_is_as_a_new_one() {
    let kernel = rope();
    let mut bound = Bound::default();
    let shapes: [[&[u32]; 2]; 4] =
        [[&[2, 3, 4, 6], &[2, 3]], [&[1, 1, 1, 1], &[1, 2]], [&[1, 0, 9, 2], &[1, 0]], [&[7, 1, 1, 1], &[7, 1]]];
    for shapes in shapes {
        let again = kernel.bind_into(Direction::Forward, &shapes, &mut bound);
        match kernel.bind(Direction::Forward, &shapes) {
            Ok(new) => assert_eq!((again, &bound), (Ok(()), &new)),
            Err(error) => assert_eq!((again, bound.inputs().len(), bound.scratch()), (Err(error), 0, None)),
        }
    }
}

/// A shape of symbols and numbers, with the values that the symbols have.
fn shapes() -> impl Strategy<Value = (Vec<Vec<usize>>, Vec<u32>)> {
    let tensor = prop::collection::vec(0..4_usize, 0..5);
    (prop::collection::vec(tensor, 1..5), prop::collection::vec(0..40_u32, 4))
}

proptest! {
    /// Binding accepts exactly the calls in which every symbol has one value, and says sizes as plain arithmetic does.
    #[test]
    fn symbols_agree_or_the_call_is_refused((tensors, values) in shapes(), change in any::<(u8, u8)>()) {
        let names = ["a", "b", "c", "d"];
        let inputs = tensors.iter().enumerate().map(|(number, dims)| {
            let dims: Vec<Dim> = dims.iter().map(|dim| symbol(names[*dim])).collect();
            spec(&format!("t{number}"), DType::F16, &dims)
        });
        let kernel = kernel(inputs.collect(), vec![spec("y", DType::U8, &[])], None);
        let mut call: Vec<Vec<u32>> =
            tensors.iter().map(|dims| dims.iter().map(|dim| values[*dim]).collect()).collect();
        let bound = kernel.bind(Direction::Forward, &call).expect("every symbol has one value");
        for (shape, extent) in call.iter().zip(bound.inputs()) {
            prop_assert_eq!(extent.dims, shape.as_slice());
            prop_assert_eq!(u64::from(extent.bytes), shape.iter().map(|dim| u64::from(*dim)).product::<u64>() * 2);
        }
        prop_assert_eq!(&kernel.forward.bind_symbols(bound.symbols()), &Ok(bound));
        // One dimension becomes one more: good if its symbol stands nowhere else.
        let number = usize::from(change.0) % tensors.len();
        if !tensors[number].is_empty() {
            let dimension = usize::from(change.1) % tensors[number].len();
            let changed = tensors[number][dimension];
            call[number][dimension] += 1;
            let alone = tensors.iter().flatten().filter(|dim| **dim == changed).count() == 1;
            prop_assert_eq!(kernel.bind(Direction::Forward, &call).is_ok(), alone);
        }
    }
}
