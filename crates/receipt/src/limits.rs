//! How long each format can be. A test builds the widest value of each and compares.

/// Refused deltas that a claim lists one by one.
pub const REFUSED_LISTED_MAX: usize = 8;

/// Bytes of the widest claim: the sum over its thirteen fields of key and widest value, and the map's head.
pub const CLAIM_LEN_MAX: usize = 1 + 13 + (1 + 9 + 34 + 34) + (36 + 4 + 2) + (55 + 46) + (76 + 42) + (75 + 107);

/// Bytes of the widest frame: eleven keys and values, and the map's head.
pub const FRAME_LEN_MAX: usize = 1 + 11 + (1 + 9 + 34 + 34) + (4 + 9) + (34 + 34 + 34) + (34 + 1);

/// Bytes of the widest body: the array's head, a frame, a byte string's head, a claim.
pub const BODY_LEN_MAX: usize = 1 + FRAME_LEN_MAX + 3 + CLAIM_LEN_MAX;

/// Bytes of a post-quantum signature in an unprotected header: key, string head, signature.
pub const POST_QUANTUM_HEADER_LEN: usize = 5 + 3 + crate::post_quantum::SIGNATURE_LEN;

/// Bytes of the widest receipt without a post-quantum signature: tag and array, protected header, unprotected header,
/// payload, signature.
pub const PLAIN_RECEIPT_LEN_MAX: usize = 2 + 50 + 72 + (3 + BODY_LEN_MAX) + 66;

/// Bytes of the widest receipt.
pub const RECEIPT_LEN_MAX: usize = PLAIN_RECEIPT_LEN_MAX + POST_QUANTUM_HEADER_LEN;

/// Bytes of the widest unsigned receipt: the array's head, the body, a witness signature.
pub const UNSIGNED_RECEIPT_LEN_MAX: usize = 1 + (3 + BODY_LEN_MAX) + 66;

/// Receipts whose signatures are checked together: enough that shared work is small beside each one's own, and few enough
/// that what waits takes some hundred KiB.
pub const BATCH_RECEIPTS: usize = 256;

/// Bytes of a module's name in a genesis statement.
pub const MODULE_NAME_LEN_MAX: usize = 128;

/// Bytes of the widest parent in a genesis statement: array's head, instance id, epoch, two digests.
const PARENT_LEN_MAX: usize = 1 + 17 + 9 + 34 + 34;

/// Bytes of the widest genesis payload: thirteen keys and values, and the map's head.
pub const GENESIS_PAYLOAD_LEN_MAX: usize =
    1 + 13 + (1 + 17 + 34 + 34) + (34 + 34 + 34) + (1 + 2 + MODULE_NAME_LEN_MAX) + (5 + 34 + 34 + PARENT_LEN_MAX);

/// Bytes of the widest genesis statement in its envelope.
pub const GENESIS_LEN_MAX: usize = 2 + 53 + 1 + POST_QUANTUM_HEADER_LEN + (3 + GENESIS_PAYLOAD_LEN_MAX) + 66;

/// Globals of a state: sealing admits no more.
pub const SNAPSHOT_GLOBALS_MAX: usize = 1_000;

/// Pages of 64 KiB of a state: a 32-bit memory has no more.
pub const SNAPSHOT_PAGES_MAX: usize = 65_536;

/// Bytes of the widest state: two heads, the widest globals, the pages' digests.
pub const STATE_LEN_MAX: usize = 1 + 3 + SNAPSHOT_GLOBALS_MAX * (1 + 1 + 17) + 5 + 32 * SNAPSHOT_PAGES_MAX;

/// Bytes of the widest signed manifest: tag and array, protected header, unprotected header, payload, signature.
pub const SNAPSHOT_LEN_MAX: usize = 2 + 54 + 1 + (5 + 1 + 6 + (1 + 34 + 9 + 34 + 34) + 5 + STATE_LEN_MAX) + 66;

/// Bytes of an engine's name in a divergence statement.
pub const ENGINE_NAME_LEN_MAX: usize = 64;

/// Bytes of the longest name of a field: more than any has.
const FIELD_NAME_LEN_MAX: usize = 64;

/// Bytes of a signed divergence statement: never more.
pub const DIVERGENCE_LEN_MAX: usize = 2
    + 56
    + 1
    + (3 + 1 + 8 + (1 + 34 + 9) + (2 + FIELD_NAME_LEN_MAX) + 2 * (3 + BODY_LEN_MAX + 2 + ENGINE_NAME_LEN_MAX))
    + 66;

/// Bytes of a kernel's id in an invocation.
pub const KERNEL_ID_LEN_MAX: usize = 128;

/// Bytes of the widest invocation: twelve keys and values, and the map's head.
pub const INVOCATION_PAYLOAD_LEN_MAX: usize =
    1 + 12 + (1 + 34 + 34) + (2 + KERNEL_ID_LEN_MAX) + 1 + (34 + 34 + 34) + 9 + (1 + 9 + 34) + 3 + 1;

/// Bytes of the widest signed invocation: tag and array, protected header, unprotected header, payload, signature.
pub const INVOCATION_LEN_MAX: usize = 2 + 56 + 1 + (3 + INVOCATION_PAYLOAD_LEN_MAX) + 66;

/// Bytes of the comment in a public key file.
pub const COMMENT_LEN_MAX: usize = 128;

/// Bytes of a key file: more than any of them needs.
pub const KEY_FILE_LEN_MAX: usize = 512;

/// Bytes of a post-quantum public key file: the kind, 2,624 digits, a comment, and more than the line's end needs.
pub const POST_QUANTUM_KEY_FILE_LEN_MAX: usize = 3072;

const _: () = assert!(BODY_LEN_MAX <= 0xffff && GENESIS_PAYLOAD_LEN_MAX <= 0xffff);
