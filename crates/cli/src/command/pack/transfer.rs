//! `avouch pack push` and `avouch pack pull`.

use std::path::PathBuf;

use depot::registry::{self, Form, Place, Transport};
use pack::{Pack, PackError, SIGNATURE_PATH};
use serde::Serialize;

use super::place::{self, OutputArguments};
use super::terms::TermsArguments;
use super::{misplaced, refused};
use crate::exit::{Exit, Failure};
use crate::output::{self, Format, Report};
use crate::record::standing_exit;

/// Which artefact, and how its registry is spoken with.
#[derive(clap::Args)]
struct ReferenceArguments {
    /// The artefact: REGISTRY/NAME:TAG, or REGISTRY/NAME@sha256:DIGEST to pull exactly one.
    reference: String,
    /// Speak plain HTTP with a registry on this machine (127.0.0.0/8, localhost).
    #[arg(long)]
    plain_http: bool,
}

#[derive(clap::Args)]
pub(super) struct PushArguments {
    /// The pack: a folder or a single file.
    pack: PathBuf,
    #[command(flatten)]
    reference: ReferenceArguments,
    /// Send the pack as one archive, for registries that take nothing but container images.
    #[arg(long)]
    tar_layer: bool,
}

#[derive(clap::Args)]
pub(super) struct PullArguments {
    #[command(flatten)]
    reference: ReferenceArguments,
    #[command(flatten)]
    output: OutputArguments,
    #[command(flatten)]
    terms: TermsArguments,
}

impl ReferenceArguments {
    fn place(&self) -> Result<Place, Failure> {
        let transport = if self.plain_http { Transport::PlainLoopback } else { Transport::Tls };
        Place::parse(&self.reference, transport).map_err(|error| misplaced(&error))
    }
}

#[derive(Serialize)]
struct Pushed {
    reference: String,
    pinned: String,
    blobs_sent: usize,
    blobs_there: usize,
    bytes_sent: usize,
}

impl Report for Pushed {
    fn table(&self) -> String {
        let bytes = output::thousands(self.bytes_sent as u64);
        let rows = [
            ("pushed", self.reference.clone()),
            ("by digest", self.pinned.clone()),
            ("sent", format!("{} blobs, {bytes} bytes; {} were there", self.blobs_sent, self.blobs_there)),
        ];
        output::pairs(&rows)
    }
}

pub(super) fn push(arguments: &PushArguments, format: Format) -> Result<Exit, Failure> {
    let target = arguments.reference.place()?;
    let place = arguments.pack.display();
    let pack = Pack::read(place::read(&arguments.pack)?).map_err(|error| refused(&place, &error))?;
    if pack.files().get(SIGNATURE_PATH).is_none() {
        return Err(refused(&place, &PackError::SignatureMissing));
    }
    let form = if arguments.tar_layer { Form::Tar } else { Form::Layers };
    let pushed = registry::push(&target, pack.files(), form).map_err(|error| misplaced(&error))?;
    let report = Pushed {
        reference: target.to_string(),
        pinned: target.pinned(&pushed.digest),
        blobs_sent: pushed.blobs_sent,
        blobs_there: pushed.blobs_there,
        bytes_sent: pushed.bytes_sent,
    };
    output::print(&report, format)?;
    Ok(Exit::Good)
}

#[derive(Serialize)]
struct Pulled {
    pack: String,
    pinned: String,
    name: String,
    version: String,
    manifest: String,
    /// Nothing if nobody was named whose signature would count.
    standing: Option<String>,
}

impl Report for Pulled {
    fn table(&self) -> String {
        let advice = || format!("nobody was trusted; `avouch pack verify {} --trust FILE` checks it", self.pack);
        let rows = [
            ("pulled", format!("{} {}, in {}", self.name, self.version, self.pack)),
            ("by digest", self.pinned.clone()),
            ("manifest", self.manifest.clone()),
            ("signer", self.standing.clone().unwrap_or_else(advice)),
        ];
        output::pairs(&rows)
    }
}

/// What is not accepted is not written.
pub(super) fn pull(arguments: &PullArguments, format: Format) -> Result<Exit, Failure> {
    let source = arguments.reference.place()?;
    arguments.output.check()?;
    let pulled = registry::pull(&source).map_err(|error| misplaced(&error))?;
    let pack = Pack::read(pulled.files.clone()).map_err(|error| refused(&source, &error))?;
    let mut report = Pulled {
        pack: arguments.output.output.display().to_string(),
        pinned: source.pinned(&pulled.digest),
        name: pack.manifest().name.clone(),
        version: pack.manifest().version.to_string(),
        manifest: pack.digest().to_string(),
        standing: None,
    };
    if arguments.terms.trusts_somebody() {
        let standing = arguments.terms.verify(pack, &source)?.standing;
        let exit = standing_exit(&standing);
        if exit != Exit::Good {
            return Err(Failure::message(exit, format!("{source}: {standing}; nothing was written")));
        }
        report.standing = Some(standing.to_string());
    }
    arguments.output.write(&pulled.files)?;
    output::print(&report, format)?;
    Ok(Exit::Good)
}
