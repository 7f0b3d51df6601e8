//! Several tensors in one body: the safetensors format. Also what the command line reads and writes.
//!
//! An element type that safetensors does not have travels as bytes: a tensor of `q4_0` or `q8_0` is a `U8` tensor whose last
//! dimension counts the bytes of its blocks, 18 or 34 for each 32 elements.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bytes::Bytes;
use host::Output;
use pack::{DType, Interface, TensorSpec};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::limits::TENSORS_HEAD_LEN_MAX;
use crate::problem::{Problem, ProblemKind};

/// The media type of a body.
pub const MEDIA_TYPE: &str = "application/vnd.safetensors";

/// Elements of a block.
const BLOCK: usize = pack::dtype::BLOCK as usize;

/// The tensors of a body, by name.
#[derive(Default)]
pub struct Tensors<'a> {
    by_name: BTreeMap<String, TensorView<'a>>,
}

/// A tensor that a kernel is given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given<'s, 'a> {
    /// Its name in the manifest.
    pub name: &'s str,
    /// Its dimensions in elements.
    pub shape: Vec<u32>,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl<'a> Tensors<'a> {
    /// Reads a body.
    ///
    /// # Errors
    /// [`ProblemKind::Tensors`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, Problem> {
        let wrong = |what: String| {
            Problem::new(ProblemKind::Tensors, format!("the body is not in the safetensors format: {what}"))
        };
        let head = bytes.first_chunk::<8>().map_or(0, |length| u64::from_le_bytes(*length));
        if head > TENSORS_HEAD_LEN_MAX as u64 {
            return Err(wrong(format!("its header is longer than {TENSORS_HEAD_LEN_MAX} bytes")));
        }
        let header = usize::try_from(head).ok().and_then(|head| bytes.get(8..)?.get(..head)).unwrap_or_default();
        serde_json::from_slice::<DistinctNames>(header).map_err(|error| wrong(error.to_string()))?;
        let file = SafeTensors::deserialize(bytes).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { by_name: file.tensors().into_iter().collect() })
    }

    /// Adds a tensor. `dtype` is the word of the type as it travels.
    ///
    /// # Errors
    /// [`ProblemKind::Tensors`] if the bytes are not as many as type and shape ask for, or the name is there already.
    pub fn insert(&mut self, name: &str, dtype: DType, shape: &[u32], bytes: &'a [u8]) -> Result<(), Problem> {
        let wrong = |what: &str| Problem::new(ProblemKind::Tensors, format!("tensor `{name}`: {what}"));
        let shape = shape.iter().map(|size| *size as usize).collect();
        let view = TensorView::new(container_type(dtype), shape, bytes).map_err(|error| wrong(&error.to_string()))?;
        match self.by_name.insert(name.to_owned(), view) {
            None => Ok(()),
            Some(_) => Err(wrong("given twice")),
        }
    }

    /// Adds all of another body's tensors.
    ///
    /// # Errors
    /// [`ProblemKind::Tensors`] if a name is there already.
    pub fn merge(&mut self, other: Self) -> Result<(), Problem> {
        for (name, view) in other.by_name {
            if self.by_name.contains_key(&name) {
                return Err(Problem::new(ProblemKind::Tensors, format!("tensor `{name}`: given twice")));
            }
            self.by_name.insert(name, view);
        }
        Ok(())
    }

    /// The names, in ascending order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The inputs of `interface`, each under `prefix` and its name. What is missing or does not fit is refused.
    ///
    /// # Errors
    /// [`ProblemKind::Input`].
    pub fn inputs<'s>(&self, prefix: &str, interface: &'s Interface) -> Result<Vec<Given<'s, 'a>>, Problem> {
        interface.inputs().iter().map(|spec| self.input(prefix, spec)).collect()
    }

    /// That there is nothing beside the inputs of `interface` under each of the prefixes 0 to `count`, or under no prefix.
    ///
    /// # Errors
    /// [`ProblemKind::Input`], with the first name that is too much.
    pub fn nothing_else(&self, prefixes: Prefixes, interface: &Interface) -> Result<(), Problem> {
        let known = |name: &&String| {
            let own = match prefixes {
                Prefixes::None => Some(name.as_str()),
                Prefixes::Numbers(count) => number_and_name(name).filter(|(n, _)| *n < count).map(|(_, name)| name),
            };
            own.is_some_and(|own| interface.inputs().iter().any(|spec| spec.name == own))
        };
        let Some(extra) = self.by_name.keys().find(|name| !known(name)) else { return Ok(()) };
        let wanted: Vec<_> = interface.inputs().iter().map(|spec| spec.name.as_str()).collect();
        let message = format!("tensor `{}`: the kernel takes {}", extra.escape_debug(), wanted.join(", "));
        Err(Problem::new(ProblemKind::Input, message))
    }

    /// How many requests a batch has: one more than the largest number before a slash.
    #[must_use]
    pub fn batch_len(&self) -> usize {
        self.names().filter_map(number_and_name).map(|(number, _)| number + 1).max().unwrap_or(0)
    }

    fn input<'s>(&self, prefix: &str, spec: &'s TensorSpec) -> Result<Given<'s, 'a>, Problem> {
        let name = format!("{prefix}{}", spec.name);
        let wrong = |what: String| Problem::new(ProblemKind::Input, format!("tensor `{name}`: {what}"));
        let view = self.by_name.get(&name).ok_or_else(|| wrong("missing".to_owned()))?;
        let wanted = container_type(spec.dtype);
        if view.dtype() != wanted {
            let advice = if spec.dtype.is_block() { " with the bytes of its blocks" } else { "" };
            let message = format!("is {:?}; the kernel's {} travels as {wanted:?}{advice}", view.dtype(), spec.dtype);
            return Err(wrong(message));
        }
        let mut shape = view.shape().to_vec();
        if let Some(block_len) = block_len(spec.dtype) {
            let last = shape.last_mut().ok_or_else(|| wrong("a block type needs a last dimension".to_owned()))?;
            if !last.is_multiple_of(block_len) {
                return Err(wrong(format!("{last} bytes in a row are no whole number of blocks of {block_len}")));
            }
            *last = (*last / block_len).checked_mul(BLOCK).ok_or_else(|| wrong("too large".to_owned()))?;
        }
        let dimension = |size: &usize| u32::try_from(*size).map_err(|_| wrong("too large".to_owned()));
        let shape = shape.iter().map(dimension).collect::<Result<_, _>>()?;
        Ok(Given { name: &spec.name, shape, bytes: view.data() })
    }
}

