//! The transparent receipt: a receipt that carries its proof of inclusion and its genesis statement in its unprotected
//! header (RFC 9942, header 394), so that it stands alone. Taking both out again gives the log's entry.

use alloc::vec::Vec;
use codec::decode::DecodeReason;
use codec::{DecodeError, Encoder, Reader};
use core::fmt;

use super::cose_receipt::{COSE_RECEIPT_LEN_MAX, CoseReceipt, CoseReceiptError, TAG, exactly};
use super::merkle::leaf_hash;
use super::proof::{Included, index_of};
use crate::error::FormatError;
use crate::genesis::Genesis;
use crate::limits::{GENESIS_LEN_MAX, RECEIPT_LEN_MAX};
use crate::signed::Receipt;

/// Header 394, receipts of RFC 9942.
const RECEIPTS: u64 = 394;
/// The private-use header with the signed genesis statement.
const GENESIS: i64 = -70_003;
/// The headers of a receipt itself: its witness signature and its post-quantum signature.
const OWN: [i64; 2] = [-70_001, -70_002];

/// Bytes of the widest transparent receipt: a receipt, and two headers with their contents.
pub const TRANSPARENT_LEN_MAX: usize = RECEIPT_LEN_MAX + (3 + 1 + 3 + COSE_RECEIPT_LEN_MAX) + (5 + 3 + GENESIS_LEN_MAX);

/// A receipt with its proof of inclusion and its genesis statement. Having one says that all three are well formed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transparent {
    entry: Vec<u8>,
    receipt: Receipt,
    inclusion: CoseReceipt,
    genesis: Genesis,
}

/// Why bytes are not a transparent receipt, or one proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransparentError {
    /// Longer than [`TRANSPARENT_LEN_MAX`].
    TooLong,
    /// The receipt has no signature of its own, and so no envelope that could carry anything.
    Unsigned,
    /// The encoding of the outer envelope.
    Envelope(DecodeError),
    /// The receipt within.
    Receipt(FormatError),
    /// The genesis statement within.
    Genesis(FormatError),
    /// The COSE receipt within.
    Inclusion(CoseReceiptError),
    /// The genesis statement within is not the one that the caller trusts.
    OtherGenesis,
    /// The leaf's index is not the one that the receipt's epoch has in its log.
    OtherIndex,
}

impl Transparent {
    /// Puts the three together. `entry` is a signed receipt's bytes, as the log has them.
    pub fn new(entry: &[u8], inclusion: CoseReceipt, genesis: Genesis) -> Result<Self, TransparentError> {
        let receipt = Receipt::decode(entry).map_err(TransparentError::Receipt)?;
        Parts::of_entry(entry).map_err(|_| TransparentError::Unsigned)?;
        Ok(Self { entry: entry.to_vec(), receipt, inclusion, genesis })
    }

    /// The receipt's bytes, as the log has them.
    #[must_use]
    pub fn entry(&self) -> &[u8] {
        &self.entry
    }

    /// The receipt. Its own signatures are checked by [`Receipt::verify`].
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The proof of inclusion.
    #[must_use]
    pub fn inclusion(&self) -> &CoseReceipt {
        &self.inclusion
    }

    /// The genesis statement. Its signer is checked by [`Genesis::trust`].
    #[must_use]
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Checks that the receipt is in the log of this genesis statement, at the place that its epoch has there. The caller
    /// trusts the statement: it is one of the caller's own, or [`Genesis::trust`] said of [`Transparent::genesis`] who
    /// signed it. The receipt's own signatures are not looked at: the log's signature covers them.
    pub fn verify(&self, genesis: &Genesis) -> Result<Included, TransparentError> {
        if self.genesis != *genesis {
            return Err(TransparentError::OtherGenesis);
        }
        let epoch = self.receipt.body().frame().epoch;
        let CoseReceipt { size, index, .. } = self.inclusion;
        let leaf = leaf_hash(&self.entry);
        self.inclusion.verify(&leaf, genesis.log_key()).map_err(TransparentError::Inclusion)?;
        if index_of(genesis, epoch) == Some(index) {
            Ok(Included { epoch, index, size })
        } else {
            Err(TransparentError::OtherIndex)
        }
    }

