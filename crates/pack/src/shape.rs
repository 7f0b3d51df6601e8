//! A call's shapes against an interface: symbols get their values, and every tensor its dimensions and bytes.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::dtype::{BLOCK, DType};
use crate::interface::{Interface, Slot, TensorSpec};
use crate::manifest::{Direction, Kernel};

/// The shapes of one call. A caller that has many keeps one and binds it again, which allocates nothing.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Bound {
    symbols: Vec<u32>,
    dims: Vec<u32>,
    tensors: Vec<Tensor>,
    inputs: usize,
    outputs: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Tensor {
    first_dim: usize,
    rank: usize,
    bytes: u32,
}

/// A tensor's dimensions and bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extent<'a> {
    /// Its dimensions, outermost first.
    pub dims: &'a [u32],
    /// Its length in bytes.
    pub bytes: u32,
}

/// Why shapes do not fit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ShapeError {
    /// The kernel has no backward.
    NoDirection {
        /// The direction.
        direction: Direction,
    },
    /// So many inputs were given.
    InputCount {
        /// How many there must be.
        expected: usize,
        /// How many there are.
        actual: usize,
    },
    /// A tensor has so many dimensions.
    Rank {
        /// Its name.
        tensor: String,
        /// How many there must be.
        expected: usize,
        /// How many there are.
        actual: usize,
    },
    /// A dimension is not the number that the manifest fixes.
    Fixed {
        /// The tensor's name.
        tensor: String,
        /// Which dimension, from 0, outermost first.
        dimension: usize,
        /// What it must be.
        expected: u32,
        /// What it is.
        actual: u32,
    },
    /// A symbol would have two values.
    Disagree {
        /// The tensor's name.
        tensor: String,
        /// Which dimension, from 0, outermost first.
        dimension: usize,
        /// The symbol.
        symbol: String,
        /// Its value in the tensors before.
        expected: u32,
        /// What the dimension is.
        actual: u32,
    },
    /// The last dimension of a block type is not a multiple of 32.
    Block {
        /// The tensor's name.
        tensor: String,
        /// Its element type.
        dtype: DType,
        /// What the dimension is.
        actual: u32,
    },
    /// A tensor has 2^32 elements or bytes, or more.
    TooLarge {
        /// Its name.
        tensor: String,
    },
    /// Symbols were given that the interface does not have, or not all that it has.
    Symbols,
}

impl Kernel {
    /// Binds the inputs' shapes of a call.
    ///
    /// # Errors
    /// Which tensor and dimension does not fit, what it is, and what it should be.
    pub fn bind<S: AsRef<[u32]>>(&self, direction: Direction, shapes: &[S]) -> Result<Bound, ShapeError> {
        let mut bound = Bound::default();
        self.bind_into(direction, shapes, &mut bound)?;
        Ok(bound)
    }

    /// As [`Kernel::bind`], into a `bound` that was used before. After an error it has no tensors.
    ///
    /// # Errors
    /// As [`Kernel::bind`].
    pub fn bind_into<S: AsRef<[u32]>>(
        &self,
        direction: Direction,
        shapes: &[S],
        bound: &mut Bound,
    ) -> Result<(), ShapeError> {
        bound.clear();
        let interface = self.interface(direction).ok_or(ShapeError::NoDirection { direction })?;
        bound.unify(interface, shapes)?;
        bound.lay_out(interface)
    }
}

impl Interface {
    /// The shapes of a call whose symbols have these values, in the order of [`Interface::symbols`].
    ///
    /// # Errors
    /// [`ShapeError::Symbols`] if there are more or fewer values; [`ShapeError::Block`], [`ShapeError::TooLarge`].
    pub fn bind_symbols(&self, values: &[u32]) -> Result<Bound, ShapeError> {
        if values.len() != self.symbols().len() {
            return Err(ShapeError::Symbols);
        }
        let mut bound = Bound { symbols: values.to_vec(), ..Bound::default() };
        bound.lay_out(self)?;
        Ok(bound)
    }
}

impl Bound {
    /// The symbols' values, in the order of [`Interface::symbols`].
    #[must_use]
    pub fn symbols(&self) -> &[u32] {
        &self.symbols
    }

