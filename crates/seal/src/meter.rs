//! Where a function is charged, and how much.
//!
//! The code is cut into *regions*: a region is charged once, on entry, and all of it is executed then (unless it traps).
//! Code after a block belongs to the region before it if no branch leaves through the block, because then one is executed
//! exactly when the other is. A loop's body begins a region of its own, charged each turn, or ahead if the turns can be
//! counted. The idea is that of gas metering by dominating blocks, as in the `wasm-instrument` crate.
//!
//! Every region subtracts its cost; only those at the start of a function or of a loop's turn also compare the meter with
//! zero, and so do paying ahead and the way out of a function. What runs below zero is bounded and the same everywhere, and
//! it never goes unnoticed: between two comparisons there is no cycle but that of a loop paid ahead, whose arms cost at
//! most what was paid. Nor can the meter wrap: it was not below zero after that payment, and loses at most as much again.

use alloc::vec::Vec;

use wasmparser::Operator;

use crate::body::Body;
use crate::counted::{self, Counted};
use crate::policy::LoopCharge;

/// A charge made before operator `op`.
pub(crate) struct Charge {
    pub(crate) op: u32,
    pub(crate) cost: u64,
    /// Whether the meter is compared with zero here.
    pub(crate) is_checked: bool,
}

/// A loop whose turns are paid for before it.
pub(crate) struct Ahead {
    /// The `loop` operator.
    pub(crate) op: u32,
    /// What one turn costs.
    pub(crate) cost: u64,
    pub(crate) counted: Counted,
}

/// The charges of a function, in order of `op`.
pub(crate) struct Charges {
    pub(crate) each: Vec<Charge>,
    pub(crate) ahead: Vec<Ahead>,
}

struct Region {
    start: u32,
    cost: u64,
    is_checked: bool,
    ahead: Option<Counted>,
}

struct Frame {
    region: usize,
    is_loop: bool,
    /// The outermost frame that a forward branch in this one leaves to; its own index if none leaves.
    leaves_to: usize,
}

/// Cuts `body` into regions.
pub(crate) fn charges(body: &Body<'_>, loops: LoopCharge) -> Charges {
    let mut cutter = Cutter { regions: Vec::new(), frames: Vec::new() };
    cutter.begin(0, true, None);
    cutter.frames.push(Frame { region: 0, is_loop: false, leaves_to: 0 });
    for (index, op) in body.ops.iter().enumerate() {
        cutter.charge(op.traits.class.cost().into());
        cutter.step(body, index, &op.operator, loops);
    }
    let mut out = Charges { each: Vec::new(), ahead: Vec::new() };
    for region in cutter.regions.into_iter().filter(|region| region.cost > 0) {
        match region.ahead {
            Some(counted) => out.ahead.push(Ahead { op: region.start - 1, cost: region.cost, counted }),
            None => out.each.push(Charge { op: region.start, cost: region.cost, is_checked: region.is_checked }),
        }
    }
    out.each.sort_by_key(|charge| charge.op);
    out
}

struct Cutter {
    regions: Vec<Region>,
    frames: Vec<Frame>,
}

impl Cutter {
    fn step(&mut self, body: &Body<'_>, index: usize, operator: &Operator<'_>, loops: LoopCharge) {
        let next = index as u32 + 1;
        match operator {
            Operator::Block { .. } => {
                let region = self.top().region;
                self.open(region, false);
            }
            Operator::If { .. } => {
                let region = self.begin(next, false, None);
                self.open(region, false);
            }
            Operator::Loop { .. } => {
                let counted = match loops {
                    LoopCharge::Ahead => counted::counted(body, index),
                    LoopCharge::EachTurn => None,
                };
                let region = self.begin(next, true, counted);
                self.open(region, true);
            }
            Operator::Else => self.renew(next),
            Operator::End => self.close(next),
            Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => self.branch(next, [*relative_depth]),
            Operator::BrTable { targets } => {
                self.branch(next, targets.targets().flatten().chain([targets.default()]));
            }
            Operator::Return => self.branch(next, [self.frames.len() as u32 - 1]),
            _ => {}
        }
    }

    fn charge(&mut self, cost: u64) {
        let region = self.top().region;
        self.regions[region].cost += cost;
    }

    fn begin(&mut self, start: u32, is_checked: bool, ahead: Option<Counted>) -> usize {
        self.regions.push(Region { start, cost: 0, is_checked, ahead });
        self.regions.len() - 1
    }

    fn open(&mut self, region: usize, is_loop: bool) {
        self.frames.push(Frame { region, is_loop, leaves_to: self.frames.len() });
    }

    /// The innermost frame goes on in a region of its own that starts at `next`.
    fn renew(&mut self, next: u32) {
        let region = self.begin(next, false, None);
        self.top_mut().region = region;
    }

    fn branch(&mut self, next: u32, depths: impl IntoIterator<Item = u32>) {
        for depth in depths {
            let target = self.frames.len() - 1 - depth as usize;
            if !self.frames[target].is_loop {
                let top = self.top_mut();
                top.leaves_to = top.leaves_to.min(target);
            }
        }
        self.renew(next);
    }

    fn close(&mut self, next: u32) {
        let Some(closed) = self.frames.pop() else { return };
        let index = self.frames.len();
        if index == 0 {
            // The function's own frame: put it back, nothing follows.
            self.frames.push(closed);
            return;
        }
        let top = self.top_mut();
        top.leaves_to = top.leaves_to.min(closed.leaves_to);
        if closed.leaves_to < index {
            self.renew(next);
        }
    }

    fn top(&self) -> &Frame {
        let last = self.frames.len() - 1;
        &self.frames[last]
    }

    fn top_mut(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }
}
