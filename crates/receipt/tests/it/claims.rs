//! Claims: what is written is read, what is read is written, and nothing else is read.

use codec::Digest;
use proptest::prelude::*;
use receipt::claim::{Cut, Evidence, GraphSize, Refused, RefusedDelta, Score, Work};
use receipt::limits::CLAIM_LEN_MAX;
use receipt::{Claim, Components, Decision, PublicKey, Role, Signer};

/// Numbers of every encoded width.
fn number() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0_u32..64).prop_map(|(value, shift)| value >> shift)
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}

fn signer() -> impl Strategy<Value = Signer> {
    (any::<bool>(), any::<[u8; 32]>())
        .prop_map(|(guest, key)| Signer { role: if guest { Role::Guest } else { Role::Host }, key: PublicKey(key) })
}

fn decision() -> impl Strategy<Value = Decision> {
    prop_oneof![
        Just(Decision::Pass),
        any::<u8>().prop_map(|severity| Decision::Fail { severity }),
        Just(Decision::Inconclusive),
    ]
}

fn work() -> impl Strategy<Value = Work> {
    [number(), number(), number(), number(), number(), number()].prop_map(
        |[total, ingest, cut, spectral, evidence, witness]| Work { total, ingest, cut, spectral, evidence, witness },
    )
}

fn graph() -> impl Strategy<Value = GraphSize> {
    [number(), number(), number(), number(), number()].prop_map(
        |[vertices, edges, core_vertices, core_edges, version]| GraphSize {
            vertices,
            edges,
            core_vertices,
            core_edges,
            version,
        },
    )
}

fn cut(claim_epoch: u64) -> impl Strategy<Value = Cut> {
    (0..=claim_epoch, number(), any::<u32>(), number(), number(), digest()).prop_map(
        |(epoch, value, components, small_side, family, hash)| Cut {
            epoch,
            value,
            components,
            small_side,
            family,
            hash,
        },
    )
}

fn score(claim_epoch: u64) -> impl Strategy<Value = Score> {
    (0..=claim_epoch, number(), number(), number(), any::<u32>())
        .prop_map(|(epoch, score, lower, upper, neg_log2)| Score { epoch, score, lower, upper, neg_log2 })
}

fn evidence() -> impl Strategy<Value = Evidence> {
    (digest(), any::<Option<u32>>(), any::<[i32; 4]>(), any::<u32>(), any::<bool>(), number()).prop_map(
        |(hash, statistic, bits, episode, latched, observations)| {
            let [fail_bits, fail_threshold, pass_bits, pass_threshold] = bits;
            Evidence {
                hash,
                statistic,
                fail_bits,
                fail_threshold,
                pass_bits,
                pass_threshold,
                episode,
                latched,
                observations,
            }
        },
    )
}

fn refused() -> impl Strategy<Value = Refused> {
    prop::collection::vec((number(), any::<u8>()), 0..12).prop_map(|deltas| {
        let mut refused = Refused::NONE;
        deltas.into_iter().for_each(|(delta, code)| refused.push(RefusedDelta { delta, code }));
        refused
    })
}

pub(crate) fn any_claim() -> impl Strategy<Value = Claim> {
    number().prop_flat_map(|epoch| {
        let found = (prop::option::of(cut(epoch)), prop::option::of(score(epoch)));
        (
            (Just(epoch), digest(), digest(), signer(), decision(), 0_u8..32),
            (work(), graph(), found, evidence(), refused()),
        )
            .prop_map(|(first, second)| {
                let (epoch, previous, input, signer, decision, mask) = first;
                let (work, graph, (cut, score), evidence, refused) = second;
                let completed = Components::from_mask(mask).expect("below 32");
                Claim {
                    epoch,
                    previous,
                    input,
                    signer,
                    decision,
                    completed,
                    work,
                    graph,
                    cut,
                    score,
                    evidence,
                    refused,
                }
            })
    })
}

fn encoded(claim: &Claim) -> Vec<u8> {
    let mut bytes = Vec::new();
    claim.encode(&mut bytes);
    bytes
}

/// The claim whose every field is as wide as it can be.
pub(crate) fn widest() -> Claim {
    let wide = u64::MAX;
    let hash = Digest([0xff; 32]);
    Claim {
        epoch: wide,
        previous: hash,
        input: hash,
        signer: Signer { role: Role::Guest, key: PublicKey([0xff; 32]) },
        decision: Decision::Fail { severity: 255 },
        completed: Components::ALL,
        work: Work { total: wide, ingest: wide, cut: wide, spectral: wide, evidence: wide, witness: wide },
        graph: GraphSize { vertices: wide, edges: wide, core_vertices: wide, core_edges: wide, version: wide },
        cut: Some(Cut { epoch: wide, value: wide, components: u32::MAX, small_side: wide, family: wide, hash }),
        score: Some(Score { epoch: wide, score: wide, lower: wide, upper: wide, neg_log2: u32::MAX }),
        evidence: Evidence {
            hash,
            statistic: Some(u32::MAX),
            fail_bits: i32::MIN,
            fail_threshold: i32::MIN,
            pass_bits: i32::MIN,
            pass_threshold: i32::MIN,
            episode: u32::MAX,
            latched: true,
            observations: wide,
        },
        refused: Refused::new(wide, &[RefusedDelta { delta: wide, code: 255 }; 8]).expect("eight are listed"),
    }
}

#[test]
fn the_widest_claim_is_as_long_as_the_limit() {
    let mut space = [0; CLAIM_LEN_MAX];
    assert_eq!(widest().encode_into(&mut space), Some(CLAIM_LEN_MAX));
    assert_eq!(Claim::decode(&space), Ok(widest()));
    assert_eq!(widest().encode_into(&mut space[..CLAIM_LEN_MAX - 1]), None);
    println!("widest claim: {CLAIM_LEN_MAX} bytes; Claim in memory: {} bytes", size_of::<Claim>());
}

#[test]
fn refused_deltas_are_all_listed_or_eight() {
    let delta = RefusedDelta { delta: 1, code: 2 };
    assert!(Refused::new(3, &[delta; 3]).is_some());
    assert!(Refused::new(9, &[delta; 8]).is_some());
    assert_eq!(Refused::new(3, &[delta; 2]), None);
    assert_eq!(Refused::new(9, &[delta; 7]), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_claim_survives_its_encoding(claim in any_claim()) {
        let bytes = encoded(&claim);
        prop_assert!(bytes.len() <= CLAIM_LEN_MAX);
        prop_assert_eq!(Claim::decode(&bytes), Ok(claim));
    }

    #[test]
    fn what_decodes_encodes_to_the_same_bytes(claim in any_claim(), flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..4)) {
        let mut bytes = encoded(&claim);
        for (place, bit) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
        }
        if let Ok(claim) = Claim::decode(&bytes) {
            prop_assert_eq!(encoded(&claim), bytes);
        }
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..700)) {
        prop_assert!(Claim::decode(&bytes).is_err());
    }
}

#[test]
fn every_truncation_and_extension_is_refused() {
    let bytes = encoded(&widest());
    for len in 0..bytes.len() {
        assert!(Claim::decode(&bytes[..len]).is_err(), "cut to {len} bytes");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(Claim::decode(&longer).is_err());
    println!("{} truncations refused", bytes.len());
}
