//! Generated guests on both engines, through the product's own traits and the same calls: results, traps, meter, memory and
//! globals are equal, also after a trap, where each engine goes on from the state that the *other* one saved.
#![no_main]

use std::sync::OnceLock;

use arbitrary::Unstructured;
use avouch_fuzz::generated::{PAGES_MAX, Shape, module};
use engine::{Engine, Instance, State, Stop};
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{Options, WasmtimeEngine};
use libfuzzer_sys::fuzz_target;
use seal::{LoopCharge, MemoryRule, Policy, seal};

/// Calls into one guest.
const CALLS_MAX: usize = 16;

fuzz_target!(|data: &[u8]| {
    // A description that ends too early describes nothing.
    run(&mut Unstructured::new(data)).unwrap_or_default();
});

fn run(u: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let loops = if u.ratio(2, 3)? { LoopCharge::Ahead } else { LoopCharge::EachTurn };
    let policy = Policy { memory: MemoryRule::Capped { max_pages: PAGES_MAX as u32 }, loops, ..Policy::STANDARD };
    let shape = Shape::guest(u)?;
    let guest = module(u, &shape, false)?;
    let Ok(sealed) = seal(&guest, &policy) else { return Ok(()) };
    let modules = engines().map(|engine| match engine.compile(&sealed.bytes) {
        Ok(module) => module,
        Err(error) => panic!("{} does not take what is sealed: {error}", engine.name()),
    });
    let fresh = || modules.each_ref().map(|module| module.instantiate().expect("a small guest has room"));
    let mut instances = match modules.each_ref().map(|module| module.instantiate()) {
        [Ok(one), Ok(other)] => [one, other],
        // A segment that lies outside of its memory or table: the module's own fault, and both engines find it.
        [Err(_), Err(_)] => return Ok(()),
        [one, other] => panic!("only one engine makes an instance: {:?}", [one.err(), other.err()]),
    };
    let mut before = equal_states(&mut instances);
    for _ in 0..CALLS_MAX {
        let meter = *u.choose(&[0, 60, 2_000, 40_000, 200_000])?;
        let [one, other] = call(u, meter, &mut instances)?;
        assert_eq!(one, other, "Wasmtime and wasmi with a budget of {meter}");
        let meters = instances.each_mut().map(|instance| instance.meter());
        assert_eq!(meters[0], meters[1], "meters after {one:?}");
        let after = equal_states(&mut instances);
        before = match one {
            Ok(_) => {
                assert!((0..=meter).contains(&meters[0]), "{} of {meter} left", meters[0]);
                after
            }
            Err(Stop::World(error)) => panic!("not the guest's doing: {error}"),
            // As after any bad step: a fresh instance, and the state of before.
            Err(Stop::Trap(_)) => {
                instances = fresh();
                let [one, other] = &mut instances;
                one.restore(&before[1]).expect("the state of the same module");
                other.restore(&before[0]).expect("the state of the same module");
                let restored = equal_states(&mut instances);
                assert_eq!(restored, before);
                restored
            }
        };
    }
    Ok(())
}

fn engines() -> [&'static dyn Engine; 2] {
    static WASMTIME: OnceLock<WasmtimeEngine> = OnceLock::new();
    static WASMI: OnceLock<WasmiEngine> = OnceLock::new();
    let wasmtime = WASMTIME.get_or_init(|| WasmtimeEngine::new(&Options::PLAIN).expect("room for the pool"));
    [wasmtime, WASMI.get_or_init(WasmiEngine::new)]
}

/// Writes some bytes to both memories, sets both meters and makes the same call.
fn call(
    u: &mut Unstructured<'_>,
    meter: i64,
    instances: &mut [Box<dyn Instance>; 2],
) -> arbitrary::Result<[Result<i32, Stop>; 2]> {
    let which: u8 = u.int_in_range(0..=3)?;
    let arguments: (i32, i32) = if u.ratio(1, 2)? { (u.int_in_range(-1..=300)?, 7) } else { u.arbitrary()? };
    let written: [u8; 8] = u.arbitrary()?;
    let place = u.int_in_range(0..=70_000_usize)?;
    Ok(instances.each_mut().map(|instance| {
        if let Some(place) = instance.memory_mut().get_mut(place..place + written.len()) {
            place.copy_from_slice(&written);
        }
        instance.set_meter(meter);
        match which {
            0 => instance.alloc(arguments.0),
            1 => instance.output_len(),
            _ => instance.execute(arguments.0, arguments.1),
        }
    }))
}

/// Where two memories of perhaps two lengths begin to differ.
fn difference(one: &[u8], other: &[u8]) -> Option<usize> {
    (0..one.len().max(other.len())).find(|place| one.get(*place) != other.get(*place))
}

/// The states of both, which are equal.
fn equal_states(instances: &mut [Box<dyn Instance>; 2]) -> [State; 2] {
    let states = instances.each_mut().map(|instance| {
        let mut state = State::EMPTY;
        instance.save(&mut state);
        state
    });
    let [one, other] = &states;
    assert_eq!(one.globals, other.globals);
    assert!(one.memory == other.memory, "the memories differ, first at {:?}", difference(&one.memory, &other.memory));
    states
}
