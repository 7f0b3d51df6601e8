//! Histories of graphs of some hundred to two thousand vertices; samples are compared with the static search.

use std::collections::BTreeMap;

use gate::arena::Arena;
use gate::cut::family::Family;
use gate::cut::local::live::Live;
use gate::cut::rules::{Dynamic, State};
use gate::work::Work;

use crate::graph::Graph;
use crate::live::Plain;
use crate::random::Random;
use crate::recompute::recompute;

/// A kind of graph, as in the benchmarks but smaller.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A ring through all vertices, and random edges.
    Random,
    /// New vertices prefer those with many edges.
    Preferential,
    /// A square with opposite sides joined, eight neighbours each.
    Torus,
    /// Four random rings.
    Regular,
    /// Two halves of four rings each, joined by five edges.
    Planted,
    /// A ring of cliques.
    Cliques,
    /// A ring of rings, with chords: large families.
    Rings,
}

struct Case {
    kind: Kind,
    vertices: u64,
    heaviest: u64,
    changes: usize,
}

const fn case(kind: Kind, vertices: u64, heaviest: u64, changes: usize) -> Case {
    Case { kind, vertices, heaviest, changes }
}

const CASES: [Case; 15] = [
    case(Kind::Random, 200, 1, 1800),
    case(Kind::Random, 2000, 1, 900),
    case(Kind::Random, 1000, 1000, 900),
    case(Kind::Preferential, 500, 1, 1500),
    case(Kind::Preferential, 2000, 3, 900),
    case(Kind::Torus, 256, 1, 1500),
    case(Kind::Torus, 1024, 1, 900),
    case(Kind::Torus, 400, 1000, 900),
    case(Kind::Regular, 600, 1, 1500),
    case(Kind::Regular, 600, 2, 1200),
    case(Kind::Planted, 400, 1, 1500),
    case(Kind::Planted, 1200, 1000, 900),
    case(Kind::Cliques, 400, 1, 1500),
    case(Kind::Rings, 200, 1, 2400),
    case(Kind::Rings, 300, 2, 1800),
];

/// A change is compared with the static search with this chance in 256, and always if it was one that is hard to meet.
const SAMPLED: u64 = 40;

fn build(case: &Case, random: &mut Random) -> Plain {
    let n = case.vertices;
    let mut graph = Plain::new(n as usize + 8);
    let mut add = |random: &mut Random, u: u64, v: u64| {
        if u != v && graph.weight_between(u as u16, v as u16) == 0 {
            graph.change(u as u16, v as u16, 1 + random.below(case.heaviest));
        }
    };
    let ring = |random: &mut Random, from: u64, to: u64, add: &mut dyn FnMut(&mut Random, u64, u64)| {
        let mut order: Vec<u64> = (from..to).collect();
        random.shuffle(&mut order);
        (0..order.len()).for_each(|i| add(random, order[i], order[(i + 1) % order.len()]));
    };
    match case.kind {
        Kind::Random => {
            ring(random, 0, n, &mut add);
            (0..3 * n).for_each(|_| {
                let (u, v) = (random.below(n), random.below(n));
                add(random, u, v);
            });
        }
        Kind::Preferential => {
            let mut ends = vec![0, 1, 2, 3, 4];
            for u in 0..n {
                for _ in 0..if u < 5 { u } else { 4 } {
                    let v = if u < 5 { random.below(u) } else { random.pick(&ends) };
                    add(random, u, v);
                    ends.extend([u, v]);
                }
            }
        }
        Kind::Torus => {
            let side = n.isqrt();
            for (i, j) in (0..side).flat_map(|i| (0..side).map(move |j| (i, j))) {
                for (down, right) in [(0, 1), (1, 0), (1, 1), (1, side - 1)] {
                    add(random, i * side + j, (i + down) % side * side + (j + right) % side);
                }
            }
        }
        Kind::Regular => (0..4).for_each(|_| ring(random, 0, n, &mut add)),
        Kind::Planted => {
            (0..4).for_each(|_| ring(random, 0, n / 2, &mut add));
            (0..4).for_each(|_| ring(random, n / 2, n, &mut add));
            (0..5).for_each(|_| {
                let (u, v) = (random.below(n / 2), n / 2 + random.below(n / 2));
                add(random, u, v);
            });
        }
        Kind::Cliques => {
            for clique in 0..n / 8 {
                let first = clique * 8;
                (0..8).for_each(|i| (0..i).for_each(|j| add(random, first + i, first + j)));
                add(random, first + 7, (first + 8) % n);
            }
        }
        Kind::Rings => {
            for ring in 0..n / 10 {
                (0..10).for_each(|i| add(random, ring * 10 + i, ring * 10 + (i + 1) % 10));
                add(random, ring * 10, (ring * 10 + 15) % n);
            }
        }
    }
    graph
}

/// External ids are not in the order of slots.
fn id(slot: u16) -> u64 {
    u64::from(slot.wrapping_mul(0x6487))
}

