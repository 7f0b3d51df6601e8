//! Maximum flow from one node to a set of nodes, up to a bound.

use super::kernel::Kernel;

const UNSEEN: u32 = u32::MAX;

/// The work that a search may do was done before it came to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stopped;

/// What is left of the arcs that may be looked at.
pub(super) struct Work {
    pub(super) left: u64,
}

impl Work {
    pub(super) fn charge(&mut self, arcs: usize) -> Result<(), Stopped> {
        self.left = self.left.checked_sub(arcs as u64).ok_or(Stopped)?;
        Ok(())
    }
}

/// Blocking flows over levels (Dinitz 1970), with memory for one flow after another in the same kernel.
pub(super) struct Flow<'k> {
    kernel: &'k Kernel,
    /// What each arc still takes.
    residual: Vec<u64>,
    /// Arcs whose residual is not the edge's weight any more, perhaps more than once.
    changed: Vec<u32>,
    level: Vec<u32>,
    cursor: Vec<u32>,
    /// Nodes with a level, in order of levels: those that the last search reached.
    reached: Vec<u32>,
    /// Which nodes flow may end in.
    is_sink: Vec<bool>,
}

impl<'k> Flow<'k> {
    pub(super) fn new(kernel: &'k Kernel) -> Self {
        let nodes = kernel.nodes();
        Self {
            kernel,
            residual: (0..kernel.edges() as u32 * 2).map(|arc| kernel.weight(arc)).collect(),
            changed: Vec::new(),
            level: vec![UNSEEN; nodes],
            cursor: vec![0; nodes],
            reached: Vec::new(),
            is_sink: vec![false; nodes],
        }
    }

    /// From now on flow may end in `node`, or no longer.
    pub(super) fn set_sink(&mut self, node: u32, is_sink: bool) {
        self.is_sink[node as usize] = is_sink;
    }

    /// The weight of the lightest cut between `source` and the sinks, or `bound` if it is not below that. In the first case
    /// [`Flow::near_side`] is the smallest side of such a cut.
    pub(super) fn value(&mut self, source: u32, bound: u64, work: &mut Work) -> Result<u64, Stopped> {
        self.clear();
        let mut value = 0;
        while value < bound && self.search(source, work)? {
            for at in 0..self.reached.len() {
                self.cursor[self.reached[at] as usize] = 0;
            }
            while value < bound {
                match self.path(source, bound - value, work)? {
                    0 => break,
                    more => value += more,
                }
            }
        }
        Ok(value)
    }

    /// The nodes that the source still reaches.
    pub(super) fn near_side(&self) -> &[u32] {
        &self.reached
    }

    fn clear(&mut self) {
        while let Some(arc) = self.changed.pop() {
            self.residual[arc as usize] = self.kernel.weight(arc);
            self.residual[(arc ^ 1) as usize] = self.kernel.weight(arc);
        }
    }

    /// Levels from the source; whether a sink can be reached.
    fn search(&mut self, source: u32, work: &mut Work) -> Result<bool, Stopped> {
        for node in self.reached.drain(..) {
            self.level[node as usize] = UNSEEN;
        }
        self.level[source as usize] = 0;
        self.reached.push(source);
        let (mut at, mut last) = (0, UNSEEN);
        while let Some(&u) = self.reached.get(at) {
            at += 1;
            let next = self.level[u as usize] + 1;
            // A node that is no nearer than the nearest sink is on no shortest path.
            if next > last {
                break;
            }
            work.charge(self.kernel.row(u).len())?;
            for &arc in self.kernel.row(u) {
                let v = self.kernel.head(arc);
                if self.residual[arc as usize] == 0 || self.level[v as usize] != UNSEEN {
                    continue;
                }
                if self.is_sink[v as usize] {
                    last = next;
                } else {
                    self.level[v as usize] = next;
                    self.reached.push(v);
                }
            }
        }
        Ok(last != UNSEEN)
    }

    /// Sends flow along one more path of rising levels, `most` at most; 0 if there is none.
    fn path(&mut self, source: u32, most: u64, work: &mut Work) -> Result<u64, Stopped> {
        let mut path: Vec<u32> = Vec::new();
        let mut u = source;
        loop {
            let row = self.kernel.row(u);
            let from = self.cursor[u as usize] as usize;
            let onward = row[from..].iter().position(|&arc| {
                let v = self.kernel.head(arc) as usize;
                let rises = self.is_sink[v] || (self.level[v] != UNSEEN && self.level[v] == self.level[u as usize] + 1);
                self.residual[arc as usize] > 0 && rises
            });
            let seen = onward.unwrap_or(row.len() - from);
            work.charge(seen + 1)?;
            self.cursor[u as usize] += seen as u32;
            if onward.is_some() {
                let arc = row[from + seen];
                path.push(arc);
                u = self.kernel.head(arc);
                if self.is_sink[u as usize] {
                    return Ok(self.send(&path, most));
                }
            } else {
                let Some(arc) = path.pop() else { return Ok(0) };
                u = self.kernel.head(arc ^ 1);
                self.cursor[u as usize] += 1;
            }
        }
    }

    fn send(&mut self, path: &[u32], most: u64) -> u64 {
        let amount = path.iter().map(|arc| self.residual[*arc as usize]).fold(most, u64::min);
        for arc in path {
            self.residual[*arc as usize] -= amount;
            self.residual[(*arc ^ 1) as usize] += amount;
            self.changed.push(*arc);
        }
        amount
    }
}
