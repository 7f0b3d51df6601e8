//! Large families whose cuts are known, up to the capacity, where links need their seventeenth bit.

use crate::model::{Random, with_family};
use gate::cut::family::{Description, Family, Newcomer, Node, Outline, VERTICES_MAX};
use gate::work::Work;

fn insert(family: &mut Family<'_>, side: &[u16], outside: u16) -> u64 {
    let mut work = Work::new(u64::MAX);
    family.insert(side, outside, &mut work);
    work.used()
}

/// Rings and hubs without members.
fn rings_and_empty_hubs(family: &Family<'_>, n: usize) -> (usize, usize) {
    let (mut rings, mut hubs) = (0, 0);
    family.nodes(&mut vec![0; n], |outline| match outline {
        Outline::Begin(Node::Ring) => rings += 1,
        Outline::Begin(Node::Hub) => hubs += 1,
        Outline::Member(_) | Outline::Neighbour(_) => {}
    });
    (rings, hubs)
}

fn describe(family: &mut Family<'_>, n: usize) -> Description {
    family.describe(0..n as u16, &mut vec![0; n], &mut vec![0; n])
}

/// The pairs of neighbours in a ring of n, in some order.
fn pairs(n: usize, random: &mut Random) -> Vec<(u16, u16)> {
    let mut pairs: Vec<(u16, u16)> = (0..n).map(|v| (v as u16, ((v + 1) % n) as u16)).collect();
    random.shuffle(&mut pairs);
    pairs
}

#[test]
fn rings_from_pairs_of_neighbours() {
    let mut random = Random(21);
    let n = 2_000u16;
    with_family(n as usize, |family| {
        for shuffled in [false, true] {
            family.reset(0..n);
            let mut pairs = pairs(n as usize, &mut random);
            if !shuffled {
                pairs.sort_unstable();
            }
            let mut units = 0;
            for (step, (a, b)) in pairs.iter().enumerate() {
                units += insert(family, &[*a, *b], (b + 1) % n);
                if step % 50 == 0 {
                    family.check();
                }
            }
            family.check();
            let all = u64::from(n) * u64::from(n - 1) / 2;
            assert_eq!(family.count(), all);
            assert_eq!(rings_and_empty_hubs(family, n as usize), (1, 0));
            let found = describe(family, n as usize);
            assert_eq!((found.first_separable, found.outside_count, found.far_count), (Some(1), 1_999, 1_999));
            // An arc that is there already.
            let arc: Vec<u16> = (100..700).collect();
            insert(family, &arc, 0);
            assert_eq!(family.count(), all);
            assert!(units < 30 * u64::from(n), "smaller rings go into larger ones");
            println!("a ring of {n} from pairs (shuffled: {shuffled}): {all} cuts, {units} units");
        }
    });
}

#[test]
fn stars_and_paths() {
    let n = 2_000u16;
    with_family(n as usize, |family| {
        family.reset(0..n);
        for v in 0..n {
            insert(family, &[v], (v + 1) % n);
        }
        family.check();
        assert_eq!(family.count(), u64::from(n));
        assert_eq!(rings_and_empty_hubs(family, n as usize), (0, 1));

        family.reset(0..n);
        // A path from nested sides, each the shorter one, from the middle outwards.
        let middle = n / 2;
        let mut units = 0;
        for reach in 1..=middle {
            let left: Vec<u16> = (0..reach).collect();
            let right: Vec<u16> = (n - reach..n).collect();
            units += insert(family, &left, n - 1) + insert(family, &right, 0);
        }
        family.check();
        assert_eq!(family.count(), u64::from(n) - 1);
        assert!((1..n).all(|v| !family.same_atom(v - 1, v)));
        println!("a path of {n}: {units} units for sides of {} vertices", u64::from(middle) * u64::from(middle + 1));
        // Every second edge gains weight, then an edge loses some.
        let mut work = Work::new(u64::MAX);
        (0..n).step_by(2).for_each(|v| assert!(family.contract(v, v + 1, &mut work) == (family.count() > 0)));
        family.check();
        assert_eq!(family.count(), u64::from(n) / 2 - 1);
        println!("{} edges of it contracted: {} units", n / 2, work.used());
        family.keep_between(501, 502, &mut work);
        family.check();
        assert_eq!(family.count(), 1);
        let found = describe(family, n as usize);
        assert_eq!(found, Description { first_separable: Some(502), outside_count: 1_498, far_count: 1_498 });
    });
}

