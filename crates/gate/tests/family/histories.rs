//! Long histories on one family, against a set of sides that is closed under crossing by definition.

use crate::model::{Random, Side, cuts, insert, normal, shape, vertices, with_family};
use gate::cut::family::{Family, Newcomer, VERTICES_MAX};
use gate::work::Work;
use std::collections::BTreeSet;

/// All cuts of a random tree of atoms, empty hubs and rings whose leaves are the members. Every such tree is the cactus
/// of some graph.
fn some_family(members: Side, random: &mut Random) -> BTreeSet<Side> {
    let mut found = BTreeSet::new();
    let mut parts: Vec<Side> = vertices(members).iter().map(|vertex| 1 << vertex).collect();
    let ring_share = random.below(4);
    let cut_share = 1 + random.below(4);
    while parts.len() > 1 {
        random.shuffle(&mut parts);
        let ring = random.below(4) < ring_share;
        let most = if random.below(3) == 0 { 9 } else { 4 };
        let take = (2 + random.below(most)).min(parts.len());
        let taken: Vec<Side> = parts.drain(..take).collect();
        let union = taken.iter().fold(0, |all, part| all | part);
        if ring {
            // Arcs of the things taken and what is above them.
            for from in 0..take {
                let mut arc = 0;
                for part in &taken[from..] {
                    arc |= part;
                    found.insert(normal(members, arc));
                }
            }
        } else if random.below(4) < cut_share {
            found.insert(normal(members, union));
        }
        parts.push(union);
    }
    found.remove(&0);
    found.remove(&members);
    found
}

fn crosses(members: Side, a: Side, b: Side) -> bool {
    [a & b, a & !b, b & !a, members & !(a | b)].iter().all(|part| *part != 0)
}

/// Adds a side and all that follow from it.
fn close(members: Side, found: &mut BTreeSet<Side>, side: Side) {
    let mut fresh = vec![normal(members, side)];
    while let Some(side) = fresh.pop() {
        if !found.insert(side) {
            continue;
        }
        for &other in found.iter() {
            if crosses(members, side, other) {
                for part in [side & other, side & !other, other & !side, side | other] {
                    fresh.push(normal(members, part));
                }
            }
        }
    }
}

fn separates(side: Side, u: u16, v: u16) -> bool {
    (side >> u ^ side >> v) & 1 == 1
}

/// Counts of what a history did.
#[derive(Default)]
struct Done {
    inserted: usize,
    contracted: usize,
    kept: usize,
    vertices: usize,
    renamed: usize,
    reset: usize,
    largest: usize,
}

/// One step of a history: what is possible in `truth`, what is represented in `found`.
struct History {
    members: Side,
    room: usize,
    truth: BTreeSet<Side>,
    found: BTreeSet<Side>,
}

impl History {
    fn step(&mut self, family: &mut Family<'_>, random: &mut Random, done: &mut Done) {
        let names = vertices(self.members);
        let name = |random: &mut Random| names[random.below(names.len())];
        let mut work = Work::new(u64::MAX);
        match random.below(16) {
            0 | 1 => {
                let (u, v) = (name(random), name(random));
                self.truth.retain(|side| !separates(*side, u, v));
                self.found.retain(|side| !separates(*side, u, v));
                assert_eq!(family.contract(u, v, &mut work), !self.found.is_empty());
                done.contracted += 1;
            }
            2 => self.keep(family, (name(random), name(random)), done),
            3 | 4 => self.come_or_go(family, random, done),
            5 => self.rename(family, random, done),
            _ => {
                if self.truth.is_empty() || random.below(150) == 0 {
                    self.truth = some_family(self.members, random);
                    self.found.clear();
                    family.reset(names.into_iter());
                    done.reset += 1;
                }
                let sides: Vec<Side> = self.truth.iter().copied().collect();
                if let Some(side) = sides.get(random.below(sides.len().max(1))) {
                    insert(family, self.members, *side, random);
                    close(self.members, &mut self.found, *side);
                    done.inserted += 1;
                }
            }
        }
        family.check();
        assert_eq!(cuts(family, self.members), self.found);
        assert!(self.found.is_subset(&self.truth));
        done.largest = done.largest.max(self.found.len());
    }

    /// Only where no two of the cuts between the two cross, as between the ends of an edge.
    fn keep(&mut self, family: &mut Family<'_>, (u, v): (u16, u16), done: &mut Done) {
        let between: Vec<Side> = self.found.iter().copied().filter(|side| separates(*side, u, v)).collect();
        let crossing = between.iter().any(|a| between.iter().any(|b| crosses(self.members, *a, *b)));
        if between.is_empty() || crossing {
            return;
        }
        self.found.retain(|side| separates(*side, u, v));
        self.truth = self.found.clone();
        family.keep_between(u, v, &mut Work::new(u64::MAX));
        done.kept += 1;
    }

