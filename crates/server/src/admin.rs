//! Upgrade and rollback over HTTP, and what is told of packs and kernels.

use host::{Compatibility, Health, Host, Loaded, PackName, UpgradeError};
use http::StatusCode;
use pack::{Dim, Direction, Interface, Kernel, Pack, TensorSpec, Value, Verified};
use serde_json::{Value as Json, json};

use crate::answer::{self, Answer};
use crate::problem::{Problem, ProblemKind};

/// How bytes become a pack that may run: the caller of this crate knows whom to trust.
pub trait Packs: Send + Sync {
    /// Reads the single-file form of a pack and verifies it.
    ///
    /// # Errors
    /// Why it is not accepted.
    fn open(&self, file: &[u8], active: &Loaded, older: Older) -> Result<Pack<Verified>, PackRefusal>;
}

/// Whether a pack may be older than the one in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Older {
    /// It may not.
    Refused,
    /// The caller asked for it explicitly.
    Allowed,
}

/// Why a pack is not accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackRefusal {
    /// The refusal's word in `spec/pack.md`.
    pub word: &'static str,
    /// What was wrong, where, and what to do.
    pub message: String,
}

/// Puts the pack in `file` into service.
pub(crate) fn upgrade(host: &Host, packs: &dyn Packs, file: &[u8], older: Older) -> Result<Answer, Problem> {
    let pack = packs
        .open(file, &host.active(), older)
        .map_err(|refusal| Problem::new(ProblemKind::Pack, refusal.message).detailed(refusal.word))?;
    let upgraded = host.upgrade(pack, Compatibility::Required).map_err(|error| refused(&error))?;
    let answer = json!({
        "pack": name(&upgraded.to),
        "before": name(&upgraded.from),
        "health": {"before": health(&upgraded.before), "after": health(&upgraded.after)},
        "compiled_in_seconds": upgraded.compiled_in.as_secs_f64(),
    });
    Ok(answer::json(StatusCode::OK, &answer))
}

/// Goes back to the pack before.
pub(crate) fn rollback(host: &Host) -> Result<Answer, Problem> {
    let returned = host.rollback().map_err(|error| refused(&error))?;
    let answer = json!({
        "pack": name(&returned.to),
        "before": name(&returned.from),
        "served": returned.served,
        "compiled_again": returned.compiled_again,
    });
    Ok(answer::json(StatusCode::OK, &answer))
}

fn refused(error: &UpgradeError) -> Problem {
    let word = match error {
        UpgradeError::Load(_) => "load",
        UpgradeError::Incompatible { .. } => "incompatible",
        UpgradeError::Unhealthy(_) => "unhealthy",
        UpgradeError::RolledBack { .. } => "rolled-back",
        UpgradeError::NothingBefore => "nothing-before",
    };
    Problem::new(ProblemKind::Upgrade, error.to_string()).detailed(word)
}

fn health(health: &Health) -> Json {
    json!({
        "kernels": health.kernels,
        "unchecked": health.unchecked,
        "calls": health.calls,
        "seconds": health.took.as_secs_f64(),
    })
}

fn name(name: &PackName) -> Json {
    json!({"name": name.name, "version": name.version, "digest": format!("sha256:{}", name.digest)})
}

/// What there is to say of the active pack.
#[must_use]
pub fn describe_pack(host: &Host) -> Json {
    let loaded = host.active();
    let manifest = loaded.pack().manifest();
    let mut about = name(loaded.name());
    about["description"] = json!(manifest.description);
    about["author"] = json!({"name": manifest.author.name, "email": manifest.author.email});
    about["created_at"] = json!(manifest.created_at);
    about["signer"] = json!(loaded.pack().signer().name);
    about["kernels"] = json!(loaded.kernels().len());
    about["engine"] = json!(loaded.engine_name());
    about["device_class"] = json!(loaded.class().name);
    about
}

/// The kernels of a pack that can be called.
#[must_use]
pub fn describe_kernels(loaded: &Loaded) -> Json {
    let kernels = loaded.kernels().map(|view| {
        let spec = view.spec();
        json!({
            "id": spec.id,
            "name": spec.name,
            "category": spec.category,
            "module": format!("sha256:{}", spec.module.hash),
            "forward": interface(&spec.forward),
            "backward": spec.interface(Direction::Backward).map(interface),
            "params": parameters(spec),
            "metered": view.is_sealed(),
            "simd": view.uses_simd(),
            "pages_max": view.pages_max(),
            "deadline_max_ms": view.deadline_max().as_millis() as u64,
            "fallback": view.fallback().map(ops::Op::id),
        })
    });
    let kernels: Vec<Json> = kernels.collect();
    json!({"pack": name(loaded.name()), "kernels": kernels})
}

fn interface(interface: &Interface) -> Json {
    let tensors = |specs: &[TensorSpec]| specs.iter().map(tensor).collect::<Vec<_>>();
    json!({"inputs": tensors(interface.inputs()), "outputs": tensors(interface.outputs())})
}

fn tensor(spec: &TensorSpec) -> Json {
    let shape = spec.shape.iter().map(|dim| match dim {
        Dim::Fixed(size) => json!(size),
        Dim::Symbol(name) => json!(name),
    });
    json!({"name": spec.name, "dtype": spec.dtype.name(), "shape": shape.collect::<Vec<_>>()})
}

fn parameters(spec: &Kernel) -> Json {
    let parameters = spec.params.iter().map(|parameter| {
        let default = match parameter.default {
            Value::F32(value) => json!(value),
            Value::U32(value) => json!(value),
            Value::I32(value) => json!(value),
        };
        json!({"name": parameter.name, "type": parameter.default.kind().name(), "default": default})
    });
    parameters.collect()
}
