//! A disk in memory that can break at any moment, and what it then still holds.

use std::io::{Error, Result};
use std::sync::{Arc, Mutex, MutexGuard};

use journal::StorageBackend;

use crate::fixture::Random;

/// How a disk breaks. Whatever comes after fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// The call does nothing; all that was written before stays.
    Fail,
    /// A write gets half way; all that was written before stays.
    Tear,
    /// Of what was written since the last sync, and of the call itself, a random part stays, each piece whole, cut off
    /// somewhere or not at all.
    Lose,
    /// Nothing that was written since the last sync stays.
    Forget,
}

pub(crate) const FAULTS: [Fault; 4] = [Fault::Fail, Fault::Tear, Fault::Lose, Fault::Forget];

/// A handle to a disk; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Disk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// What a read gives.
    bytes: Vec<u8>,
    /// What is there whatever happens.
    synced: Vec<u8>,
    /// What was done since the last sync, in order.
    pending: Vec<Change>,
    /// Calls that change something, up to now.
    calls: u64,
    /// The call that breaks, counted from 0, and how.
    fault: Option<(u64, Fault)>,
    broken: bool,
    /// Whether it says that it has synced, and has not.
    lies: bool,
}

#[derive(Clone, Debug)]
enum Change {
    Write(u64, Vec<u8>),
    Len(u64),
}

impl Disk {
    /// A disk with something on it that breaks at a call.
    pub(crate) fn new(bytes: Vec<u8>, fault: Option<(u64, Fault)>) -> Self {
        let (synced, pending) = (bytes.clone(), Vec::new());
        Self(Arc::new(Mutex::new(State { bytes, synced, pending, calls: 0, fault, broken: false, lies: false })))
    }

    /// One that says that it has synced, and has not.
    pub(crate) fn lying(fault: (u64, Fault)) -> Self {
        let disk = Self::new(Vec::new(), Some(fault));
        disk.state().lies = true;
        disk
    }

    pub(crate) fn calls(&self) -> u64 {
        self.state().calls
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.state().broken
    }

    /// What is on it after everything has stopped.
    pub(crate) fn survivors(&self) -> Vec<u8> {
        let state = self.state();
        match state.fault {
            Some((_, Fault::Forget)) if state.broken => state.synced.clone(),
            Some((at, Fault::Lose)) if state.broken => random_part(&state, at),
            _ => state.bytes.clone(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic holds it")
    }

    /// Takes a change, or breaks.
    fn change(&self, change: Change) -> Result<()> {
        let mut state = self.state();
        if state.broken {
            return Err(Error::other("the disk is broken"));
        }
        let call = state.calls;
        state.calls += 1;
        if let Some((at, fault)) = state.fault
            && at == call
        {
            state.broken = true;
            match (fault, change) {
                (Fault::Tear, Change::Write(offset, bytes)) => {
                    apply(&mut state.bytes, &Change::Write(offset, bytes[..bytes.len() / 2].to_vec()));
                }
                (Fault::Lose, change) => state.pending.push(change),
                (Fault::Fail | Fault::Tear | Fault::Forget, _) => {}
            }
            return Err(Error::other("the disk breaks"));
        }
        apply(&mut state.bytes, &change);
        state.pending.push(change);
        Ok(())
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Len(len) => bytes.resize(*len as usize, 0),
        Change::Write(offset, data) => {
            let begin = *offset as usize;
            bytes[begin..begin + data.len()].copy_from_slice(data);
        }
    }
}

/// The length is one that was set; of a write beyond it, what fits stays.
fn random_part(state: &State, seed: u64) -> Vec<u8> {
    let mut random = Random(seed ^ 0x6c6f_7365);
    let lengths = state.pending.iter().filter_map(|change| match change {
        Change::Len(len) => Some(*len as usize),
        Change::Write(..) => None,
    });
    let length = lengths.fold(state.synced.len(), |kept, len| if random.below(2) == 0 { len } else { kept });
    let mut bytes = state.synced.clone();
    bytes.resize(length, 0);
    for change in &state.pending {
        let Change::Write(offset, data) = change else { continue };
        let stays = match random.below(4) {
            0 => 0,
            1 => random.below(data.len() as u64 + 1) as usize,
            _ => data.len(),
        };
        let begin = (*offset as usize).min(length);
        let end = (*offset as usize + stays).min(length).max(begin);
        bytes[begin..end].copy_from_slice(&data[..end - begin]);
    }
    bytes
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64> {
        let state = self.state();
        if state.broken { Err(Error::other("the disk is broken")) } else { Ok(state.bytes.len() as u64) }
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let state = self.state();
        if state.broken {
            return Err(Error::other("the disk is broken"));
        }
        let begin = offset as usize;
        let found = state.bytes.get(begin..begin + out.len()).ok_or_else(|| Error::other("beyond the end"))?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        self.change(Change::Len(len))
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        self.change(Change::Write(offset, data.to_vec()))
    }

    fn sync_data(&self) -> Result<()> {
        let mut state = self.state();
        if state.broken {
            return Err(Error::other("the disk is broken"));
        }
        let call = state.calls;
        state.calls += 1;
        if state.fault.is_some_and(|(at, _)| at == call) {
            state.broken = true;
            return Err(Error::other("the disk breaks"));
        }
        let State { synced, pending, lies, .. } = &mut *state;
        if !*lies {
            pending.drain(..).for_each(|change| apply(synced, &change));
        }
        Ok(())
    }
}
