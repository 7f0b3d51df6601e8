//! Graphs of up to nine vertices, by brute force.

use crate::model::{Graph, Random, Side, cuts, insert, shape, some_graph, some_graph_on, vertices, with_family};
use gate::cut::family::{Family, Newcomer};
use gate::work::Work;
use std::collections::BTreeSet;

fn all(n: usize) -> Side {
    (1 << n) - 1
}

fn fill(family: &mut Family<'_>, n: usize, sides: &[Side], random: &mut Random) {
    family.reset(0..n as u16);
    for side in sides {
        insert(family, all(n), *side, random);
    }
}

#[test]
fn any_order_gives_all_minimum_cuts_and_one_tree() {
    let mut random = Random(1);
    let (mut graphs, mut total, mut rings, mut largest) = (0, 0, 0, 0);
    for _ in 0..6_000 {
        let graph = some_graph(&mut random);
        let n = graph.n;
        let (_, truth) = graph.minimum_cuts();
        let mut sides: Vec<Side> = truth.iter().copied().collect();
        with_family(n, |family| {
            let mut first = None;
            for _ in 0..3 {
                random.shuffle(&mut sides);
                fill(family, n, &sides, &mut random);
                assert_eq!(cuts(family, all(n)), truth, "{graph:?}");
                let shape = shape(family, all(n));
                rings += shape.iter().filter(|node| node.0).count();
                assert_eq!(*first.get_or_insert_with(|| shape.clone()), shape, "{graph:?}");
                // Once more: nothing changes.
                insert(family, all(n), sides[random.below(sides.len())], &mut random);
                assert_eq!(cuts(family, all(n)), truth);
            }
        });
        graphs += 1;
        total += truth.len();
        largest = largest.max(truth.len());
    }
    println!("{graphs} graphs in three orders each: {total} minimum cuts, {largest} at most, rings {}", rings / 3);
    assert!(rings > 3_000);
}

#[test]
fn some_cuts_give_no_others_than_minimum_cuts() {
    let mut random = Random(2);
    let (mut graphs, mut inserted, mut followed) = (0, 0, 0);
    for _ in 0..6_000 {
        let graph = some_graph(&mut random);
        let n = graph.n;
        let (_, truth) = graph.minimum_cuts();
        let mut missing: Vec<Side> = truth.iter().copied().collect();
        with_family(n, |family| {
            family.reset(0..n as u16);
            while !missing.is_empty() {
                let side = missing[random.below(missing.len())];
                insert(family, all(n), side, &mut random);
                inserted += 1;
                let found = cuts(family, all(n));
                assert!(found.contains(&side) && found.is_subset(&truth), "{graph:?}");
                missing.retain(|side| !found.contains(side));
            }
            assert_eq!(cuts(family, all(n)), truth);
        });
        graphs += 1;
        followed += truth.len();
    }
    println!("{graphs} graphs: {inserted} cuts inserted, {} followed from them", followed - inserted);
    assert!(followed > inserted + 1_000);
}

/// The family, and the same in a tree that was built from it.
fn same_as_built(family: &Family<'_>, n: usize, truth: &BTreeSet<Side>, random: &mut Random) {
    family.check();
    assert_eq!(cuts(family, all(n)), *truth);
    let mut sides: Vec<Side> = truth.iter().copied().collect();
    random.shuffle(&mut sides);
    with_family(n, |built| {
        fill(built, n, &sides, random);
        assert_eq!(shape(built, all(n)), shape(family, all(n)));
    });
}

fn separates(side: Side, u: usize, v: usize) -> bool {
    (side >> u ^ side >> v) & 1 == 1
}

#[test]
fn contraction_drops_the_cuts_between_two_vertices() {
    let mut random = Random(3);
    let (mut pairs, mut dropped, mut kept, mut collapsed) = (0, 0, 0, 0);
    for _ in 0..4_000 {
        let graph = some_graph(&mut random);
        let n = graph.n;
        let (_, mut truth) = graph.minimum_cuts();
        let mut sides: Vec<Side> = truth.iter().copied().collect();
        random.shuffle(&mut sides);
        with_family(n, |family| {
            fill(family, n, &sides, &mut random);
            while !truth.is_empty() {
                let (u, v) = (random.below(n), random.below(n));
                let before = truth.len();
                assert_eq!(family.same_atom(u as u16, v as u16), truth.iter().all(|side| !separates(*side, u, v)));
                truth.retain(|side| !separates(*side, u, v));
                let left = family.contract(u as u16, v as u16, &mut Work::new(u64::MAX));
                assert_eq!(left, !truth.is_empty());
                same_as_built(family, n, &truth, &mut random);
                pairs += 1;
                dropped += before - truth.len();
                kept += truth.len();
            }
            collapsed += 1;
        });
    }
    println!("{pairs} contractions: {dropped} cuts dropped, {kept} kept, {collapsed} families to the end");
    assert!(pairs > 5_000);
}

