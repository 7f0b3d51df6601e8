//! From observations to the places where code is inserted.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

use crate::body::Body;
use crate::error::CheckError;
use crate::module::Module;
use crate::nan::flow;
use crate::nan::values::{Graph, Kind, Made, NodeId, Site, Value};
use crate::operators::Lane;

/// Where to make values canonical, and what made it necessary.
#[derive(Default)]
pub(crate) struct Places {
    /// After these operators: the value on top.
    pub(crate) after: BTreeMap<u32, Lane>,
    /// Before these operators: these locals.
    pub(crate) locals: BTreeMap<u32, BTreeMap<u32, Lane>>,
    /// Operators that observe NaN bits made by arithmetic, in order.
    pub(crate) observers: Vec<u32>,
}

impl Places {
    /// Number of places.
    pub(crate) fn len(&self) -> usize {
        self.after.len() + self.locals.values().map(BTreeMap::len).sum::<usize>()
    }
}

/// Finds the places of one function.
pub(crate) fn analyse(module: &Module<'_>, body: &Body<'_>) -> Result<Places, CheckError> {
    let flow = flow::walk(module, body)?;
    let kinds = flow.graph.kinds();
    let mut placer = Placer {
        graph: &flow.graph,
        cleaned: vec![false; kinds.len()],
        kinds,
        work: Vec::new(),
        places: Places::default(),
    };
    let mut observers = BTreeSet::new();
    for observation in &flow.observations {
        let kind = placer.kinds[observation.value.node.0 as usize];
        let is_seen = match observation.lane {
            None => kind.is_tainted(),
            Some(lane) => kind.has_other_than(lane),
        };
        if is_seen {
            observers.insert(observation.op);
            placer.observe(observation.value);
        }
    }
    placer.places.observers = observers.into_iter().collect();
    Ok(placer.places)
}

struct Placer<'g> {
    graph: &'g Graph,
    kinds: Vec<Kind>,
    /// Merges whose arithmetic parts are made canonical already.
    cleaned: Vec<bool>,
    work: Vec<NodeId>,
    places: Places,
}

impl Placer<'_> {
    fn observe(&mut self, value: Value) {
        self.close(value);
        while let Some(node) = self.work.pop() {
            match self.graph.made(node) {
                Some(Made::Merge(values)) => values.iter().for_each(|value| self.close(*value)),
                Some(Made::Through { value, .. }) => self.close(*value),
                None => unreachable!("a source is of one kind and has a place"),
            }
        }
    }

    /// Makes `value` canonical where it is, if arithmetic made it on every path, else where its parts are.
    fn close(&mut self, value: Value) {
        let kind = self.kinds[value.node.0 as usize];
        match (kind.only_lane(), value.site) {
            (Some(lane), Site::After(op)) => {
                self.places.after.insert(op, lane);
            }
            (Some(lane), Site::Local { op, local }) => {
                self.places.locals.entry(op).or_default().insert(local, lane);
            }
            (Some(_), Site::Parts) | (None, _) if kind.is_tainted() => {
                let cleaned = &mut self.cleaned[value.node.0 as usize];
                if !core::mem::replace(cleaned, true) {
                    self.work.push(value.node);
                }
            }
            (Some(_), Site::Parts) | (None, _) => {}
        }
    }
}
