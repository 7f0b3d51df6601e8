//! Generated modules: sealed and unsealed agree, and both engines agree on the sealed ones in everything.

use arbitrary::Unstructured;
use seal::{LoopCharge, Policy, Sealed, seal};
use wasm_encoder::{ExportKind, ExportSection, Module, RawSection};
use wasm_smith::Config;
use wasmparser::{FuncType, Parser, Payload, ValType};

use crate::GROWING;
use crate::engines::{End, V, Which, run, run_both};

const MODULES: u64 = 300;
const BUDGET: i64 = 60_000;

/// A fixed stream of bytes for each seed.
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Numbers, infinities, signalling and quiet NaNs of both signs.
fn argument(ty: ValType, stream: &mut Stream) -> V {
    let bits = stream.next();
    let float32 = [0, 0x3f80_0000, 0xff80_0000, 0x7fa1_2345, 0xffc0_0001, bits as u32][bits as usize % 6];
    let float64 =
        [0, 0x3ff0 << 48, 0xfff0 << 48, 0x7ff4_1234_5678_9abc, 0xfff8_0000_0000_0001, bits][bits as usize % 6];
    match ty {
        ValType::I32 => V::I32((bits >> (bits % 32)) as i32),
        ValType::I64 => V::I64((bits >> (bits % 64)) as i64),
        ValType::F32 => V::F32(float32),
        ValType::F64 => V::F64(float64),
        ValType::V128 => V::V128(u128::from(bits) << 64 | u128::from(float64)),
        ValType::Ref(_) => V::Ref,
    }
}

fn config(canonicalize_nans: bool, disallow_traps: bool) -> Config {
    Config {
        disallow_traps,
        allow_start_export: false,
        canonicalize_nans,
        custom_page_sizes_enabled: false,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        max_funcs: 6,
        max_imports: 0,
        max_instructions: 160,
        max_memories: 1,
        max_table_elements: 100,
        memory64_enabled: false,
        min_funcs: 4,
        min_memories: 1,
        min_globals: 1,
        max_memory32_bytes: 65_536 * 4,
        memory_max_size_required: true,
        reference_types_enabled: false,
        bulk_memory_enabled: false,
        const_expr_fuel: 4,
        max_data_segments: 3,
        max_element_segments: 3,
        max_elements: 8,
        max_globals: 6,
        max_types: 8,
        max_type_size: 100,
        max_values: 4,
        relaxed_simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        ..Config::default()
    }
}