    /// The transparent receipt as bytes: the receipt's COSE_Sign1 with headers 394 and −70003 added.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts = Parts::of_entry(&self.entry).expect("it was read when this was made");
        let mut bytes = Vec::with_capacity(TRANSPARENT_LEN_MAX);
        let added = Added { inclusion: &self.inclusion.to_bytes(), genesis: &self.genesis.to_bytes() };
        parts.encode(Some(added), &mut bytes);
        bytes
    }

    /// Reads a transparent receipt; only what [`Transparent::to_bytes`] writes is taken. Checks no signature and no path.
    pub fn decode(bytes: &[u8]) -> Result<Self, TransparentError> {
        if bytes.len() > TRANSPARENT_LEN_MAX {
            return Err(TransparentError::TooLong);
        }
        let (parts, added) = Parts::with_added(bytes).map_err(TransparentError::Envelope)?;
        let mut entry = Vec::with_capacity(RECEIPT_LEN_MAX);
        parts.encode(None, &mut entry);
        let inclusion = CoseReceipt::decode(added.inclusion).map_err(TransparentError::Inclusion)?;
        let genesis = Genesis::decode(added.genesis).map_err(TransparentError::Genesis)?;
        Self::new(&entry, inclusion, genesis)
    }
}

/// A receipt's envelope in pieces. Whether they make a receipt is for [`Receipt::decode`] to say.
struct Parts<'a> {
    protected: &'a [u8],
    unprotected: Vec<(i64, &'a [u8])>,
    payload: &'a [u8],
    signature: &'a [u8],
}

/// What a transparent receipt has beside.
struct Added<'a> {
    inclusion: &'a [u8],
    genesis: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of_entry(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let protected = Self::head(&mut reader)?;
        let pairs = Self::pairs(&mut reader, 0)?;
        let unprotected = Self::own(&mut reader, pairs)?;
        Self::tail(reader, protected, unprotected)
    }

    fn with_added(bytes: &'a [u8]) -> Result<(Self, Added<'a>), DecodeError> {
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        let protected = Self::head(r)?;
        let pairs = Self::pairs(r, 2)?;
        r.key(RECEIPTS)?;
        r.array_of(1)?;
        let inclusion = r.bytes()?;
        let unprotected = Self::own(r, pairs)?;
        exactly(r, GENESIS, Reader::int)?;
        let genesis = r.bytes()?;
        Ok((Self::tail(reader, protected, unprotected)?, Added { inclusion, genesis }))
    }

    fn head(reader: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
        exactly(reader, TAG, Reader::tag)?;
        reader.array_of(4)?;
        reader.bytes()
    }

    /// The number of the receipt's own headers, where there are `added` others.
    fn pairs(reader: &mut Reader<'a>, added: u64) -> Result<u64, DecodeError> {
        let start = reader.clone();
        let own = reader.map()?.checked_sub(added).filter(|own| *own <= OWN.len() as u64);
        own.ok_or_else(|| start.error(DecodeReason::UnexpectedShape))
    }

    fn own(reader: &mut Reader<'a>, pairs: u64) -> Result<Vec<(i64, &'a [u8])>, DecodeError> {
        let one = |_| {
            let start = reader.clone();
            let key = reader.int()?;
            if !OWN.contains(&key) {
                return Err(start.error(DecodeReason::UnexpectedShape));
            }
            Ok((key, reader.bytes()?))
        };
        (0..pairs).map(one).collect()
    }

    fn tail(
        mut reader: Reader<'a>,
        protected: &'a [u8],
        unprotected: Vec<(i64, &'a [u8])>,
    ) -> Result<Self, DecodeError> {
        let payload = reader.bytes()?;
        let signature = reader.bytes()?;
        reader.finish()?;
        Ok(Self { protected, unprotected, payload, signature })
    }

    fn encode(&self, added: Option<Added<'_>>, bytes: &mut Vec<u8>) {
        let Self { protected, unprotected, payload, signature } = self;
        let mut encoder = Encoder::new(bytes);
        encoder.tag(TAG).array(4).bytes(protected);
        encoder.map(unprotected.len() as u64 + if added.is_some() { 2 } else { 0 });
        if let Some(Added { inclusion, .. }) = &added {
            encoder.uint(RECEIPTS).array(1).bytes(inclusion);
        }
        for (key, value) in unprotected {
            encoder.int(*key).bytes(value);
        }
        if let Some(Added { genesis, .. }) = &added {
            encoder.int(GENESIS).bytes(genesis);
        }
        encoder.bytes(payload).bytes(signature);
    }
}

impl fmt::Display for TransparentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "longer than {TRANSPARENT_LEN_MAX} bytes"),
            Self::Unsigned => f.write_str("the receipt has no signature of its own: export a signed one"),
            Self::Envelope(error) => write!(f, "transparent receipt: {error}"),
            Self::Receipt(error) => write!(f, "receipt: {error}"),
            Self::Genesis(error) => write!(f, "genesis statement: {error}"),
            Self::Inclusion(error) => write!(f, "{error}"),
            Self::OtherGenesis => f.write_str("the genesis statement within is not the one that is trusted"),
            Self::OtherIndex => f.write_str("the leaf's index is not the one that the receipt's epoch has in its log"),
        }
    }
}

impl core::error::Error for TransparentError {}
