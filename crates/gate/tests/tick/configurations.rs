//! The configuration: one encoding, and a reason for whatever is not it.

use gate::config::{Configuration, ConfigurationError, ContainerEpochBudget, Core, Statistic};
use gate::evidence::{EvidencePolicy, PolicyError};
use gate::profile::Profile;
use gate::tick::Gate;

use crate::random::Random;
use crate::rig::{configuration, encoded};

/// Numbers around every length of a head.
fn number(rng: &mut Random) -> u64 {
    match rng.below(4) {
        0 => rng.below(26),
        1 => rng.pick(&[0, 23, 24, 255, 256, 65_535, 65_536, u64::from(u32::MAX), 1 << 32, u64::MAX]),
        _ => rng.next() >> rng.below(64),
    }
}

/// A sound configuration, its protected ids in `ids`.
fn random<'a>(rng: &mut Random, ids: &'a mut Vec<u64>) -> Configuration<'a> {
    let profile = rng.pick(&Profile::ALL);
    *ids = (0..rng.below(profile.protected.min(60) as u64 + 1)).map(|_| number(rng)).collect();
    ids.sort_unstable();
    ids.dedup();
    let core = match rng.below(3) {
        0 => Core::All,
        1 => Core::KCore(number(rng) as u32),
        _ => Core::Protected(ids),
    };
    let null_mean = (1 << 22) + rng.below((1 << 32) - (1 << 23) + 1);
    let policy = EvidencePolicy {
        null_mean: null_mean as u32,
        margin: rng.below((1 << 32) - (1 << 22) - null_mean + 1) as u32,
        fail_bits: 1 + rng.below(64) as u8,
        pass_bits: 1 + rng.below(64) as u8,
        cool_down: number(rng) as u32,
    };
    let mut units = || number(rng);
    let budget = ContainerEpochBudget {
        total: units(),
        ingest: units(),
        cut: units(),
        spectral: units(),
        evidence: units(),
        witness: units(),
    };
    let statistic = rng.pick(&Statistic::NAMES).0;
    Configuration {
        meter: number(rng) >> 1,
        profile,
        core,
        statistic,
        policy,
        loss_scale: f32::from_bits(1 + rng.below(0x7f7f_ffff) as u32),
        cut_reference: number(rng).max(u64::from(statistic == Statistic::CutDrop)),
        budget,
    }
}

#[test]
fn sound_configurations_come_back() {
    let mut rng = Random(0x5eed_0005);
    let mut space = vec![0; Profile::HIGH_PERF.vertices];
    let mut lengths = std::collections::BTreeSet::new();
    for _ in 0..50_000 {
        let mut ids = Vec::new();
        let configuration = random(&mut rng, &mut ids);
        let bytes = encoded(&configuration);
        assert_eq!(Configuration::decode(&bytes, &mut space), Ok(configuration));
        lengths.insert(bytes.len());
    }
    println!("50000 configurations there and back, {} lengths", lengths.len());
}

#[test]
fn a_changed_byte_is_refused_or_means_itself() {
    let mut rng = Random(0x5eed_0006);
    let mut space = vec![0; Profile::HIGH_PERF.vertices];
    let (mut refused, mut other) = (0_u64, 0_u64);
    let mut attempt = |bytes: &[u8]| match Configuration::decode(bytes, &mut space) {
        Ok(configuration) => {
            assert_eq!(encoded(&configuration), bytes);
            other += 1;
        }
        Err(_) => refused += 1,
    };
    for _ in 0..40 {
        let mut ids = Vec::new();
        let bytes = encoded(&random(&mut rng, &mut ids));
        for place in 0..bytes.len() {
            for flip in 1..=255 {
                let mut changed = bytes.clone();
                changed[place] ^= flip;
                attempt(&changed);
            }
            attempt(&bytes[..place]);
            attempt(&[&bytes[..place], &bytes[place + 1..]].concat());
            attempt(&[&bytes[..place], &[rng.next() as u8], &bytes[place..]].concat());
        }
        let before = bytes.len();
        for last in 0..=255 {
            let longer = [&bytes[..before], &[last]].concat();
            assert!(Configuration::decode(&longer, &mut vec![0; 16_384]).is_err(), "bytes after the end");
        }
    }
    println!("{refused} changed configurations refused, {other} meant something else and encode to themselves");
    assert!(refused > 100_000 && other > 10_000);
}

/// The refusal of this configuration by a tile gate.
fn refusal(configuration: &Configuration<'_>, profile: Profile) -> Option<ConfigurationError> {
    let mut slab = vec![0; profile.slab_words()];
    Gate::new(&encoded(configuration), profile, &mut slab).err()
}

