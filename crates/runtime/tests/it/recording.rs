//! A journal in memory: what the tests of snapshots, windows and bisecting replay from.

use std::collections::BTreeMap;

use codec::Digest;
use receipt::snapshot::State;
use receipt::{Body, Tip};
use runtime::{
    At, Comparable, Container, Mark, PageImage, Recorded, Recording, RestState, RuntimeError, Snapshot, SnapshotError,
};

/// Inputs and bodies, snapshots by epoch, pages by digest.
#[derive(Clone, Default)]
pub(crate) struct Journal {
    pub(crate) start: u64,
    pub(crate) inputs: Vec<Vec<u8>>,
    pub(crate) bodies: Vec<Body>,
    pub(crate) snapshots: BTreeMap<u64, (Tip, State)>,
    pub(crate) pages: BTreeMap<Digest, Vec<u8>>,
}

impl Journal {
    /// Runs `inputs` in `container` with a snapshot after every step whose epoch `every` divides.
    pub(crate) fn record(container: &mut Container, inputs: &[Vec<u8>], every: u64) -> Self {
        let mut journal = Self { start: container.epoch(), ..Self::default() };
        let mut image = PageImage::empty();
        for input in inputs {
            let body = container.step(input).expect("the engine works").body;
            journal.inputs.push(input.clone());
            journal.bodies.push(body);
            if container.epoch().is_multiple_of(every) {
                journal.keep(&container.snapshot(&mut image).expect("the guest takes the messages"));
            }
        }
        journal
    }

    /// Keeps a snapshot and what is new in it; gives the number of bytes that were not there before.
    pub(crate) fn keep(&mut self, snapshot: &Snapshot<'_>) -> usize {
        let mut kept = 0;
        for (digest, bytes) in snapshot.fresh() {
            assert_eq!(codec::sha256(bytes), digest, "a page is handed out under its digest");
            if self.pages.insert(digest, bytes.to_vec()).is_none() {
                kept += bytes.len();
            }
        }
        self.snapshots.insert(snapshot.tip.epoch, (snapshot.tip, snapshot.state.clone()));
        kept
    }

    pub(crate) fn marks(&self) -> Vec<Mark> {
        self.snapshots.values().map(|(tip, state)| Mark { tip: *tip, state: state.digest() }).collect()
    }

    pub(crate) fn at(&self, epoch: u64) -> At {
        At { state: self.state(epoch).expect("the pages are there"), tip: self.snapshots[&epoch].0 }
    }

    pub(crate) fn page(&self, digest: &Digest) -> Result<Option<Vec<u8>>, SnapshotError> {
        Ok(self.pages.get(digest).cloned())
    }

    pub(crate) fn last(&self) -> u64 {
        self.start + self.bodies.len() as u64
    }

    /// Puts another body in the place of an epoch's.
    pub(crate) fn forge(&mut self, epoch: u64, change: impl FnOnce(&mut receipt::Frame)) {
        let body = &mut self.bodies[(epoch - self.start - 1) as usize];
        let mut frame = *body.frame();
        change(&mut frame);
        *body = Body::new(frame, body.claim_bytes()).expect("the body is well formed");
    }
}

impl Recording for Journal {
    type Error = RuntimeError;

    fn steps(&self, first: u64, last: u64) -> impl Iterator<Item = Result<Recorded, RuntimeError>> {
        let places = (first - self.start - 1) as usize..((last - self.start) as usize).min(self.bodies.len());
        places.map(|place| Ok(Recorded { input: self.inputs[place].clone(), body: self.bodies[place].clone() }))
    }

    fn state(&self, epoch: u64) -> Result<RestState, RuntimeError> {
        Ok(RestState::assemble(&self.snapshots[&epoch].1, |digest| self.page(digest))?)
    }
}

impl Comparable for Journal {
    fn tip(&self, epoch: u64) -> Result<Digest, RuntimeError> {
        Ok(self.bodies[(epoch - self.start - 1) as usize].digest())
    }

    fn last_mark(&self, epoch: u64) -> Result<Option<Mark>, RuntimeError> {
        Ok(self.marks().into_iter().rfind(|mark| mark.tip.epoch <= epoch))
    }
}