    /// An input.
    #[must_use]
    pub fn input(&self, number: usize) -> Option<Extent<'_>> {
        self.inputs().nth(number)
    }

    /// An output.
    #[must_use]
    pub fn output(&self, number: usize) -> Option<Extent<'_>> {
        self.outputs().nth(number)
    }

    /// The inputs in manifest order.
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = Extent<'_>> + Clone {
        self.tensors[..self.inputs].iter().map(|tensor| self.extent(tensor))
    }

    /// The outputs in manifest order.
    pub fn outputs(&self) -> impl ExactSizeIterator<Item = Extent<'_>> + Clone {
        self.tensors[self.inputs..self.inputs + self.outputs].iter().map(|tensor| self.extent(tensor))
    }

    /// The scratch space, if the interface has some.
    #[must_use]
    pub fn scratch(&self) -> Option<Extent<'_>> {
        self.tensors.get(self.inputs + self.outputs).map(|tensor| self.extent(tensor))
    }

    fn extent(&self, tensor: &Tensor) -> Extent<'_> {
        Extent { dims: &self.dims[tensor.first_dim..tensor.first_dim + tensor.rank], bytes: tensor.bytes }
    }

    /// Forgets the call before; a call that does not fit leaves it so.
    fn clear(&mut self) {
        self.symbols.clear();
        self.dims.clear();
        self.tensors.clear();
        self.inputs = 0;
        self.outputs = 0;
    }

    /// Gives every symbol its value.
    fn unify<S: AsRef<[u32]>>(&mut self, interface: &Interface, shapes: &[S]) -> Result<(), ShapeError> {
        let (expected, actual) = (interface.inputs().len(), shapes.len());
        if expected != actual {
            return Err(ShapeError::InputCount { expected, actual });
        }
        let mut slots = interface.slots().iter();
        for (spec, shape) in interface.inputs().iter().zip(shapes) {
            let (expected, actual) = (spec.shape.len(), shape.as_ref().len());
            if expected != actual {
                return Err(ShapeError::Rank { tensor: spec.name.clone(), expected, actual });
            }
            for (dimension, (actual, slot)) in shape.as_ref().iter().zip(&mut slots).enumerate() {
                self.unify_dim(interface, spec, dimension, *slot, *actual)?;
            }
        }
        Ok(())
    }

    fn unify_dim(
        &mut self,
        interface: &Interface,
        spec: &TensorSpec,
        dimension: usize,
        slot: Slot,
        actual: u32,
    ) -> Result<(), ShapeError> {
        let tensor = || spec.name.clone();
        match slot {
            Slot::Fixed(expected) if expected == actual => Ok(()),
            Slot::Fixed(expected) => Err(ShapeError::Fixed { tensor: tensor(), dimension, expected, actual }),
            // Symbols are numbered in the order in which they first appear, which is the order of this walk.
            Slot::Symbol(number) => match self.symbols.get(number) {
                None => {
                    self.symbols.push(actual);
                    Ok(())
                }
                Some(known) if *known == actual => Ok(()),
                Some(known) => Err(ShapeError::Disagree {
                    tensor: tensor(),
                    dimension,
                    symbol: interface.symbols()[number].clone(),
                    expected: *known,
                    actual,
                }),
            },
        }
    }

    /// Gives every tensor its dimensions and bytes, once every symbol has its value.
    fn lay_out(&mut self, interface: &Interface) -> Result<(), ShapeError> {
        let dims = interface.slots().iter().map(|slot| match slot {
            Slot::Fixed(size) => *size,
            Slot::Symbol(number) => self.symbols[*number],
        });
        self.dims.extend(dims);
        let mut end = 0;
        for spec in interface.inputs().iter().chain(interface.outputs()).chain(interface.scratch()) {
            let first_dim = end;
            end += spec.shape.len();
            let bytes = byte_len(spec, &self.dims[first_dim..end])?;
            self.tensors.push(Tensor { first_dim, rank: spec.shape.len(), bytes });
        }
        self.inputs = interface.inputs().len();
        self.outputs = interface.outputs().len();
        Ok(())
    }
}

fn byte_len(spec: &TensorSpec, dims: &[u32]) -> Result<u32, ShapeError> {
    if let Some(last) = dims.last()
        && spec.dtype.is_block()
        && !last.is_multiple_of(BLOCK)
    {
        return Err(ShapeError::Block { tensor: spec.name.clone(), dtype: spec.dtype, actual: *last });
    }
    // As a kernel counts them: a product that overflows before it meets a zero is too large as well.
    let elements = dims.iter().try_fold(1_u32, |product, dim| product.checked_mul(*dim));
    let bytes = elements.and_then(|elements| spec.dtype.bytes(elements));
    bytes.ok_or_else(|| ShapeError::TooLarge { tensor: spec.name.clone() })
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDirection { direction } => write!(f, "the kernel has no {direction}"),
            Self::InputCount { expected, actual } => write!(f, "{actual} inputs; the kernel takes {expected}"),
            Self::Rank { tensor, expected, actual } => {
                write!(f, "tensor {tensor}: {actual} dimensions; must be {expected}")
            }
            Self::Fixed { tensor, dimension, expected, actual } => {
                write!(f, "tensor {tensor}: dimension {dimension} is {actual}; must be {expected}")
            }
            Self::Disagree { tensor, dimension, symbol, expected, actual } => write!(
                f,
                "tensor {tensor}: dimension {dimension} is {actual}; must be {expected}, as {symbol} is in the tensors before"
            ),
            Self::Block { tensor, dtype, actual } => {
                write!(f, "tensor {tensor}: the last dimension is {actual}; must be a multiple of 32 for {dtype}")
            }
            Self::TooLarge { tensor } => write!(f, "tensor {tensor}: too large for 32-bit addresses"),
            Self::Symbols => f.write_str("the symbols are not those of the interface"),
        }
    }
}

impl core::error::Error for ShapeError {}