/// Compares everything that the cut hash says.
fn compare(graph: &Plain, state: State, family: &mut Family<'_>, what: &str) -> u64 {
    let mut order: Vec<u16> = graph.vertices().collect();
    order.sort_unstable_by_key(|slot| id(*slot));
    let position: BTreeMap<u16, usize> = order.iter().copied().zip(0..).collect();
    let edges: Vec<(usize, usize, u64)> =
        graph.list().into_iter().map(|(u, v, weight)| (position[&u], position[&v], weight)).collect();
    let found = Graph::with_ids(order.iter().map(|slot| id(*slot)).collect(), &edges).search();
    let lambda = match state {
        State::Stale => panic!("{what}: nothing to compare"),
        State::Components(count) => {
            assert_eq!((found.value, found.components), (0, count), "{what}");
            return 0;
        }
        State::Connected(lambda) => lambda,
    };
    assert_eq!((found.value, found.components), (lambda, 1), "{what}");
    assert_eq!(found.family, family.count(), "{what}");
    let mut atom = vec![0; order.len()];
    let mut far = vec![0; order.len()];
    let described = family.describe(order.iter().copied(), &mut atom, &mut far);
    assert_eq!(described.first_separable.map(u32::from), found.first_separable, "{what}");
    assert_eq!(atom.iter().map(|label| u32::from(*label)).collect::<Vec<_>>(), found.atom, "{what}");
    assert_eq!(far.iter().map(|side| *side == 1).collect::<Vec<_>>(), found.far_side, "{what}");
    family.check();
    found.family
}

/// A change that undoes an earlier one, the last if the graph fell apart, or one anywhere.
fn draw(
    random: &mut Random,
    graph: &Plain,
    case: &Case,
    undo: &mut Vec<(u16, u16, u64)>,
    state: State,
) -> (u16, u16, u64) {
    if let State::Components(_) = state
        && random.chance(200)
        && let Some(last) = undo.pop()
    {
        return last;
    }
    if !undo.is_empty() && random.chance(110) {
        return undo.swap_remove(random.below(undo.len() as u64) as usize);
    }
    let slots = graph.slots() as u64;
    let u = random.below(slots) as u16;
    let row = graph.neighbours(u);
    let weight = 1 + random.below(case.heaviest + 1);
    if row.is_empty() || random.chance(40) {
        let active: Vec<u16> = graph.vertices().filter(|v| *v != u).collect();
        return (u, random.pick(&active), weight);
    }
    let v = random.pick(row);
    if random.chance(150) { (u, v, 0) } else { (u, v, weight) }
}

#[test]
fn medium_graphs_against_the_static_search() {
    let mut fired: BTreeMap<String, u64> = BTreeMap::new();
    let (mut changes, mut compared, mut cuts) = (0u64, 0u64, 0u64);
    for (case, seed) in CASES.iter().zip(1..) {
        let mut random = Random(seed * 77);
        let mut graph = build(case, &mut random);
        let slots = graph.slots();
        let mut slab = vec![0; Family::words(slots)];
        let mut family = Family::new(&mut Arena::new(&mut slab), slots).unwrap();
        let mut scratch = vec![0; Dynamic::words(slots)];
        let mut dynamic = Dynamic::new(u64::MAX);
        dynamic.set(recompute(&graph, &mut family, &mut scratch));
        let mut undo = Vec::new();
        for step in 0..case.changes {
            let (u, v, after) = draw(&mut random, &graph, case, &mut undo, dynamic.state());
            let change = graph.change(u, v, after);
            if change.before != change.after {
                undo.push((u, v, change.before));
            }
            let mut work = Work::new(u64::MAX);
            let rule = dynamic.apply(change, &graph, &mut family, &mut scratch, &mut work).unwrap();
            *fired.entry(format!("{rule:?}")).or_default() += 1;
            changes += 1;
            let what = format!("{:?} {seed}, step {step}: {rule:?} {change:?}", case.kind);
            if dynamic.state() == State::Stale {
                dynamic.set(recompute(&graph, &mut family, &mut scratch));
                dynamic.scratch_changed();
            }
            let rare =
                matches!(format!("{rule:?}").as_str(), "FlowEqual" | "FlowBelow" | "HeavierAcross" | "JoinedAsLeaf");
            if rare || random.chance(SAMPLED) || step + 1 == case.changes {
                cuts += compare(&graph, dynamic.state(), &mut family, &what);
                compared += 1;
            }
        }
    }
    println!(
        "{} graphs, {changes} changes, {compared} families of {cuts} cuts compared with the static search",
        CASES.len()
    );
    for (rule, count) in &fired {
        println!("{count:>9} {rule}");
    }
    for rule in ["HeavierInAtom", "HeavierAcross", "LambdaRose", "LighterAcross", "FlowAbove", "FlowEqual", "FlowBelow"]
    {
        assert!(fired.contains_key(rule), "{rule}");
    }
}
