//! How many values meet where paths join: what a compiler to machine code pays for, in time and in memory.
//!
//! Such a compiler gives a value of its own to each local at each place where paths join and it may have been changed on one of
//! them. A loop inside a loop inside a loop, with a thousand locals changed in the innermost, is a few kilobytes of module and
//! gigabytes of such values; so they are counted here and limited.

use alloc::vec;
use alloc::vec::Vec;

use wasmparser::Operator;

use crate::body::Body;
use crate::error::{CheckError, Limit};
use crate::limits::{JOIN_LOCALS_BASE, JOIN_LOCALS_MAX, LOOP_VALUES_MAX};
use crate::module::{Module, within};

/// Refuses a function in which more values meet than [`LOOP_VALUES_MAX`] and [`JOIN_LOCALS_MAX`] allow.
pub(crate) fn limit(module: &Module<'_>, body: &Body<'_>) -> Result<(), CheckError> {
    let mut count = Count { is_loop: Vec::new(), loops: Vec::new(), opened: 0, last_set: vec![0; body.locals.len()] };
    let (mut loop_values, mut joins) = (0_u64, 0_u64);
    let locals = body.locals.len() as u64 + JOIN_LOCALS_BASE;
    for op in &body.ops {
        joins += u64::from(matches!(op.operator, Operator::End));
        loop_values += count.step(module, &op.operator);
        within(loop_values, LOOP_VALUES_MAX, Limit::LoopValues, op.offset)?;
        within(joins * locals, JOIN_LOCALS_MAX, Limit::JoinLocals, op.offset)?;
    }
    Ok(())
}

struct Count {
    /// For each open block, whether it is a loop.
    is_loop: Vec<bool>,
    /// Numbers of the open loops, which count from 1 in the order in which they open.
    loops: Vec<u32>,
    opened: u32,
    /// For each local, how many loops had been opened when it was last set.
    last_set: Vec<u32>,
}

impl Count {
    /// The values that `operator` adds: what a block gives or a loop takes, and a local for each loop that it is changed in.
    fn step(&mut self, module: &Module<'_>, operator: &Operator<'_>) -> u64 {
        match operator {
            Operator::Block { blockty } | Operator::If { blockty } => {
                self.is_loop.push(false);
                module.block_arity(*blockty).1 as u64
            }
            Operator::Loop { blockty } => {
                self.is_loop.push(true);
                self.opened += 1;
                self.loops.push(self.opened);
                module.block_arity(*blockty).0 as u64
            }
            Operator::End => {
                if self.is_loop.pop() == Some(true) {
                    self.loops.pop();
                }
                0
            }
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                // A loop that is open now and was opened before the last set was open then too, and is counted.
                let last = &mut self.last_set[*local_index as usize];
                let new = self.loops.iter().rev().take_while(|number| **number > *last).count();
                *last = self.opened;
                new as u64
            }
            _ => 0,
        }
    }
}
