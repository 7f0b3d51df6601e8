//! Profiles at the brim, for fewer deltas than `examples/long_run.rs --brim` has.

use gate::profile::Profile;

use crate::brim::hold;

#[test]
fn full_profiles_take_what_there_is_room_for() {
    for (profile, deltas) in Profile::ALL.into_iter().zip([40_000, 20_000, 3_000, 1_000, 400]) {
        let held = hold(profile, deltas, 20);
        println!(
            "{}: {} deltas in {} ticks, {} fresh, accepted and refused 1 to 9: {:?}, {} hashes equal; ingest costs \
             {:.2} times as much at last as at first",
            profile.name,
            held.deltas,
            held.ticks,
            held.fresh,
            held.outcomes,
            held.hashes,
            held.drift()
        );
        assert!(held.outcomes[1] > 3 && held.outcomes[2] > 3, "the brim was felt");
        assert!(held.drift() < 1.5, "late deltas cost what early ones did");
        assert!(held.hashes > 0);
    }
}
