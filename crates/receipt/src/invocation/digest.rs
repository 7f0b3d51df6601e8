//! Digests over what goes into a kernel and what comes out, in one canonical encoding.

use codec::{Digest, Encoder, Hasher};

/// A tensor as digests see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TensorView<'a> {
    /// Its name in the manifest.
    pub name: &'a str,
    /// Its element type as manifests write it.
    pub dtype: &'a str,
    /// Its dimensions in elements, outermost first.
    pub shape: &'a [u32],
    /// Its bytes, little-endian, rows one after the other.
    pub bytes: &'a [u8],
}

/// A parameter as digests see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParameterView<'a> {
    /// Its name in the manifest.
    pub name: &'a str,
    /// Its type as manifests write it.
    pub kind: &'a str,
    /// The bits of its value.
    pub bits: u32,
}

/// SHA-256 over the CBOR array of `[name, dtype, [dimension…], bytes]` of each tensor, in manifest order.
#[must_use]
pub fn tensors_digest(tensors: &[TensorView<'_>]) -> Digest {
    let mut hasher = Hasher::new();
    let mut encoder = Encoder::new(&mut hasher);
    encoder.array(tensors.len() as u64);
    for TensorView { name, dtype, shape, bytes } in tensors {
        encoder.array(4).text(name).text(dtype).array(shape.len() as u64);
        for dimension in *shape {
            encoder.uint(u64::from(*dimension));
        }
        encoder.bytes(bytes);
    }
    hasher.finish()
}

/// SHA-256 over the CBOR array of `[name, type, bits]` of each parameter, in manifest order.
#[must_use]
pub fn parameters_digest(parameters: &[ParameterView<'_>]) -> Digest {
    let mut hasher = Hasher::new();
    let mut encoder = Encoder::new(&mut hasher);
    encoder.array(parameters.len() as u64);
    for ParameterView { name, kind, bits } in parameters {
        encoder.array(3).text(name).text(kind).uint(u64::from(*bits));
    }
    hasher.finish()
}
