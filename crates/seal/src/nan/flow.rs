//! The walk over a function that builds the graph of values and notes what is observed.
//!
//! One pass, forwards. It keeps the value of each float or vector local and of each operand. At the start of a loop every
//! local that the loop sets becomes a merge whose further parts are added at the branches back.

use alloc::vec;
use alloc::vec::Vec;

use wasmparser::{Operator, ValType};

use crate::body::{Body, Op, ends_path};
use crate::error::{CheckError, Limit, TooLarge};
use crate::limits;
use crate::module::Module;
use crate::nan::values::{Graph, HARMLESS, MASK32, MASK64, NodeId, RAW, Site, Value, arithmetic};
use crate::operators::{Lane, Role};

/// A value whose bits can be told apart at `op`; with a lane, only if arithmetic in other lanes made it.
pub(crate) struct Observation {
    pub(crate) op: u32,
    pub(crate) value: Value,
    pub(crate) lane: Option<Lane>,
}

/// What the walk finds.
pub(crate) struct Flow {
    pub(crate) graph: Graph,
    pub(crate) observations: Vec<Observation>,
}

/// Walks over `body`.
pub(crate) fn walk(module: &Module<'_>, body: &Body<'_>) -> Result<Flow, CheckError> {
    let tracked: Vec<u32> =
        (0..body.locals.len() as u32).filter(|local| is_float(body.locals[*local as usize])).collect();
    let mut slot_of = vec![u32::MAX; body.locals.len()];
    for (slot, local) in tracked.iter().enumerate() {
        slot_of[*local as usize] = slot as u32;
    }
    let locals = tracked.iter().map(|local| if *local < body.parameters { RAW } else { HARMLESS }).collect();
    let mut walk = Walk {
        module,
        loop_sets: loop_sets(body, &slot_of),
        tracked,
        slot_of,
        locals,
        stack: Vec::new(),
        frames: vec![Frame::new(Construct::Function, 0, 0, 0, body.results as usize)],
        at: 0,
        is_live: true,
        steps: 0,
        flow: Flow { graph: Graph::default(), observations: Vec::new() },
    };
    for (index, op) in body.ops.iter().enumerate() {
        walk.at = index as u32;
        walk.step(op);
        if walk.steps > limits::ANALYSIS_STEPS_MAX || walk.flow.graph.inputs > limits::ANALYSIS_INPUTS_MAX {
            return Err(CheckError::TooLarge(TooLarge { limit: Limit::Analysis, offset: op.offset }));
        }
    }
    Ok(walk.flow)
}

fn is_float(ty: ValType) -> bool {
    matches!(ty, ValType::F32 | ValType::F64 | ValType::V128)
}

/// For each `loop`, in order, the slots of the tracked locals that are set in it.
fn loop_sets(body: &Body<'_>, slot_of: &[u32]) -> Vec<Vec<u32>> {
    let mut sets: Vec<Vec<u32>> = Vec::new();
    // For each open block: the index of its set, if it is a loop.
    let mut open: Vec<Option<usize>> = Vec::new();
    for op in &body.ops {
        match op.operator {
            Operator::Loop { .. } => {
                open.push(Some(sets.len()));
                sets.push(Vec::new());
            }
            Operator::Block { .. } | Operator::If { .. } => open.push(None),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                let slot = slot_of[local_index as usize];
                if let Some(innermost) = open.iter().rev().find_map(|index| *index)
                    && slot != u32::MAX
                {
                    sets[innermost].push(slot);
                }
            }
            Operator::End => {
                if let Some(Some(index)) = open.pop() {
                    sets[index].sort_unstable();
                    sets[index].dedup();
                    if let Some(outer) = open.iter().rev().find_map(|index| *index) {
                        let inner = sets[index].clone();
                        sets[outer].extend(inner);
                    }
                }
            }
            _ => {}
        }
    }
    sets.reverse();
    sets
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Construct {
    Function,
    Block,
    Loop,
    If,
    Else,
}

/// An open block.
struct Frame {
    construct: Construct,
    /// The operator that opened it.
    opened: u32,
    /// Operands below its parameters.
    height: usize,
    parameters: usize,
    results: usize,
    /// The locals where it ends: merged over the edges so far.
    merged: Option<Vec<NodeId>>,
    /// For each local: whether `merged` is a merge that belongs to this frame.
    owned: Vec<bool>,
    /// The operators that branch to its end.
    edges: Vec<u32>,
    /// For each result: the parts so far.
    parts: Vec<Vec<Value>>,
    /// For a loop: its merges, as (slot, node), and those of its parameters.
    merges: Vec<(u32, NodeId)>,
    parameter_merges: Vec<NodeId>,
    /// For an `if`: locals and parameters as they were there.
    before: Option<(Vec<NodeId>, Vec<Value>)>,
}

