//! A function rewritten: charges, call depth and canonical NaNs put in between the operators, which stay as they are.
//!
//! ```text
//! take the frame's cost from the depth; below zero: stop
//! meter local = meter global
//! block $stop
//!   block $body (results)
//!     the original code, `return` as a branch to $body
//!   end
//!   stop if the meter is below zero; meter global = meter local; give the frame's cost back; return
//! end
//! meter global = -1; stop code = meter; unreachable
//! ```
//!
//! Every way out leads through one epilogue, and the way to a stop is a branch to code that calls nothing: an engine has
//! no reason to keep floats anywhere but in registers. A function that is neither charged nor counted stays bare.

use alloc::vec::Vec;

use codec::abi::SealStop;
use wasm_encoder::BlockType;
use wasmparser::{MemArg, Operator};

use crate::body::{Body, Op};
use crate::cost::{BULK_SHIFT, GROW_PAGE_COST};
use crate::frame;
use crate::limits::PAGES_MAX;
use crate::meter::Charges;
use crate::module::Module;
use crate::nan::Places;
use crate::trips;
use crate::writer::{Extra, Writer};

/// Indices of what sealing adds to the module.
#[derive(Clone, Copy)]
pub(crate) struct Added {
    pub(crate) meter: u32,
    pub(crate) depth: u32,
    pub(crate) stop: u32,
}

/// What to put where in one function.
pub(crate) struct Plan {
    pub(crate) charges: Charges,
    pub(crate) places: Places,
    /// The frame's cost, if it is charged.
    pub(crate) frame: Option<u32>,
    pub(crate) max_pages: u32,
}

/// The rewritten body of a function; `result` is the type of a block with its results.
pub(crate) fn rewrite(module: &Module<'_>, body: &Body<'_>, plan: &Plan, added: Added, result: BlockType) -> Vec<u8> {
    let mut writer = Writer::new(body.locals.len() as u32);
    let has_dynamic = body.ops.iter().any(|op| is_dynamic(&op.operator));
    let is_metered = body.calls || has_dynamic || !plan.charges.each.is_empty() || !plan.charges.ahead.is_empty();
    let is_wrapped = is_metered || plan.frame.is_some();
    if let Some(cost) = plan.frame {
        enter(&mut writer, added, cost);
    }
    let meter = is_metered.then(|| writer.extra(Extra::Meter));
    if let Some(meter) = meter {
        writer.code().global_get(added.meter).local_set(meter);
    }
    if is_wrapped {
        writer.code().block(BlockType::Empty).block(result);
    }
    let mut scribe =
        Scribe { module, plan, added, meter, is_wrapped, writer, next_charge: 0, next_ahead: 0, after_equality: false };
    for (index, op) in body.ops.iter().enumerate() {
        scribe.operator(index as u32, op);
    }
    let mut writer = scribe.writer;
    if is_wrapped {
        if let Some(meter) = meter {
            if plan.charges.each.iter().any(|charge| !charge.is_checked) {
                // Only the block around this one is open here: the stop is its label.
                writer.code().local_get(meter).i64_const(0).i64_lt_s().br_if(0);
            }
            writer.code().local_get(meter).global_set(added.meter);
        }
        if let Some(cost) = plan.frame {
            writer.code().global_get(added.depth).i32_const(cost as i32).i32_add().global_set(added.depth);
        }
        writer.code().return_().end();
        writer.code().i64_const(-1).global_set(added.meter);
        writer.code().i32_const(SealStop::Meter as i32).global_set(added.stop).unreachable().end();
    }
    let (start, end, groups) = body.declarations;
    writer.finish(groups, &module.bytes[start..end])
}

/// Takes the frame's cost from the depth. The cost is taken before it is compared, so at the stop the depth is below zero.
fn enter(writer: &mut Writer, added: Added, cost: u32) {
    let left = writer.extra(Extra::A32);
    let mut code = writer.code();
    code.global_get(added.depth).i32_const(cost as i32).i32_sub().local_tee(left).global_set(added.depth);
    code.local_get(left).i32_const(0).i32_lt_s().if_(BlockType::Empty);
    code.i32_const(SealStop::Depth as i32).global_set(added.stop).unreachable().end();
}

