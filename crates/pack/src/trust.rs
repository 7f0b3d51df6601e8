//! From files to permission to run them: `Pack<Unverified>` to `Pack<Verified>`.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use codec::{Digest, sha256};

use crate::error::PackError;
use crate::files::Files;
use crate::golden::Golden;
use crate::limits::{CONFIGURATION_LEN_MAX, GOLDEN_LEN_MAX, MODULE_LEN_MAX};
use crate::manifest::{HashedFile, Kernel, MANIFEST_PATH, Manifest};
use crate::signature::{SIGNATURE_PATH, parse_file, verifies};
use crate::terms::{Terms, TrustedKey};

/// A pack that nobody has checked: its manifest reads, and that is all. It gives no module away.
#[derive(Clone, Debug)]
pub struct Unverified(());

/// A pack that may run: signature, files and terms were checked.
///
/// There is no way to one but [`Pack::verify`]:
///
/// ```compile_fail
/// let verified = pack::Verified { signer: todo!(), golden: todo!() };
/// ```
///
/// ```compile_fail
/// fn forge(pack: pack::Pack<pack::Unverified>, state: pack::Verified) -> pack::Pack<pack::Verified> {
///     pack::Pack { state, ..pack }
/// }
/// ```
///
/// ```compile_fail
/// fn run_unchecked(pack: &pack::Pack<pack::Unverified>) -> Option<&[u8]> {
///     pack.module("rope_f32")
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Verified {
    signer: TrustedKey,
    /// For each kernel of the manifest its golden files.
    golden: Vec<Vec<Golden>>,
}

/// A pack.
#[derive(Clone, Debug)]
pub struct Pack<State> {
    files: Files,
    manifest: Manifest,
    digest: Digest,
    state: State,
}

impl<State> Pack<State> {
    /// The manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// SHA-256 of the manifest's exact bytes: the pack's name in receipts.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The files, as they came.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The kernel with this id.
    #[must_use]
    pub fn kernel(&self, id: &str) -> Option<&Kernel> {
        self.manifest.kernel(id)
    }
}

impl Pack<Unverified> {
    /// Reads the manifest of a pack. Nothing else is looked at.
    ///
    /// # Errors
    /// [`PackError::ManifestMissing`], or what is wrong with the manifest.
    pub fn read(files: Files) -> Result<Self, PackError> {
        let bytes = files.get(MANIFEST_PATH).ok_or(PackError::ManifestMissing)?;
        let manifest = Manifest::parse(bytes)?;
        let digest = sha256(bytes);
        Ok(Self { files, manifest, digest, state: Unverified(()) })
    }

    /// Checks the signature, every file, and the terms, in this order.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn verify(self, terms: &Terms<'_>) -> Result<Pack<Verified>, PackError> {
        let signer = self.check_signature(terms.trusted)?.clone();
        self.check_files()?;
        let golden = self.read_golden()?;
        self.check_terms(terms)?;
        let Self { files, manifest, digest, state: Unverified(()) } = self;
        Ok(Pack { files, manifest, digest, state: Verified { signer, golden } })
    }

    /// Who signed. The signature file says no name: every trusted key is tried.
    fn check_signature<'t>(&self, trusted: &'t [TrustedKey]) -> Result<&'t TrustedKey, PackError> {
        let file = self.files.get(SIGNATURE_PATH).ok_or(PackError::SignatureMissing)?;
        let signature = parse_file(file).ok_or(PackError::SignatureMalformed)?;
        let message = self.files.get(MANIFEST_PATH).ok_or(PackError::ManifestMissing)?;
        let author = self.manifest.author.signing_key;
        if let Some(signer) = trusted.iter().find(|trusted| verifies(&trusted.key, message, &signature)) {
            let mismatch = PackError::AuthorKeyMismatch { author: Digest(author), signer: Digest(signer.key) };
            return if signer.key == author { Ok(signer) } else { Err(mismatch) };
        }
        // Told apart for the sake of whoever has to mend it; neither is accepted.
        let key = Digest(author);
        if verifies(&author, message, &signature) {
            Err(PackError::NoTrustedKey { key })
        } else {
            Err(PackError::BadSignature { key })
        }
    }

    /// That the files are exactly those of the manifest.
    fn check_files(&self) -> Result<(), PackError> {
        let mut named = BTreeMap::new();
        for HashedFile { path, hash } in self.manifest.named_files() {
            let bytes = self.files.get(path).ok_or_else(|| PackError::FileMissing { path: path.clone() })?;
            let actual = *named.entry(path.as_str()).or_insert_with(|| sha256(bytes));
            if actual != *hash {
                return Err(PackError::HashMismatch { path: path.clone(), expected: *hash, actual });
            }
        }
        for (path, _) in self.files.iter() {
            if !named.contains_key(path) && path != MANIFEST_PATH && path != SIGNATURE_PATH {
                return Err(PackError::ExtraFile { path: path.to_owned() });
            }
        }
        for kernel in &self.manifest.kernels {
            self.check_len(&kernel.module.path, MODULE_LEN_MAX)?;
            for file in &kernel.golden {
                self.check_len(&file.path, GOLDEN_LEN_MAX)?;
            }
            if let Some(file) = &kernel.configuration {
                self.check_len(&file.path, CONFIGURATION_LEN_MAX)?;
            }
        }
        Ok(())
    }

    fn check_len(&self, path: &str, limit: usize) -> Result<(), PackError> {
        let len = self.files.get(path).map_or(0, <[u8]>::len);
        if len > limit { Err(PackError::too_large(alloc::format!("bytes of {path}"), limit)) } else { Ok(()) }
    }

    fn read_golden(&self) -> Result<Vec<Vec<Golden>>, PackError> {
        let read = |kernel: &Kernel| {
            let files = kernel.golden.iter().map(|file| {
                let bytes =
                    self.files.get(&file.path).ok_or_else(|| PackError::FileMissing { path: file.path.clone() });
                Golden::parse(&file.path, bytes?, kernel)
            });
            files.collect()
        };
        self.manifest.kernels.iter().map(read).collect()
    }

    fn check_terms(&self, terms: &Terms<'_>) -> Result<(), PackError> {
        let Manifest { min_runtime_version: needed, max_runtime_version: latest, .. } = &self.manifest;
        let runtime = || terms.runtime.clone();
        if terms.runtime.cmp_precedence(needed).is_lt() {
            return Err(PackError::RuntimeTooOld { runtime: runtime(), needed: needed.clone() });
        }
        if terms.runtime.cmp_precedence(latest).is_gt() {
            return Err(PackError::RuntimeTooNew { runtime: runtime(), latest: latest.clone() });
        }
        for kernel in &self.manifest.kernels {
            check_kernel(kernel, terms)?;
        }
        if let Some(active) = &terms.active
            && active.name == self.manifest.name
            && self.manifest.version.cmp_precedence(&active.version).is_lt()
            && !terms.older_allowed
        {
            let (active, offered) = (active.version.clone(), self.manifest.version.clone());
            return Err(PackError::OlderThanActive { active, offered });
        }
        Ok(())
    }
}