impl Frame {
    fn new(construct: Construct, opened: u32, height: usize, parameters: usize, results: usize) -> Self {
        Self {
            construct,
            opened,
            height,
            parameters,
            results,
            merged: None,
            owned: Vec::new(),
            edges: Vec::new(),
            parts: vec![Vec::new(); results],
            merges: Vec::new(),
            parameter_merges: Vec::new(),
            before: None,
        }
    }
}

struct Walk<'m> {
    module: &'m Module<'m>,
    /// Last loop first.
    loop_sets: Vec<Vec<u32>>,
    /// The local of each slot.
    tracked: Vec<u32>,
    /// The slot of each local, or `u32::MAX`.
    slot_of: Vec<u32>,
    locals: Vec<NodeId>,
    stack: Vec<Value>,
    frames: Vec<Frame>,
    at: u32,
    is_live: bool,
    steps: u64,
    flow: Flow,
}

impl Walk<'_> {
    fn step(&mut self, op: &Op<'_>) {
        match &op.operator {
            Operator::Block { blockty } => self.open(Construct::Block, self.module.block_arity(*blockty)),
            Operator::Loop { blockty } => self.open_loop(self.module.block_arity(*blockty)),
            Operator::If { blockty } => {
                self.pop();
                self.open(Construct::If, self.module.block_arity(*blockty));
            }
            Operator::Else => self.otherwise(),
            Operator::End => self.close(),
            Operator::Br { relative_depth } => self.branch(*relative_depth),
            Operator::BrIf { relative_depth } => {
                self.pop();
                self.branch(*relative_depth);
            }
            Operator::BrTable { targets } => {
                self.pop();
                let mut depths: Vec<u32> = targets.targets().flatten().chain([targets.default()]).collect();
                depths.sort_unstable();
                depths.dedup();
                depths.into_iter().for_each(|depth| self.branch(depth));
            }
            Operator::Return => self.branch(self.frames.len() as u32 - 1),
            Operator::Call { function_index } => {
                let ty = self.module.functions[*function_index as usize];
                self.call(self.module.type_arity(ty));
            }
            Operator::CallIndirect { type_index, .. } => {
                self.pop();
                self.call(self.module.type_arity(*type_index));
            }
            Operator::LocalGet { local_index } => {
                let node = self.slot(*local_index).map_or(RAW, |slot| self.locals[slot]);
                self.push(node);
            }
            Operator::LocalSet { local_index } => {
                let value = self.pop();
                if let Some(slot) = self.slot(*local_index) {
                    self.locals[slot] = value.node;
                }
            }
            Operator::LocalTee { local_index } => {
                let value = self.pop();
                if let Some(slot) = self.slot(*local_index) {
                    self.locals[slot] = value.node;
                }
                self.push(value.node);
            }
            _ => self.data(op),
        }
        if ends_path(&op.operator) {
            self.is_live = false;
        }
    }

    /// An operator that neither branches nor calls nor touches locals.
    fn data(&mut self, op: &Op<'_>) {
        let pops = usize::from(op.traits.pops);
        let base = self.stack.len().saturating_sub(pops);
        let operands: Vec<Value> = self.stack.drain(base..).collect();
        let node = match (op.traits.role, &operands[..]) {
            (Role::Plain | Role::Control, _) => self.observe_all(&operands),
            (Role::Harmless, _) => {
                self.observe_all(&operands);
                HARMLESS
            }
            (Role::Arithmetic(from, to), _) => {
                self.read_all(&operands, from);
                arithmetic(to)
            }
            (Role::Compare(lane), _) => {
                self.read_all(&operands, lane);
                mask(lane)
            }
            (Role::LaneMask(lane), _) => {
                self.observe_all(&operands);
                mask(lane)
            }
            (Role::Constant, _) => constant(&op.operator),
            (Role::Same(lane) | Role::Extract(lane) | Role::Splat(lane), [value]) => {
                let (from, to) = lanes(op.traits.role, lane);
                self.through(from, to, *value)
            }
            (Role::CopySign, [magnitude, sign]) => {
                self.observe(*sign);
                magnitude.node
            }
            (Role::Pick(lane), [one, other]) => {
                let parts = [self.as_lane(lane, *one), self.as_lane(lane, *other)];
                self.flow.graph.merge(&parts)
            }
            (Role::Select, [one, other, _]) => self.flow.graph.merge(&[*one, *other]),
            (Role::Replace(lane), [vector, scalar]) => self.replaced(lane, *vector, *scalar),
            (Role::Bitselect, [one, other, choice]) => match lane_of_mask(choice.node) {
                Some(lane) => {
                    let parts = [self.as_lane(lane, *one), self.as_lane(lane, *other)];
                    self.flow.graph.merge(&parts)
                }
                None => self.observe_all(&operands),
            },
            (Role::MaskAnd, [one, other]) => match (lane_of_mask(one.node), lane_of_mask(other.node)) {
                // `andnot` clears where its second operand is set, so only there a mask leaves lanes whole.
                (_, Some(lane)) => self.as_lane(lane, *one).node,
                (Some(lane), None) if matches!(op.operator, Operator::V128And) => self.as_lane(lane, *other).node,
                _ => self.observe_all(&operands),
            },
            (Role::Shuffle, [one, other]) => self.shuffle(&op.operator, *one, *other),
            (Role::Drop, _) => RAW,
            _ => self.observe_all(&operands),
        };
        for _ in 0..op.traits.pushes {
            self.push(node);
        }
    }

    /// A vector one of whose lanes was replaced. Where all of it is of one known kind it stays so; else whatever arithmetic
    /// made in it is made canonical before it is put together.
    fn replaced(&mut self, lane: Lane, vector: Value, scalar: Value) -> NodeId {
        let (_, scalar_lane) = lanes(Role::Extract(lane), lane);
        let is_known = |node: NodeId, lane: Lane| node == HARMLESS || node == arithmetic(lane);
        if !is_known(vector.node, lane) || !is_known(scalar.node, scalar_lane) {
            return self.observe_all(&[vector, scalar]);
        }
        if vector.node == HARMLESS && scalar.node == HARMLESS { HARMLESS } else { arithmetic(lane) }
    }

    fn shuffle(&mut self, operator: &Operator<'_>, one: Value, other: Value) -> NodeId {
        let Operator::I8x16Shuffle { lanes } = operator else { return RAW };
        let moves_whole = |width: usize| {
            lanes.chunks_exact(width).all(|chunk| {
                usize::from(chunk[0]) % width == 0 && chunk.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1))
            })
        };
        if moves_whole(8) {
            return self.flow.graph.merge(&[one, other]);
        }
        if moves_whole(4) {
            let parts = [self.as_lane(Lane::F32x4, one), self.as_lane(Lane::F32x4, other)];
            return self.flow.graph.merge(&parts);
        }
        self.observe_all(&[one, other])
    }

    /// `value` in its place, read in `lane`: what other lanes made is observed.
    fn as_lane(&mut self, lane: Lane, value: Value) -> Value {
        Value { node: self.through(lane, lane, value), site: value.site }
    }

    fn through(&mut self, from: Lane, to: Lane, value: Value) -> NodeId {
        self.read(value, from);
        self.flow.graph.through(from, to, value)
    }

    /// All bits of `value` can be told apart here.
    fn observe(&mut self, value: Value) {
        if !is_quiet(value.node) {
            self.flow.observations.push(Observation { op: self.at, value, lane: None });
        }
    }

    /// All bits of `values` can be told apart here; the results are raw.
    fn observe_all(&mut self, values: &[Value]) -> NodeId {
        values.iter().for_each(|value| self.observe(*value));
        RAW
    }

    /// `value` is read as numbers in `lane`. Scalars have no other lanes.
    fn read(&mut self, value: Value, lane: Lane) {
        if matches!(lane, Lane::F32x4 | Lane::F64x2) && !is_quiet(value.node) && value.node != arithmetic(lane) {
            self.flow.observations.push(Observation { op: self.at, value, lane: Some(lane) });
        }
    }

    fn read_all(&mut self, values: &[Value], lane: Lane) {
        values.iter().for_each(|value| self.read(*value, lane));
    }

    fn call(&mut self, (parameters, results): (usize, usize)) {
        for _ in 0..parameters {
            let value = self.pop();
            self.observe(value);
        }
        for _ in 0..results {
            self.push(RAW);
        }
    }

    fn open(&mut self, construct: Construct, (parameters, results): (usize, usize)) {
        let height = self.stack.len().saturating_sub(parameters);
        let mut frame = Frame::new(construct, self.at, height, parameters, results);
        if construct == Construct::If {
            frame.before = Some((self.locals.clone(), self.stack[height..].to_vec()));
            self.steps += self.locals.len() as u64;
        }
        self.frames.push(frame);
    }

    fn open_loop(&mut self, (parameters, results): (usize, usize)) {
        let height = self.stack.len().saturating_sub(parameters);
        let mut frame = Frame::new(Construct::Loop, self.at, height, parameters, results);
        for slot in self.loop_sets.pop().unwrap_or_default() {
            let local = self.tracked[slot as usize];
            let entry = Value { node: self.locals[slot as usize], site: Site::Local { op: self.at, local } };
            let node = self.flow.graph.open_merge(vec![entry]);
            self.locals[slot as usize] = node;
            frame.merges.push((slot, node));
            self.steps += 1;
        }
        for index in height..self.stack.len() {
            let node = self.flow.graph.open_merge(vec![self.stack[index]]);
            frame.parameter_merges.push(node);
            let site = if parameters == 1 { Site::After(self.at) } else { Site::Parts };
            self.stack[index] = Value { node, site };
        }
        self.frames.push(frame);
    }

    fn branch(&mut self, depth: u32) {
        let Some(index) = self.frames.len().checked_sub(1 + depth as usize) else { return };
        match self.frames[index].construct {
            Construct::Function => {
                let results = self.frames[index].results;
                let base = self.stack.len().saturating_sub(results);
                for position in base..self.stack.len() {
                    self.observe(self.stack[position]);
                }
            }
            Construct::Loop => self.branch_back(index),
            Construct::Block | Construct::If | Construct::Else => self.join(index),
        }
    }

    fn branch_back(&mut self, index: usize) {
        let frame = &self.frames[index];
        for (slot, node) in &frame.merges {
            let local = self.tracked[*slot as usize];
            let part = Value { node: self.locals[*slot as usize], site: Site::Local { op: self.at, local } };
            self.flow.graph.add_to_merge(*node, part);
        }
        let base = self.stack.len().saturating_sub(frame.parameters);
        for (node, part) in frame.parameter_merges.iter().zip(&self.stack[base..]) {
            self.flow.graph.add_to_merge(*node, *part);
        }
        self.steps += 1 + (frame.merges.len() + frame.parameters) as u64;
    }

    /// An edge from here to the end of frame `index`.
    fn join(&mut self, index: usize) {
        let results = self.frames[index].results;
        let base = self.stack.len().saturating_sub(results);
        let values: Vec<Value> = self.stack[base..].to_vec();
        let locals = core::mem::take(&mut self.locals);
        self.join_with(index, &locals, &values);
        self.locals = locals;
    }

    fn join_with(&mut self, index: usize, locals: &[NodeId], values: &[Value]) {
        let Self { frames, flow, tracked, at, steps, .. } = self;
        let frame = &mut frames[index];
        *steps += 1 + locals.len() as u64;
        for (parts, value) in frame.parts.iter_mut().zip(values) {
            flow.graph.inputs += 1;
            parts.push(*value);
        }
        let Some(merged) = &mut frame.merged else {
            frame.merged = Some(locals.to_vec());
            frame.owned = vec![false; locals.len()];
            frame.edges.push(*at);
            return;
        };
        for (slot, node) in locals.iter().enumerate() {
            let part = |op: u32, node: NodeId| Value { node, site: Site::Local { op, local: tracked[slot] } };
            if frame.owned[slot] {
                flow.graph.add_to_merge(merged[slot], part(*at, *node));
            } else if merged[slot] != *node {
                let mut parts: Vec<Value> = frame.edges.iter().map(|op| part(*op, merged[slot])).collect();
                parts.push(part(*at, *node));
                *steps += parts.len() as u64;
                merged[slot] = flow.graph.open_merge(parts);
                frame.owned[slot] = true;
            }
        }
        frame.edges.push(*at);
    }

    fn otherwise(&mut self) {
        let Some(index) = self.frames.len().checked_sub(1) else { return };
        if self.is_live {
            self.join(index);
        }
        let frame = &mut self.frames[index];
        frame.construct = Construct::Else;
        self.stack.truncate(frame.height);
        if let Some((locals, parameters)) = frame.before.take() {
            self.locals = locals;
            self.stack.extend(parameters);
        }
        self.is_live = true;
    }

    fn close(&mut self) {
        let Some(index) = self.frames.len().checked_sub(1) else { return };
        if self.frames[index].construct == Construct::Function {
            if self.is_live {
                self.branch(0);
            }
            return;
        }
        if self.frames[index].construct == Construct::Loop {
            // Nothing branches to the end of a loop: what is on the stack stays, with its places.
            if let Some(frame) = self.frames.pop()
                && !self.is_live
            {
                self.stack.truncate(frame.height);
                (0..frame.results).for_each(|_| self.push(RAW));
            }
            self.is_live = true;
            return;
        }
        if self.is_live {
            self.join(index);
        }
        if let Some((locals, parameters)) = self.frames[index].before.take() {
            // An `if` without `else`: the other edge skips it. Its place is before the `if`, where both paths pass; to make
            // an arithmetic NaN canonical early does no harm.
            let at = core::mem::replace(&mut self.at, self.frames[index].opened);
            self.join_with(index, &locals, &parameters);
            self.at = at;
        }
        self.finish_block();
    }

    fn finish_block(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.stack.truncate(frame.height);
        if let Some(merged) = frame.merged {
            self.locals = merged;
        }
        for parts in frame.parts {
            let site = if frame.results == 1 { Site::After(self.at) } else { Site::Parts };
            // A value without a place of its own must keep its parts, so it is a merge even of equal ones.
            let node = match site {
                _ if parts.is_empty() => RAW,
                Site::Parts => self.flow.graph.open_merge(parts),
                Site::After(_) | Site::Local { .. } => self.flow.graph.merge(&parts),
            };
            self.stack.push(Value { node, site });
        }
        // Code after a block that is never left is valid but never executed; its values are whatever is convenient.
        self.is_live = true;
    }

    fn slot(&self, local: u32) -> Option<usize> {
        let slot = self.slot_of[local as usize];
        (slot != u32::MAX).then_some(slot as usize)
    }

    fn push(&mut self, node: NodeId) {
        self.stack.push(Value { node, site: Site::After(self.at) });
    }

    /// The operand on top; a raw one if there is none, which validation rules out.
    fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or(Value { node: RAW, site: Site::Parts })
    }
}

