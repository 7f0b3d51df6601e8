//! Who takes the ticks: the native library and the engines, each timed by itself.

use std::sync::Arc;
use std::time::Instant;

use anyhow::anyhow;
use engine::{Engine, Instance, Module};
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{Options, WasmtimeEngine};
use gate::profile::OUTPUT_BYTES;
use receipt::{DUMMY_SEED, Role, SigningKey};
use runtime::exchange::{Reply, send};
use witness::Witness;

use super::streams::Stream;
use crate::exit::{Exit, Failure, OrExit};
use crate::prepare::seal_gate;

pub(super) const WASMTIME: &str = "wasmtime";
pub(super) const UNSEALED: &str = "wasmtime, not sealed";

const METER: i64 = i64::MAX;

/// A contender and the times it took.
pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) micros: Vec<f64>,
    runner: Runner,
}

enum Runner {
    Native {
        witness: Box<Option<Witness<'static>>>,
        output: Vec<u8>,
        slab: Option<&'static mut [u64]>,
        profile: gate::profile::Profile,
    },
    Guest(Box<dyn Instance>),
}

/// The baseline first.
pub(super) fn all(stream: &Stream) -> Result<Vec<Contender>, Failure> {
    let guest = seal_gate(stream.profile)?;
    let unsealed =
        shipped::gate(stream.profile.name).ok_or_else(|| anyhow!("no guest for the profile")).or_exit(Exit::World)?;
    let wasmtime = WasmtimeEngine::new(&Options::PLAIN).or_exit(Exit::World)?;
    let sealed: Arc<dyn Module> = Arc::from(wasmtime.compile(&guest.bytes).or_exit(Exit::World)?);
    let plain: Arc<dyn Module> = Arc::from(wasmtime.compile_unsealed(unsealed.bytes).or_exit(Exit::World)?);
    let wasmi: Arc<dyn Module> = Arc::from(WasmiEngine::new().compile(&guest.bytes).or_exit(Exit::World)?);
    let mut contenders = vec![Contender::native("native", stream, Role::Host)?];
    for (name, module, role) in [
        (WASMTIME, &sealed, Role::Host),
        (UNSEALED, &plain, Role::Host),
        ("wasmi", &wasmi, Role::Host),
        ("wasmtime, guest signs", &sealed, Role::Guest),
    ] {
        contenders.push(Contender::guest(name, &**module, stream, role)?);
    }
    contenders.push(Contender::native("native, guest signs", stream, Role::Guest)?);
    Ok(contenders)
}

impl Contender {
    fn native(name: &'static str, stream: &Stream, role: Role) -> Result<Self, Failure> {
        // A witness borrows its slab for as long as it lives; a bench makes two and ends.
        let slab = Vec::leak(vec![0; stream.profile.slab_words()]);
        let runner = Runner::Native {
            witness: Box::new(None),
            output: vec![0; OUTPUT_BYTES],
            slab: Some(slab),
            profile: stream.profile,
        };
        Self { name, micros: Vec::new(), runner }.set_up(stream, role)
    }

    fn guest(name: &'static str, module: &dyn Module, stream: &Stream, role: Role) -> Result<Self, Failure> {
        let runner = Runner::Guest(module.instantiate().or_exit(Exit::World)?);
        Self { name, micros: Vec::new(), runner }.set_up(stream, role)
    }

    fn set_up(mut self, stream: &Stream, role: Role) -> Result<Self, Failure> {
        self.send(&[&[0], &stream.configuration])?;
        let key = SigningKey::from_seed(&DUMMY_SEED).public();
        let seed: &[u8] = if role == Role::Guest { &DUMMY_SEED } else { &[] };
        self.send(&[&[1, role as u8], &key.0, seed])?;
        Ok(self)
    }

    /// Takes a tick and notes the time.
    pub(super) fn take(&mut self, epoch: u64, input: &[u8]) -> Result<(), Failure> {
        let started = Instant::now();
        self.send(&[&[2], &epoch.to_le_bytes(), &[0; 32], input])?;
        self.micros.push(started.elapsed().as_secs_f64() * 1e6);
        Ok(())
    }

    pub(super) fn total_us(&self) -> f64 {
        self.micros.iter().sum()
    }

    fn send(&mut self, parts: &[&[u8]]) -> Result<(), Failure> {
        let fail = |what: String| Failure::message(Exit::World, format!("{}: {what}", self.name));
        match &mut self.runner {
            Runner::Native { witness, output, slab, profile } => {
                let mut message = parts.concat();
                Witness::take(witness, *profile, slab, &mut message, output)
                    .map_err(|refusal| fail(format!("{refusal:?}")))?;
            }
            Runner::Guest(instance) => match send(&mut **instance, METER, parts) {
                Ok(Reply::Output(_)) => {}
                other => return Err(fail(format!("{other:?}"))),
            },
        }
        Ok(())
    }
}
