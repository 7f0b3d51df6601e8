//! The first step at which two recordings of the same inputs part, without replaying them.
//!
//! A chain's end holds all that came before it: two chains with the same genesis statement whose bodies at one epoch have the
//! same digest are the same up to there, and once they differ they differ for ever. So the epoch at which they part is found by
//! halving, with as many look-ups as the length has bits. What is replayed is one window: from the last snapshot before that
//! epoch to that epoch, to say which of the two is right.

use std::sync::Arc;

use codec::Digest;
use engine::Module;
use receipt::{Body, Tip, first_difference};

use crate::container::{At, Plan};
use crate::error::RuntimeError;
use crate::replay::Recorded;
use crate::windows::{Begin, Ground, Mark, Recording, compare};

/// A recording that can be asked for one epoch.
pub trait Comparable: Recording {
    /// Digest of the body at this epoch.
    ///
    /// # Errors
    /// It cannot be read.
    fn tip(&self, epoch: u64) -> Result<Digest, Self::Error>;

    /// The last snapshot whose epoch is at most this.
    ///
    /// # Errors
    /// It cannot be read.
    fn last_mark(&self, epoch: u64) -> Result<Option<Mark>, Self::Error>;
}

/// What was found where two recordings part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bisected {
    /// The first step whose bodies differ.
    pub epoch: u64,
    /// The first field in which they differ.
    pub field: &'static str,
    /// The first recording's body.
    pub left: Box<Body>,
    /// The second recording's body.
    pub right: Box<Body>,
    /// Which of them a replay agrees with.
    pub agreement: Agreement,
    /// What that replay leans on.
    pub ground: Ground,
    /// Epochs whose digests were compared.
    pub lookups: u32,
    /// Steps that were run.
    pub steps_run: u64,
}

/// Which recording a replay agrees with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Agreement {
    /// The first.
    Left,
    /// The second.
    Right,
    /// Neither; this is what the replay made of the step.
    Neither(Box<Body>),
    /// The inputs differ, so both may be right: nothing was replayed.
    OtherInput,
    /// The replay differs from both already at this earlier epoch, where they still agree.
    Earlier {
        /// The epoch.
        epoch: u64,
        /// The first field that differs.
        field: &'static str,
    },
}

/// The first epoch after `start` and up to `last` at which two chains differ, which were the same at `start`, and how many
/// epochs were looked at. `None` if they are the same at `last`.
///
/// # Errors
/// Whatever a look-up fails with.
pub fn first_parting<E>(
    start: u64,
    last: u64,
    mut same_at: impl FnMut(u64) -> Result<bool, E>,
) -> Result<(Option<u64>, u32), E> {
    if last <= start || same_at(last)? {
        return Ok((None, u32::from(last > start)));
    }
    let (mut same, mut differ, mut lookups) = (start, last, 1);
    while differ - same > 1 {
        let middle = same + (differ - same) / 2;
        lookups += 1;
        if same_at(middle)? {
            same = middle;
        } else {
            differ = middle;
        }
    }
    Ok((Some(differ), lookups))
}

/// Finds where two recordings under one genesis statement part, and which of them a replay on `module` agrees with. Both
/// must reach from `start` (the epoch of [`Tip::start`], or of a base that they share) to `last`. `None` if they do not part.
///
/// `begin` is where to replay from if no snapshot lies between; the first recording's snapshots are used.
///
/// # Errors
/// The world failed, or a recording did.
pub fn bisect<R: Comparable>(
    module: Arc<dyn Module>,
    plan: Plan,
    (left, right): (&R, &R),
    begin: Begin,
    last: u64,
) -> Result<Option<Bisected>, R::Error> {
    let start = match &begin {
        Begin::Genesis => Tip::start(&plan.genesis).epoch,
        Begin::Base(at) | Begin::Snapshot(at) => at.tip.epoch,
    };
    let (parting, lookups) =
        first_parting(start, last, |epoch| Ok::<_, R::Error>(left.tip(epoch)? == right.tip(epoch)?))?;
    let Some(epoch) = parting else { return Ok(None) };
    let (of_left, of_right) = (step_at(left, epoch)?, step_at(right, epoch)?);
    let field = first_difference(&of_left.body, &of_right.body).ok_or(RuntimeError::OtherTip)?;
    let begin = match left.last_mark(epoch - 1)?.filter(|mark| mark.tip.epoch > start) {
        Some(mark) => Begin::Snapshot(at(left, mark)?),
        None => begin,
    };
    let ground = begin.ground();
    let (agreement, steps_run) = if of_left.input == of_right.input {
        agreement(module, plan, left, begin, epoch, (&of_left.body, &of_right.body))?
    } else {
        (Agreement::OtherInput, 0)
    };
    let (left, right) = (Box::new(of_left.body), Box::new(of_right.body));
    Ok(Some(Bisected { epoch, field, left, right, agreement, ground, lookups, steps_run }))
}

/// Replays up to `epoch` and says whose body comes out.
fn agreement<R: Comparable>(
    module: Arc<dyn Module>,
    plan: Plan,
    recording: &R,
    begin: Begin,
    epoch: u64,
    (left, right): (&Body, &Body),
) -> Result<(Agreement, u64), R::Error> {
    let mut container = begin.container(module, plan)?;
    let first = container.epoch() + 1;
    let mut steps = recording.steps(first, epoch);
    for at in first..epoch {
        let recorded = steps.next().ok_or(RuntimeError::RecordingEnds { epoch: at })??;
        if let Some(divergence) = compare(&mut container, recorded)? {
            let (epoch, field) = (divergence.epoch, divergence.field);
            return Ok((Agreement::Earlier { epoch, field }, at - first + 1));
        }
    }
    let Recorded { input, .. } = steps.next().ok_or(RuntimeError::RecordingEnds { epoch })??;
    let replayed = container.step(&input)?.body;
    let agreement = if replayed == *left {
        Agreement::Left
    } else if replayed == *right {
        Agreement::Right
    } else {
        Agreement::Neither(Box::new(replayed))
    };
    Ok((agreement, epoch - first + 1))
}

fn step_at<R: Recording>(recording: &R, epoch: u64) -> Result<Recorded, R::Error> {
    recording.steps(epoch, epoch).next().ok_or(RuntimeError::RecordingEnds { epoch })?
}

fn at<R: Recording>(recording: &R, mark: Mark) -> Result<At, R::Error> {
    let state = recording.state(mark.tip.epoch)?;
    if state.digest() != mark.state {
        return Err(RuntimeError::OtherState.into());
    }
    Ok(At { state, tip: mark.tip })
}
