//! What each operation takes and gives: names, types and shapes, the same as in the shipped pack's manifest.

use crate::Op;
use crate::call::Direction;

/// What a tensor's values are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// `f32`.
    F32,
    /// Halves.
    F16,
    /// `i32`.
    I32,
    /// q4_0 blocks of 32 values.
    Q4,
    /// q8_0 blocks of 32 values.
    Q8,
}

/// An extent of a shape.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Extent {
    /// Always this.
    Fixed(u32),
    /// The same number wherever the symbol stands in a call.
    Symbol(&'static str),
}

/// A tensor of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tensor {
    /// Its name in the manifest.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Its shape in elements, outermost first.
    pub shape: &'static [Extent],
}

/// The tensors of one direction of an operation, in manifest order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signature {
    /// What goes in.
    pub inputs: &'static [Tensor],
    /// What comes out.
    pub outputs: &'static [Tensor],
    /// Space to work in.
    pub scratch: Option<Tensor>,
}

/// A parameter and its default.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Parameter {
    /// A finite `f32`.
    F32(&'static str, f32),
    /// A `u32`.
    U32(&'static str, u32),
}

impl Kind {
    /// The name in manifests.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::I32 => "i32",
            Self::Q4 => "q4_0",
            Self::Q8 => "q8_0",
        }
    }

    /// Bytes of that many values, which are whole blocks.
    #[must_use]
    pub const fn bytes(self, values: usize) -> usize {
        match self {
            Self::F32 | Self::I32 => values * 4,
            Self::F16 => values * 2,
            Self::Q4 => values / crate::blocks::VALUES * crate::blocks::Q4_BYTES,
            Self::Q8 => values / crate::blocks::VALUES * crate::blocks::Q8_BYTES,
        }
    }
}

impl Parameter {
    /// The name in manifests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32(name, _) | Self::U32(name, _) => name,
        }
    }

    /// The bits of the default.
    #[must_use]
    pub const fn default_bits(self) -> u32 {
        match self {
            Self::F32(_, value) => value.to_bits(),
            Self::U32(_, value) => value,
        }
    }
}

macro_rules! extents {
    ($($extent:tt)*) => { &[$(extent!($extent)),*] };
}

macro_rules! extent {
    ($number:literal) => {
        Extent::Fixed($number)
    };
    ($symbol:ident) => {
        Extent::Symbol(stringify!($symbol))
    };
}

macro_rules! tensors {
    ($($name:ident $kind:ident [$($extent:tt)*])*) => {
        &[$(Tensor { name: stringify!($name), kind: Kind::$kind, shape: extents!($($extent)*) }),*]
    };
}

macro_rules! signature {
    (($($inputs:tt)*) -> ($($outputs:tt)*)) => {
        Signature { inputs: tensors!($($inputs)*), outputs: tensors!($($outputs)*), scratch: None }
    };
    (($($inputs:tt)*) -> ($($outputs:tt)*), scratch $kind:ident [$($extent:tt)*]) => {
        Signature {
            inputs: tensors!($($inputs)*),
            outputs: tensors!($($outputs)*),
            scratch: Some(Tensor { name: "scratch", kind: Kind::$kind, shape: extents!($($extent)*) }),
        }
    };
}

macro_rules! rope {
    ($from:ident $to:ident $kind:ident $scratch:literal) => {
        signature!(
            ($from $kind [batch seq heads dim] positions I32 [batch seq]) -> ($to $kind [batch seq heads dim]),
            scratch F32 [$scratch dim]
        )
    };
}

macro_rules! rmsnorm {
    ($kind:ident) => {
        (
            signature!((x $kind [rows dim] weight $kind [dim]) -> (y $kind [rows dim])),
            Some(signature!(
                (x $kind [rows dim] weight $kind [dim] dy $kind [rows dim]) -> (dx $kind [rows dim] dweight $kind [dim]),
                scratch F32 [2 dim]
            )),
        )
    };
}

macro_rules! swiglu {
    ($kind:ident) => {
        (
            signature!((gate $kind [rows dim] up $kind [rows dim]) -> (y $kind [rows dim])),
            Some(signature!(
                (gate $kind [rows dim] up $kind [rows dim] dy $kind [rows dim])
                    -> (dgate $kind [rows dim] dup $kind [rows dim])
            )),
        )
    };
}

macro_rules! lora {
    ($kind:ident) => {
        (
            signature!(
                (x $kind [rows in] a $kind [rank in] b $kind [out rank] base $kind [rows out]) -> (y $kind [rows out]),
                scratch F32 [rows rank]
            ),
            Some(signature!(
                (x $kind [rows in] a $kind [rank in] b $kind [out rank] dy $kind [rows out])
                    -> (dx $kind [rows in] da $kind [rank in] db $kind [out rank]),
                scratch F32 [rows rank]
            )),
        )
    };
}

impl Op {
    /// The tensors of a direction; `None` if there is no such direction.
    #[must_use]
    pub const fn signature(self, direction: Direction) -> Option<Signature> {
        let (forward, backward) = self.signatures();
        match direction {
            Direction::Forward => Some(forward),
            Direction::Backward => backward,
        }
    }

    const fn signatures(self) -> (Signature, Option<Signature>) {
        match self {
            Self::RopeF32 => (rope!(x y F32 2), Some(rope!(dy dx F32 2))),
            Self::RopeF16 => (rope!(x y F16 2), Some(rope!(dy dx F16 2))),
            Self::RopeQ8 => (rope!(x y Q8 4), None),
            Self::RmsNormF32 => rmsnorm!(F32),
            Self::RmsNormF16 => rmsnorm!(F16),
            Self::SwigluF32 => swiglu!(F32),
            Self::SwigluF16 => swiglu!(F16),
            Self::KvPackQ4 => (signature!((x F32 [rows dim]) -> (blocks Q4 [rows dim])), None),
            Self::KvUnpackQ4 => (signature!((blocks Q4 [rows dim]) -> (x F32 [rows dim])), None),
            Self::KvPackQ8 => (signature!((x F32 [rows dim]) -> (blocks Q8 [rows dim])), None),
            Self::KvUnpackQ8 => (signature!((blocks Q8 [rows dim]) -> (x F32 [rows dim])), None),
            Self::LoraF32 => lora!(F32),
            Self::LoraF16 => lora!(F16),
        }
    }

    /// The parameters, in manifest order.
    #[must_use]
    pub const fn parameters(self) -> &'static [Parameter] {
        match self {
            Self::RopeF32 | Self::RopeF16 | Self::RopeQ8 => {
                &[Parameter::F32("freq_base", 10_000.0), Parameter::F32("scale", 1.0), Parameter::U32("pairs", 0)]
            }
            Self::RmsNormF32 | Self::RmsNormF16 => &[Parameter::F32("eps", 1e-5)],
            Self::LoraF32 | Self::LoraF16 => &[Parameter::F32("scale", 1.0)],
            Self::SwigluF32
            | Self::SwigluF16
            | Self::KvPackQ4
            | Self::KvUnpackQ4
            | Self::KvPackQ8
            | Self::KvUnpackQ8 => &[],
        }
    }
}