/// Operators that are charged by an operand.
fn is_dynamic(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(operator, O::MemoryCopy { .. } | O::MemoryFill { .. } | O::MemoryInit { .. } | O::MemoryGrow { .. })
}

struct Scribe<'a> {
    module: &'a Module<'a>,
    plan: &'a Plan,
    added: Added,
    meter: Option<u32>,
    is_wrapped: bool,
    writer: Writer,
    next_charge: usize,
    next_ahead: usize,
    /// Whether the last operator written compared 32-bit integers for equality.
    after_equality: bool,
}

impl Scribe<'_> {
    fn operator(&mut self, index: u32, op: &Op<'_>) {
        if let Some(locals) = self.plan.places.locals.get(&index) {
            for (local, lane) in locals {
                self.writer.code().local_get(*local);
                self.writer.canonicalise(*lane);
                self.writer.code().local_set(*local);
            }
        }
        self.charge(index);
        if is_dynamic(&op.operator) {
            self.charge_length(&op.operator);
        }
        if self.after_equality && matches!(op.operator, Operator::Select | Operator::TypedSelect { .. }) {
            // wasmi 2.0.0 joins `select` with a comparison with zero before it, and then reads its condition from a
            // register that nothing was written to. A bit that is masked is the same bit, and is not joined.
            self.writer.code().i32_const(1).i32_and();
        }
        self.after_equality = match op.operator {
            Operator::I32Eqz | Operator::I32Eq | Operator::I32Ne => true,
            Operator::Nop => self.after_equality,
            _ => false,
        };
        self.copy(op);
        if let Some(lane) = self.plan.places.after.get(&index) {
            self.writer.canonicalise(*lane);
        }
    }

    /// The charges due before operator `index`.
    fn charge(&mut self, index: u32) {
        let Some(meter) = self.meter else { return };
        let charges = &self.plan.charges;
        while let Some(charge) = charges.each.get(self.next_charge)
            && charge.op == index
        {
            self.next_charge += 1;
            let stop = self.writer.stop_label();
            let mut code = self.writer.code();
            code.local_get(meter).i64_const(charge.cost as i64).i64_sub();
            if charge.is_checked {
                code.local_tee(meter).i64_const(0).i64_lt_s().br_if(stop);
            } else {
                code.local_set(meter);
            }
        }
        while let Some(ahead) = charges.ahead.get(self.next_ahead)
            && ahead.op == index
        {
            self.next_ahead += 1;
            trips::pay(&mut self.writer, ahead);
        }
    }

    /// A bulk operator pays by bytes; `memory.grow` by pages, unless it asks for more than there can be, which costs no work.
    fn charge_length(&mut self, operator: &Operator<'_>) {
        let Some(meter) = self.meter else { return };
        let length = self.writer.extra(Extra::A32);
        let stop = self.writer.stop_label();
        let mut code = self.writer.code();
        code.local_set(length).local_get(meter);
        if matches!(operator, Operator::MemoryGrow { .. }) {
            let max_pages = self.plan.max_pages.min(PAGES_MAX) as i32;
            code.local_get(length).i32_const(0).local_get(length).i32_const(max_pages).i32_le_u().select();
            code.i64_extend_i32_u().i64_const(i64::from(GROW_PAGE_COST)).i64_mul();
        } else {
            code.local_get(length).i32_const(BULK_SHIFT as i32).i32_shr_u().i64_extend_i32_u();
        }
        code.i64_sub().local_tee(meter).i64_const(0).i64_lt_s().br_if(stop).local_get(length);
    }

    /// Whether a call may be one of an imported function.
    fn may_leave(&self, call: &Operator<'_>) -> bool {
        match call {
            Operator::Call { function_index } => *function_index < self.module.imported_functions,
            _ => self.module.imported_functions > 0,
        }
    }

    fn copy(&mut self, op: &Op<'_>) {
        let bytes = &self.module.bytes[op.offset..op.end];
        match (&op.operator, self.meter) {
            (Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. }, _) => {
                self.writer.nesting += 1;
                self.writer.copy(bytes);
            }
            (Operator::End, _) => {
                self.writer.nesting = self.writer.nesting.saturating_sub(1);
                self.writer.copy(bytes);
            }
            (Operator::Return, _) if self.is_wrapped => {
                let label = self.writer.return_label();
                self.writer.code().br(label);
            }
            (Operator::Call { .. } | Operator::CallIndirect { .. }, Some(meter)) => {
                if self.may_leave(&op.operator) {
                    // The host must not be asked for anything by a step that is over.
                    let stop = self.writer.stop_label();
                    self.writer.code().local_get(meter).i64_const(0).i64_lt_s().br_if(stop);
                }
                self.writer.code().local_get(meter).global_set(self.added.meter);
                self.writer.copy(bytes);
                self.writer.code().global_get(self.added.meter).local_set(meter);
            }
            _ => {
                self.part_store(&op.operator);
                if !self.lane_store(&op.operator) {
                    self.writer.copy(bytes);
                }
            }
        }
    }

    /// Hands the value of a 32-bit store with a long offset over in a local of its own. wasmi 2.0.0 panics while it compiles
    /// such a store whose address and value are one and the same local: it has no instruction for it. Found by fuzzing.
    fn part_store(&mut self, operator: &Operator<'_>) {
        use Operator as O;
        let (O::I32Store { memarg } | O::I32Store8 { memarg } | O::I32Store16 { memarg }) = operator else { return };
        if memarg.offset > u64::from(u16::MAX) {
            let value = self.writer.extra(Extra::A32);
            self.writer.code().local_set(value).local_get(value);
        }
    }

    /// Writes a store of one lane as the extraction of the lane and a plain store, which is the same to the bit. wasmi 2.0.0
    /// decodes some forms of the combined operator wrongly and reads outside its own stack: `tests/it/smith.rs` found it.
    fn lane_store(&mut self, operator: &Operator<'_>) -> bool {
        use Operator as O;
        let place = |memarg: &MemArg| wasm_encoder::MemArg {
            offset: memarg.offset,
            align: memarg.align.into(),
            memory_index: memarg.memory,
        };
        let mut code = self.writer.code();
        match operator {
            O::V128Store8Lane { memarg, lane } => code.i8x16_extract_lane_u(*lane).i32_store8(place(memarg)),
            O::V128Store16Lane { memarg, lane } => code.i16x8_extract_lane_u(*lane).i32_store16(place(memarg)),
            O::V128Store32Lane { memarg, lane } => code.i32x4_extract_lane(*lane).i32_store(place(memarg)),
            O::V128Store64Lane { memarg, lane } => code.i64x2_extract_lane(*lane).i64_store(place(memarg)),
            _ => return false,
        };
        true
    }
}

