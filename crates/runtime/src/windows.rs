//! Replay from snapshot to snapshot, several windows at a time.
//!
//! Each window starts from the state that a snapshot recorded, runs its steps, compares every body, and at its end compares
//! its own state with what the next snapshot recorded. If every window holds, then by induction so does the whole: the first
//! window starts from a state that is known to be right, ends in the state of the first snapshot, which is where
//! the second window started, and so on. It is as good as one replay from the start, **if the first window starts from the
//! genesis statement or from an authenticated base**. If it starts from a snapshot, all that is known of what lies
//! before is that the runtime signed it. [`Ground`] says which it was.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use codec::Digest;
use engine::Module;
use receipt::{Tip, first_difference};

use crate::container::{At, Container, Plan, Secrets};
use crate::error::RuntimeError;
use crate::replay::{Divergence, Recorded};
use crate::snapshot::RestState;

/// A recorded run. Workers ask it from several threads at once.
pub trait Recording: Sync {
    /// What reading it may fail with.
    type Error: From<RuntimeError> + Send;

    /// The steps from epoch `first` to epoch `last`, in order, one at a time.
    fn steps(&self, first: u64, last: u64) -> impl Iterator<Item = Result<Recorded, Self::Error>>;

    /// The state that the snapshot at this epoch recorded.
    ///
    /// # Errors
    /// It is not there, or not what its snapshot names.
    fn state(&self, epoch: u64) -> Result<RestState, Self::Error>;
}

/// What a snapshot says of its epoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The chain's end.
    pub tip: Tip,
    /// Digest of the state.
    pub state: Digest,
}

/// Where the first window starts.
pub enum Begin {
    /// From a fresh container. Not for a fork.
    Genesis,
    /// From a state that the caller knows to be right: a fork's parent's, or that of an authenticated base.
    Base(At),
    /// From a snapshot of this chain, for which only the runtime's signature speaks.
    Snapshot(At),
}

/// What a replay leans on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ground {
    /// On nothing but module, configuration and inputs.
    Genesis,
    /// On an authenticated base at this epoch.
    Base(u64),
    /// On a snapshot at this epoch, which the runtime signed.
    Snapshot(u64),
}

/// What to replay.
pub struct Windows<'m> {
    /// Where the first window starts.
    pub begin: Begin,
    /// Snapshots between, by rising epoch. Those at or before the beginning and after `last` are passed over.
    pub marks: &'m [Mark],
    /// The last step.
    pub last: u64,
    /// Windows that run at once; each takes a thread, a container and a state.
    pub jobs: NonZeroUsize,
}

/// What a replay in windows found. The same whatever the number of jobs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WindowedReplay {
    /// What it leans on.
    pub ground: Ground,
    /// Windows that were replayed and hold, before the first that does not.
    pub windows_equal: u64,
    /// Steps compared and found equal, before the deviation.
    pub steps_equal: u64,
    /// The first deviation.
    pub deviation: Option<Deviation>,
}

/// Where a recording and its replay part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deviation {
    /// A step's body differs.
    Step(Divergence),
    /// A snapshot is of another chain end than the replay's.
    Tip {
        /// The snapshot's epoch.
        epoch: u64,
        /// Its digest of the body.
        recorded: Digest,
        /// The replay's.
        replayed: Digest,
    },
    /// All bodies are equal, but the snapshot's state is not the replay's.
    State {
        /// The snapshot's epoch.
        epoch: u64,
        /// Its digest of the state.
        recorded: Digest,
        /// The replay's.
        replayed: Digest,
    },
}

/// One window, its snapshots looked up.
struct Window {
    /// The snapshot that it starts from; the first window has its own beginning.
    from: Option<Mark>,
    first: u64,
    last: u64,
    /// The snapshot at its end.
    until: Option<Mark>,
}

/// What all workers share.
struct Work<'w, R: Recording, P> {
    module: Arc<dyn Module>,
    plan: Plan,
    recording: &'w R,
    windows: Vec<Window>,
    begin: Mutex<Option<Begin>>,
    next: AtomicUsize,
    /// The earliest window that does not hold. Later ones need not go on.
    earliest: AtomicUsize,
    faults: Mutex<BTreeMap<usize, Result<Deviation, R::Error>>>,
    progress: P,
}

impl Begin {
    pub(crate) fn ground(&self) -> Ground {
        match self {
            Self::Genesis => Ground::Genesis,
            Self::Base(at) => Ground::Base(at.tip.epoch),
            Self::Snapshot(at) => Ground::Snapshot(at.tip.epoch),
        }
    }

    pub(crate) fn container(self, module: Arc<dyn Module>, plan: Plan) -> Result<Container, RuntimeError> {
        match self {
            Self::Genesis => Container::start(module, plan, Secrets::Replay),
            Self::Base(at) | Self::Snapshot(at) => Container::resume(module, plan, Secrets::Replay, at),
        }
    }
}

impl Deviation {
    /// Its step, or the step after which the snapshot was taken.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        match self {
            Self::Step(divergence) => divergence.epoch,
            Self::Tip { epoch, .. } | Self::State { epoch, .. } => *epoch,
        }
    }
}