#[test]
fn rings_are_pinched_and_cut_open() {
    let mut random = Random(22);
    let n = 1_000usize;
    let mut work = Work::new(u64::MAX);
    let mut pinched = 0;
    with_family(n, |family| {
        for round in 0..20 {
            family.reset(0..n as u16);
            for (a, b) in pairs(n, &mut random) {
                insert(family, &[a, b], ((b as usize + 1) % n) as u16);
            }
            if round % 2 == 0 {
                // Pinched between two things, it is two rings that share an atom.
                let (a, b) = (random.below(n), random.below(n));
                let inner = a.abs_diff(b).saturating_sub(1) as u64;
                let outer = (n as u64 - inner).saturating_sub(2);
                family.contract(a as u16, b as u16, &mut work);
                if a != b {
                    assert_eq!(family.count(), inner * (inner + 1) / 2 + outer * (outer + 1) / 2);
                }
                // And so on until nothing is left.
                while family.has_cuts() {
                    let (a, b) = (random.below(n) as u16, random.below(n) as u16);
                    let before = family.count();
                    let apart = !family.same_atom(a, b);
                    family.contract(a, b, &mut work);
                    assert!(family.same_atom(a, b) && (family.count() < before) == apart);
                    pinched += usize::from(apart);
                }
                family.check();
            } else {
                // An edge of the ring is weakened: it becomes a path.
                let a = random.below(n);
                family.keep_between(a as u16, ((a + 1) % n) as u16, &mut work);
                family.check();
                assert_eq!(family.count(), n as u64 - 1);
                assert!((0..n).all(|v| !family.same_atom(v as u16, ((v + 1) % n) as u16)));
            }
        }
    });
    println!("10 rings of {n} pinched {pinched} times to the end, 10 cut open");
}

#[test]
fn the_largest_families() {
    let n = VERTICES_MAX;
    let all: Vec<u16> = (0..n as u16).collect();
    let last = (n - 1) as u16;
    let mut random = Random(23);
    let mut work = Work::new(u64::MAX);
    with_family(n, |family| {
        family.reset(all.iter().copied());
        for v in &all {
            insert(family, &[*v], if *v == last { 0 } else { v + 1 });
        }
        family.check();
        assert_eq!(family.count(), n as u64);
        for (a, b) in pairs(n, &mut random) {
            insert(family, &[a, b], ((b as usize + 1) % n) as u16);
        }
        family.check();
        let ring = n as u64 * (n as u64 - 1) / 2;
        assert_eq!(family.count(), ring);
        assert_eq!(describe(family, n).far_count, n as u32 - 1);
        // Named backwards, and pinched.
        family.expand(n, |index| (index as u16, last - index as u16), &mut work);
        family.check();
        assert_eq!(family.count(), ring);
        family.contract(0, 30_000, &mut work);
        family.check();
        let halves = [29_999u64, n as u64 - 30_001].map(|things| things * (things + 1) / 2);
        assert_eq!(family.count(), halves[0] + halves[1]);
        family.keep_between(50_000, 50_001, &mut work);
        family.check();
        // What is left of the ring is opened.
        assert_eq!(family.count(), n as u64 - 30_001);

        // A path by leaves, then a caterpillar taken apart.
        family.reset(all[..1].iter().copied());
        for v in &all[1..] {
            family.add_vertex(*v, v - 1, Newcomer::Leaf);
        }
        family.check();
        assert_eq!(family.count(), n as u64 - 1);
        assert_eq!(describe(family, n).outside_count, n as u32 - 1);
        for v in all[1..].iter().rev() {
            assert!(family.remove_vertex(*v) == (*v > 1));
        }
        family.check();
        assert_eq!((family.count(), family.vertices()), (0, 1));
    });
    println!("star, ring, pinched ring, open ring and path of {n} vertices, {} words", Family::words(n));
}

