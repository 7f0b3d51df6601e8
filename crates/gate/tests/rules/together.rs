//! Several edges get lighter at once; the family is compared with brute force as a set.

use gate::cut::family::Family;
use gate::cut::local::live::Live;
use gate::cut::rules::{Cuts, Dynamic, State};
use gate::work::Work;

use crate::both::Both;
use crate::brute::truth;
use crate::live::Plain;
use crate::random::Random;

/// A ring with heavy edges and chords, so that many edges lie inside an atom.
fn draw(random: &mut Random, slots: u64) -> Plain {
    let mut graph = Plain::new(slots as usize);
    for u in 0..slots {
        graph.change(u as u16, ((u + 1) % slots) as u16, 1 + random.below(3));
    }
    for _ in 0..random.below(3 * slots) {
        let u = random.below(slots);
        let v = (u + 1 + random.below(slots - 1)) % slots;
        graph.change(u as u16, v as u16, 1 + random.below(3));
    }
    graph
}

#[test]
fn lighter_edges_at_once() {
    let (mut rounds, mut below, mut equal, mut above, mut pieces, mut changes) = (0, 0, 0, 0, 0, 0);
    for seed in 0..20_000 {
        let mut random = Random(seed);
        let slots = 5 + random.below(4);
        let mut graph = draw(&mut random, slots);
        let (mut scratch, mut slab) = (vec![0; Dynamic::words(slots as usize)], vec![0; Family::words(slots as usize)]);
        let mut family = Both::new(&mut slab, slots as usize);
        let (before, found) = truth(&graph);
        let State::Connected(lambda) = before else { panic!("a ring is connected") };
        let cuts = found.sides.len();
        family.load(found);
        let mut dynamic = Dynamic::new(1 << 20);
        dynamic.set(before);
        let mut batch = Vec::new();
        let mut list = graph.list();
        random.shuffle(&mut list);
        for (u, v, weight) in list {
            let stays = graph.degree(u) > 1 && graph.degree(v) > 1;
            if stays && batch.len() < 5 && family.same_atom(u, v) {
                batch.push(graph.change(u, v, random.below(weight)));
            }
        }
        if batch.len() < 2 || graph.vertex_count() as u64 != slots {
            continue;
        }
        let work = &mut Work::new(u64::MAX);
        dynamic.apply_together(batch.iter().copied(), &graph, &mut family, &mut scratch, work).unwrap();
        let (state, right) = truth(&graph);
        rounds += 1;
        changes += batch.len();
        match (dynamic.state(), state) {
            (State::Stale, State::Components(_)) => pieces += 1,
            (State::Connected(found), State::Connected(value)) => {
                assert_eq!(found, value, "{seed}: {batch:?} {:?}", graph.list());
                assert_eq!(family.explicit, right, "{seed}: {batch:?} {:?}", graph.list());
                assert_eq!(family.listed(), right.sides, "{seed}: {batch:?} {:?}", graph.list());
                below += usize::from(value < lambda);
                equal += usize::from(value == lambda && right.sides.len() > cuts);
                above += usize::from(value == lambda && right.sides.len() == cuts);
            }
            (found, state) => panic!("{seed}: {found:?}, not {state:?}"),
        }
    }
    assert!(below > 0 && equal > 0 && above > 0 && pieces > 0);
    println!(
        "{rounds} times several edges got lighter at once, {changes} in all: lambda fell {below} times, cuts were added {equal} \
         times, nothing came {above} times, {pieces} graphs fell in pieces"
    );
}
