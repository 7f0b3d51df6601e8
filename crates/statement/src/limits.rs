//! Every limit of this crate. All are checked before memory is taken for what they limit.

/// Bytes of a payload. A statement has about 2 KiB; a genesis statement with a post-quantum signature adds 4 KiB and a
/// checkpoint with sixteen post-quantum cosignatures 53 KiB.
pub const PAYLOAD_LEN_MAX: usize = 128 << 10;

/// Bytes of an envelope or a bundle as JSON: a payload in base64, sixteen signatures, and as much white space again.
pub const DOCUMENT_LEN_MAX: usize = 512 << 10;

/// Signatures of one envelope: each is tried with each trusted key. As many as a signed note must allow.
pub const SIGNATURES_MAX: usize = 16;

/// Bytes of one signature, whatever its scheme: ML-DSA-87 has 4,627.
pub const SIGNATURE_LEN_MAX: usize = 8 << 10;

/// Bytes of a `keyid` or a `hint`. They are looked at and never trusted.
pub const KEY_HINT_LEN_MAX: usize = 256;

/// Bytes of a payload type.
pub const PAYLOAD_TYPE_LEN_MAX: usize = 128;

/// Bytes of a module's name, as in a genesis statement.
pub const MODULE_NAME_LEN_MAX: usize = 128;

/// Bytes of a signed genesis statement.
pub const GENESIS_LEN_MAX: usize = 8 << 10;

/// Bytes of a checkpoint's note with its signatures.
pub const CHECKPOINT_LEN_MAX: usize = 64 << 10;

/// Bytes of a log's origin and of its verifier key.
pub const LOG_NAME_LEN_MAX: usize = 256;

/// Bytes of the name of an engine.
pub const ENGINE_LEN_MAX: usize = 64;

/// The largest number: JSON readers that hold numbers as IEEE doubles, protobuf's `Struct` among them, read it exactly.
pub const NUMBER_MAX: u64 = (1 << 53) - 1;

const _: () = assert!(DOCUMENT_LEN_MAX >= 2 * PAYLOAD_LEN_MAX + SIGNATURES_MAX * 2 * SIGNATURE_LEN_MAX);
const _: () = assert!(PAYLOAD_LEN_MAX >= 2 * GENESIS_LEN_MAX + CHECKPOINT_LEN_MAX + (8 << 10));