    fn come_or_go(&mut self, family: &mut Family<'_>, random: &mut Random, done: &mut Done) {
        let names = vertices(self.members);
        let beside = names[random.below(names.len())];
        let free: Vec<u16> = (0..self.room as u16).filter(|vertex| self.members >> vertex & 1 == 0).collect();
        let bit = 1 << beside;
        // A vertex of one edge is on no ring. (It is beside an atom too, but the tree does not need that.)
        let on_ring =
            shape(family, self.members).iter().any(|(ring, _, neighbours)| *ring && neighbours.contains(&bit));
        if names.len() > 1 && !on_ring && (free.is_empty() || random.below(3) == 0) {
            let new = self.members & !bit;
            self.found = self.found.iter().map(|side| normal(new, side & new)).collect();
            self.found.remove(&0);
            self.truth = self.found.clone();
            self.members = new;
            assert_eq!(family.remove_vertex(beside), !self.found.is_empty());
        } else if let Some(vertex) = free.first() {
            let fresh: Side = 1 << vertex;
            let new = self.members | fresh;
            let grow = |sides: &BTreeSet<Side>| -> BTreeSet<Side> {
                sides.iter().map(|side| normal(new, if side & bit == 0 { *side } else { side | fresh })).collect()
            };
            self.found = grow(&self.found);
            self.truth = grow(&self.truth);
            self.members = new;
            if random.below(2) == 0 {
                family.add_vertex(*vertex, beside, Newcomer::Leaf);
                self.found.insert(normal(new, fresh));
                self.truth.insert(normal(new, fresh));
            } else {
                family.add_vertex(*vertex, beside, Newcomer::Member);
            }
        } else {
            return;
        }
        done.vertices += 1;
    }

    fn rename(&mut self, family: &mut Family<'_>, random: &mut Random, done: &mut Done) {
        let mut fresh: Vec<u16> = (0..self.room as u16).collect();
        random.shuffle(&mut fresh);
        let of: Vec<(u16, u16)> = fresh.into_iter().zip(vertices(self.members)).collect();
        let move_side = |side: Side| of.iter().fold(0, |set: Side, (new, old)| set | (side >> old & 1) << new);
        let members = move_side(self.members);
        for sides in [&mut self.truth, &mut self.found] {
            *sides = sides.iter().map(|side| normal(members, move_side(*side))).collect();
        }
        self.members = members;
        family.expand(of.len(), |index| of[index], &mut Work::new(u64::MAX));
        done.renamed += 1;
    }
}

#[test]
fn histories_keep_the_closed_family() {
    let mut random = Random(11);
    let mut done = Done::default();
    let mut steps = 0;
    for round in 0..240 {
        // Room for just the vertices there are, or for up to two more.
        let n = 2 + round % 23;
        let room = n + round / 23 % 3;
        // In the largest family nodes have numbers of 17 bits.
        let capacity = if round % 12 == 5 { VERTICES_MAX } else { room };
        with_family(capacity, |family| {
            let members = ((1u64 << n) - 1) as Side;
            family.reset(0..n as u16);
            let mut history = History { members, room, truth: BTreeSet::new(), found: BTreeSet::new() };
            for _ in 0..150 {
                history.step(family, &mut random, &mut done);
                steps += 1;
            }
        });
    }
    println!(
        "{steps} steps on trees of up to 24 vertices: {} cuts inserted, {} pairs contracted, {} kept, {} vertices came \
         or went, {} renamings, {} resets; at most {} cuts",
        done.inserted, done.contracted, done.kept, done.vertices, done.renamed, done.reset, done.largest
    );
    assert!(done.inserted > 10_000 && done.contracted > 1_000 && done.kept > 200 && done.vertices > 1_000);
}

#[test]
fn whole_trees_fit_into_exactly_their_room() {
    let mut random = Random(12);
    let (mut trees, mut inserted, mut largest) = (0, 0, 0);
    for round in 0..1_500 {
        let n = 2 + round % 27;
        let members = ((1u64 << n) - 1) as Side;
        let truth = some_family(members, &mut random);
        let mut sides: Vec<Side> = truth.iter().copied().collect();
        let capacity = if round % 10 == 5 { VERTICES_MAX } else { n };
        with_family(capacity, |family| {
            family.reset(0..n as u16);
            random.shuffle(&mut sides);
            for side in &sides {
                insert(family, members, *side, &mut random);
            }
            assert_eq!(cuts(family, members), truth);
        });
        trees += 1;
        inserted += sides.len();
        largest = largest.max(sides.len());
    }
    println!("{trees} random trees of 2 to 28 vertices: {inserted} cuts inserted, at most {largest} in one");
}
