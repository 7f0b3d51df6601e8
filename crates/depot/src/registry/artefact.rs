//! The artefact's parts: a manifest, a configuration and layers, each named by its digest.
//!
//! In the usual form every file is a layer whose annotation has its path, and the configuration is that of a WebAssembly
//! artefact. For registries that take nothing but container images there is a second form: one layer, the pack's archive.

use std::collections::BTreeMap;

use codec::{Digest, sha256};
use pack::{Files, PackError};
use serde::{Deserialize, Serialize};

use super::limits::{CONFIGURATION_LEN_MAX, LAYERS_MAX};
use super::place::{Place, read_digest};
use crate::archive::{self, ARCHIVE_LEN_MAX};
use crate::error::DepotError;

pub(super) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const WASM_CONFIGURATION_TYPE: &str = "application/vnd.wasm.config.v0+json";
const IMAGE_CONFIGURATION_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const TAR_TYPE: &str = "application/vnd.oci.image.layer.v1.tar";
const PACK_MANIFEST_TYPE: &str = "application/vnd.avouch.kernels.v1+json";
const SIGNATURE_TYPE: &str = "application/vnd.avouch.kernels.signature.v1";
const MODULE_TYPE: &str = "application/wasm";
const GOLDEN_TYPE: &str = "application/vnd.avouch.kernels.golden.v1+json";
const FILE_TYPE: &str = "application/vnd.avouch.kernels.file.v1";
const TITLE: &str = "org.opencontainers.image.title";
const ARCHIVE_TITLE: &str = "pack.tar";
const ARCHITECTURE: &str = "wasm";
/// What guests without imports are called where an operating system has to be named.
const SYSTEM: &str = "wasip1";

/// How a pack's files are spread over layers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Every file is a layer.
    Layers,
    /// One layer, the archive: for registries that refuse what is no container image.
    Tar,
}

/// All that is pushed.
pub(super) struct Artefact {
    pub(super) manifest: Vec<u8>,
    configuration: Vec<u8>,
    layers: Vec<Vec<u8>>,
}

/// A manifest that was read, and may be one of a pack.
pub(super) struct Manifest {
    form: Form,
    config: Wanted,
    layers: Vec<(String, Wanted)>,
}

