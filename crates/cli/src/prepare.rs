//! From a profile to a sealed module.

use anyhow::anyhow;
use gate::profile::Profile;
use seal::{Policy, Sealed};

use crate::exit::{Exit, Failure, OrExit};

// What sealing lets a guest nest, the engines have stack for.
const _: () = {
    assert!(Policy::STANDARD.depth_limit == engine::limits::DEPTH_LIMIT);
    assert!(Policy::STANDARD.engine_stack_bytes() <= engine::limits::NATIVE_STACK_BYTES as u64);
};

/// The gate guest of a profile, sealed, and what it was called before.
pub(crate) struct SealedGuest {
    pub(crate) name: &'static str,
    pub(crate) sealed: Sealed,
}

pub(crate) fn seal_gate(profile: Profile) -> Result<SealedGuest, Failure> {
    let guest = shipped::gate(profile.name)
        .ok_or_else(|| anyhow!("no gate guest is built for the profile {}", profile.name))
        .or_exit(Exit::World)?;
    let sealed = seal::seal(guest.bytes, &Policy::STANDARD)
        .map_err(|error| anyhow!("the shipped module {} cannot be sealed: {error}", guest.name))
        .or_exit(Exit::Policy)?;
    Ok(SealedGuest { name: guest.name, sealed })
}
