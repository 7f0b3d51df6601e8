//! `avouch pack verify`.

use std::path::PathBuf;

use pack::Pack;
use serde::Serialize;

use super::terms::{Judged, TermsArguments};
use super::{place, refused};
use crate::exit::{Exit, Failure};
use crate::output::{self, Format, Report};
use crate::record::standing_exit;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The pack: a folder or a single file.
    pack: PathBuf,
    #[command(flatten)]
    terms: TermsArguments,
}

/// What was found.
#[derive(Serialize)]
pub(super) struct Verdict {
    word: &'static str,
    name: String,
    version: String,
    manifest: String,
    signer: String,
    standing: String,
    kernels: usize,
    files: usize,
    bytes: usize,
}

impl Verdict {
    pub(super) fn of(judged: &Judged) -> (Self, Exit) {
        let Judged { pack, standing } = judged;
        let exit = standing_exit(standing);
        let verdict = Self {
            word: exit.word(),
            name: pack.manifest().name.clone(),
            version: pack.manifest().version.to_string(),
            manifest: pack.digest().to_string(),
            signer: codec::Digest(pack.signer().key).to_string(),
            standing: standing.to_string(),
            kernels: pack.manifest().kernels.len(),
            files: pack.files().len(),
            bytes: pack.files().total_len(),
        };
        (verdict, exit)
    }
}

impl Report for Verdict {
    fn table(&self) -> String {
        let bytes = output::thousands(self.bytes as u64);
        let rows = [
            ("verdict", self.word.to_owned()),
            ("pack", format!("{} {}", self.name, self.version)),
            ("manifest", self.manifest.clone()),
            ("signer", format!("{} {}", self.standing, self.signer)),
            ("holds", format!("{}, {} files, {bytes} bytes", output::count(self.kernels as u64, "kernel"), self.files)),
        ];
        output::pairs(&rows)
    }
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Exit, Failure> {
    let place = arguments.pack.display();
    let pack = Pack::read(place::read(&arguments.pack)?).map_err(|error| refused(&place, &error))?;
    let (verdict, exit) = Verdict::of(&arguments.terms.verify(pack, &place)?);
    output::print(&verdict, format)?;
    Ok(exit)
}
