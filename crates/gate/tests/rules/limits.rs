//! What happens at the limits: too much work, too long paths, as many slots as there can be.

use gate::arena::Arena;
use gate::cut::family::Family;
use gate::cut::local::live::Live;
use gate::cut::local::{Connectivity, Local};
use gate::cut::rules::{Dynamic, Rule, State};
use gate::work::Work;

use crate::live::Plain;
use crate::recompute::recompute;

fn ring(slots: u16) -> Plain {
    let mut graph = Plain::new(usize::from(slots));
    for i in 0..slots {
        graph.change(i, (i + 1) % slots, 1);
    }
    graph
}

/// Takes the chord from slot 0 to `far` away, with a limit; the ring of `slots` then has all its cuts.
fn without_chord(slots: u16, far: u16, limit: u64) -> (Rule, State, u64, u64) {
    let mut graph = ring(slots);
    graph.change(0, far, 1);
    let mut slab = vec![0; Family::words(usize::from(slots))];
    let mut family = Family::new(&mut Arena::new(&mut slab), usize::from(slots)).unwrap();
    let mut scratch = vec![0; Dynamic::words(usize::from(slots))];
    let mut dynamic = Dynamic::new(limit);
    dynamic.set(recompute(&graph, &mut family, &mut scratch));
    dynamic.scratch_changed();
    let change = graph.change(0, far, 0);
    let mut work = Work::new(u64::MAX);
    let rule = dynamic.apply(change, &graph, &mut family, &mut scratch, &mut work).unwrap();
    (rule, dynamic.state(), family.count(), work.used())
}

#[test]
fn work_is_limited_and_the_same_each_time() {
    let all = 40 * 39 / 2;
    let (rule, state, count, used) = without_chord(40, 20, u64::MAX);
    assert_eq!((rule, state, count), (Rule::FlowEqual, State::Connected(2), all));
    let (mut stale, mut through) = (0, 0);
    for limit in 0..used + 1 {
        let first = without_chord(40, 20, limit);
        assert_eq!(first, without_chord(40, 20, limit), "the same each time");
        match first {
            (Rule::TooFar, State::Stale, _, spent) => {
                assert!(spent <= used);
                stale += 1;
            }
            (Rule::FlowEqual, State::Connected(2), count, _) => {
                assert_eq!(count, all);
                through += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    println!("{used} units; {stale} limits too low, {through} enough");
    assert!(stale > 100 && through > 0);
}

#[test]
fn a_flow_of_too_many_edges_is_too_far() {
    // Twice half a ring is more edges than the table of this size holds.
    let slots = 6000;
    let graph = ring(slots);
    let mut scratch = vec![0; Local::words(usize::from(slots))];
    let mut local = Local::enter(&mut scratch, usize::from(slots), 0).unwrap();
    assert_eq!(local.flow(&graph, 0, 3000, 2, u64::MAX), Connectivity::TooFar);
    // Nothing is left behind.
    assert_eq!(local.flow(&graph, 0, 3000, 1, u64::MAX), Connectivity::More);
    assert_eq!(local.flow(&graph, 0, 40, 1, u64::MAX), Connectivity::More);
    assert!(local.connected_otherwise(&graph, 0, 1));
    let near = without_chord(300, 120, u64::MAX);
    assert_eq!((near.0, near.2), (Rule::FlowEqual, 300 * 299 / 2));
}

#[test]
fn as_many_slots_as_there_can_be() {
    let slots = u16::MAX - 1;
    let mut graph = Plain::new(usize::from(slots));
    // A fan: every vertex is joined to the last, and to its neighbours.
    let hub = slots - 1;
    for i in 0..hub {
        graph.change(i, hub, 1);
        if i > 0 {
            graph.change(i - 1, i, 1);
        }
    }
    assert_eq!(graph.neighbours(hub).len(), usize::from(hub));
    let mut scratch = vec![0; Local::words(usize::from(slots))];
    let mut stamp = 0;
    let mut sides = 0;
    for (u, v, connectivity) in [(0, hub, 2), (hub, 0, 2), (1, hub, 3), (30_000, 30_001, 3), (0, hub - 1, 2)] {
        let mut local = Local::enter(&mut scratch, usize::from(slots), stamp).unwrap();
        assert_eq!(local.flow(&graph, u, v, connectivity - 1, u64::MAX), Connectivity::More);
        assert_eq!(local.flow(&graph, u, v, connectivity, u64::MAX), Connectivity::Exactly(connectivity));
        if connectivity == 2 {
            local
                .cuts(&graph, |side, outside| {
                    assert!(!side.contains(&outside));
                    assert!(side == [u] || side == [v], "an end of the path alone");
                    sides += 1;
                })
                .unwrap();
        }
        stamp = local.leave();
    }
    // Each end of the fan once from either direction, and both between them.
    assert_eq!(sides, 4);
    let words = Local::words(16_384);
    println!("{} KiB of scratch at 16,384 slots, {} at 49,152", words / 128, Local::words(49_152) / 128);
    assert!(words <= 384 * 128);
}