fn check_kernel(kernel: &Kernel, terms: &Terms<'_>) -> Result<(), PackError> {
    let id = || kernel.id.clone();
    let platform = &terms.platform;
    let Some(needs) = kernel.needs(platform.name) else {
        return Err(PackError::PlatformNotSupported { kernel: id(), platform: platform.name });
    };
    if platform.version.cmp_precedence(&needs.min_version).is_lt() {
        return Err(PackError::PlatformTooOld {
            kernel: id(),
            platform: platform.name,
            version: platform.version.clone(),
            needed: needs.min_version.clone(),
        });
    }
    if let Some(feature) = needs.features.iter().find(|feature| !platform.features.contains(feature)) {
        return Err(PackError::MissingFeature { kernel: id(), feature: feature.clone() });
    }
    if terms.allowlist.is_some_and(|allowed| !allowed.contains(&kernel.id)) {
        return Err(PackError::KernelNotAllowed { kernel: id() });
    }
    Ok(())
}

impl Pack<Verified> {
    /// Who signed it.
    #[must_use]
    pub fn signer(&self) -> &TrustedKey {
        &self.state.signer
    }

    /// The module of a kernel.
    #[must_use]
    pub fn module(&self, kernel: &str) -> Option<&[u8]> {
        self.files.get(&self.kernel(kernel)?.module.path)
    }

    /// The golden files of a kernel; none if the pack has no such kernel.
    #[must_use]
    pub fn golden(&self, kernel: &str) -> &[Golden] {
        let number = self.manifest.kernels.iter().position(|other| other.id == kernel);
        number.map_or(&[], |number| self.state.golden[number].as_slice())
    }

    /// A model.
    #[must_use]
    pub fn model(&self, name: &str) -> Option<&[u8]> {
        let model = self.manifest.models.iter().find(|model| model.name == name)?;
        self.files.get(&model.file.path)
    }

    /// A gate's configuration.
    #[must_use]
    pub fn configuration(&self, kernel: &str) -> Option<&[u8]> {
        self.files.get(&self.kernel(kernel)?.configuration.as_ref()?.path)
    }

    /// The native operation that stands in for a kernel.
    #[must_use]
    pub fn fallback(&self, kernel: &str) -> Option<&str> {
        self.manifest.fallback(kernel)
    }

    /// The ids of the kernels in manifest order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.manifest.kernels.iter().map(|kernel| kernel.id.as_str())
    }

    /// What the active pack's terms say of its successor.
    #[must_use]
    pub fn as_active(&self) -> crate::terms::Active {
        let (name, version) = (String::from(&*self.manifest.name), self.manifest.version.clone());
        crate::terms::Active { name, version }
    }
}
