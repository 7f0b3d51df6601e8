//! Long histories at capacities that are full most of the time.

use super::std::{println, vec};

use super::model::{Model, Wish, both, compare};
use super::random::Random;
use crate::arena::Arena;
use crate::graph::{GraphStore, WEIGHT_SUM_LIMIT};

/// What a history draws its pairs from.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Any two ids.
    Uniform,
    /// Few hubs with nearly all others.
    Hubs(u64),
    /// Pairs of a narrow range: few vertices, many edges.
    Dense(u64),
    /// One edge a vertex and short lives: vertices come and go.
    Pairs,
}

impl Shape {
    fn pair(self, ids: u64, rng: &mut Random) -> (u64, u64) {
        let pair = match self {
            Self::Uniform => (rng.below(ids), rng.below(ids)),
            Self::Hubs(hubs) => (rng.below(hubs), rng.below(ids)),
            Self::Dense(width) => (rng.below(width), rng.below(width)),
            Self::Pairs => {
                let u = rng.below(ids / 2) * 2;
                (u, u + 1)
            }
        };
        if rng.chance(128) { pair } else { (pair.1, pair.0) }
    }
}

const SHAPES: [Shape; 6] =
    [Shape::Uniform, Shape::Hubs(1), Shape::Hubs(3), Shape::Dense(12), Shape::Pairs, Shape::Uniform];

/// A history that changes its shape now and then and is at the brim for most of its life.
fn history(vertices: usize, edges: usize, deltas: u64, seed: u64) -> (u64, [u64; 10]) {
    let mut slab = vec![u64::MAX; GraphStore::words(vertices, edges)];
    let mut graph = GraphStore::new(&mut Arena::new(&mut slab), vertices, edges).unwrap();
    let (mut model, mut rng) = (Model::new(vertices, edges), Random(seed));
    let ids = vertices as u64 + 3;
    let spread = |id: u64| id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (mut outcomes, mut moving, mut shape) = ([0; 10], 0, Shape::Uniform);
    for number in 0..deltas {
        if number % (8 * edges as u64 + 50) == 0 {
            shape = rng.pick(&SHAPES);
        }
        let (mut u, mut v) = shape.pair(ids, &mut rng);
        let (mut wish, draw) = (Wish::Add(1 + rng.below(1 << 30)), rng.below(64));
        if draw < 22 && model.edge_count > 0 {
            // An edge that is there, by way of a vertex that is.
            let at = rng.below(model.rows.len() as u64) as usize;
            let (id, row) = model.rows.iter().nth(at).unwrap();
            let other = row.keys().nth(rng.below(row.len() as u64) as usize).unwrap();
            // Ids are spread over all 64 bits below; the model has the spread ones.
            (u, v) = (*id, *other);
            wish = if draw < 20 { Wish::Remove } else { Wish::Update(1 + rng.below(1 << 30)) };
        } else {
            (u, v) = (spread(u), spread(v));
            wish = match draw {
                60 => Wish::Remove,
                61 => Wish::Update(rng.below(3)),
                62 => Wish::Add(0),
                63 => Wish::Add(WEIGHT_SUM_LIMIT - rng.below(1 << 30)),
                _ => wish,
            };
        }
        let units = graph.units();
        let outcome = both(&mut graph, &mut model, u, v, wish);
        outcomes[outcome.err().map_or(0, |refusal| refusal as usize)] += 1;
        moving += u64::from(graph.units() > units);
        if graph.units() > units || number % 97 == 0 {
            graph.check_invariants();
        }
        if number % 499 == 0 {
            compare(&graph, &model);
        }
    }
    compare(&graph, &model);
    (moving, outcomes)
}

#[test]
fn long_histories_at_the_brim() {
    let (mut all, mut moving) = ([0_u64; 10], 0);
    let sizes = [(2, 1), (3, 1), (3, 3), (5, 4), (8, 7), (9, 16), (24, 24), (24, 60), (40, 100), (200, 220)];
    for ((vertices, edges), seed) in sizes.into_iter().zip(1..) {
        let (moving_here, outcomes) = history(vertices, edges, 100_000, seed);
        println!("{vertices} vertices, {edges} edges: {moving_here} moved rows, outcomes {outcomes:?}");
        moving += moving_here;
        all.iter_mut().zip(outcomes).for_each(|(all, count)| *all += count);
    }
    println!("{} deltas, {moving} that moved rows, accepted and refused 1 to 7: {all:?}", all.iter().sum::<u64>());
    assert!(all[..8].iter().all(|count| *count > 1_000) && moving > 10_000);
}
