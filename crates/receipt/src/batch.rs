//! Strict verification of many Ed25519 signatures, mostly by few keys, at less than half the cost of one at a time.
//!
//! A batch is usually checked with one random linear combination of all its equations. That accepts another set than
//! single verification: small-order components cancel with probability 1/8 or more, so that whether a crafted signature
//! passes depends on its neighbours (Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs", SSR 2020). Ruling that out
//! needs a proof that every R is free of torsion, which costs more than the combination saves.
//!
//! Here every equation is checked by itself, so the accepted set is that of [`CheckedKey::verify`] by construction, with
//! no coefficients and no probability of error: R' = S·B − k·A is computed and its encoding compared with R. What makes it
//! cheap is that the keys repeat: multiples of A and B by every digit of every place are computed once, which leaves 64
//! additions and no doubling for a signature, and the inversions in the encodings are shared. Integer multiples are exact
//! on the whole curve, so a key with a small-order component needs no case of its own.

mod table;

use alloc::vec::Vec;
use core::mem::take;

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity as _;
use sha2::{Digest as _, Sha512};

use crate::keys::{CheckedKey, Signature};
use table::{Digits, Table};

/// A key gets a table if at least so many signatures by it are checked together: making one costs as much as verifying
/// some thirty signatures singly (benches/receipt.rs), and the base point needs one too.
const TABLE_FROM: usize = 64;

/// Keys that get tables, each of 640 KiB. The signatures of further keys are verified one by one.
const TABLES_MAX: usize = 4;

/// Points whose encodings share an inversion.
const SHARED: usize = 32;

/// Signatures that are checked together.
#[derive(Clone, Debug)]
pub struct Batch {
    keys: Vec<Known>,
    base: Option<Table>,
    small_order: [CompressedEdwardsY; 8],
    pending: Vec<Pending>,
}

/// A key that was seen.
#[derive(Clone, Debug)]
struct Known {
    key: CheckedKey,
    table: Option<Table>,
}

/// A signature to be checked.
#[derive(Clone, Debug)]
struct Pending {
    /// Place of its key among those known.
    key: usize,
    /// R, as it came.
    r: CompressedEdwardsY,
    /// S, unless it is not below the group order.
    s: Option<Scalar>,
    /// k = SHA-512(R ‖ A ‖ message) mod L.
    k: Scalar,
}

#[allow(clippy::new_without_default, reason = "nothing that a verdict depends on is made by default")]
impl Batch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        let small_order = EdwardsPoint::compress_batch(&EIGHT_TORSION);
        Self { keys: Vec::new(), base: None, small_order, pending: Vec::new() }
    }

    /// Signatures that wait to be checked.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pending.len()
    }

    /// Whether nothing waits to be checked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Takes a signature over `message` to be checked with the others.
    pub fn push(&mut self, key: &CheckedKey, message: &[u8], signature: &Signature) {
        let (r, s) = signature.halves();
        let k = Sha512::new().chain_update(r).chain_update(key.public().0).chain_update(message).finalize();
        let known = self.keys.iter().position(|known| known.key == *key).unwrap_or_else(|| {
            self.keys.push(Known { key: *key, table: None });
            self.keys.len() - 1
        });
        self.pending.push(Pending {
            key: known,
            r: CompressedEdwardsY(r),
            s: Option::from(Scalar::from_canonical_bytes(s)),
            k: Scalar::from_bytes_mod_order_wide(&k.into()),
        });
    }

    /// Checks all that wait, and forgets them. The error is the place (from 0) of the first that does not verify, exactly
    /// if [`CheckedKey::verify`] would refuse it.
    pub fn check(&mut self) -> Result<(), usize> {
        let pending = take(&mut self.pending);
        self.make_tables(&pending);
        let expected = self.expected(&pending);
        let first_bad = pending.iter().zip(encodings(&expected)).position(|(pending, encoded)| {
            // R of small order is refused before the equation is looked at; a point has one canonical encoding, so the
            // comparison also refuses every other.
            pending.s.is_none() || encoded != pending.r || self.small_order.contains(&encoded)
        });
        self.keys.retain(|known| known.table.is_some());
        self.pending = pending;
        self.pending.clear();
        first_bad.map_or(Ok(()), Err)
    }

    fn make_tables(&mut self, pending: &[Pending]) {
        let mut tables = self.keys.iter().filter(|known| known.table.is_some()).count();
        for (index, known) in self.keys.iter_mut().enumerate().filter(|(_, known)| known.table.is_none()) {
            let count = pending.iter().filter(|pending| pending.key == index).count();
            if count >= TABLE_FROM && tables < TABLES_MAX {
                known.table = Some(Table::new(&-known.key.point()));
                tables += 1;
            }
        }
        if tables > 0 && self.base.is_none() {
            self.base = Some(Table::new(&ED25519_BASEPOINT_POINT));
        }
    }

    /// S·B − k·A of every signature; the identity, which is of small order, where S is out of range.
    fn expected(&self, pending: &[Pending]) -> Vec<EdwardsPoint> {
        let mut points = alloc::vec![EdwardsPoint::identity(); pending.len()];
        let tabled = |pending: &Pending| self.keys[pending.key].table.is_some() && pending.s.is_some();
        if let Some(base) = &self.base {
            let digits = pending.iter().map(|pending| pending.s.filter(|_| tabled(pending)).map(|s| Digits::of(&s)));
            base.add_multiples(&mut points, &digits.collect::<Vec<_>>());
        }
        for (index, known) in self.keys.iter().enumerate() {
            let own = |pending: &&Pending| pending.key == index && pending.s.is_some();
            if let Some(table) = &known.table {
                let digits = pending.iter().map(|pending| Some(pending).filter(own).map(|own| Digits::of(&own.k)));
                table.add_multiples(&mut points, &digits.collect::<Vec<_>>());
            } else {
                let minus_a = -known.key.point();
                for (point, pending) in points.iter_mut().zip(pending).filter(|(_, pending)| own(pending)) {
                    let s = pending.s.expect("own signatures have an S in range");
                    *point = EdwardsPoint::vartime_double_scalar_mul_basepoint(&pending.k, &minus_a, &s);
                }
            }
        }
        points
    }
}

/// The canonical encodings of points.
fn encodings(points: &[EdwardsPoint]) -> impl Iterator<Item = CompressedEdwardsY> {
    let (chunks, rest) = points.as_chunks::<SHARED>();
    let shared = chunks.iter().flat_map(EdwardsPoint::compress_batch);
    shared.chain(rest.iter().map(EdwardsPoint::compress))
}
