//! Which vertices are proved to be strongly connected, by union-find.

use crate::work::Work;

/// What clusters hold beside their arrays.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClustersState {
    /// Kernel vertices.
    count: usize,
    /// Clusters that the last [`Clusters::settle`] found.
    settled: usize,
}

impl ClustersState {
    pub(super) const EMPTY: Self = Self { count: 0, settled: 0 };
}

/// Which kernel vertex each graph vertex belongs to, and two forests over the kernel's vertices.
pub(super) struct Clusters<'s> {
    pub(super) state: &'s mut ClustersState,
    /// The kernel vertex of each graph vertex.
    pub(super) of: &'s mut [u16],
    /// Vertices in one tree are more than lambda-hat connected.
    pub(super) parent: &'s mut [u16],
    /// Vertices in one tree are at least lambda-hat connected.
    pub(super) level: &'s mut [u16],
}

impl Clusters<'_> {
    /// Every vertex for itself.
    pub(super) fn reset(&mut self) {
        self.state.count = self.of.len();
        name_themselves(self.of);
    }

    /// Each kernel vertex is a set of its own.
    pub(super) fn part(&mut self) {
        name_themselves(&mut self.parent[..self.state.count]);
        name_themselves(&mut self.level[..self.state.count]);
    }

    /// Two kernel vertices are at least lambda-hat connected, or more. Those that are more are one in the next kernel.
    pub(super) fn unite(&mut self, a: usize, b: usize, more: bool) {
        unite(if more { self.parent } else { self.level }, a, b);
    }

    /// The smallest vertex in the tree of `vertex`.
    pub(super) fn leader(&mut self, vertex: usize) -> usize {
        leader(self.parent, vertex)
    }

    /// The smallest vertex in the tree of `vertex` among those that are at least lambda-hat connected, once
    /// [`Clusters::count_levels`] was called.
    pub(super) fn level_leader(&mut self, vertex: usize) -> usize {
        leader(self.level, vertex)
    }

    /// The leader of the largest cluster and its size. `size` is scratch.
    pub(super) fn largest(&mut self, size: &mut [u16], work: &mut Work) -> (usize, usize) {
        largest(&mut self.parent[..self.state.count], size, work)
    }

    /// The same for those that are at least lambda-hat connected.
    pub(super) fn largest_level(&mut self, size: &mut [u16], work: &mut Work) -> (usize, usize) {
        largest(&mut self.level[..self.state.count], size, work)
    }

    /// How many sets there are of vertices that are at least lambda-hat connected.
    pub(super) fn count_levels(&mut self, work: &mut Work) -> usize {
        let n = self.state.count;
        for vertex in 0..n {
            unite(self.level, vertex, usize::from(self.parent[vertex]));
        }
        work.charge(n as u64);
        count_leaders(&self.level[..n])
    }

    /// How many clusters there are of vertices that are more than lambda-hat connected.
    pub(super) fn count_clusters(&self, work: &mut Work) -> usize {
        work.charge(self.state.count as u64);
        count_leaders(&self.parent[..self.state.count])
    }

    /// Numbers the united sets 0.. in order of their leaders and returns how many there are.
    pub(super) fn settle(&mut self, work: &mut Work) -> usize {
        let mut count = 0;
        // A leader is smaller than its followers, so by the time it is overwritten with a number all before it are too.
        for vertex in 0..self.state.count {
            let up = usize::from(self.parent[vertex]);
            self.parent[vertex] = if up == vertex {
                count += 1;
                count - 1
            } else {
                self.parent[up]
            };
        }
        self.state.settled = usize::from(count);
        work.charge(self.state.count as u64);
        self.state.settled
    }

    /// How many sets [`Clusters::settle`] found.
    pub(super) fn settled(&self) -> usize {
        self.state.settled
    }

    /// The number of each kernel vertex's set, between [`Clusters::settle`] and [`Clusters::part`].
    pub(super) fn cluster(&self) -> &[u16] {
        &self.parent[..self.state.count]
    }

    /// The settled sets are the kernel's vertices from now on.
    pub(super) fn adopt(&mut self, work: &mut Work) {
        for cluster in &mut *self.of {
            *cluster = self.parent[usize::from(*cluster)];
        }
        self.state.count = self.state.settled;
        work.charge(self.of.len() as u64);
    }
}

fn name_themselves(vertices: &mut [u16]) {
    for (vertex, name) in vertices.iter_mut().enumerate() {
        *name = vertex as u16;
    }
}

fn largest(parent: &mut [u16], size: &mut [u16], work: &mut Work) -> (usize, usize) {
    size[..parent.len()].fill(0);
    let mut largest = (0, 0);
    for vertex in 0..parent.len() {
        let leader = leader(parent, vertex);
        size[leader] += 1;
        if usize::from(size[leader]) > largest.1 {
            largest = (leader, usize::from(size[leader]));
        }
    }
    work.charge(2 * parent.len() as u64);
    largest
}

fn count_leaders(parent: &[u16]) -> usize {
    parent.iter().enumerate().filter(|(vertex, up)| *vertex == usize::from(**up)).count()
}

/// The smaller number leads, so that vertex 0 stays in 0.
fn unite(parent: &mut [u16], a: usize, b: usize) {
    if parent[a] != parent[b] {
        let (a, b) = (leader(parent, a), leader(parent, b));
        parent[a.max(b)] = a.min(b) as u16;
    }
}

fn leader(parent: &mut [u16], mut vertex: usize) -> usize {
    loop {
        let up = usize::from(parent[vertex]);
        if up == vertex {
            return vertex;
        }
        parent[vertex] = parent[up];
        vertex = usize::from(parent[vertex]);
    }
}
