//! Deltas between input and graph: decoded and checked as a whole, then applied as the budget allows, in the order in
//! which they came.
//!
//! What the budget allows is applied straight from the input; only what is left waits in the ring. So the ring bounds
//! what may be late, not how much one input may say.

use codec::decode::DecodeReason;
use codec::{DecodeError, Reader};

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::graph::{Change, DeltaRefusal, FEATURES, GraphStore};
use crate::tick::report::Refused;
use crate::work::Work;

/// The version of the input format.
const VERSION: u64 = 1;

/// The input is not a tick's one encoding (`spec/input.md`).
pub type InputError = DecodeError;

/// A delta as four words: its number among all deltas since the start, times 256, plus its kind; then what the kind
/// carries.
type Record = [u64; 4];

const EDGE_ADD: u64 = 0;
const EDGE_REMOVE: u64 = 1;
const WEIGHT_UPDATE: u64 = 2;
const OBSERVATION: u64 = 3;
const REARM: u64 = 4;
/// An observation that is refused when its turn comes.
const BAD_OBSERVATION: u64 = 5;

/// A ring of deltas that wait.
pub struct Pending<'a> {
    ring: &'a mut [Record],
    first: usize,
    len: usize,
    /// Deltas received since the start; the number of the next one.
    received: u64,
}

/// An input that was read to its end and found sound.
#[derive(Clone)]
pub struct Accepted<'i> {
    /// It asked for the latch to be released.
    pub rearm: bool,
    /// How many deltas it has.
    count: u64,
    /// A cursor at the first of them.
    deltas: Reader<'i>,
}

impl<'i> Accepted<'i> {
    /// How many deltas it has.
    #[must_use]
    pub fn deltas(&self) -> u64 {
        self.count
    }

    /// Reads an input.
    ///
    /// # Errors
    /// [`InputError`] if it is not a tick's one encoding.
    pub fn read(input: &'i [u8]) -> Result<Self, InputError> {
        let mut cbor = Reader::new(input);
        cbor.array_of(2)?;
        cbor.version(VERSION)?;
        let count = cbor.array()?;
        let mut accepted = Self { rearm: false, count, deltas: cbor.clone() };
        for _ in 0..count {
            // It concerns the latch, not the graph, and so never waits.
            accepted.rearm |= read_delta(&mut cbor)?[0] == REARM;
        }
        cbor.finish()?;
        Ok(accepted)
    }
}

/// What applying deltas found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ingested {
    /// Refused deltas.
    pub refused: Refused,
    /// Vertices observed.
    pub observed: u64,
    /// Sum of their losses, Q0.32.
    pub loss_sum: u64,
}

impl Ingested {
    /// The mean loss over the vertices observed, Q0.32 in 0..=2^32, rounded down.
    #[must_use]
    pub fn mean_loss(&self) -> Option<u64> {
        self.loss_sum.checked_div(self.observed)
    }
}

impl<'a> Pending<'a> {
    /// Arena words for this capacity.
    #[must_use]
    pub const fn words(capacity: usize) -> usize {
        words_for::<Record>(capacity)
    }

    /// Nothing waits.
    ///
    /// # Errors
    /// [`OutOfMemory`] if the arena has less than [`Pending::words`] left.
    pub fn new(arena: &mut Arena<'a>, capacity: usize) -> Result<Self, OutOfMemory> {
        Ok(Self { ring: arena.take(capacity)?, first: 0, len: 0, received: 0 })
    }

