//! `avouch pack sign`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use codec::sha256;
use pack::{Files, MANIFEST_PATH, Pack, SIGNATURE_PATH, draft};
use serde::Serialize;

use super::{misplaced, place, refused};
use crate::exit::{Exit, Failure, OrExit};
use crate::keys::{self, KeyFolder};
use crate::output::{self, Format, Report};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The pack: a folder or a single file.
    pack: PathBuf,
    /// The folder with the root secret.
    #[arg(long, value_name = "DIR", env = "AVOUCH_KEYS")]
    keys: Option<PathBuf>,
}

/// What was signed.
#[derive(Serialize)]
struct Signed {
    pack: String,
    name: String,
    version: String,
    manifest: String,
    publisher: String,
}

impl Report for Signed {
    fn table(&self) -> String {
        let rows = [
            ("signed", format!("{} {}, in {}", self.name, self.version, self.pack)),
            ("manifest", self.manifest.clone()),
            ("publisher", self.publisher.clone()),
        ];
        output::pairs(&rows)
    }
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Exit, Failure> {
    let mut files = place::read(&arguments.pack)?;
    let place = arguments.pack.display();
    let folder = KeyFolder::at(arguments.keys.clone().map_or_else(keys::default_folder, Ok)?);
    let secret = folder.read()?.ok_or_else(|| {
        let advice = "no root secret there; `avouch keygen` makes one, --keys names another folder";
        Failure::message(Exit::World, format!("{}: {advice}", folder.path().display()))
    })?;
    check_files(&files).map_err(|error| refused(&place, &error))?;
    let key = secret.publisher_key();
    draft::sign_files(&mut files, &key.expose_seed()).map_err(|error| refused(&place, &error))?;
    write(&arguments.pack, &files)?;
    let pack = Pack::read(files).map_err(|error| refused(&place, &error))?;
    let signed = Signed {
        pack: place.to_string(),
        name: pack.manifest().name.clone(),
        version: pack.manifest().version.to_string(),
        manifest: pack.digest().to_string(),
        publisher: key.public().to_string(),
    };
    output::print(&signed, format)?;
    Ok(Exit::Good)
}

/// Nothing is signed that would be refused: the files must be those of the manifest.
fn check_files(files: &Files) -> Result<(), pack::PackError> {
    let bytes = files.get(MANIFEST_PATH).ok_or(pack::PackError::ManifestMissing)?;
    let manifest = pack::Manifest::parse(bytes)?;
    for file in manifest.named_files() {
        let path = file.path.clone();
        let bytes = files.get(&path).ok_or_else(|| pack::PackError::FileMissing { path: path.clone() })?;
        let actual = sha256(bytes);
        if actual != file.hash {
            return Err(pack::PackError::HashMismatch { path, expected: file.hash, actual });
        }
    }
    Ok(())
}

/// Puts the signature beside the manifest: into the folder, or into a new archive in the old one's place.
fn write(path: &Path, files: &Files) -> Result<(), Failure> {
    let world = |error: std::io::Error| anyhow!("{}: {error}", path.display());
    if path.is_dir() {
        let signature = files.get(SIGNATURE_PATH).unwrap_or_default();
        let unfinished = path.join(format!("{SIGNATURE_PATH}.unfinished"));
        let written =
            fs::write(&unfinished, signature).and_then(|()| fs::rename(&unfinished, path.join(SIGNATURE_PATH)));
        return written.map_err(world).or_exit(Exit::World);
    }
    let unfinished = path.with_extension("unfinished");
    depot::archive::write_file(&unfinished, files).map_err(|error| misplaced(&error))?;
    fs::rename(&unfinished, path).map_err(world).or_exit(Exit::World)
}
