//! The local flow on its own: value and generated cuts against brute force, whatever the bound.

use gate::cut::local::live::Live;
use gate::cut::local::{Connectivity, Local};
use gate::cut::rules::State;

use crate::brute::{between, truth};
use crate::explicit::Explicit;
use crate::live::Plain;
use crate::random::Random;

const GRAPHS: u64 = 12_000;

#[test]
fn flows_and_cuts_between_two_vertices() {
    let (mut more, mut exact, mut generated, mut given, mut apart) = (0u64, 0u64, 0u64, 0u64, 0u64);
    for seed in 0..GRAPHS {
        let mut random = Random(seed ^ 0x10ca1);
        let slots = 2 + random.below(9);
        let graph = draw(&mut random, slots);
        let (state, _) = truth(&graph);
        let vertices: Vec<u16> = graph.vertices().collect();
        let mut scratch = vec![random.next(); Local::words(slots as usize)];
        let mut stamp = 0;
        for &u in &vertices {
            for &v in &vertices {
                if u == v {
                    continue;
                }
                let (value, sides) = between(&graph, u, v);
                let mut local = Local::enter(&mut scratch, slots as usize, stamp).unwrap();
                if value > 0 {
                    assert_eq!(local.flow(&graph, u, v, value - 1, 1 << 20), Connectivity::More, "{seed}: {u} {v}");
                    more += 1;
                }
                let bound = value + random.below(2) * random.below(5);
                let found = local.flow(&graph, u, v, bound, 1 << 20);
                assert_eq!(found, Connectivity::Exactly(value), "{seed}: {u} {v} {:?}", graph.list());
                exact += 1;
                if state == State::Connected(value) {
                    let mut family =
                        Explicit { vertices: vertices.iter().map(|v| 1 << v).sum(), ..Explicit::default() };
                    local
                        .cuts(&graph, |side, outside| {
                            let set: u64 = side.iter().map(|v| 1u64 << v).sum();
                            assert!(set >> outside & 1 == 0);
                            family.add(set);
                            given += 1;
                        })
                        .unwrap();
                    // What follows from crossings may also separate other pairs alone.
                    let found: Vec<u64> =
                        family.sides.into_iter().filter(|side| (side >> u ^ side >> v) & 1 == 1).collect();
                    let mut right = sides;
                    right.sort_unstable();
                    assert_eq!(found, right, "{seed}: {u} {v} {:?}", graph.list());
                    generated += right.len() as u64;
                }
                let joined = local.connected_otherwise(&graph, u, v);
                assert_eq!(joined, value > graph.weight_between(u, v), "{seed}: {u} {v}");
                apart += u64::from(!joined);
                stamp = local.leave();
            }
        }
    }
    println!(
        "{GRAPHS} graphs: {more} flows above a bound, {exact} exact; {generated} cuts, {given} given; {apart} apart"
    );
}

/// Rings with bulges, ladders, random graphs: many ties.
fn draw(random: &mut Random, slots: u64) -> Plain {
    let mut graph = Plain::new(slots as usize);
    let mut order: Vec<u16> = (0..slots as u16).collect();
    random.shuffle(&mut order);
    let count = order.len();
    let heavy = 1 + random.below(3);
    let kind = random.below(3);
    for i in 1..count {
        match kind {
            0 => graph.change(order[i], order[(i + 1) % count], random.pick(&[1, 1, 1, heavy])),
            1 => graph.change(order[i], order[random.below(i as u64) as usize], heavy),
            _ => continue,
        };
    }
    if kind == 0 && count > 2 {
        graph.change(order[0], order[1], 1);
    }
    for _ in 0..random.below(2 * slots) {
        let u = random.below(slots) as u16;
        let v = (u + 1 + random.below(slots - 1) as u16) % slots as u16;
        graph.change(u, v, 1 + random.below(heavy));
    }
    graph
}