/// The frame cost of a function, if it is charged.
pub(crate) fn frame_of(module: &Module<'_>, body: &Body<'_>) -> Option<u32> {
    let cost = frame::cost(&body.locals, height(module, body), body.results, body.has_vectors);
    frame::is_charged(cost, body.calls).then_some(cost)
}

/// The greatest number of operands.
fn height(module: &Module<'_>, body: &Body<'_>) -> u32 {
    // For each open block: operands below it, its parameters, its results.
    let mut frames: Vec<(usize, usize, usize)> = Vec::new();
    let (mut now, mut most) = (0_usize, 0);
    for op in &body.ops {
        let (pops, pushes) = match &op.operator {
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                now = now.saturating_sub(usize::from(matches!(op.operator, Operator::If { .. })));
                let (parameters, results) = module.block_arity(*blockty);
                frames.push((now.saturating_sub(parameters), parameters, results));
                (0, 0)
            }
            Operator::Else => {
                let (base, parameters, _) = frames.last().copied().unwrap_or_default();
                now = base;
                (0, parameters)
            }
            Operator::End => {
                let (base, _, results) = frames.pop().unwrap_or((0, 0, body.results as usize));
                now = base;
                (0, results)
            }
            Operator::BrIf { .. } | Operator::BrTable { .. } => (1, 0),
            Operator::Call { function_index } => module.type_arity(module.functions[*function_index as usize]),
            Operator::CallIndirect { type_index, .. } => {
                let (parameters, results) = module.type_arity(*type_index);
                (parameters + 1, results)
            }
            _ => (usize::from(op.traits.pops), usize::from(op.traits.pushes)),
        };
        now = now.saturating_sub(pops) + pushes;
        most = most.max(now);
    }
    most as u32
}
