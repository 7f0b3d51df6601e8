//! The signer's own memory of how far each chain had come: one head pin for each instance, beside the root secret.
//!
//! A journal that was restored from a backup, or cut short by a crash of the disk, does not know that receipts were signed
//! after its end. Whoever holds the keys must: going on from there would sign two receipts for one epoch, or two heads of
//! one log that contradict each other. So the pin is written, and on disk, before a signature leaves the program.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use receipt::InstanceId;
use verify::pin::PIN_LEN_MAX;
use verify::{Findings, Pin};

use crate::exit::{Exit, Failure, OrExit};
use crate::record::Record;

/// The pin of one instance, locked against other runs of this program.
pub(crate) struct HeadFile {
    path: PathBuf,
    instance: InstanceId,
    /// Held for as long as this lives; the kernel lets go of it whatever ends the process.
    _lock: File,
}

impl HeadFile {
    /// Takes the lock. `keys` is the folder of the root secret.
    pub(crate) fn lock(keys: &Path, instance: InstanceId) -> Result<Self, Failure> {
        let folder = keys.join("heads");
        let place = |path: &Path, error: std::io::Error| {
            Failure::message(Exit::World, format!("{}: {error}; the head pin has to be kept there", path.display()))
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(|error| place(&folder, error))?;
        let path = folder.join(format!("{instance}.lock"));
        let lock = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|error| place(&path, error))?;
        lock.try_lock().map_err(|_| {
            let busy = format!("{}: another process signs for the instance {instance}; wait for it", path.display());
            Failure::message(Exit::World, busy)
        })?;
        Ok(Self { path: folder.join(format!("{instance}.head")), instance, _lock: lock })
    }

    /// The pin; `None` if there is none yet.
    pub(crate) fn read(&self) -> Result<Option<Pin>, Failure> {
        let pin = read_pin(&self.path)?;
        if pin.is_some_and(|pin| pin.instance != self.instance) {
            let other = format!("{}: this pin is of another instance; it was moved here", self.path.display());
            return Err(Failure::message(Exit::Malformed, other));
        }
        Ok(pin)
    }

    /// Replaces the pin; it is on disk when this returns.
    pub(crate) fn write(&self, pin: &Pin) -> Result<(), Failure> {
        let beside = self.path.with_extension("new");
        let written = (|| {
            let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
            file.write_all(pin.to_string().as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &self.path)?;
            File::open(self.path.parent().expect("a pin lies in a folder"))?.sync_all()
        })();
        written.map_err(|error| anyhow!("{}: {error}; nothing was signed", self.path.display())).or_exit(Exit::World)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Reads a pin from a file; `None` if the file is not there.
pub(crate) fn read_pin(path: &Path) -> Result<Option<Pin>, Failure> {
    let place = path.display();
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Ok(metadata) if metadata.len() > PIN_LEN_MAX as u64 => {
            return Err(Failure::message(Exit::Malformed, format!("{place}: longer than any head pin")));
        }
        Ok(_) | Err(_) => {}
    }
    let text = fs::read_to_string(path).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::World)?;
    Pin::parse(&text).map(Some).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::Malformed)
}

/// The whole journal verifies, and holds against the signer's pin.
pub(crate) fn check_head(record: &Record, heads: Option<&HeadFile>, adopt: bool) -> Result<Findings, Failure> {
    let pin = match heads {
        None => None,
        Some(heads) => match heads.read()? {
            Some(pin) => Some(pin),
            None if adopt => None,
            None => {
                let message = format!(
                    "{}: no head pin for the instance {} is here ({}), so that nobody knows whether something later was \
                     signed elsewhere; if you are sure that nothing was, say --adopt-head",
                    record.path.display(),
                    record.genesis().statement().instance,
                    heads.path().display()
                );
                return Err(Failure::message(Exit::Policy, message));
            }
        },
    };
    record.findings(pin.as_ref())
}
