//! From a profile to a sealed module.

use anyhow::anyhow;
use codec::Digest;
use gate::profile::Profile;
use seal::{Policy, Sealed};

use crate::exit::{Exit, Failure, OrExit};

// What sealing lets a guest nest, the engines have stack for.
const _: () = {
    assert!(Policy::STANDARD.depth_limit == engine::limits::DEPTH_LIMIT);
    assert!(Policy::STANDARD.engine_stack_bytes() <= engine::limits::NATIVE_STACK_BYTES as u64);
};

/// A sealed module of the guest ABI, ready to be run.
pub(crate) struct Guest {
    /// What the genesis statement calls it.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: Digest,
    /// The digest of the cost table that its meter charges by.
    pub(crate) cost_table: Digest,
}

/// The gate guest of a profile that ships with the program, sealed.
pub(crate) fn seal_gate(profile: Profile) -> Result<Guest, Failure> {
    let guest = shipped::gate(profile.name)
        .ok_or_else(|| anyhow!("no gate guest is built for the profile {}", profile.name))
        .or_exit(Exit::World)?;
    let Sealed { bytes, digest, .. } = seal::seal(guest.bytes, &Policy::STANDARD)
        .map_err(|error| anyhow!("the shipped module {} cannot be sealed: {error}", guest.name))
        .or_exit(Exit::Policy)?;
    Ok(Guest { name: guest.name.to_owned(), bytes, digest, cost_table: seal::cost_table_digest() })
}
