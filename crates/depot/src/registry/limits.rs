//! The limits of a transfer.

use std::time::Duration;

/// Bytes of a manifest: what the distribution specification asks registries to take.
pub const MANIFEST_LEN_MAX: usize = 4 << 20;

/// Bytes of a configuration: a digest for each layer, and a few words.
pub const CONFIGURATION_LEN_MAX: usize = 256 << 10;

/// Layers of an artefact: one for each file of the largest pack.
pub const LAYERS_MAX: usize = pack::limits::FILES_MAX;

/// Redirections that are followed for one blob. Registries need one, to their storage.
pub const REDIRECTIONS_MAX: usize = 5;

/// How long a registry may take to answer the telephone.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long nothing at all may come.
pub const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// How long one answer may take to come in whole, however slowly it trickles.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(600);

/// Characters of what a registry said that are shown.
pub const ANSWER_SHOWN_MAX: usize = 300;
