//! How long each format can be. A test builds the widest value of each and compares.

/// Refused deltas that a claim lists one by one.
pub const REFUSED_LISTED_MAX: usize = 8;

/// Bytes of the widest claim: the sum over its thirteen fields of key and widest value, and the map's head.
pub const CLAIM_LEN_MAX: usize = 1 + 13 + (1 + 9 + 34 + 34) + (36 + 4 + 2) + (55 + 46) + (76 + 42) + (75 + 107);

/// Bytes of the widest frame: eleven keys and values, and the map's head.
pub const FRAME_LEN_MAX: usize = 1 + 11 + (1 + 9 + 34 + 34) + (4 + 9) + (34 + 34 + 34) + (34 + 1);

/// Bytes of the widest body: the array's head, a frame, a byte string's head, a claim.
pub const BODY_LEN_MAX: usize = 1 + FRAME_LEN_MAX + 3 + CLAIM_LEN_MAX;

/// Bytes of the widest receipt: tag and array, protected header, unprotected header, payload, signature.
pub const RECEIPT_LEN_MAX: usize = 2 + 50 + 72 + (3 + BODY_LEN_MAX) + 66;

/// Bytes of a module's name in a genesis statement.
pub const MODULE_NAME_LEN_MAX: usize = 128;

/// Bytes of the widest genesis payload: nine keys and values, and the map's head.
pub const GENESIS_PAYLOAD_LEN_MAX: usize = 1 + 9 + (1 + 17 + 34 + 34) + (34 + 34 + 34) + (1 + 2 + MODULE_NAME_LEN_MAX);

/// Bytes of the widest genesis statement in its envelope.
pub const GENESIS_LEN_MAX: usize = 2 + 53 + 1 + (3 + GENESIS_PAYLOAD_LEN_MAX) + 66;

/// Bytes of the comment in a public key file.
pub const COMMENT_LEN_MAX: usize = 128;

/// Bytes of a key file: more than any of them needs.
pub const KEY_FILE_LEN_MAX: usize = 512;

const _: () = assert!(BODY_LEN_MAX <= 0xffff && GENESIS_PAYLOAD_LEN_MAX <= 0xffff);
