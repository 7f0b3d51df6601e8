//! Talking to a guest. Every address and length that it returns is an allegation until it is checked against its memory.

use codec::abi::Refusal;
use engine::{Instance, Stop};

use crate::limits::OUTPUT_BYTES_MAX;

/// What came of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// The output.
    Output(Vec<u8>),
    /// The guest refused the message.
    Refused(Refusal),
    /// What it returned is no address in its memory and no refusal.
    Nonsense,
}

/// Hands a message, given in parts, to a guest and takes its output, all under one budget of `meter` cost units.
///
/// # Errors
/// Any [`Stop`]; the instance must be replaced then.
pub fn send(instance: &mut dyn Instance, meter: i64, parts: &[&[u8]]) -> Result<Reply, Stop> {
    instance.set_meter(meter);
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let Ok(len) = i32::try_from(len) else { return Ok(Reply::Refused(Refusal::TooLong)) };
    let place = instance.alloc(len)?;
    let Some(space) = range(place, len, instance.memory().len()) else { return Ok(refusal(place)) };
    let mut space = &mut instance.memory_mut()[space];
    for part in parts {
        let (now, later) = space.split_at_mut(part.len());
        now.copy_from_slice(part);
        space = later;
    }
    let output = instance.execute(place, len)?;
    if output < 0 {
        return Ok(refusal(output));
    }
    let len = instance.output_len()?;
    match range(output, len, instance.memory().len()) {
        Some(range) if range.len() <= OUTPUT_BYTES_MAX => Ok(Reply::Output(instance.memory()[range].to_vec())),
        _ => Ok(Reply::Nonsense),
    }
}

fn refusal(value: i32) -> Reply {
    Refusal::from_return(value).map_or(Reply::Nonsense, Reply::Refused)
}

/// The bytes from `start` of the given length, if they lie in a memory of this size.
fn range(start: i32, len: i32, memory: usize) -> Option<std::ops::Range<usize>> {
    let (start, len) = (usize::try_from(start).ok()?, usize::try_from(len).ok()?);
    let end = start.checked_add(len)?;
    (end <= memory).then_some(start..end)
}