/// Replays the steps up to `windows.last` and compares every body, and the state at every snapshot. `progress` is called
/// after every step, from several threads.
///
/// The result does not depend on the number of jobs: it names the earliest deviation. Windows after it are given up.
///
/// # Errors
/// The world failed, or the recording did, before any deviation.
pub fn replay_windows<R: Recording>(
    module: Arc<dyn Module>,
    plan: Plan,
    recording: &R,
    windows: Windows<'_>,
    progress: impl Fn() + Sync,
) -> Result<WindowedReplay, R::Error> {
    let Windows { begin, marks, last, jobs } = windows;
    let ground = begin.ground();
    let start = match &begin {
        Begin::Genesis => Tip::start(&plan.genesis).epoch,
        Begin::Base(at) | Begin::Snapshot(at) => at.tip.epoch,
    };
    let work = Work {
        module,
        plan,
        recording,
        windows: cut_up(start, marks, last),
        begin: Mutex::new(Some(begin)),
        next: AtomicUsize::new(0),
        earliest: AtomicUsize::new(usize::MAX),
        faults: Mutex::new(BTreeMap::new()),
        progress,
    };
    thread::scope(|scope| {
        for _ in 1..jobs.get().min(work.windows.len()) {
            scope.spawn(|| work.take_windows());
        }
        work.take_windows();
    });
    let faults = work.faults.into_inner().unwrap_or_else(PoisonError::into_inner);
    let Some((window, fault)) = faults.into_iter().next() else {
        let windows_equal = work.windows.len() as u64;
        return Ok(WindowedReplay { ground, windows_equal, steps_equal: last.saturating_sub(start), deviation: None });
    };
    let deviation = fault?;
    let steps_equal = match &deviation {
        Deviation::Step(divergence) => divergence.epoch - start - 1,
        Deviation::Tip { epoch, .. } | Deviation::State { epoch, .. } => epoch - start,
    };
    Ok(WindowedReplay { ground, windows_equal: window as u64, steps_equal, deviation: Some(deviation) })
}

/// The windows between snapshots; every step is in exactly one.
fn cut_up(start: u64, marks: &[Mark], last: u64) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut from: Option<Mark> = None;
    let mut ended = start;
    for mark in marks {
        if mark.tip.epoch <= ended || mark.tip.epoch > last {
            continue;
        }
        windows.push(Window { from, first: ended + 1, last: mark.tip.epoch, until: Some(*mark) });
        from = Some(*mark);
        ended = mark.tip.epoch;
    }
    if ended < last {
        windows.push(Window { from, first: ended + 1, last, until: None });
    }
    windows
}

impl<R: Recording, P: Fn() + Sync> Work<'_, R, P> {
    /// Takes one window after the other until there are no more, or none that matters.
    fn take_windows(&self) {
        loop {
            // Handed out in order: whoever holds window n knows that all before it were taken by somebody.
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(window) = self.windows.get(index).filter(|_| self.still_matters(index)) else { return };
            let fault = match self.run(index, window) {
                Ok(None) => continue,
                Ok(Some(deviation)) => Ok(deviation),
                Err(error) => Err(error),
            };
            self.earliest.fetch_min(index, Ordering::Relaxed);
            self.faults.lock().unwrap_or_else(PoisonError::into_inner).insert(index, fault);
        }
    }

    fn still_matters(&self, index: usize) -> bool {
        index <= self.earliest.load(Ordering::Relaxed)
    }

    fn run(&self, index: usize, window: &Window) -> Result<Option<Deviation>, R::Error> {
        let begin = match &window.from {
            None => self.begin.lock().unwrap_or_else(PoisonError::into_inner).take().expect("one window is the first"),
            Some(mark) => {
                let state = self.recording.state(mark.tip.epoch)?;
                if state.digest() != mark.state {
                    return Err(RuntimeError::OtherState.into());
                }
                Begin::Snapshot(At { state, tip: mark.tip })
            }
        };
        let mut container = begin.container(Arc::clone(&self.module), self.plan.clone())?;
        let mut steps = self.recording.steps(window.first, window.last);
        for epoch in window.first..=window.last {
            if !self.still_matters(index) {
                return Ok(None);
            }
            let recorded = steps.next().ok_or(RuntimeError::RecordingEnds { epoch })??;
            if let Some(divergence) = compare(&mut container, recorded)? {
                return Ok(Some(Deviation::Step(divergence)));
            }
            (self.progress)();
        }
        match &window.until {
            Some(mark) => Ok(compare_state(&mut container, mark)?),
            None => Ok(None),
        }
    }
}

/// Takes a recorded step again.
pub(crate) fn compare(container: &mut Container, recorded: Recorded) -> Result<Option<Divergence>, RuntimeError> {
    let Recorded { input, body: recorded } = recorded;
    let replayed = container.step(&input)?.body;
    Ok(first_difference(&recorded, &replayed).map(|field| {
        let epoch = container.epoch();
        Divergence { epoch, field, recorded: Box::new(recorded), replayed: Box::new(replayed) }
    }))
}

fn compare_state(container: &mut Container, mark: &Mark) -> Result<Option<Deviation>, RuntimeError> {
    let Mark { tip: Tip { epoch, digest }, state } = *mark;
    if container.tip() != digest {
        return Ok(Some(Deviation::Tip { epoch, recorded: digest, replayed: container.tip() }));
    }
    let replayed = container.at_rest()?.digest();
    Ok((replayed != state).then_some(Deviation::State { epoch, recorded: state, replayed }))
}
