//! Element types of tensors, and how many bytes so many elements take.

use core::fmt;

/// Elements of a block of `q4_0` or `q8_0`.
pub const BLOCK: u32 = 32;

/// An element type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DType {
    /// 32-bit float.
    F32,
    /// 16-bit float.
    F16,
    /// 32-bit number.
    I32,
    /// 32-bit number, not below 0.
    U32,
    /// 8-bit number.
    I8,
    /// 8-bit number, not below 0.
    U8,
    /// ggml's blocks of 32 values in 18 bytes.
    Q4_0,
    /// ggml's blocks of 32 values in 34 bytes.
    Q8_0,
}

impl DType {
    /// All types.
    pub const ALL: [Self; 8] = [Self::F32, Self::F16, Self::I32, Self::U32, Self::I8, Self::U8, Self::Q4_0, Self::Q8_0];

    /// The name in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::I32 => "i32",
            Self::U32 => "u32",
            Self::I8 => "i8",
            Self::U8 => "u8",
            Self::Q4_0 => "q4_0",
            Self::Q8_0 => "q8_0",
        }
    }

    /// The type with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dtype| dtype.name() == name)
    }

    /// Whether elements come in blocks of 32, so that the last dimension is a multiple of 32.
    #[must_use]
    pub fn is_block(self) -> bool {
        self.group().0 > 1
    }

    /// Bytes of so many elements; `None` if they are no whole number of blocks or do not fit.
    #[must_use]
    pub fn bytes(self, elements: u32) -> Option<u32> {
        let (group, len) = self.group();
        if elements.is_multiple_of(group) { (elements / group).checked_mul(len) } else { None }
    }

    /// Elements that are stored together, and their bytes.
    fn group(self) -> (u32, u32) {
        match self {
            Self::F32 | Self::I32 | Self::U32 => (1, 4),
            Self::F16 => (1, 2),
            Self::I8 | Self::U8 => (1, 1),
            Self::Q4_0 => (BLOCK, 18),
            Self::Q8_0 => (BLOCK, 34),
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
