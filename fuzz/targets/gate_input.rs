//! Inputs and configurations as bytes, straight into a gate: what is malformed is refused as a whole, what is taken is in
//! the one encoding, and no sequence of deltas and budgets makes the gate fail.
#![no_main]

use arbitrary::{Result, Unstructured};
use avouch_fuzz::cbor::Item;
use codec::{Encoder, Reader};
use feed::{Delta, Tick};
use gate::config::{Configuration, ContainerEpochBudget, Core, Statistic};
use gate::evidence::EvidencePolicy;
use gate::profile::Profile;
use gate::tick::Gate;
use libfuzzer_sys::fuzz_target;

const PROFILE: Profile = Profile::TILE;
const TICKS_MAX: usize = 12;

fuzz_target!(|data: &[u8]| {
    let mut space = vec![0; PROFILE.vertices];
    if let Ok(configuration) = Configuration::decode(data, &mut space) {
        assert_eq!(encoded(&configuration), data, "read and written again");
    }
    let mut slab = vec![0; PROFILE.slab_words()];
    if let Ok(mut gate) = Gate::new(data, PROFILE, &mut slab) {
        gate.tick(1, &Tick { label: String::new(), deltas: Vec::new() }.encode()).expect("an empty input");
    }
    // A description that ends too early describes nothing.
    run(&mut Unstructured::new(data)).unwrap_or_default();
});

fn run(u: &mut Unstructured<'_>) -> Result<()> {
    let protected = [1, 2, 3, 5, 8];
    let configuration = configuration(u, &protected)?;
    if configuration.validate().is_err() {
        return Ok(());
    }
    let mut slab = vec![0; PROFILE.slab_words()];
    let mut gate = Gate::new(&encoded(&configuration), PROFILE, &mut slab).expect("a valid configuration");
    for epoch in 1..=TICKS_MAX as u64 {
        let input = if u.ratio(1, 4)? { raw(u)? } else { deltas(u)? };
        match gate.tick(epoch, &input) {
            Ok(_) => assert_eq!(again(&input).as_deref(), Some(input.as_slice()), "not the one encoding"),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    Ok(())
}

fn configuration<'a>(u: &mut Unstructured<'_>, protected: &'a [u64]) -> Result<Configuration<'a>> {
    let units = |u: &mut Unstructured<'_>| -> Result<u64> {
        if u.ratio(1, 2)? { Ok(1_000_000) } else { u.int_in_range(0..=3_000) }
    };
    Ok(Configuration {
        meter: 1_000_000,
        profile: PROFILE,
        core: match u.int_in_range(0..=2)? {
            0 => Core::All,
            1 => Core::KCore(u.int_in_range(0..=4)?),
            _ => Core::Protected(protected),
        },
        statistic: u.choose(&Statistic::NAMES)?.0,
        policy: EvidencePolicy {
            null_mean: u.arbitrary()?,
            margin: u.arbitrary()?,
            fail_bits: u.arbitrary()?,
            pass_bits: u.arbitrary()?,
            cool_down: u.int_in_range(0..=3)?,
        },
        loss_scale: if u.ratio(1, 2)? { 1.0 } else { f32::from_bits(u.arbitrary()?) },
        cut_reference: if u.ratio(1, 2)? { 1 << 32 } else { u.arbitrary()? },
        budget: ContainerEpochBudget {
            total: units(u)?,
            ingest: units(u)?,
            cut: units(u)?,
            spectral: units(u)?,
            evidence: units(u)?,
            witness: units(u)?,
        },
    })
}

/// Any bytes where the list of deltas should be, and a head that often fits.
fn raw(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let bytes: Vec<u8> = u.arbitrary()?;
    Ok([&[0x82, 1, 0x80 | u.int_in_range(0..=3_u8)?], bytes.as_slice()].concat())
}

/// Deltas over few vertices, so that edges meet; weights from the least to beyond the most.
fn deltas(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let vertex = |u: &mut Unstructured<'_>| if u.ratio(1, 16)? { u.arbitrary() } else { u.int_in_range(0..=40) };
    let weight = |u: &mut Unstructured<'_>| {
        Ok(match u.int_in_range(0..=3)? {
            0 => 1 << 32,
            1 => u.int_in_range(0..=3)?,
            2 => u64::from(u.arbitrary::<u32>()?) << u.int_in_range(0..=32_u32)?,
            _ => u.arbitrary()?,
        })
    };
    let mut deltas = Vec::new();
    for _ in 0..u.int_in_range(0..=60)? {
        let (u_, v) = (vertex(u)?, vertex(u)?);
        deltas.push(match u.int_in_range(0..=9)? {
            0..=4 => Delta::EdgeAdd { u: u_, v, weight: weight(u)? },
            5 => Delta::EdgeRemove { u: u_, v },
            6 => Delta::WeightUpdate { u: u_, v, weight: weight(u)? },
            7 | 8 => {
                let values = (0..u.int_in_range(0..=5)?).map(|_| Ok(f32::from_bits(u.arbitrary()?)));
                Delta::Observation { vertex: v, values: values.collect::<Result<_>>()? }
            }
            _ => Delta::Rearm,
        });
    }
    Ok(Tick { label: String::new(), deltas }.encode())
}

fn encoded(configuration: &Configuration<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    configuration.encode(&mut bytes);
    bytes
}

/// The input's items, written again.
fn again(input: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(input);
    let item = Item::read(&mut reader, input, 0).ok()?;
    reader.finish().ok()?;
    let mut bytes = Vec::new();
    item.write(&mut Encoder::new(&mut bytes));
    Some(bytes)
}
