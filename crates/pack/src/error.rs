//! Why a pack is refused: one table of variants, words, exit codes and meanings.

use alloc::string::String;
use core::fmt;

use codec::Digest;
use semver::Version;

use crate::manifest::PlatformName;

macro_rules! refusals {
    ($($code:literal $word:literal $name:ident $({ $($(#[$about:meta])* $field:ident: $kind:ty),* $(,)? })? $meaning:literal
        => $message:literal;)*) => {
        /// Why a pack is refused. One variant for each defect; [`PackError::TABLE`] has words and exit codes.
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub enum PackError {
            $(
                #[doc = concat!("`", $word, "`: ", $meaning, ".")]
                $name $({ $($(#[$about])* $field: $kind,)* })?,
            )*
        }

        impl PackError {
            /// Exit code, word and meaning of each refusal, in the order of the codes.
            pub const TABLE: &'static [(u8, &'static str, &'static str)] = &[$(($code, $word, $meaning),)*];

            fn say(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$name { $($($field),*)? } => write!(f, $message),)* }
            }

            /// This refusal's row in [`PackError::TABLE`].
            #[must_use]
            pub fn row(&self) -> (u8, &'static str, &'static str) {
                match self { $(Self::$name { .. } => ($code, $word, $meaning),)* }
            }
        }
    };
}

refusals! {
    20 "too-large" TooLarge {
        /// Of what there is too much.
        what: String,
        /// The most that there may be.
        limit: usize,
    } "a file, a list or the whole is above its limit"
        => "{what}: more than {limit}; make it smaller, or split the pack";
    21 "path-escapes" PathEscapes {
        /// The path.
        path: String,
    } "a path leads out of the pack"
        => "path {path:?} leads out of the pack; use a relative path without `..`";
    22 "bad-path" BadPath {
        /// The path.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
    } "a path is not one that a pack may have"
        => "path {path:?}: {problem}; rename the file";
    23 "path-clash" PathClash {
        /// The path that was there first.
        first: String,
        /// The path that came second.
        second: String,
    } "two paths name one place where letter case does not count, or one is a folder of the other"
        => "paths {first:?} and {second:?} cannot lie side by side on every file system; rename one";
    24 "manifest-missing" ManifestMissing "there is no `kernels.json`"
        => "there is no `kernels.json`; is this a pack?";
    25 "not-json" NotJson {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    } "a file that should be JSON is not"
        => "{file}: not JSON, line {line} column {column}";
    26 "duplicate-key" DuplicateKey {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    } "a key stands twice in one object"
        => "{file}: key {key:?} stands twice in one object, line {line} column {column}; remove one";
    27 "missing-field" MissingField {
        /// Where.
        at: String,
    } "a field that must be there is not"
        => "{at}: missing; add it";
    28 "unknown-field" UnknownField {
        /// Where.
        at: String,
    } "a field that nobody knows is there"
        => "{at}: nobody knows this field; remove it";
    29 "wrong-type" WrongType {
        /// Where.
        at: String,
        /// What should be there.
        expected: &'static str,
    } "a field is of another JSON type than it should be"
        => "{at}: must be {expected}";
    30 "bad-value" BadValue {
        /// Where.
        at: String,
        /// What should be there.
        expected: &'static str,
    } "a field's value is not one that it may have"
        => "{at}: must be {expected}";
    31 "unknown-schema" UnknownSchema {
        /// Where.
        at: String,
        /// The schema that the manifest names.
        found: String,
    } "the manifest follows another schema"
        => "{at}: {found:?} is not the schema that this program reads; use https://avouch.dev/schema/kernels-v1.json";
    32 "bad-name" BadName {
        /// Where.
        at: String,
        /// The name.
        found: String,
    } "a name is not an identifier"
        => "{at}: {found:?} is not a name; use a lower-case letter, then lower-case letters, digits, `_`, `-` or `.`, at most 64";
    33 "duplicate-name" DuplicateName {
        /// Where.
        at: String,
        /// The name.
        name: String,
    } "two things of one kind have the same name"
        => "{at}: the name {name:?} is taken; choose another";
    34 "bad-version" BadVersion {
        /// Where.
        at: String,
        /// The text.
        found: String,
    } "a version is not a semantic version"
        => "{at}: {found:?} is not a semantic version such as 1.0.0";
    35 "bad-window" BadWindow {
        /// The least version.
        min: Version,
        /// The greatest version.
        max: Version,
    } "the least runtime version is above the greatest"
        => "kernels.json: min_runtime_version {min} is above max_runtime_version {max}, so that no runtime fits; swap them";
    36 "bad-time" BadTime {
        /// Where.
        at: String,
        /// The text.
        found: String,
    } "a time is not of the form 2026-11-21T00:00:00Z"
        => "{at}: {found:?} is not a time such as 2026-11-21T00:00:00Z";
    37 "bad-key" BadKey {
        /// Where.
        at: String,
    } "a public key is not one that signatures can be checked with"
        => "{at}: must be `ed25519:` and the 64 lower-case hexadecimal digits of a canonical key that is not of small order";
    38 "bad-hash" BadHash {
        /// Where.
        at: String,
        /// The text.
        found: String,
    } "a digest is not `sha256:` and 64 lower-case hexadecimal digits"
        => "{at}: {found:?} is not `sha256:` and 64 lower-case hexadecimal digits";
    39 "unknown-dtype" UnknownDType {
        /// Where.
        at: String,
        /// The text.
        found: String,
    } "a dtype that nobody knows"
        => "{at}: {found:?} is no dtype; use f32, f16, i32, u32, i8, u8, q4_0 or q8_0";
    40 "bad-shape" BadShape {
        /// Where.
        at: String,
        /// What is wrong with it.
        problem: &'static str,
    } "a shape that no call could have"
        => "{at}: {problem}";
    41 "bad-parameter" BadParameter {
        /// Where.
        at: String,
        /// What should be there.
        expected: &'static str,
    } "a parameter's default is not a value of its type"
        => "{at}: must be {expected}";
    42 "bad-limit" BadLimit {
        /// Where.
        at: String,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    } "a resource limit is out of range"
        => "{at}: must be a whole number from {min} to {max}";
    43 "unknown-platform" UnknownPlatform {
        /// Where.
        at: String,
    } "a platform that nobody knows"
        => "{at}: nobody knows this platform; use wasmtime, wasmi, embedded or wamr";
    44 "no-kernels" NoKernels "the manifest lists no kernel"
        => "kernels.json: kernels: the list is empty; a pack has at least one kernel";
    45 "duplicate-kernel" DuplicateKernel {
        /// The kernel's id.
        kernel: String,
    } "two kernels have the same id"
        => "kernels.json: two kernels have the id {kernel:?}; rename one";
    46 "fallback-unknown-kernel" FallbackUnknownKernel {
        /// The id.
        kernel: String,
    } "a fallback is for a kernel that the pack does not have"
        => "kernels.json: fallbacks: the pack has no kernel {kernel:?}; remove the line or add the kernel";
    47 "signature-missing" SignatureMissing "there is no `kernels.json.sig`"
        => "there is no `kernels.json.sig`; sign the pack";
    48 "signature-malformed" SignatureMalformed "`kernels.json.sig` is not one line of 128 lower-case hexadecimal digits"
        => "kernels.json.sig: not one line of 128 lower-case hexadecimal digits; sign the pack again";
    49 "bad-signature" BadSignature {
        /// The key that the manifest names.
        key: Digest,
    } "the signature is not the author's over this manifest"
        => "kernels.json.sig: not a signature of ed25519:{key} over this manifest; the manifest was changed after signing, or another key signed";
    50 "no-trusted-key" NoTrustedKey {
        /// The key that the manifest names.
        key: Digest,
    } "nobody who is trusted signed it"
        => "signed by ed25519:{key}, which is not trusted; add the key to those that are, if you trust it";
    51 "author-key-mismatch" AuthorKeyMismatch {
        /// The key that the manifest names.
        author: Digest,
        /// The key that signed.
        signer: Digest,
    } "a trusted key signed it, but the manifest names another as its author's"
        => "kernels.json: author.signing_key is ed25519:{author}, but ed25519:{signer} signed; name the key that signs";
    52 "file-missing" FileMissing {
        /// The path.
        path: String,
    } "the manifest names a file that the pack does not have"
        => "{path}: the manifest names this file and the pack does not have it; fetch the pack again";
    53 "extra-file" ExtraFile {
        /// The path.
        path: String,
    } "the pack has a file that the manifest does not name"
        => "{path}: the manifest does not name this file; remove it";
    54 "hash-mismatch" HashMismatch {
        /// The path.
        path: String,
        /// What the manifest says.
        expected: Digest,
        /// What the file has.
        actual: Digest,
    } "a file is not the one that the manifest was signed for"
        => "{path}: the manifest says sha256:{expected}, the file has sha256:{actual}; fetch the pack again";
    55 "bad-golden" BadGolden {
        /// Where.
        at: String,
        /// What is wrong with it.
        problem: String,
    } "a golden file does not fit its kernel"
        => "{at}: {problem}";
    56 "runtime-too-old" RuntimeTooOld {
        /// The version of this runtime.
        runtime: Version,
        /// The least that the pack takes.
        needed: Version,
    } "the pack needs a newer runtime"
        => "this runtime is {runtime} and the pack needs {needed} or newer; upgrade the runtime";
    57 "runtime-too-new" RuntimeTooNew {
        /// The version of this runtime.
        runtime: Version,
        /// The greatest that the pack takes.
        latest: Version,
    } "the pack was not made for a runtime as new as this"
        => "this runtime is {runtime} and the pack was made for {latest} or older; get a newer pack";
    58 "platform-not-supported" PlatformNotSupported {
        /// The kernel's id.
        kernel: String,
        /// This platform.
        platform: PlatformName,
    } "a kernel was not made for this platform"
        => "kernel {kernel}: not made for {platform}; use a pack that names this platform";
    59 "platform-too-old" PlatformTooOld {
        /// The kernel's id.
        kernel: String,
        /// This platform.
        platform: PlatformName,
        /// This platform's version.
        version: Version,
        /// The least that the kernel takes.
        needed: Version,
    } "a kernel needs a newer version of this platform"
        => "kernel {kernel}: {platform} is {version} here and must be {needed} or newer; upgrade the runtime";
    60 "missing-feature" MissingFeature {
        /// The kernel's id.
        kernel: String,
        /// The feature.
        feature: String,
    } "a kernel needs a feature that this platform does not have"
        => "kernel {kernel}: needs the feature {feature}, which this platform does not have; use a pack without it";
    61 "kernel-not-allowed" KernelNotAllowed {
        /// The kernel's id.
        kernel: String,
    } "a kernel is not on the allowlist"
        => "kernel {kernel}: not on the allowlist; add it there, if it may run";
    62 "older-than-active" OlderThanActive {
        /// The version in use.
        active: Version,
        /// The version of this pack.
        offered: Version,
    } "the pack is older than the one in use"
        => "version {offered} is older than {active}, which is in use; say explicitly that an older one is allowed";
}

impl PackError {
    /// The stable word of this refusal.
    #[must_use]
    pub fn word(&self) -> &'static str {
        self.row().1
    }

    /// The exit code of a program that ends with this refusal.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.row().0
    }

    /// The refusal of a thing of which there is too much.
    #[must_use]
    pub fn too_large(what: impl fmt::Display, limit: usize) -> Self {
        Self::TooLarge { what: alloc::format!("{what}"), limit }
    }
}

impl fmt::Display for PackError {
    /// What is wrong, where, and what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.say(f)
    }
}

impl core::error::Error for PackError {}