/// A node that arithmetic did not make.
fn is_quiet(node: NodeId) -> bool {
    [RAW, HARMLESS, MASK32, MASK64].contains(&node)
}

fn mask(lane: Lane) -> NodeId {
    match lane {
        Lane::F32x4 => MASK32,
        Lane::F64x2 => MASK64,
        Lane::F32 | Lane::F64 => RAW,
    }
}

fn lane_of_mask(node: NodeId) -> Option<Lane> {
    match node {
        MASK32 => Some(Lane::F32x4),
        MASK64 => Some(Lane::F64x2),
        _ => None,
    }
}

/// The lanes before and after `role`.
fn lanes(role: Role, lane: Lane) -> (Lane, Lane) {
    let scalar = match lane {
        Lane::F32 | Lane::F32x4 => Lane::F32,
        Lane::F64 | Lane::F64x2 => Lane::F64,
    };
    match role {
        Role::Extract(_) => (lane, scalar),
        Role::Splat(_) => (scalar, lane),
        _ => (lane, lane),
    }
}

/// A constant without NaN in any lanes is harmless; any other keeps its bits.
fn constant(operator: &Operator<'_>) -> NodeId {
    let nan32 = |bits: u32| bits & 0x7fff_ffff > 0x7f80_0000;
    let nan64 = |bits: u64| bits & 0x7fff_ffff_ffff_ffff > 0x7ff0_0000_0000_0000;
    let has_nan = match operator {
        Operator::F32Const { value } => nan32(value.bits()),
        Operator::F64Const { value } => nan64(value.bits()),
        Operator::V128Const { value } => {
            let bytes = value.bytes();
            let lanes32 =
                bytes.chunks_exact(4).any(|lane| nan32(u32::from_le_bytes([lane[0], lane[1], lane[2], lane[3]])));
            let halves = u128::from_le_bytes(*bytes);
            lanes32 || nan64(halves as u64) || nan64((halves >> 64) as u64)
        }
        _ => true,
    };
    if has_nan { RAW } else { HARMLESS }
}
