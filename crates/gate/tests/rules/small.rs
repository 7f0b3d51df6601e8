//! Short histories of small graphs; after every change the family is compared with brute force as a set.

use std::collections::BTreeMap;

use gate::cut::family::Family;
use gate::cut::local::live::Live;
use gate::cut::rules::{Dynamic, Rule, State, label_components};
use gate::work::Work;

use crate::both::Both;
use crate::brute::truth;
use crate::explicit::Explicit;
use crate::live::Plain;
use crate::random::Random;

const HISTORIES: u64 = 24_000;
const CHANGES: usize = 24;

/// How weights are drawn.
#[derive(Clone, Copy)]
enum Weights {
    One,
    UpToThree,
    Any,
}

impl Weights {
    fn draw(self, random: &mut Random) -> u64 {
        match self {
            Self::One => 1,
            Self::UpToThree => 1 + random.below(3),
            Self::Any => 1 + random.below(1 << 40),
        }
    }
}

/// Where a history begins: nothing, a ring, a ring with one light edge, or a ring of light and heavy edges by turns.
fn beginning(random: &mut Random, slots: u64) -> Plain {
    let mut graph = Plain::new(slots as usize);
    let mut order: Vec<u16> = (0..slots as u16).collect();
    random.shuffle(&mut order);
    let count = order.len();
    let weight = |kind: u64, i: usize| match kind {
        1 => 1,
        2 if i == 0 => 1,
        2 => 2,
        _ => 1 + (i as u64 + 1) % 2,
    };
    let kind = random.below(4);
    if kind > 0 {
        for i in 0..count {
            graph.change(order[i], order[(i + count - 1) % count], weight(kind, i));
        }
    }
    graph
}

/// A change that is possible; most often of edges that are there once there are enough.
fn draw(random: &mut Random, graph: &Plain, slots: u64, weights: Weights) -> (u16, u16, u64) {
    let list = graph.list();
    if list.is_empty() || random.below(9) < 4 {
        let u = random.below(slots) as u16;
        let v = (u + 1 + random.below(slots - 1) as u16) % slots as u16;
        return (u, v, weights.draw(random));
    }
    let (u, v, weight) = list[random.below(list.len() as u64) as usize];
    let (u, v) = if random.chance(128) { (u, v) } else { (v, u) };
    match random.below(3) {
        0 => (u, v, weights.draw(random)),
        1 => (u, v, weight - 1),
        _ => (u, v, 0),
    }
}

#[test]
fn every_change_keeps_the_family_right() {
    let mut fired: BTreeMap<String, u64> = BTreeMap::new();
    let (mut changes, mut families, mut cuts, mut recomputed) = (0u64, 0u64, 0u64, 0u64);
    for history in 0..HISTORIES {
        let mut random = Random(history);
        let slots = 3 + random.below(6);
        let weights = random.pick(&[Weights::One, Weights::UpToThree, Weights::UpToThree, Weights::Any]);
        let mut graph = beginning(&mut random, slots);
        let mut scratch = vec![random.next(); Dynamic::words(slots as usize)];
        let mut dynamic = Dynamic::new(1 << 20);
        let mut slab = vec![0; Family::words(slots as usize)];
        let mut family = Both::new(&mut slab, slots as usize);
        let (state, found) = truth(&graph);
        family.load(found);
        dynamic.set(state);
        for _ in 0..CHANGES {
            let (u, v, after) = draw(&mut random, &graph, slots, weights);
            let change = graph.change(u, v, after);
            if random.chance(16) {
                scratch.fill(random.next());
                dynamic.scratch_changed();
            }
            let mut work = Work::new(u64::MAX);
            let rule = dynamic.apply(change, &graph, &mut family, &mut scratch, &mut work).unwrap();
            *fired.entry(format!("{rule:?}")).or_default() += 1;
            changes += 1;
            let (state, right) = truth(&graph);
            match dynamic.state() {
                State::Stale => {
                    recomputed += 1;
                    dynamic.set(state);
                    family.load(right);
                }
                State::Connected(_) => {
                    assert_eq!(dynamic.state(), state, "{history}: {rule:?} {change:?} {:?}", graph.list());
                    assert_eq!(family.explicit, right, "{history}: {rule:?} {change:?} {:?}", graph.list());
                    assert_eq!(family.listed(), right.sides, "{history}: {rule:?} {change:?} {:?}", graph.list());
                    families += 1;
                    cuts += right.sides.len() as u64;
                }
                State::Components(count) => {
                    assert_eq!(dynamic.state(), state, "{history}: {rule:?} {change:?} {:?}", graph.list());
                    check_labels(&graph, &mut scratch, count);
                    dynamic.scratch_changed();
                }
            }
        }
    }
    println!(
        "{HISTORIES} histories, {changes} changes, {families} families of {cuts} cuts compared, {recomputed} recomputed"
    );
    for (rule, count) in &fired {
        println!("{count:>9} {rule}");
    }
    for rule in Rule::ALL {
        let count = fired.get(&format!("{rule:?}")).copied().unwrap_or(0);
        let never = matches!(rule, Rule::Skipped | Rule::TooFar);
        assert_eq!(count == 0, never, "{rule:?}");
    }
}

fn check_labels(graph: &Plain, scratch: &mut [u64], count: u32) {
    let order: Vec<u16> = graph.vertices().collect();
    let mut label = vec![0; graph.slots()];
    let mut work = Work::new(u64::MAX);
    let found = label_components(graph, order.iter().copied(), scratch, &mut label, &mut work).unwrap();
    assert_eq!(found, count);
    for (u, v, _) in graph.list() {
        assert_eq!(label[usize::from(u)], label[usize::from(v)]);
    }
    let roots = order.iter().zip(0..).filter(|(v, position)| label[usize::from(**v)] == *position).count();
    assert_eq!(roots as u32, count, "labels are positions of first vertices");
}

#[test]
fn a_stale_state_stays_so_until_it_is_set() {
    let mut graph = Plain::new(4);
    let mut family = Explicit::default();
    let mut scratch = vec![0; Dynamic::words(4)];
    let mut dynamic = Dynamic::new(1 << 20);
    dynamic.set(State::Stale);
    for after in [1, 2, 1, 0] {
        let change = graph.change(0, 1, after);
        let mut work = Work::new(u64::MAX);
        let rule = dynamic.apply(change, &graph, &mut family, &mut scratch, &mut work).unwrap();
        assert_eq!((rule, dynamic.state()), (Rule::Skipped, State::Stale));
    }
}