/// As many nodes as there can be: every hub is empty and has three neighbours.
#[test]
fn as_many_nodes_as_there_can_be() {
    let mut random = Random(24);
    for n in [4usize, 5, 64, 1_000, 16_384] {
        with_family(n, |family| {
            let mut work = Work::new(u64::MAX);
            family.reset(0..n as u16);
            let mut sides: Vec<Vec<u16>> = Vec::new();
            let mut parts: Vec<Vec<u16>> = (0..n as u16).map(|v| vec![v]).collect();
            random.shuffle(&mut parts);
            while parts.len() > 1 {
                let mut joined = Vec::new();
                for pair in parts.chunks(2) {
                    sides.extend(pair.iter().cloned());
                    joined.push(pair.concat());
                }
                parts = joined;
            }
            random.shuffle(&mut sides);
            let mut inside = vec![false; n];
            for side in sides.iter().filter(|side| side.len() < n) {
                side.iter().for_each(|v| inside[*v as usize] = true);
                insert(family, side, inside.iter().position(|inside| !inside).unwrap() as u16);
                side.iter().for_each(|v| inside[*v as usize] = false);
            }
            family.check();
            assert_eq!(family.count(), 2 * n as u64 - 3);
            if n <= 1_000 {
                assert_eq!(rings_and_empty_hubs(family, n).1, n - 2);
            }
            // Contracted and inserted again, over and over.
            for _ in 0..20 {
                let (u, v) = (random.below(n) as u16, random.below(n) as u16);
                family.contract(u, v, &mut work);
                for side in sides.iter().filter(|side| side.len() < 10) {
                    if side.contains(&u) != side.contains(&v) {
                        insert(family, side, if side.contains(&u) { v } else { u });
                    }
                }
            }
            family.check();
        });
    }
    let words = Family::words(16_384);
    assert!(words * 8 <= 352 << 10);
    println!("trees of n - 2 empty hubs up to 16384 vertices; room for those: {} bytes", words * 8);
}

/// In a tree as deep as it can be, what happens at one place costs what lies there.
#[test]
fn work_is_local() {
    let atoms = 5_000u16;
    with_family(3 * atoms as usize, |family| {
        // A path of atoms of three vertices; the root is at one end.
        family.reset([0, 1, 2].into_iter());
        for atom in 1..atoms {
            family.add_vertex(3 * atom, 3 * atom - 3, Newcomer::Leaf);
            family.add_vertex(3 * atom + 1, 3 * atom, Newcomer::Member);
            family.add_vertex(3 * atom + 2, 3 * atom, Newcomer::Member);
        }
        family.check();
        let mut most = [0; 4];
        for atom in (100..atoms - 100).step_by(7) {
            let v = 3 * atom;
            let before = family.count();
            // A new leaf, a ring of four across an edge, and the same again.
            most[0] = most[0].max(insert(family, &[v], 0));
            most[1] = most[1].max(insert(family, &[v + 2, v + 5], 0));
            assert_eq!(family.count(), before + 6);
            most[2] = most[2].max(insert(family, &[v + 5, v + 2], 0));
            assert_eq!(family.count(), before + 6);
            let mut work = Work::new(u64::MAX);
            assert!(family.contract(v + 2, v + 4, &mut work));
            most[3] = most[3].max(work.used());
        }
        family.check();
        // The last sixty vertices, and all others: one cut.
        let tail: Vec<u16> = (3 * (atoms - 20)..3 * atoms).collect();
        let units = insert(family, &tail, 0);
        println!(
            "in a path of {atoms} atoms: leaf {}, ring {}, again {}, contraction {} units",
            most[0], most[1], most[2], most[3]
        );
        println!("a cut of {} vertices that is there: {units} units", tail.len());
        assert!(most.iter().all(|units| *units < 64) && units < 6 * tail.len() as u64);
    });
}
