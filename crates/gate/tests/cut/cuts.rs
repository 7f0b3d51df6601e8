//! Every minimum cut is given out once, in chains; and rows may come in any order.

use crate::brute::brute_force;
use crate::families;
use crate::graph::{Graph, Random};
use gate::core_graph::{CoreGraph, Rows};
use gate::cut::{Cuts, NoCuts, Search};
use gate::work::{Progress, Work};
use std::collections::BTreeSet;

/// Keeps every cut, sorted.
#[derive(Default)]
struct Listing {
    cuts: Vec<Vec<u16>>,
    last: Vec<u16>,
    chains: usize,
}

impl Cuts for Listing {
    const WANTED: bool = true;

    fn reset(&mut self, _: usize, _: &mut Work) {
        *self = Self::default();
    }

    fn cut(&mut self, side: &[u16], grown_from: usize, _: &mut Work) {
        assert!(grown_from < side.len() && !side.contains(&0));
        assert!(grown_from == 0 || side[..grown_from] == self.last, "a cut grows from the one before");
        self.chains += usize::from(grown_from == 0);
        self.last = side.to_vec();
        let mut sorted = self.last.clone();
        sorted.sort_unstable();
        self.cuts.push(sorted);
    }

    fn classes(&mut self, classes: &mut [u16]) {
        // Kernel vertices that lie in the same cuts share the first of them.
        let lies_in = |vertex: usize| -> Vec<bool> {
            self.cuts.iter().map(|cut| cut.binary_search(&(vertex as u16)).is_ok()).collect()
        };
        for vertex in 0..classes.len() {
            classes[vertex] = (0..=vertex).find(|other| lies_in(*other) == lies_in(vertex)).unwrap() as u16;
        }
    }
}

#[test]
fn every_minimum_cut_is_given_once() {
    let mut random = Random(11);
    let (mut cuts, mut chains, mut graphs) = (0, 0, 0);
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
        graphs += 1;
    }
    println!("{graphs} graphs: {cuts} minimum cuts in {chains} chains, each given once, and no others by brute force");
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