/// A blob to be fetched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wanted {
    pub(super) digest: Digest,
    pub(super) len: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManifestText {
    schema_version: u32,
    media_type: Option<String>,
    config: DescriptorText,
    layers: Vec<DescriptorText>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DescriptorText {
    media_type: String,
    digest: String,
    size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

/// The configuration of a WebAssembly artefact. No time is in it: the same pack is the same artefact.
#[derive(Serialize, Deserialize)]
struct WasmConfiguration {
    architecture: String,
    os: String,
    #[serde(rename = "layerDigests")]
    layer_digests: Vec<String>,
}

/// The configuration of a container image.
#[derive(Serialize, Deserialize)]
struct ImageConfiguration {
    architecture: String,
    os: String,
    rootfs: RootFs,
}

#[derive(Serialize, Deserialize)]
struct RootFs {
    r#type: String,
    diff_ids: Vec<String>,
}

impl Artefact {
    /// The artefact of a pack; the same files always give the same bytes.
    pub(super) fn of(files: &Files, form: Form) -> Self {
        let layers: Vec<(&str, &str, Vec<u8>)> = match form {
            Form::Layers => files.iter().map(|(path, bytes)| (media_type(path), path, bytes.to_vec())).collect(),
            Form::Tar => vec![(TAR_TYPE, ARCHIVE_TITLE, archive::to_bytes(files))],
        };
        let descriptors: Vec<DescriptorText> = layers
            .iter()
            .map(|(kind, title, bytes)| DescriptorText {
                annotations: BTreeMap::from([(TITLE.to_owned(), (*title).to_owned())]),
                ..DescriptorText::of(kind, bytes)
            })
            .collect();
        let digests = descriptors.iter().map(|layer| layer.digest.clone()).collect();
        let (kind, configuration) = configuration(form, digests);
        let config = DescriptorText::of(kind, &configuration);
        let media_type = Some(MANIFEST_TYPE.to_owned());
        let manifest = json(&ManifestText { schema_version: 2, media_type, config, layers: descriptors });
        Self { manifest, configuration, layers: layers.into_iter().map(|(_, _, bytes)| bytes).collect() }
    }

    /// Every blob once, in the order of the digests.
    pub(super) fn blobs(&self) -> BTreeMap<Digest, &[u8]> {
        self.layers.iter().chain([&self.configuration]).map(|bytes| (sha256(bytes), bytes.as_slice())).collect()
    }
}

impl Manifest {
    /// Reads a manifest that may be one of a pack. All lengths are bounded here, before anything is fetched.
    pub(super) fn read(bytes: &[u8], place: &Place) -> Result<Self, DepotError> {
        let bad = |problem: &str| bad(place, problem);
        let text: ManifestText = serde_json::from_slice(bytes)
            .map_err(|error| bad(&format!("the manifest is none of an image: {error}")))?;
        if text.schema_version != 2 || text.media_type.is_some_and(|kind| kind != MANIFEST_TYPE) {
            return Err(bad("the manifest is not one of a single OCI image"));
        }
        let form = match text.config.media_type.as_str() {
            WASM_CONFIGURATION_TYPE => Form::Layers,
            IMAGE_CONFIGURATION_TYPE => Form::Tar,
            _ => return Err(bad("the configuration is neither that of a WebAssembly artefact nor that of an image")),
        };
        let config = text.config.wanted(CONFIGURATION_LEN_MAX, place)?;
        if text.layers.len() > LAYERS_MAX {
            return Err(DepotError::pack(place, PackError::too_large("layers", LAYERS_MAX)));
        }
        let len_max = match form {
            Form::Layers => pack::limits::TOTAL_LEN_MAX,
            Form::Tar => ARCHIVE_LEN_MAX,
        };
        let mut left = len_max;
        let mut layers = Vec::new();
        for layer in &text.layers {
            let path = layer.annotations.get(TITLE).ok_or_else(|| bad("a layer has no title"))?;
            let expected = if form == Form::Tar { TAR_TYPE } else { media_type(path) };
            if layer.media_type != expected {
                return Err(bad(&format!("the layer {path:?} has the type {:?} and not {expected}", layer.media_type)));
            }
            let wanted = layer.wanted(len_max, place)?;
            left = left
                .checked_sub(wanted.len)
                .ok_or_else(|| DepotError::pack(place, PackError::too_large("bytes of the layers", len_max)))?;
            layers.push((path.clone(), wanted));
        }
        if form == Form::Tar && layers.len() != 1 {
            return Err(bad("an image whose layers are not one archive"));
        }
        Ok(Self { form, config, layers })
    }

    pub(super) fn form(&self) -> Form {
        self.form
    }

    pub(super) fn configuration(&self) -> Wanted {
        self.config
    }

    pub(super) fn layers(&self) -> impl Iterator<Item = Wanted> {
        self.layers.iter().map(|(_, wanted)| *wanted)
    }

    /// The configuration must speak of exactly these layers.
    pub(super) fn check_configuration(&self, bytes: &[u8], place: &Place) -> Result<(), DepotError> {
        let digests: Vec<String> = self.layers().map(|wanted| format!("sha256:{}", wanted.digest)).collect();
        let found = match self.form {
            Form::Layers => serde_json::from_slice(bytes).map(|found: WasmConfiguration| found.layer_digests),
            Form::Tar => serde_json::from_slice(bytes).map(|found: ImageConfiguration| found.rootfs.diff_ids),
        };
        let found: Vec<String> = found.map_err(|error| bad(place, &format!("the configuration: {error}")))?;
        if found == digests {
            Ok(())
        } else {
            Err(bad(place, "the configuration lists other layers than the manifest"))
        }
    }

    /// The pack's files from the blobs, all of which were fetched.
    pub(super) fn files(&self, blobs: BTreeMap<Digest, Vec<u8>>, place: &Place) -> Result<Files, DepotError> {
        let blob = |wanted: &Wanted| blobs.get(&wanted.digest).cloned().unwrap_or_default();
        match (self.form, self.layers.as_slice()) {
            (Form::Tar, [(_, wanted)]) => archive::from_bytes(&blob(wanted), &place.to_string()),
            (Form::Tar | Form::Layers, layers) => {
                let mut files = Files::new();
                for (path, wanted) in layers {
                    files.insert(path, blob(wanted)).map_err(|error| DepotError::pack(place, error))?;
                }
                Ok(files)
            }
        }
    }
}

impl DescriptorText {
    fn of(kind: &str, bytes: &[u8]) -> Self {
        let (media_type, digest) = (kind.to_owned(), format!("sha256:{}", sha256(bytes)));
        Self { media_type, digest, size: bytes.len() as u64, annotations: BTreeMap::new() }
    }

    fn wanted(&self, len_max: usize, place: &Place) -> Result<Wanted, DepotError> {
        let digest = read_digest(&self.digest).ok_or_else(|| bad(place, "a digest that is not sha256"))?;
        let len = usize::try_from(self.size).unwrap_or(usize::MAX);
        if len > len_max {
            return Err(DepotError::pack(place, PackError::too_large(format!("bytes of sha256:{digest}"), len_max)));
        }
        Ok(Wanted { digest, len })
    }
}

/// Media type and bytes of the configuration for layers with these digests.
fn configuration(form: Form, digests: Vec<String>) -> (&'static str, Vec<u8>) {
    let (architecture, os) = (ARCHITECTURE.to_owned(), SYSTEM.to_owned());
    match form {
        Form::Layers => {
            (WASM_CONFIGURATION_TYPE, json(&WasmConfiguration { architecture, os, layer_digests: digests }))
        }
        Form::Tar => {
            let rootfs = RootFs { r#type: "layers".to_owned(), diff_ids: digests };
            (IMAGE_CONFIGURATION_TYPE, json(&ImageConfiguration { architecture, os, rootfs }))
        }
    }
}

/// A file's media type, which its path alone decides.
fn media_type(path: &str) -> &'static str {
    match path {
        "kernels.json" => PACK_MANIFEST_TYPE,
        "kernels.json.sig" => SIGNATURE_TYPE,
        path if path.ends_with(".wasm") => MODULE_TYPE,
        path if path.ends_with(".json") => GOLDEN_TYPE,
        _ => FILE_TYPE,
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and numbers always serialise")
}

fn bad(place: &Place, problem: &str) -> DepotError {
    DepotError::BadArtefact { place: place.to_string(), problem: problem.to_owned() }
}