#[test]
fn stamps_run_out_and_start_again() {
    let mut graph = Plain::new(6);
    for i in 0..6 {
        graph.change(i, (i + 1) % 6, 1);
    }
    let mut scratch = vec![7; Local::words(6)];
    let mut stamp = 0;
    let mut wraps = 0;
    for _ in 0..80_000 {
        let mut local = Local::enter(&mut scratch, 6, stamp).unwrap();
        assert_eq!(local.flow(&graph, 0, 3, 2, 1000), Connectivity::Exactly(2));
        let mut family = Explicit { vertices: 0b11_1111, ..Explicit::default() };
        local.cuts(&graph, |side, _| family.add(side.iter().map(|v| 1u64 << v).sum())).unwrap();
        let between = family.sides.iter().filter(|side| (**side ^ **side >> 3) & 1 == 1).count();
        assert_eq!(between, 9, "one edge of three on either way round");
        let next = local.leave();
        wraps += u32::from(next < stamp);
        stamp = next;
    }
    println!("{wraps} wraps");
    assert!(wraps >= 4);
}

/// A row of single vertices and rings, each as wide as the other: from one end to the other all cuts have weight four.
fn row_of_rings(random: &mut Random, slots: usize) -> (Plain, u16, u16) {
    let mut names: Vec<u16> = (0..slots as u16).collect();
    random.shuffle(&mut names);
    let mut graph = Plain::new(slots);
    let first = names.pop().unwrap();
    let mut tops = vec![first];
    while names.len() > 6 {
        if random.chance(90) {
            let next = names.pop().unwrap();
            tops.iter().for_each(|top| {
                graph.change(*top, next, 4 / tops.len() as u64);
            });
            tops = vec![next];
            continue;
        }
        // Two runs side by side. If two were there before, no vertex lies between the rings.
        let mut sides: Vec<u16> = Vec::new();
        for _ in 0..2 {
            let mut last = names.pop().unwrap();
            tops.iter().for_each(|top| {
                graph.change(*top, last, 2 / tops.len() as u64);
            });
            for _ in 0..random.below(3) {
                let next = names.pop().unwrap();
                graph.change(last, next, 2);
                last = next;
            }
            sides.push(last);
        }
        tops = sides;
    }
    let end = names.pop().unwrap();
    tops.iter().for_each(|top| {
        graph.change(*top, end, 4 / tops.len() as u64);
    });
    (graph, first, end)
}

#[test]
fn rows_of_rings() {
    let (mut cuts, mut most, mut given) = (0u64, 0, 0u64);
    for seed in 0..1_500 {
        let mut random = Random(seed ^ 0x0101);
        let slots = 9 + random.below(6) as usize;
        let (graph, u, v) = row_of_rings(&mut random, slots);
        let (value, mut right) = between(&graph, u, v);
        assert_eq!(value, 4);
        right.sort_unstable();
        let mut scratch = vec![0; Local::words(slots)];
        for (from, to) in [(u, v), (v, u)] {
            let mut local = Local::enter(&mut scratch, slots, 0).unwrap();
            assert_eq!(local.flow(&graph, from, to, 4, 1 << 20), Connectivity::Exactly(4), "{seed}");
            let mut family = Explicit { vertices: graph.vertices().map(|v| 1 << v).sum(), ..Explicit::default() };
            local
                .cuts(&graph, |side, _| {
                    family.add(side.iter().map(|v| 1u64 << v).sum());
                    given += 1;
                })
                .unwrap();
            let found: Vec<u64> = family.sides.into_iter().filter(|side| (side >> u ^ side >> v) & 1 == 1).collect();
            assert_eq!(found, right, "{seed}: {:?}", graph.list());
        }
        cuts += right.len() as u64;
        most = most.max(right.len());
    }
    println!("1500 rows of rings: {cuts} cuts, at most {most}, from {given} given, two times");
    assert!(most > 16);
}
