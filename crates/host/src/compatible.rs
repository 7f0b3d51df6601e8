//! Whether a pack can take another's place without breaking callers.

use pack::{Kernel, Manifest};

use crate::error::UpgradeError;

/// What an upgrade asks of the new pack's interfaces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compatibility {
    /// Every kernel of the active pack is there with the same tensors and parameters. It may have more.
    Required,
    /// Nothing: callers of the active pack may break.
    Waived,
}

/// Checks that everything that can be asked of `old` can be asked of `new`, and means the same.
pub(crate) fn check(old: &Manifest, new: &Manifest) -> Result<(), UpgradeError> {
    for kernel in old.kernels.iter().filter(|kernel| !kernel.is_gate()) {
        let incompatible = |what| Err(UpgradeError::Incompatible { kernel: kernel.id.clone(), what });
        let Some(successor) = new.kernel(&kernel.id) else {
            return incompatible("the new pack has no such kernel");
        };
        if let Some(what) = difference(kernel, successor) {
            return incompatible(what);
        }
    }
    Ok(())
}

fn difference(old: &Kernel, new: &Kernel) -> Option<&'static str> {
    if new.is_gate() {
        return Some("it has become a gate");
    }
    if old.forward != new.forward {
        return Some("its forward tensors differ");
    }
    if old.backward.is_some() && old.backward != new.backward {
        return Some("its backward tensors differ");
    }
    // A default is part of the signature: a caller that leaves a parameter out relies on it.
    if old.params != new.params {
        return Some("its parameters or their defaults differ");
    }
    None
}
