//! A graph in fixed rows.

use gate::cut::local::live::Live;

use crate::random::Random;

/// An edge that was taken out.
#[derive(Clone, Copy)]
pub(crate) struct Edge {
    pub(crate) u: u16,
    pub(crate) v: u16,
    number: u16,
    pub(crate) weight: u64,
}

/// Rows with room for the edges they start with.
pub(crate) struct Packed {
    start: Vec<u32>,
    len: Vec<u16>,
    to: Vec<u16>,
    edge: Vec<u16>,
    weights: Vec<u64>,
}

impl Packed {
    pub(crate) fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(path).expect("a graph");
        let mut numbers = text.split_ascii_whitespace().map(|word| word.parse::<u64>().expect("a number"));
        let [n, m] = [0, 1].map(|_| numbers.next().expect("n and m") as usize);
        let edges: Vec<[u64; 3]> = (0..m).map(|_| [0, 1, 2].map(|_| numbers.next().expect("an edge"))).collect();
        let mut degree = vec![0u32; n + 1];
        edges.iter().for_each(|edge| (0..2).for_each(|end| degree[edge[end] as usize + 1] += 1));
        for vertex in 0..n {
            degree[vertex + 1] += degree[vertex];
        }
        let mut packed = Self {
            start: degree,
            len: vec![0; n],
            to: vec![0; 2 * m],
            edge: vec![0; 2 * m],
            weights: edges.iter().map(|edge| edge[2] << 32).collect(),
        };
        for (edge, number) in edges.iter().zip(0..) {
            packed.put(edge[0] as usize, edge[1] as u16, number);
            packed.put(edge[1] as usize, edge[0] as u16, number);
        }
        packed
    }

    fn put(&mut self, at: usize, to: u16, edge: u16) {
        let place = self.start[at] as usize + usize::from(self.len[at]);
        self.to[place] = to;
        self.edge[place] = edge;
        self.len[at] += 1;
    }

    /// Takes a random edge out.
    pub(crate) fn take(&mut self, random: &mut Random) -> Edge {
        let u = random.below(self.len.len() as u64) as usize;
        let position = random.below(u64::from(self.len[u])) as usize;
        let number = self.edge[self.start[u] as usize + position];
        let v = self.take_from(u, number);
        self.take_from(usize::from(v), number);
        Edge { u: u as u16, v, number, weight: self.weights[usize::from(number)] }
    }

    /// Puts an edge back that was taken out.
    pub(crate) fn give_back(&mut self, edge: Edge) {
        self.put(usize::from(edge.u), edge.v, edge.number);
        self.put(usize::from(edge.v), edge.u, edge.number);
    }

    /// Whether a vertex of the edge, which was taken out, has no other.
    pub(crate) fn leaves_alone(&self, edge: Edge) -> bool {
        [edge.u, edge.v].iter().any(|end| self.len[usize::from(*end)] == 0)
    }

    /// Takes the edge out of the row of `at`.
    fn take_from(&mut self, at: usize, edge: u16) -> u16 {
        let start = self.start[at] as usize;
        let last = start + usize::from(self.len[at]) - 1;
        let place = (start..=last).find(|place| self.edge[*place] == edge).expect("the edge");
        let to = self.to[place];
        self.to.swap(place, last);
        self.edge.swap(place, last);
        self.len[at] -= 1;
        to
    }
}

impl Live for Packed {
    fn slots(&self) -> usize {
        self.len.len()
    }

    fn vertex_count(&self) -> usize {
        self.len.len()
    }

    fn vertices(&self) -> impl Iterator<Item = u16> + Clone {
        (0..).take(self.len.len())
    }

    fn neighbours(&self, vertex: u16) -> &[u16] {
        let start = self.start[usize::from(vertex)] as usize;
        &self.to[start..start + usize::from(self.len[usize::from(vertex)])]
    }

    fn edge_at(&self, vertex: u16, position: usize) -> u32 {
        u32::from(self.edge[self.start[usize::from(vertex)] as usize + position])
    }

    fn weight(&self, edge: u32) -> u64 {
        self.weights[edge as usize]
    }

    fn inside(&self, _: u16) -> bool {
        true
    }
}
