//! Where a pack lies on this machine: a folder or a single file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use pack::{Files, MANIFEST_PATH};

use super::misplaced;
use crate::exit::{Exit, Failure, OrExit};

/// Where a pack is to be written.
#[derive(clap::Args)]
pub(super) struct OutputArguments {
    /// Where the pack goes: a folder, or with --file a single file.
    #[arg(short, long, value_name = "PATH")]
    pub(super) output: PathBuf,
    /// Write a single file.
    #[arg(long)]
    file: bool,
    /// Replace the pack that is there. What is no pack is left alone all the same.
    #[arg(long)]
    replace: bool,
}

/// Reads a pack's files.
pub(super) fn read(path: &Path) -> Result<Files, Failure> {
    depot::read(path).map_err(|error| misplaced(&error))
}

impl OutputArguments {
    /// Whether there is something in the way, before any work is done.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let place = self.output.display();
        if self.output.symlink_metadata().is_err() {
            return Ok(());
        }
        if !self.replace {
            let message = format!("{place}: there is something already; name another place or say --replace");
            return Err(Failure::message(Exit::World, message));
        }
        // A pack that does not verify may be replaced; a folder with anything else in it may not.
        if !depot::read(&self.output).is_ok_and(|files| files.get(MANIFEST_PATH).is_some()) {
            let message = format!("{place}: not a pack, so it is not replaced; name another place");
            return Err(Failure::message(Exit::World, message));
        }
        Ok(())
    }

    /// Writes the pack.
    pub(super) fn write(&self, files: &Files) -> Result<(), Failure> {
        self.check()?;
        let world = |error| anyhow!("{}: {error}", self.output.display());
        if self.output.is_dir() {
            fs::remove_dir_all(&self.output).map_err(world).or_exit(Exit::World)?;
        } else if self.output.exists() {
            fs::remove_file(&self.output).map_err(world).or_exit(Exit::World)?;
        }
        let written = if self.file {
            depot::archive::write_file(&self.output, files)
        } else {
            depot::directory::write(&self.output, files)
        };
        written.map_err(|error| misplaced(&error))
    }
}
