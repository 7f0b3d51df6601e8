//! Every minimum cut is given out once, in chains; and rows may come in any order.

use crate::brute::brute_force;
use crate::families;
use crate::graph::{Graph, Random};
use gate::core_graph::{CoreGraph, Rows};
use gate::cut::family::Newcomer;
use gate::cut::{Cuts, Nested, NoCuts, Search, Step};
use gate::work::{Progress, Work};
use std::collections::BTreeSet;

/// Keeps every cut, sorted.
#[derive(Default)]
struct Listing {
    cuts: Vec<Vec<u16>>,
    chains: usize,
    rows: usize,
    known: usize,
    hung: Vec<(u16, u16, Newcomer)>,
}

impl Listing {
    fn holds(&self, vertex: u16) -> impl Iterator<Item = bool> + '_ {
        self.cuts.iter().map(move |cut| cut.binary_search(&vertex).is_ok())
    }

    fn push(&mut self, cut: impl IntoIterator<Item = u16>) {
        let mut cut: Vec<u16> = cut.into_iter().collect();
        cut.sort_unstable();
        assert!(cut[0] > 0);
        self.cuts.push(cut);
    }
}

impl Cuts for Listing {
    const WANTED: bool = true;

    fn reset(&mut self, _: usize, _: &mut Work) {
        *self = Self::default();
    }

    fn together(&self, a: u16, b: u16) -> bool {
        self.holds(a).eq(self.holds(b))
    }

    fn add(&mut self, nested: &Nested<'_>, _: &mut Work) -> u64 {
        let before = self.cuts.len();
        let first = nested.largest()[0];
        assert!(nested.largest().iter().all(|vertex| self.together(first, *vertex)), "they lie in one atom");
        let steps: Vec<_> = nested.steps().collect();
        for end in 0..steps.len() {
            self.push(steps[..=end].iter().flat_map(|(members, _)| members.iter().copied()));
            if steps[end].1 != Step::Plain {
                let mut from = end;
                self.push(steps[end].0.iter().copied());
                while steps[from].1 == Step::Linked {
                    from -= 1;
                    self.push(steps[from..=end].iter().flat_map(|(members, _)| members.iter().copied()));
                    self.rows += 1;
                }
            }
        }
        assert_eq!(nested.cuts(), (self.cuts.len() - before) as u64);
        let mut largest = nested.largest().to_vec();
        largest.sort_unstable();
        if let Some(at) = self.cuts[..before].iter().position(|cut| *cut == largest) {
            self.cuts.remove(at);
            self.known += 1;
        }
        self.chains += 1;
        (self.cuts.len() - before) as u64
    }

    fn hang(&mut self, vertex: u16, beside: u16, newcomer: Newcomer) {
        // All cuts that hold the other hold this one.
        for cut in self.cuts.iter_mut().filter(|cut| cut.binary_search(&beside).is_ok()) {
            let at = cut.binary_search(&vertex).expect_err("it was in no cut");
            cut.insert(at, vertex);
        }
        if newcomer == Newcomer::Leaf {
            self.cuts.push(vec![vertex]);
        }
        self.hung.push((vertex, beside, newcomer));
    }

    fn classes(&mut self, classes: &mut [u16]) {
        // Kernel vertices that lie in the same cuts share the first of them.
        for vertex in 0..classes.len() as u16 {
            classes[usize::from(vertex)] = (0..=vertex).find(|other| self.together(*other, vertex)).unwrap();
        }
    }
}

#[test]
fn every_minimum_cut_is_given_once() {
    let mut random = Random(11);
    let (mut cuts, mut chains, mut rows, mut known, mut hung, mut graphs) = (0, 0, 0, 0, 0, 0);
    for round in 0..2_000 {
        let n = 4 + round % 8;
        let mut weight = |random: &mut Random| 1 + random.next() % (1 + round as u64 % 3);
        let edges = families::connected(n, n + random.below(2 * n), &mut random, &mut weight);
        let graph = Graph::new(n, &edges);
        let core = graph.core();
        let mut area = vec![0; Search::words(n, core.edge_count())];
        let (mut search, mut listing, work) = (Search::idle(), Listing::default(), &mut Work::new(u64::MAX));
        search.start(Search::split(&mut area, n).1, &core, work);
        assert_eq!(search.advance(Search::split(&mut area, n), &mut listing, work), Progress::Done);
        let found = search.result(&area[Search::front_words(n)..]).unwrap();
        let expected = brute_force(&graph);
        assert_eq!((found.value, found.family), (expected.value, listing.cuts.len() as u64));
        let distinct: BTreeSet<_> = listing.cuts.iter().collect();
        assert_eq!(distinct.len(), listing.cuts.len(), "no cut comes twice");
        let kernel_of = search.kernel_of(&area[Search::front_words(n)..]);
        for cut in &listing.cuts {
            let far = |vertex: usize| cut.binary_search(&kernel_of[vertex]).is_ok();
            let value: u64 = graph.edges().iter().filter(|(a, b, _)| far(*a) != far(*b)).map(|(_, _, w)| w).sum();
            assert_eq!(value, found.value, "each is a minimum cut");
        }
        expected.check(&graph.search(), &graph);
        cuts += listing.cuts.len();
        chains += listing.chains;
        rows += listing.rows;
        known += listing.known;
        hung += listing.hung.len();
        graphs += 1;
    }
    println!(
        "{graphs} graphs: {cuts} minimum cuts in {chains} chains, {rows} of them rows of steps, {hung} vertices hung, each given \
         once ({known} again as the largest of a chain), and no others by brute force"
    );
}

/// The same graph with its rows in another order.
struct Disordered<'g> {
    core: CoreGraph<'g>,
    orders: Vec<Vec<(usize, u64)>>,
}

impl Rows for Disordered<'_> {
    fn vertex_count(&self) -> usize {
        self.core.vertex_count()
    }

    fn edge_count(&self) -> usize {
        self.core.edge_count()
    }

    fn id(&self, vertex: usize) -> u64 {
        self.core.ids[vertex]
    }

    fn neighbours(&self, vertex: usize) -> impl Iterator<Item = (usize, u64)> {
        self.orders[vertex].iter().copied()
    }
}

fn everything(graph: &impl Rows) -> (u64, Option<u32>, Vec<u8>, u64) {
    let n = graph.vertex_count();
    let mut area = vec![0; Search::words(n, graph.edge_count())];
    let (mut search, work) = (Search::idle(), &mut Work::new(u64::MAX));
    search.start(Search::split(&mut area, n).1, graph, work);
    search.advance(Search::split(&mut area, n), &mut NoCuts, work);
    let found = search.result(&area[Search::front_words(n)..]).unwrap();
    (found.value, found.first_separable, found.far_side.to_vec(), work.used())
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let mut random = Random(12);
    let mut disordered = 0;
    for _ in 0..400 {
        let n = 5 + random.below(200);
        let edges = families::connected(n, 4 * n, &mut random, &mut |random| 1 + random.next() % 5);
        let graph = Graph::new(n, &edges);
        let core = graph.core();
        let mut orders: Vec<Vec<_>> = (0..n).map(|vertex| core.row(vertex).collect()).collect();
        orders.iter_mut().for_each(|row| random.shuffle(row));
        disordered += orders.iter().filter(|row| !row.is_sorted()).count();
        assert_eq!(everything(&Disordered { core, orders }), everything(&core));
    }
    println!("400 graphs, {disordered} rows out of order: same result, same work");
}
