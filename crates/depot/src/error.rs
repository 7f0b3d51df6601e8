//! Why a place does not give or take a pack: one table of variants, words, exit codes and meanings.

use std::fmt;
use std::io;

use pack::PackError;

macro_rules! refusals {
    ($($code:literal $word:literal $name:ident { $($(#[$about:meta])* $field:ident: $kind:ty),* $(,)? } $meaning:literal
        => $message:literal;)*) => {
        /// Why a place does not give or take a pack. [`DepotError::TABLE`] has the words and exit codes of what is wrong
        /// with the place; what is wrong with the pack has those of [`PackError`].
        #[derive(Debug)]
        pub enum DepotError {
            /// The machine refused: a file, a folder, a connection.
            World {
                /// Which file, folder or URL.
                place: String,
                /// What the machine said.
                error: io::Error,
            },
            /// The files are not those of a pack.
            Pack {
                /// Where they lie.
                place: String,
                /// What is wrong with them.
                error: Box<PackError>,
            },
            $(
                #[doc = concat!("`", $word, "`: ", $meaning, ".")]
                $name { $($(#[$about])* $field: $kind,)* },
            )*
        }

        impl DepotError {
            /// Exit code, word and meaning of each refusal that is a place's own.
            pub const TABLE: &'static [(u8, &'static str, &'static str)] = &[$(($code, $word, $meaning),)*];

            /// This refusal's row in [`DepotError::TABLE`] or in [`PackError::TABLE`]; none if the machine refused.
            #[must_use]
            pub fn row(&self) -> Option<(u8, &'static str, &'static str)> {
                match self {
                    Self::World { .. } => None,
                    Self::Pack { error, .. } => Some(error.row()),
                    $(Self::$name { .. } => Some(($code, $word, $meaning)),)*
                }
            }
        }

        impl fmt::Display for DepotError {
            /// What is wrong, where, and what to do.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::World { place, error } => write!(f, "{place}: {error}"),
                    Self::Pack { place, error } => write!(f, "{place}: {error}"),
                    $(Self::$name { $($field),* } => write!(f, $message),)*
                }
            }
        }
    };
}

refusals! {
    70 "symbolic-link" SymbolicLink {
        /// Where it lies.
        place: String,
    } "a symbolic link lies in the folder of a pack"
        => "{place}: a symbolic link; a pack has none: put the file itself there";
    71 "special-file" SpecialFile {
        /// Where it lies.
        place: String,
    } "a device, pipe or socket lies in the folder of a pack"
        => "{place}: neither a file nor a folder; remove it";
    72 "empty-folder" EmptyFolder {
        /// Where it lies.
        place: String,
    } "a folder without a file lies in the folder of a pack"
        => "{place}: a folder without a file, which no pack has; remove it";
    73 "bad-archive" BadArchive {
        /// The file.
        place: String,
        /// What is wrong with it.
        problem: String,
    } "a single file is not one that packing would write"
        => "{place}: {problem}; only what `avouch pack` writes is read: sorted ustar without times and owners";
    74 "bad-reference" BadReference {
        /// The text.
        place: String,
        /// What is wrong with it.
        problem: String,
    } "a text is not the reference of an artefact"
        => "{place}: {problem}; write REGISTRY/NAME:TAG or REGISTRY/NAME@sha256:DIGEST";
    75 "not-loopback" NotLoopback {
        /// The registry.
        place: String,
    } "plain HTTP was asked for over a network"
        => "{place}: plain HTTP is spoken with 127.0.0.0/8 and localhost only; leave --plain-http out";
    76 "bad-artefact" BadArtefact {
        /// The reference.
        place: String,
        /// What is wrong with it.
        problem: String,
    } "what a registry has is not a pack's artefact"
        => "{place}: not a pack: {problem}";
    77 "wrong-digest" WrongDigest {
        /// The URL.
        place: String,
        /// What was asked for.
        expected: String,
        /// What came.
        actual: String,
    } "a registry sent other bytes than those that were asked for"
        => "{place}: sent {actual} instead of {expected}; the registry or something before it is not to be trusted";
    78 "registry-refused" RegistryRefused {
        /// The URL or reference.
        place: String,
        /// What it said.
        answer: String,
    } "a registry said no, or what makes no sense"
        => "{place}: {answer}";
}

impl DepotError {
    /// The machine's own word about a place.
    pub(crate) fn world(place: impl fmt::Display, error: impl Into<io::Error>) -> Self {
        Self::World { place: place.to_string(), error: error.into() }
    }

    /// The pack's own error at a place.
    pub(crate) fn pack(place: impl fmt::Display, error: PackError) -> Self {
        Self::Pack { place: place.to_string(), error: Box::new(error) }
    }
}

impl std::error::Error for DepotError {}
