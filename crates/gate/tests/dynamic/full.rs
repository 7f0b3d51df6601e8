//! Profiles at the brim, for fewer deltas than `examples/long_run.rs --brim` has.

use gate::profile::Profile;

use crate::brim::{PARTS, hold};

#[test]
fn full_profiles_take_what_there_is_room_for() {
    for (profile, deltas) in Profile::ALL.into_iter().zip([40_000, 20_000, 6_000, 3_000, 2_000]) {
        let held = hold(profile, deltas, 20);
        let per_delta = |part: usize| held.units[part][0] as f64 / held.units[part][2] as f64;
        println!(
            "{}: {} deltas in {} ticks, {} fresh, accepted and refused 1 to 9: {:?}, {} hashes equal; units of ingest \
             a delta at first {:.2}, at last {:.2}",
            profile.name,
            held.deltas,
            held.ticks,
            held.fresh,
            held.outcomes,
            held.hashes,
            per_delta(0),
            per_delta(PARTS - 1)
        );
        assert!(held.outcomes[1] > 10 && held.outcomes[2] > 10, "the brim was felt");
        assert!(held.hashes > 0);
    }
}