#[test]
fn what_is_kept_separates_the_ends_of_an_edge() {
    let mut random = Random(4);
    let (mut pairs, mut dropped, mut kept) = (0, 0, 0);
    while pairs < 8_000 {
        let graph = some_graph(&mut random);
        let n = graph.n;
        let (_, truth) = graph.minimum_cuts();
        let mut sides: Vec<Side> = truth.iter().copied().collect();
        for (u, v) in (0..n).flat_map(|u| (0..n).map(move |v| (u, v))) {
            let kept_cuts: BTreeSet<Side> = truth.iter().copied().filter(|side| separates(*side, u, v)).collect();
            if graph.weight(u, v) == 0 || kept_cuts.is_empty() {
                continue;
            }
            random.shuffle(&mut sides);
            with_family(n, |family| {
                fill(family, n, &sides, &mut random);
                family.keep_between(u as u16, v as u16, &mut Work::new(u64::MAX));
                same_as_built(family, n, &kept_cuts, &mut random);
            });
            pairs += 1;
            dropped += truth.len() - kept_cuts.len();
            kept += kept_cuts.len();
        }
    }
    println!("{pairs} edges weakened: {dropped} cuts dropped, {kept} kept");
}

/// The definition, in a given order of the vertices.
fn check_description(family: &mut Family<'_>, truth: &BTreeSet<Side>, order: &[u16]) {
    let n = order.len();
    let members = order.iter().fold(0, |side: Side, vertex| side | 1 << vertex);
    let first = order[0];
    let without_first: Vec<Side> =
        truth.iter().map(|side| if side >> first & 1 == 1 { members & !side } else { *side }).collect();
    let (mut atom, mut far) = (vec![7; n], vec![7; n]);
    let found = family.describe(order.iter().copied(), &mut atom, &mut far);
    for (position, vertex) in order.iter().enumerate() {
        let together = |other: &u16| truth.iter().all(|side| !separates(*side, *vertex as usize, *other as usize));
        assert_eq!(atom[position] as usize, order.iter().position(together).unwrap());
    }
    let v1 = order.iter().position(|vertex| without_first.iter().any(|side| side >> vertex & 1 == 1));
    assert_eq!(found.first_separable, v1.map(|position| position as u16));
    assert_eq!(found.outside_count as usize, atom.iter().filter(|label| **label != 0).count());
    let holding = without_first.iter().filter(|side| v1.is_some_and(|v1| *side >> order[v1] & 1 == 1));
    let largest = holding.max_by_key(|side| side.count_ones()).copied().unwrap_or(0);
    assert_eq!(found.far_count, largest.count_ones());
    assert!(order.iter().zip(&far).all(|(vertex, far)| *far as Side == largest >> vertex & 1));
    family.check();
}

#[test]
fn descriptions_meet_the_definition() {
    let mut random = Random(5);
    let mut descriptions = 0;
    for _ in 0..4_000 {
        let graph = some_graph(&mut random);
        let n = graph.n;
        let (_, truth) = graph.minimum_cuts();
        let mut sides: Vec<Side> = truth.iter().copied().collect();
        random.shuffle(&mut sides);
        with_family(n, |family| {
            family.reset(0..n as u16);
            let mut order: Vec<u16> = (0..n as u16).collect();
            check_description(family, &BTreeSet::new(), &order);
            fill(family, n, &sides, &mut random);
            for _ in 0..4 {
                random.shuffle(&mut order);
                check_description(family, &truth, &order);
                descriptions += 1;
            }
        });
    }
    println!("{descriptions} descriptions by the definition");
}

