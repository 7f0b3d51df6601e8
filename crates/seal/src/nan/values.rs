//! The graph of values. Sources are shared: every `f32.add` is the same node, so most functions have no other nodes.

use alloc::vec;
use alloc::vec::Vec;

use crate::operators::Lane;

/// What a value may be: a set, as bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Kind(u8);

impl Kind {
    /// Never a NaN that is not canonical.
    pub(crate) const HARMLESS: Self = Self(0);
    /// Any bits, all of them meant.
    pub(crate) const RAW: Self = Self(1);

    /// Made by arithmetic in these lanes.
    pub(crate) const fn arithmetic(lane: Lane) -> Self {
        Self(2 << lane as u8)
    }

    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether arithmetic in other lanes than `lane` may have made it.
    pub(crate) const fn has_other_than(self, lane: Lane) -> bool {
        self.0 & !(Self::RAW.0 | Self::arithmetic(lane).0) != 0
    }

    /// The lanes, if arithmetic in these lanes made it on every path (or it is harmless).
    pub(crate) fn only_lane(self) -> Option<Lane> {
        [Lane::F32, Lane::F64, Lane::F32x4, Lane::F64x2].into_iter().find(|lane| self == Self::arithmetic(*lane))
    }

    /// Whether arithmetic made it on some path.
    pub(crate) const fn is_tainted(self) -> bool {
        self.0 & !Self::RAW.0 != 0
    }
}

/// A node of the graph.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct NodeId(pub(crate) u32);

/// Any bits.
pub(crate) const RAW: NodeId = NodeId(0);
/// Never a NaN, or a canonical one.
pub(crate) const HARMLESS: NodeId = NodeId(1);
/// All ones or all zeros in each 32-bit lane.
pub(crate) const MASK32: NodeId = NodeId(2);
/// All ones or all zeros in each 64-bit lane.
pub(crate) const MASK64: NodeId = NodeId(3);

/// What arithmetic in `lane` made.
pub(crate) const fn arithmetic(lane: Lane) -> NodeId {
    NodeId(4 + lane as u32)
}

const SOURCES: u32 = 8;

/// Where code can be inserted to make a value canonical.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Site {
    /// After the operator with this index, which leaves the value on top.
    After(u32),
    /// Before operator `op`, in `local`.
    Local { op: u32, local: u32 },
    /// Nowhere in particular: where the parts of this merge come from.
    Parts,
}

/// A use of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Value {
    pub(crate) node: NodeId,
    pub(crate) site: Site,
}

/// How a node that is not a source is made.
#[derive(Clone, Debug)]
pub(crate) enum Made {
    /// One of these, depending on the path or on data.
    Merge(Vec<Value>),
    /// The same bits in other lanes.
    Through { from: Lane, to: Lane, value: Value },
}

/// The graph of one function.
#[derive(Default)]
pub(crate) struct Graph {
    nodes: Vec<Made>,
    /// Number of values in all merges: bounded by the caller.
    pub(crate) inputs: usize,
}

impl Graph {
    pub(crate) fn made(&self, node: NodeId) -> Option<&Made> {
        self.nodes.get(node.0.checked_sub(SOURCES)? as usize)
    }

    /// A merge of `values`, or the one node that they all are.
    pub(crate) fn merge(&mut self, values: &[Value]) -> NodeId {
        match values {
            [first, rest @ ..] if rest.iter().all(|value| value.node == first.node) => first.node,
            _ => self.open_merge(values.to_vec()),
        }
    }

    /// A merge to which more values may be added.
    pub(crate) fn open_merge(&mut self, values: Vec<Value>) -> NodeId {
        self.inputs += values.len() + 1;
        self.push(Made::Merge(values))
    }

    pub(crate) fn add_to_merge(&mut self, node: NodeId, value: Value) {
        let index = (node.0 - SOURCES) as usize;
        if value.node != node
            && let Made::Merge(values) = &mut self.nodes[index]
        {
            values.push(value);
            self.inputs += 1;
        }
    }

    /// The bits of `value` moved from lanes `from` to lanes `to`.
    pub(crate) fn through(&mut self, from: Lane, to: Lane, value: Value) -> NodeId {
        if value.node == arithmetic(from) {
            return arithmetic(to);
        }
        if value.node == HARMLESS {
            return HARMLESS;
        }
        if value.node.0 < SOURCES {
            return RAW;
        }
        self.inputs += 1;
        self.push(Made::Through { from, to, value })
    }

    /// The kind of every node: the least solution of the equations, by a worklist.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        let total = SOURCES as usize + self.nodes.len();
        let mut kinds = vec![Kind::HARMLESS; total];
        kinds[RAW.0 as usize] = Kind::RAW;
        kinds[MASK32.0 as usize] = Kind::RAW;
        kinds[MASK64.0 as usize] = Kind::RAW;
        for lane in [Lane::F32, Lane::F64, Lane::F32x4, Lane::F64x2] {
            kinds[arithmetic(lane).0 as usize] = Kind::arithmetic(lane);
        }
        let mut users: Vec<Vec<u32>> = vec![Vec::new(); total];
        for (index, made) in self.nodes.iter().enumerate() {
            let mut used_by = |value: &Value| users[value.node.0 as usize].push(index as u32);
            match made {
                Made::Merge(values) => values.iter().for_each(&mut used_by),
                Made::Through { value, .. } => used_by(value),
            }
        }
        let mut work: Vec<u32> = (0..total as u32).collect();
        while let Some(changed) = work.pop() {
            let kind = kinds[changed as usize];
            for user in &users[changed as usize] {
                let passed = match &self.nodes[*user as usize] {
                    Made::Merge(_) => kind,
                    Made::Through { from, to, .. } => moved(kind, *from, *to),
                };
                let place = &mut kinds[(SOURCES + user) as usize];
                let grown = place.union(passed);
                if grown != *place {
                    *place = grown;
                    work.push(SOURCES + user);
                }
            }
        }
        kinds
    }

    fn push(&mut self, made: Made) -> NodeId {
        self.nodes.push(made);
        NodeId(SOURCES + self.nodes.len() as u32 - 1)
    }
}

/// A kind after a move between lanes. Arithmetic in other lanes is made canonical before the move: its bits then are raw.
fn moved(kind: Kind, from: Lane, to: Lane) -> Kind {
    let mut out = Kind::HARMLESS;
    if kind.has(Kind::arithmetic(from)) {
        out = out.union(Kind::arithmetic(to));
    }
    if kind.has(Kind::RAW) || kind.has_other_than(from) {
        out = out.union(Kind::RAW);
    }
    out
}
