//! An undirected graph whose vertices may be united, and what may be united without a flow.

use std::collections::BinaryHeap;

/// A graph in which each *node* stands for the vertices that were united into it. Edge e has the arcs 2e and 2e + 1, one for
/// each direction.
pub(super) struct Kernel {
    /// The node of each vertex.
    pub(super) node_of: Vec<u32>,
    /// Arcs by the node they leave: `arcs[offsets[v]..offsets[v + 1]]`.
    offsets: Vec<u32>,
    arcs: Vec<u32>,
    heads: Vec<u32>,
    weights: Vec<u64>,
    degrees: Vec<u64>,
}

impl Kernel {
    /// The graph of these edges as it is. No edge is a loop.
    pub(super) fn new(vertices: usize, edges: &[(u32, u32, u64)]) -> Self {
        Self::build((0..vertices as u32).collect(), vertices, edges.to_vec())
    }

    fn build(node_of: Vec<u32>, nodes: usize, edges: Vec<(u32, u32, u64)>) -> Self {
        let mut degrees = vec![0; nodes];
        let mut offsets = vec![0u32; nodes + 1];
        let mut heads = Vec::with_capacity(edges.len() * 2);
        let mut weights = Vec::with_capacity(edges.len());
        for &(u, v, weight) in &edges {
            heads.extend([v, u]);
            weights.push(weight);
            for end in [u, v] {
                degrees[end as usize] += weight;
                offsets[end as usize + 1] += 1;
            }
        }
        for node in 0..nodes {
            offsets[node + 1] += offsets[node];
        }
        let mut next = offsets.clone();
        let mut arcs = vec![0; heads.len()];
        for arc in 0..heads.len() as u32 {
            let tail = heads[(arc ^ 1) as usize] as usize;
            arcs[next[tail] as usize] = arc;
            next[tail] += 1;
        }
        Self { node_of, offsets, arcs, heads, weights, degrees }
    }

    pub(super) fn nodes(&self) -> usize {
        self.degrees.len()
    }

    pub(super) fn edges(&self) -> usize {
        self.weights.len()
    }

    /// The weight of all edges at a node.
    pub(super) fn degree(&self, node: u32) -> u64 {
        self.degrees[node as usize]
    }

    /// The arcs that leave a node.
    pub(super) fn row(&self, node: u32) -> &[u32] {
        &self.arcs[self.offsets[node as usize] as usize..self.offsets[node as usize + 1] as usize]
    }

    /// The node that an arc leads to.
    pub(super) fn head(&self, arc: u32) -> u32 {
        self.heads[arc as usize]
    }

    /// The weight of an arc's edge.
    pub(super) fn weight(&self, arc: u32) -> u64 {
        self.weights[arc as usize / 2]
    }

    /// Unites nodes that no cut below `bound` separates, as far as one scan after another finds them. The cuts below `bound` are
    /// then those that they were.
    ///
    /// A scan visits nodes in order of largest weight to those before. Nodes u and v with r(v) at least `bound` when u is visited
    /// are that connected (Nagamochi, Ono and Ibaraki 1994, the theorem on q(e)).
    pub(super) fn contracted(mut self, bound: u64) -> Self {
        loop {
            let before = self.nodes();
            let mut union = Union::new(before);
            self.scan(bound, &mut union);
            self = self.united(&mut union);
            // A scan that takes little away is the last one: flows do the rest.
            if self.nodes() * 8 >= before * 7 {
                return self;
            }
        }
    }

    fn scan(&self, bound: u64, union: &mut Union) {
        let mut reach = vec![0u64; self.nodes()];
        let mut scanned = vec![false; self.nodes()];
        let mut heap = BinaryHeap::new();
        for start in 0..self.nodes() as u32 {
            heap.push((0, std::cmp::Reverse(start)));
            while let Some((_, std::cmp::Reverse(u))) = heap.pop() {
                if std::mem::replace(&mut scanned[u as usize], true) {
                    continue;
                }
                for &arc in self.row(u) {
                    let v = self.head(arc);
                    if scanned[v as usize] {
                        continue;
                    }
                    reach[v as usize] += self.weight(arc);
                    if reach[v as usize] >= bound {
                        union.unite(u, v);
                    }
                    heap.push((reach[v as usize], std::cmp::Reverse(v)));
                }
            }
        }
    }

    /// The graph after uniting: loops are gone, parallel edges are one.
    fn united(self, union: &mut Union) -> Self {
        let mut number = vec![u32::MAX; self.nodes()];
        let mut nodes = 0;
        for node in 0..self.nodes() as u32 {
            let root = union.find(node) as usize;
            if number[root] == u32::MAX {
                number[root] = nodes;
                nodes += 1;
            }
            number[node as usize] = number[root];
        }
        let ends = |edge: usize| {
            let [u, v] = [self.heads[edge * 2], self.heads[edge * 2 + 1]].map(|end| number[end as usize]);
            (u.min(v), u.max(v), self.weights[edge])
        };
        let mut edges: Vec<_> = (0..self.edges()).map(ends).filter(|(u, v, _)| u != v).collect();
        edges.sort_unstable();
        edges.dedup_by(|next, kept| {
            let same = (next.0, next.1) == (kept.0, kept.1);
            kept.2 += if same { next.2 } else { 0 };
            same
        });
        let node_of = self.node_of.iter().map(|node| number[*node as usize]).collect();
        Self::build(node_of, nodes as usize, edges)
    }
}

/// Disjoint sets, with halved paths (Tarjan and van Leeuwen 1984).
pub(super) struct Union {
    parent: Vec<u32>,
}

impl Union {
    pub(super) fn new(len: usize) -> Self {
        Self { parent: (0..len as u32).collect() }
    }

    pub(super) fn find(&mut self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            let grandparent = self.parent[self.parent[node as usize] as usize];
            self.parent[node as usize] = grandparent;
            node = grandparent;
        }
        node
    }

    pub(super) fn unite(&mut self, u: u32, v: u32) {
        let (u, v) = (self.find(u), self.find(v));
        self.parent[u.max(v) as usize] = u.min(v);
    }
}