/// A header whose names are all different: the format's own library takes the last of two.
struct DistinctNames;

impl<'de> Deserialize<'de> for DistinctNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> Visitor<'de> for DistinctNames {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format_args!("`{}` stands there twice", name.escape_debug())));
            }
            names.insert(name);
        }
        Ok(self)
    }
}

/// What stands before the names of tensors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prefixes {
    /// Nothing.
    None,
    /// The number of a request below this, and a slash.
    Numbers(usize),
}

/// `12/x` as 12 and `x`; the number has no leading zeros.
fn number_and_name(name: &str) -> Option<(usize, &str)> {
    let (number, name) = name.split_once('/')?;
    let plain = number == "0" || !number.starts_with('0');
    let digits = plain && number.len() <= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Some((number.parse().ok()?, name)) } else { None }
}

/// Tensors as the pieces of a body: header, then bytes. The same tensors give the same pieces.
#[must_use]
pub fn write(outputs: Vec<(String, Output)>, metadata: &BTreeMap<String, String>) -> Vec<Bytes> {
    let mut outputs = outputs;
    // Wide elements first keeps every tensor aligned to its elements.
    outputs.sort_by_key(|(name, output)| (usize::MAX - element_len(output.dtype), name.clone()));
    let mut head = serde_json::Map::new();
    if !metadata.is_empty() {
        head.insert("__metadata__".to_owned(), serde_json::json!(metadata));
    }
    let mut end = 0;
    for (name, Output { dtype, shape, bytes, .. }) in &outputs {
        let start = end;
        end += bytes.len();
        let mut shape: Vec<usize> = shape.iter().map(|size| *size as usize).collect();
        if let (Some(block_len), Some(last)) = (block_len(*dtype), shape.last_mut()) {
            *last = *last / BLOCK * block_len;
        }
        let dtype = format!("{:?}", container_type(*dtype));
        let entry = serde_json::json!({"dtype": dtype, "shape": shape, "data_offsets": [start, end]});
        head.insert(name.clone(), entry);
    }
    let mut text = serde_json::Value::Object(head).to_string().into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut first = (text.len() as u64).to_le_bytes().to_vec();
    first.append(&mut text);
    let payloads = outputs.into_iter().map(|(_, output)| Bytes::from(output.bytes));
    std::iter::once(Bytes::from(first)).chain(payloads).collect()
}

fn container_type(dtype: DType) -> Dtype {
    match dtype {
        DType::F32 => Dtype::F32,
        DType::F16 => Dtype::F16,
        DType::I32 => Dtype::I32,
        DType::U32 => Dtype::U32,
        DType::I8 => Dtype::I8,
        DType::U8 | DType::Q4_0 | DType::Q8_0 => Dtype::U8,
    }
}

fn element_len(dtype: DType) -> usize {
    match dtype {
        DType::F32 | DType::I32 | DType::U32 => 4,
        DType::F16 => 2,
        DType::I8 | DType::U8 | DType::Q4_0 | DType::Q8_0 => 1,
    }
}

/// Bytes of a block, for block types.
fn block_len(dtype: DType) -> Option<usize> {
    dtype.is_block().then(|| dtype.bytes(pack::dtype::BLOCK)).flatten().map(|len| len as usize)
}