    /// How many deltas wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Applies the deltas that wait and then those of this input until none is left or the work runs out; what is left
    /// waits, as far as there is room. `on_change` is called after every change with the graph as it is then.
    ///
    /// A delta is one unit, and at every one is a checkpoint. What a delta moves in the rows of the graph is charged
    /// beside it ([`GraphStore::units`]).
    pub fn apply(
        &mut self,
        graph: &mut GraphStore<'_>,
        accepted: &Accepted<'_>,
        loss_scale: f32,
        work: &mut Work,
        on_change: &mut impl FnMut(&GraphStore<'_>, Change),
    ) -> Ingested {
        let mut ingested = Ingested { refused: Refused::NONE, observed: 0, loss_sum: 0 };
        let mut apply = |record: Record, number: u64, work: &mut Work| {
            let units = graph.units();
            match apply_one(graph, record, loss_scale, &mut ingested) {
                Ok(Some(change)) if change.before != change.after => on_change(graph, change),
                Ok(_) => {}
                Err(reason) => ingested.refused.push(number, reason),
            }
            work.charge(1 + graph.units() - units);
        };
        while !work.exhausted()
            && let Some((record, number)) = self.pop()
        {
            apply(record, number, work);
        }
        let mut overflow = Refused::NONE;
        let mut deltas = accepted.deltas.clone();
        for _ in 0..accepted.count {
            let record = read_delta(&mut deltas).expect("the input was read before");
            let number = self.received;
            self.received += 1;
            if record[0] == REARM {
                continue;
            }
            if self.is_empty() && !work.exhausted() {
                apply(record, number, work);
            } else if !self.push(record, number) {
                overflow.push(number, DeltaRefusal::BacklogFull);
            }
        }
        ingested.refused.extend(&overflow);
        ingested
    }

    /// The delta that has waited longest, and its number.
    fn pop(&mut self) -> Option<(Record, u64)> {
        if self.len == 0 {
            return None;
        }
        let [head, a, b, c] = self.ring[self.first];
        self.first = if self.first + 1 == self.ring.len() { 0 } else { self.first + 1 };
        self.len -= 1;
        Some(([head & 0xff, a, b, c], head >> 8))
    }

    /// Lets a delta wait, and says whether there was room.
    fn push(&mut self, mut record: Record, number: u64) -> bool {
        if self.len == self.ring.len() {
            return false;
        }
        record[0] |= number << 8;
        let place = self.first + self.len;
        self.ring[if place < self.ring.len() { place } else { place - self.ring.len() }] = record;
        self.len += 1;
        true
    }
}

fn read_delta(cbor: &mut Reader<'_>) -> Result<Record, DecodeError> {
    let start = cbor.clone();
    let len = cbor.array()?;
    match (cbor.uint()?, len) {
        (EDGE_ADD, 4) => Ok([EDGE_ADD, cbor.uint()?, cbor.uint()?, cbor.uint()?]),
        (EDGE_REMOVE, 3) => Ok([EDGE_REMOVE, cbor.uint()?, cbor.uint()?, 0]),
        (WEIGHT_UPDATE, 4) => Ok([WEIGHT_UPDATE, cbor.uint()?, cbor.uint()?, cbor.uint()?]),
        (OBSERVATION, 3) => {
            let vertex = cbor.uint()?;
            Ok(observation(vertex, cbor.bytes()?))
        }
        (REARM, 1) => Ok([REARM, 0, 0, 0]),
        _ => Err(start.error(DecodeReason::UnexpectedShape)),
    }
}

/// One to four finite floats, missing ones as zero; anything else is kept as an observation to refuse.
fn observation(vertex: u64, bytes: &[u8]) -> Record {
    let fits = !bytes.is_empty() && bytes.len().is_multiple_of(4) && bytes.len() <= 4 * FEATURES;
    let mut bits = [0_u32; FEATURES];
    for (place, chunk) in bits.iter_mut().zip(bytes.chunks_exact(4)) {
        *place = u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
    }
    if !fits || bits.iter().any(|bits| !f32::from_bits(*bits).is_finite()) {
        return [BAD_OBSERVATION, vertex, 0, 0];
    }
    let pair = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
    [OBSERVATION, vertex, pair(bits[0], bits[1]), pair(bits[2], bits[3])]
}

fn apply_one(
    graph: &mut GraphStore<'_>,
    record: Record,
    loss_scale: f32,
    ingested: &mut Ingested,
) -> Result<Option<Change>, DeltaRefusal> {
    match record {
        [EDGE_ADD, u, v, weight] => graph.edge_add(u, v, weight).map(Some),
        [EDGE_REMOVE, u, v, _] => graph.edge_remove(u, v).map(Some),
        [WEIGHT_UPDATE, u, v, weight] => graph.weight_update(u, v, weight).map(Some),
        [OBSERVATION, vertex, low, high] => {
            let bits = [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32];
            let values = bits.map(f32::from_bits);
            graph.observe(vertex, values);
            ingested.observed += 1;
            ingested.loss_sum += loss(values[0], loss_scale);
            Ok(None)
        }
        [BAD_OBSERVATION, ..] => Err(DeltaRefusal::BadValues),
        _ => unreachable!("read_delta makes no other kind"),
    }
}

/// min(1, |value| / scale) in Q0.32, rounded down. Both are finite and scale is positive, so only division and a
/// saturating conversion touch floats.
fn loss(value: f32, scale: f32) -> u64 {
    let ratio = f64::from(value.abs()) / f64::from(scale);
    if ratio >= 1.0 { 1 << 32 } else { (ratio * 4_294_967_296.0) as u64 }
}