#[test]
fn every_reason_for_a_refusal_is_met() {
    let tile = configuration(Profile::TILE);
    let with = |change: &dyn Fn(&mut EvidencePolicy)| {
        let mut policy = tile.policy;
        change(&mut policy);
        refusal(&Configuration { policy, ..tile }, Profile::TILE)
    };
    let policy = |error| Some(ConfigurationError::Policy(error));
    assert_eq!(refusal(&tile, Profile::TILE), None);
    for null_mean in [0, (1 << 22) - 1, u32::MAX - (1 << 22) + 2, u32::MAX] {
        assert_eq!(with(&|p| (p.null_mean, p.margin) = (null_mean, 0)), policy(PolicyError::NullMean), "{null_mean}");
    }
    for null_mean in [1 << 22, u32::MAX - (1 << 22) + 1] {
        assert_eq!(with(&|p| (p.null_mean, p.margin) = (null_mean, 0)), None, "{null_mean}");
    }
    let room = u32::MAX - (1 << 22) + 1 - tile.policy.null_mean;
    assert_eq!(with(&|p| p.margin = room), None);
    assert_eq!(with(&|p| p.margin = room + 1), policy(PolicyError::Margin));
    assert_eq!(with(&|p| p.margin = u32::MAX), policy(PolicyError::Margin));
    for bits in [0, 65, 255] {
        assert_eq!(with(&|p| p.fail_bits = bits), policy(PolicyError::FailBits));
        assert_eq!(with(&|p| p.pass_bits = bits), policy(PolicyError::PassBits));
    }
    for loss_scale in [0.0, -0.0, -1.0, f32::NAN, f32::INFINITY] {
        let found = refusal(&Configuration { loss_scale, ..tile }, Profile::TILE);
        assert_eq!(found, Some(ConfigurationError::LossScale), "{loss_scale}");
    }
    let no_reference = Configuration { cut_reference: 0, ..tile };
    assert_eq!(refusal(&no_reference, Profile::TILE), None);
    let no_reference = Configuration { statistic: Statistic::CutDrop, ..no_reference };
    assert_eq!(refusal(&no_reference, Profile::TILE), Some(ConfigurationError::CutReference));
    for ids in [&[1, 1][..], &[2, 1], &[0, 5, 5], &[u64::MAX, 0]] {
        let found = refusal(&Configuration { core: Core::Protected(ids), ..tile }, Profile::TILE);
        assert_eq!(found, Some(ConfigurationError::Protected));
    }
    assert_eq!(refusal(&tile, Profile::EDGE), Some(ConfigurationError::OtherProfile));
    assert_eq!(refusal(&configuration(Profile::EDGE), Profile::TILE), Some(ConfigurationError::OtherProfile));
    assert!(Gate::new(&encoded(&tile), Profile::TILE, &mut []).is_err_and(|e| e == ConfigurationError::Slab));
}

#[test]
fn the_profile_bounds_the_protected_set() {
    let tile = configuration(Profile::TILE);
    let ids: Vec<u64> = (0..=Profile::TILE.protected as u64).collect();
    let full = Configuration { core: Core::Protected(&ids[1..]), ..tile };
    assert_eq!(refusal(&full, Profile::TILE), None);
    let over = Configuration { core: Core::Protected(&ids), ..tile };
    assert!(refusal(&over, Profile::TILE).is_some());
    assert_eq!(over.validate(), Err(ConfigurationError::Protected));
    let mut space = vec![0; 1_000];
    assert_eq!(Configuration::decode(&encoded(&over), &mut space), Err(ConfigurationError::Protected));
}

#[test]
fn shapes_are_refused_as_malformed() {
    let bytes = encoded(&configuration(Profile::TILE));
    let mut space = [0; 48];
    let mut changed = |place: usize, expected: u8, by: &[u8]| {
        assert_eq!(bytes[place], expected, "the layout that this test knows");
        let other = [&bytes[..place], by, &bytes[place + 1..]].concat();
        let found = Configuration::decode(&other, &mut space).unwrap_err();
        assert!(matches!(found, ConfigurationError::Malformed(_)), "{other:02x?}: {found}");
    };
    changed(0, 0xa9, &[0xa8]);
    changed(0, 0xa9, &[0xbf]);
    changed(0, 0xa9, &[0xb8, 9]);
    changed(1, 1, &[2]);
    changed(1, 1, &[0x18, 1]);
    for version in [0, 2, 23] {
        changed(2, 1, &[version]);
    }
    changed(3, 2, &[1]);
    // The meter is 2^40, nine bytes; then the profile, the core, the statistic.
    changed(4, 0x1b, &[0x3b]);
    changed(5, 0, &[0x80]);
    changed(13, 3, &[4]);
    for profile in [5, 23] {
        changed(14, 0, &[profile]);
    }
    changed(16, 0x81, &[0x82]);
    changed(16, 0x81, &[0x80]);
    changed(17, 0, &[1]);
    changed(17, 0, &[3]);
    changed(18, 5, &[6]);
    for statistic in [4, 23] {
        changed(19, 0, &[statistic]);
    }
}