/// A generated module whose functions are exported as `f0`, `f1` and so on, with their types.
fn generate(seed: u64, config: Config) -> Option<(Vec<u8>, Vec<FuncType>)> {
    let mut stream = Stream(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let bytes: Vec<u8> = (0..4_000).flat_map(|_| stream.next().to_le_bytes()).collect();
    let module = wasm_smith::Module::new(config, &mut Unstructured::new(&bytes)).ok()?.to_bytes();
    let (mut types, mut functions, mut out, mut is_exported) = (Vec::new(), Vec::new(), Module::new(), false);
    for payload in Parser::new(0).parse_all(&module) {
        let payload = payload.expect("valid");
        match &payload {
            Payload::TypeSection(reader) => {
                for ty in reader.clone().into_iter_err_on_gc_types() {
                    types.push(ty.expect("a function type"));
                }
            }
            Payload::FunctionSection(reader) => {
                functions =
                    reader.clone().into_iter().map(|ty| types[ty.expect("an index") as usize].clone()).collect();
            }
            _ => {}
        }
        if let Some((id, range)) = payload.as_section() {
            if !is_exported && ![1, 2, 3, 4, 5, 6, 7].contains(&id) {
                let mut exports = ExportSection::new();
                exports.export("memory", ExportKind::Memory, 0);
                for at in 0..functions.len() {
                    exports.export(&format!("f{at}"), ExportKind::Func, at as u32);
                }
                out.section(&exports);
                is_exported = true;
            }
            if id != 7 && !matches!(payload, Payload::CodeSectionEntry(_)) {
                out.section(&RawSection { id, data: &module[range] });
            }
        }
    }
    Some((out.finish(), functions))
}

#[derive(Default, Debug)]
struct Count {
    modules: u32,
    refused: u32,
    calls: u32,
    done: u32,
    trapped: u32,
    exhausted: u32,
    too_deep: u32,
    nan_places: u32,
    ahead: u32,
}

/// Runs every function of every module on both engines, and hands the calls that were not stopped to `compare`.
fn sweep(canonical: bool, mut compare: impl FnMut(&[u8], &str, &[V], &End, &[u8])) -> Count {
    let mut count = Count::default();
    for seed in 1..=MODULES {
        let Some((bytes, functions)) =
            generate(seed + if canonical { 0 } else { 10_000 }, config(canonical, seed % 3 != 0))
        else {
            continue;
        };
        // Some seeds give a module without functions, and so without exports.
        let Ok(Sealed { bytes: sealed, report, .. }) = seal(&bytes, &GROWING) else {
            count.refused += 1;
            continue;
        };
        let each = seal(&bytes, &Policy { loops: LoopCharge::EachTurn, ..GROWING }).expect("it can be sealed").bytes;
        count.modules += 1;
        count.nan_places += report.nan_places;
        count.ahead += report.loops_ahead;
        let mut stream = Stream(seed | 1 << 40);
        for (at, ty) in functions.iter().enumerate() {
            let args: Vec<V> = ty.params().iter().map(|ty| argument(*ty, &mut stream)).collect();
            let export = format!("f{at}");
            let got = run_both(&sealed, &export, &args, BUDGET);
            count.calls += 1;
            match (&got.end, got.stop) {
                (End::Done(_), stop) => {
                    assert_eq!((stop, got.depth), (0, GROWING.depth_limit as i32));
                    assert!(got.meter >= 0);
                    let turn_by_turn = run(Which::Wasmi, &each, &export, &args, BUDGET);
                    assert_eq!(turn_by_turn, got, "seed {seed} {export}: paying ahead changes something");
                    count.done += 1;
                }
                (_, 1) => count.exhausted += 1,
                (_, 2) => count.too_deep += 1,
                (End::StackOverflow, _) => panic!("seed {seed} {export}: an engine's stack overflowed first"),
                (End::Trapped(_) | End::Refused, _) => count.trapped += 1,
            }
            if got.stop == 0 {
                compare(&bytes, &export, &args, &got.end, &got.memory);
            }
        }
    }
    count
}

#[test]
fn generated_modules_that_make_their_own_nans_canonical_are_unchanged_to_the_bit() {
    let mut compared = 0;
    let count = sweep(true, |plain, export, args, end, memory| {
        let unsealed = run(Which::Wasmtime, plain, export, args, 0);
        assert_eq!((&unsealed.end, unsealed.memory.as_slice()), (end, memory), "{export}({args:?})");
        compared += 1;
    });
    println!("{count:?}; {compared} calls compared with the unsealed module");
    assert!(count.done > 50 && compared > 100);
}

#[test]
fn generated_modules_agree_in_all_but_the_bits_of_nans() {
    let (mut alike, mut through_bits) = (0, 0);
    let count = sweep(false, |plain, export, args, end, _| {
        // What an unsealed module does with the bits of a NaN may differ, and through them anything; but only in a module
        // where such bits can be seen.
        let unsealed = run(Which::Wasmtime, plain, export, args, 0);
        if is_alike(&unsealed.end, end) {
            alike += 1;
        } else {
            let places = seal(plain, &GROWING).map_or(0, |sealed| sealed.report.nan_places);
            assert!(places > 0, "{export}({args:?}): {:?} sealed: {end:?}", unsealed.end);
            through_bits += 1;
        }
    });
    println!("{count:?}; {alike} calls like the unsealed module's, {through_bits} that differ through NaN bits");
    assert!(count.done > 50 && count.nan_places > 100 && through_bits * 20 < alike);
}

/// Equal but for the bits of results that are NaN in both.
fn is_alike(one: &End, other: &End) -> bool {
    let is_same = |one: &V, other: &V| match (one, other) {
        (V::F32(one), V::F32(other)) => {
            one == other || (f32::from_bits(*one).is_nan() && f32::from_bits(*other).is_nan())
        }
        (V::F64(one), V::F64(other)) => {
            one == other || (f64::from_bits(*one).is_nan() && f64::from_bits(*other).is_nan())
        }
        // Lanes of a vector have no known width: any NaN in it may be the difference.
        (V::V128(_), V::V128(_)) => true,
        _ => one == other,
    };
    match (one, other) {
        (End::Done(one), End::Done(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| is_same(a, b))
        }
        _ => one == other,
    }
}