#[test]
fn vertices_of_one_edge_come_and_go() {
    let mut random = Random(6);
    let (mut steps, mut leaves, mut emptied) = (0, 0, 0);
    for _ in 0..3_000 {
        let graph = some_graph(&mut random);
        let n = graph.n;
        let (value, truth) = graph.minimum_cuts();
        let room = n + 3;
        let mut sides: Vec<Side> = truth.iter().copied().collect();
        random.shuffle(&mut sides);
        // The present graph: weights among all names, and which names are in use.
        let mut grown = Graph::new(room);
        for (a, b) in (0..n).flat_map(|a| (0..a).map(move |b| (a, b))) {
            grown.add(a, b, graph.weight(a, b));
        }
        let mut members = all(n);
        with_family(room, |family| {
            fill(family, n, &sides, &mut random);
            for _ in 0..12 {
                let of_one_edge = |vertex: usize| {
                    members >> vertex & 1 == 1 && (0..room).filter(|to| grown.weight(vertex, *to) > 0).count() == 1
                };
                let goers: Vec<usize> = (0..room).filter(|vertex| of_one_edge(*vertex)).collect();
                let free: Vec<usize> = (0..room).filter(|vertex| members >> vertex & 1 == 0).collect();
                if !free.is_empty() && (goers.is_empty() || random.below(2) == 0) {
                    let vertex = free[random.below(free.len())];
                    let present = vertices(members);
                    let beside = present[random.below(present.len())];
                    let leaf = random.below(2) == 0;
                    let newcomer = if leaf { Newcomer::Leaf } else { Newcomer::Member };
                    grown.add(vertex, beside as usize, if leaf { value } else { value + 1 });
                    members |= 1 << vertex;
                    family.add_vertex(vertex as u16, beside, newcomer);
                    leaves += usize::from(leaf);
                } else if let Some(vertex) = goers.get(random.below(goers.len().max(1))) {
                    members &= !(1 << vertex);
                    for to in 0..room {
                        let weight = grown.weight(*vertex, to);
                        grown.weights[vertex * room + to] -= weight;
                        grown.weights[to * room + vertex] -= weight;
                    }
                    let left = family.remove_vertex(*vertex as u16);
                    emptied += usize::from(!left);
                } else {
                    continue;
                }
                steps += 1;
                let expected = cuts_of(&grown, members, value);
                family.check();
                assert_eq!(cuts(family, members), expected);
                let mut order = vertices(members);
                random.shuffle(&mut order);
                check_description(family, &expected, &order);
            }
        });
    }
    println!("{steps} vertices came or went, {leaves} as leaves; {emptied} times no cut was left");
    assert!(emptied > 50);
}

/// The cuts of a given value among the vertices in use. If the least is above it there is none.
fn cuts_of(graph: &Graph, members: Side, value: u64) -> BTreeSet<Side> {
    let names = vertices(members);
    let mut dense = Graph::new(names.len());
    for a in 0..names.len() {
        for b in 0..a {
            dense.add(a, b, graph.weight(names[a] as usize, names[b] as usize));
        }
    }
    let (least, family) = dense.minimum_cuts();
    if names.len() < 2 || least > value {
        return BTreeSet::new();
    }
    assert_eq!(least, value);
    let spread = |side: Side| vertices(side).iter().fold(0, |set: Side, place| set | 1 << names[*place as usize]);
    family.into_iter().map(spread).collect()
}

#[test]
fn expansion_names_all_vertices_anew() {
    let mut random = Random(7);
    let (mut families, mut added) = (0, 0);
    for _ in 0..4_000 {
        let graph = some_graph(&mut random);
        let n = graph.n;
        let (_, truth) = graph.minimum_cuts();
        let count = n + random.below(5);
        let room = count + random.below(4);
        let mut names: Vec<u16> = (0..room as u16).collect();
        random.shuffle(&mut names);
        let mut of: Vec<(u16, u16)> =
            (0..count).map(|at| (names[at], if at < n { at } else { random.below(n) } as u16)).collect();
        random.shuffle(&mut of);
        let members = of.iter().fold(0, |side: Side, (new, _)| side | 1 << new);
        let renamed = |side: &Side| of.iter().fold(0, |set: Side, (new, old)| set | (side >> old & 1) << new);
        let expected: BTreeSet<Side> = truth.iter().map(|side| crate::model::normal(members, renamed(side))).collect();
        let sides: Vec<Side> = truth.iter().copied().collect();
        with_family(room, |family| {
            fill(family, n, &sides, &mut random);
            family.expand(count, |index| of[index], &mut Work::new(u64::MAX));
            family.check();
            assert_eq!(cuts(family, members), expected);
            let mut order = vertices(members);
            random.shuffle(&mut order);
            check_description(family, &expected, &order);
        });
        families += 1;
        added += count - n;
    }
    println!("{families} families renamed, {added} vertices beside others");
}

#[test]
fn larger_graphs_by_brute_force() {
    let mut random = Random(8);
    let (mut graphs, mut total, mut largest) = (0, 0, 0);
    for _ in 0..400 {
        let n = 10 + random.below(6);
        let graph = some_graph_on(n, &mut random);
        let (_, truth) = graph.minimum_cuts();
        let mut sides: Vec<Side> = truth.iter().copied().collect();
        random.shuffle(&mut sides);
        with_family(n, |family| {
            fill(family, n, &sides, &mut random);
            let mut order: Vec<u16> = (0..n as u16).collect();
            random.shuffle(&mut order);
            check_description(family, &truth, &order);
            same_as_built(family, n, &truth, &mut random);
        });
        graphs += 1;
        total += truth.len();
        largest = largest.max(truth.len());
    }
    println!("{graphs} graphs of 10 to 15 vertices: {total} minimum cuts, {largest} at most");
}
