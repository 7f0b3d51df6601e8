//! What a kernel takes and gives in one direction: tensors with shapes of numbers and symbols.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use codec::kernel::{RANK_MAX, TENSORS_MAX};

use crate::dtype::{BLOCK, DType};
use crate::error::PackError;

/// A tensor of an interface.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TensorSpec {
    /// Its name; scratch space is called `scratch`.
    pub name: String,
    /// Its element type.
    pub dtype: DType,
    /// Its dimensions, outermost first; none for a single element.
    pub shape: Vec<Dim>,
}

/// A dimension.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Dim {
    /// Always this.
    Fixed(u32),
    /// The same number wherever this symbol stands in a call.
    Symbol(String),
}

/// Tensors that go in and come out. Every symbol of an output or of the scratch space stands in an input too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Interface {
    inputs: Vec<TensorSpec>,
    outputs: Vec<TensorSpec>,
    scratch: Option<TensorSpec>,
    symbols: Vec<String>,
    /// The dimensions of inputs, outputs and scratch one after the other, symbols by number: what a call looks at.
    slots: Vec<Slot>,
}

/// A dimension as a call looks at it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Slot {
    /// Always this.
    Fixed(u32),
    /// The value of the symbol with this number.
    Symbol(usize),
}

impl Interface {
    /// An interface, if its shapes are ones that a call can have. `at` says where it stands, for errors.
    ///
    /// # Errors
    /// [`PackError::BadShape`], [`PackError::DuplicateName`] or [`PackError::TooLarge`].
    pub fn new(
        at: &dyn fmt::Display,
        inputs: Vec<TensorSpec>,
        outputs: Vec<TensorSpec>,
        scratch: Option<TensorSpec>,
    ) -> Result<Self, PackError> {
        if inputs.len() + outputs.len() > TENSORS_MAX {
            return Err(PackError::too_large(alloc::format!("{at}: inputs and outputs"), TENSORS_MAX));
        }
        let mut symbols: Vec<String> = Vec::new();
        for (list, specs) in [("inputs", &inputs), ("outputs", &outputs)] {
            for (number, spec) in specs.iter().enumerate() {
                let place = alloc::format!("{at}.{list}[{number}]");
                spec.check(&place)?;
                let earlier = if list == "outputs" { inputs.as_slice() } else { &[] };
                if earlier.iter().chain(&specs[..number]).any(|other| other.name == spec.name) {
                    return Err(PackError::DuplicateName { at: place, name: spec.name.clone() });
                }
            }
        }
        for symbol in inputs.iter().flat_map(TensorSpec::symbols) {
            if !symbols.iter().any(|known| known == symbol) {
                symbols.push(symbol.to_string());
            }
        }
        let bound = |spec: &TensorSpec| spec.symbols().all(|symbol| symbols.iter().any(|known| known == symbol));
        let unbound = |place| PackError::BadShape { at: place, problem: "a symbol that stands in no input" };
        if let Some(number) = outputs.iter().position(|spec| !bound(spec)) {
            return Err(unbound(alloc::format!("{at}.outputs[{number}].shape")));
        }
        if let Some(scratch) = &scratch {
            let place = alloc::format!("{at}.scratch");
            scratch.check(&place)?;
            if !bound(scratch) {
                return Err(unbound(place + ".shape"));
            }
        }
        let number = |name: &String| symbols.iter().position(|symbol| symbol == name);
        let dims = inputs.iter().chain(&outputs).chain(&scratch).flat_map(|spec| &spec.shape);
        let slots = dims.filter_map(|dim| match dim {
            Dim::Fixed(size) => Some(Slot::Fixed(*size)),
            // Every symbol is bound, so that none is left out here.
            Dim::Symbol(name) => number(name).map(Slot::Symbol),
        });
        let slots = slots.collect();
        Ok(Self { inputs, outputs, scratch, symbols, slots })
    }

    /// The dimensions of inputs, outputs and scratch, one after the other.
    pub(crate) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The inputs, in the order in which a call has them.
    #[must_use]
    pub fn inputs(&self) -> &[TensorSpec] {
        &self.inputs
    }

    /// The outputs, in the order in which a call has them.
    #[must_use]
    pub fn outputs(&self) -> &[TensorSpec] {
        &self.outputs
    }

    /// Space that the kernel needs besides.
    #[must_use]
    pub fn scratch(&self) -> Option<&TensorSpec> {
        self.scratch.as_ref()
    }

    /// The symbols, in the order in which the inputs first name them.
    #[must_use]
    pub fn symbols(&self) -> &[String] {
        &self.symbols
    }
}

impl TensorSpec {
    fn symbols(&self) -> impl Iterator<Item = &str> {
        self.shape.iter().filter_map(|dim| match dim {
            Dim::Symbol(name) => Some(name.as_str()),
            Dim::Fixed(_) => None,
        })
    }

    fn check(&self, at: &str) -> Result<(), PackError> {
        let bad = |problem| Err(PackError::BadShape { at: alloc::format!("{at}.shape"), problem });
        if self.shape.len() > RANK_MAX {
            return bad("more than 8 dimensions");
        }
        if self.dtype.is_block() {
            match self.shape.last() {
                None => return bad("a block type needs a last dimension"),
                Some(Dim::Fixed(size)) if !size.is_multiple_of(BLOCK) => {
                    return bad("the last dimension of a block type must be a multiple of 32");
                }
                Some(Dim::Fixed(_) | Dim::Symbol(_)) => {}
            }
        }
        Ok(())
    }
}
