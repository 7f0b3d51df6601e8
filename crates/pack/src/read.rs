//! From the bytes of `kernels.json` to a [`Manifest`]: every field known, typed and in range.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use codec::Digest;

use crate::error::PackError;
use crate::fields::{Fields, Place};
use crate::json::{self, Json};
use crate::limits::{KERNELS_MAX, MANIFEST_LEN_MAX, MODELS_MAX, PATH_LEN_MAX};
use crate::manifest::{Author, HashedFile, MANIFEST_PATH, Manifest, Model, ModelFormat, SCHEMA};
use crate::path::{Names, check_path};
use crate::signature::SIGNATURE_PATH;
use crate::text::{digest, email, free_text, identifier, identifier_key, public_key, shortened, time, title, version};

mod kernel;
mod tensor;

pub(crate) use kernel::parameter_value;
pub(crate) use tensor::size;

/// Which fields must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Completeness {
    /// All that a pack must have.
    Whole,
    /// A draft: digests, the key and the time may be missing, and are zero then.
    Draft,
}

impl Manifest {
    /// Reads a manifest. The bytes need not be canonical: they are what is signed.
    ///
    /// # Errors
    /// The first thing that is wrong, and where.
    pub fn parse(bytes: &[u8]) -> Result<Self, PackError> {
        manifest(bytes, Completeness::Whole)
    }

    /// Reads a draft: as [`Manifest::parse`], but `hash`, `author.signing_key` and `created_at` may be missing.
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    pub fn parse_draft(bytes: &[u8]) -> Result<Self, PackError> {
        manifest(bytes, Completeness::Draft)
    }
}

fn manifest(bytes: &[u8], completeness: Completeness) -> Result<Manifest, PackError> {
    if bytes.len() > MANIFEST_LEN_MAX {
        return Err(PackError::too_large(alloc::format!("bytes of {MANIFEST_PATH}"), MANIFEST_LEN_MAX));
    }
    let root = Place::File(MANIFEST_PATH);
    let mut fields = Fields::of(json::parse(MANIFEST_PATH, bytes)?, root)?;
    fields.required("$schema", |value, at| {
        let found = value.text(at)?;
        let known = found == SCHEMA;
        if known { Ok(()) } else { Err(PackError::UnknownSchema { at: at.to_string(), found: shortened(&found) }) }
    })?;
    let manifest = Manifest {
        version: fields.required("version", version)?,
        name: fields.required("name", identifier)?,
        description: fields.required("description", free_text)?,
        min_runtime_version: fields.required("min_runtime_version", version)?,
        max_runtime_version: fields.required("max_runtime_version", version)?,
        created_at: maybe(completeness, &mut fields, "created_at", time, || "0000-01-01T00:00:00Z".to_string())?,
        author: fields.required("author", |value, at| author(value, at, completeness))?,
        kernels: fields.required("kernels", |value, at| {
            value.items(at, KERNELS_MAX, |value, at| kernel::kernel(value, at, completeness))
        })?,
        models: fields.optional("models", |value, at| models(value, at, completeness))?.unwrap_or_default(),
        fallbacks: fields.optional("fallbacks", fallbacks)?.unwrap_or_default(),
    };
    fields.finish()?;
    check(&manifest)?;
    Ok(manifest)
}

/// What no field alone can say.
fn check(manifest: &Manifest) -> Result<(), PackError> {
    let (min, max) = (&manifest.min_runtime_version, &manifest.max_runtime_version);
    if min.cmp_precedence(max).is_gt() {
        return Err(PackError::BadWindow { min: min.clone(), max: max.clone() });
    }
    if manifest.kernels.is_empty() {
        return Err(PackError::NoKernels);
    }
    for (number, kernel) in manifest.kernels.iter().enumerate() {
        if manifest.kernels[..number].iter().any(|other| other.id == kernel.id) {
            return Err(PackError::DuplicateKernel { kernel: kernel.id.clone() });
        }
    }
    let mut names = Names::default();
    for file in manifest.named_files() {
        names.claim(&file.path)?;
    }
    for (kernel, _) in &manifest.fallbacks {
        if manifest.kernel(kernel).is_none() {
            return Err(PackError::FallbackUnknownKernel { kernel: kernel.clone() });
        }
    }
    Ok(())
}

fn author(value: Json, at: &Place<'_>, completeness: Completeness) -> Result<Author, PackError> {
    let mut fields = Fields::of(value, *at)?;
    let author = Author {
        name: fields.required("name", title)?,
        email: fields.required("email", email)?,
        signing_key: maybe(completeness, &mut fields, "signing_key", public_key, || [0; 32])?,
    };
    fields.finish()?;
    Ok(author)
}

fn models(value: Json, at: &Place<'_>, completeness: Completeness) -> Result<Vec<Model>, PackError> {
    let mut models: Vec<Model> = Vec::new();
    value.items(at, MODELS_MAX, |value, at| {
        let mut fields = Fields::of(value, *at)?;
        let model = Model {
            name: fields.required("name", identifier)?,
            file: file(&mut fields, completeness)?,
            format: fields.required("format", |value, at| match value.text(at)?.as_str() {
                "onnx" => Ok(ModelFormat::Onnx),
                _ => Err(at.bad_value("`onnx`")),
            })?,
        };
        fields.finish()?;
        if models.iter().any(|other| other.name == model.name) {
            return Err(at.taken(&model.name));
        }
        models.push(model);
        Ok(())
    })?;
    Ok(models)
}

fn fallbacks(value: Json, at: &Place<'_>) -> Result<Vec<(String, String)>, PackError> {
    value.entries(at, KERNELS_MAX, |key, value, at| Ok((identifier_key(key, at)?, identifier(value, at)?)))
}

/// `path` and `hash` of an object that may have more.
fn file(fields: &mut Fields<'_>, completeness: Completeness) -> Result<HashedFile, PackError> {
    Ok(HashedFile {
        path: fields.required("path", path)?,
        hash: maybe(completeness, fields, "hash", digest, || Digest::ZERO)?,
    })
}

fn path(value: Json, at: &Place<'_>) -> Result<String, PackError> {
    let text = value.text(at)?;
    // Foreign text is not repeated at any length; nor does a longer one become a path by being cut.
    if text.len() > 2 * PATH_LEN_MAX {
        return Err(PackError::too_large(at, PATH_LEN_MAX));
    }
    check_path(text.as_bytes())?;
    let reserved = [MANIFEST_PATH, SIGNATURE_PATH];
    if reserved.iter().any(|own| own.eq_ignore_ascii_case(&text)) {
        return Err(PackError::BadPath { path: text, problem: "the name of the manifest or its signature" });
    }
    Ok(text)
}

/// A field that only a draft may lack.
fn maybe<T>(
    completeness: Completeness,
    fields: &mut Fields<'_>,
    name: &str,
    read: impl FnOnce(Json, &Place<'_>) -> Result<T, PackError>,
    draft: impl FnOnce() -> T,
) -> Result<T, PackError> {
    match completeness {
        Completeness::Whole => fields.required(name, read),
        Completeness::Draft => Ok(fields.optional(name, read)?.unwrap_or_else(draft)),
    }
}
