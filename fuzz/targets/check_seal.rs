//! Any bytes and any generated module: `check` and `seal` agree with each other, what is sealed is valid, sealing is a
//! function of its input, and a sealed module is known for one.
#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use seal::{CheckError, LoopCharge, MemoryRule, Policy, SealError, Sealed, check, seal};
use wasmparser::{Validator, WasmFeatures};

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let memory = if first & 1 == 0 { MemoryRule::Fixed } else { MemoryRule::Capped { max_pages: 16 } };
    let loops = if first & 2 == 0 { LoopCharge::Ahead } else { LoopCharge::EachTurn };
    let policy = Policy { memory, loops, ..Policy::STANDARD };
    match first >> 2 & 3 {
        0 => hold(rest, &policy),
        // Every feature that the generator knows, so mostly refused.
        1 => {
            let mut u = Unstructured::new(rest);
            let Ok(config) = wasm_smith::Config::arbitrary(&mut u) else { return };
            let Ok(module) = wasm_smith::Module::new(config, &mut u) else { return };
            hold(&module.to_bytes(), &policy);
        }
        // What sealing accepts, and then perhaps a byte of it changed.
        kind => {
            let mut u = Unstructured::new(rest);
            let Ok(mut module) = accepted(&mut u) else { return };
            if kind == 3
                && let Ok(place) = u.choose_index(module.len())
            {
                module[place] ^= u.arbitrary().unwrap_or(1);
            }
            hold(&module, &policy);
        }
    }
});

fn accepted(u: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let shape = avouch_fuzz::generated::Shape::any(u)?;
    avouch_fuzz::generated::module(u, &shape, false)
}

fn hold(module: &[u8], policy: &Policy<'_>) {
    let findings = check(module, policy);
    match (seal(module, policy), findings) {
        (Ok(sealed), Ok(findings)) => {
            assert!(findings.iter().all(|finding| finding.closed_by_seal), "sealed in spite of {findings:?}");
            hold_sealed(module, &sealed, policy);
        }
        (Err(SealError::Check(error)), Err(found)) => {
            assert_eq!(error, found);
            explain(module, error);
        }
        (Err(SealError::Refused { first, count }), Ok(findings)) => {
            let open: Vec<_> = findings.iter().filter(|finding| !finding.closed_by_seal).collect();
            assert_eq!((open.first().copied(), open.len()), (Some(&first), count));
            assert!(findings.iter().all(|finding| finding.offset <= module.len()));
            assert!(!SealError::Refused { first, count }.to_string().is_empty());
        }
        (sealed, found) => panic!("{:?} although {found:?}", sealed.map(|sealed| sealed.report)),
    }
}

fn explain(module: &[u8], error: CheckError) {
    match error {
        CheckError::Malformed(malformed) => {
            assert!(malformed.offset <= module.len());
            assert!(!malformed.detail(module).is_empty());
        }
        CheckError::TooLarge(too_large) => assert!(too_large.offset <= module.len()),
        CheckError::AlreadySealed => {}
    }
}

fn hold_sealed(module: &[u8], sealed: &Sealed, policy: &Policy<'_>) {
    let bytes = &sealed.bytes;
    Validator::new_with_features(WasmFeatures::WASM2).validate_all(bytes).expect("what is sealed is WebAssembly 2.0");
    assert_eq!(seal(module, policy).as_ref(), Ok(sealed), "sealing is a function");
    assert_eq!(sealed.digest, codec::sha256(bytes));
    assert_eq!((sealed.report.bytes_before, sealed.report.bytes_after), (module.len() as u64, bytes.len() as u64));
    assert_eq!(check(bytes, policy), Err(CheckError::AlreadySealed));
    assert_eq!(seal(bytes, policy), Err(SealError::Check(CheckError::AlreadySealed)));
}
