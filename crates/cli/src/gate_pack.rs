//! A gate out of a pack: its module as it was sealed by whoever published it, and the run file that was hashed with it.
//!
//! The pack's signature says whose module and configuration these are, so that a module which this program does not ship
//! runs all the same. The genesis statement names the pack by its digest, under the operator's signature.

use std::path::Path;

use codec::{Digest, abi, sha256};
use pack::{Kernel, Pack, Verified};
use seal::{MemoryRule, NanBits, Note, Size};

use crate::exit::{Exit, Failure, OrExit};
use crate::prepare::Guest;
use crate::runfile::RunFile;

/// Bytes of a module's name in a genesis statement.
const NAME_LEN_MAX: usize = 128;

/// What stands before a pack's digest in that name.
const PACK_MARK: &str = "pack sha256:";

/// The one gate of a pack: what to run, and how.
pub(crate) fn gate_of(pack: &Pack<Verified>, place: &Path) -> Result<(RunFile, Guest), Failure> {
    let kernel = only_gate(pack, place)?;
    let module = pack.module(&kernel.id).unwrap_or_default();
    let cost_table = check_module(kernel, module, place)?;
    let guest = Guest { name: name_of(pack, kernel), bytes: module.to_vec(), digest: sha256(module), cost_table };
    Ok((run_file(pack, kernel, place)?, guest))
}

/// Digests of the sealed gates that a pack vouches for.
pub(crate) fn gate_digests(pack: &Pack<Verified>) -> Vec<Digest> {
    let gates = pack.manifest().kernels.iter().filter(|kernel| kernel.is_gate());
    gates.map(|kernel| kernel.module.hash).collect()
}

fn only_gate<'p>(pack: &'p Pack<Verified>, place: &Path) -> Result<&'p Kernel, Failure> {
    let mut gates = pack.manifest().kernels.iter().filter(|kernel| kernel.is_gate());
    let place = place.display();
    match (gates.next(), gates.next()) {
        (Some(gate), None) => Ok(gate),
        (None, _) => {
            let what = "a pack of kernels without a gate; `avouch kernel run` runs kernels, `avouch serve` serves them";
            Err(Failure::message(Exit::Usage, format!("{place}: {what}")))
        }
        (Some(one), Some(other)) => {
            let what = format!("more than one gate (`{}`, `{}`), and a run has one; split the pack", one.id, other.id);
            Err(Failure::message(Exit::Usage, format!("{place}: {what}")))
        }
    }
}

/// That the module was sealed for what this program's engines give; the cost table that its meter charges by.
fn check_module(kernel: &Kernel, module: &[u8], place: &Path) -> Result<Digest, Failure> {
    let path = format!("{}: {}", place.display(), kernel.module.path);
    let refuse = |what: String| Failure::message(Exit::Policy, format!("{path}: {what}"));
    if kernel.entry_point != abi::EXPORT_EXECUTE {
        let what = format!("the entry point is `{}`, but a gate's is `{}`", kernel.entry_point, abi::EXPORT_EXECUTE);
        return Err(refuse(what));
    }
    let limits = kernel.limits;
    let (pages, elements) = Size::read(module).map_or((0, 0), |size| (size.pages, size.table_elements));
    for (what, found, most) in
        [("pages of memory", pages, limits.max_memory_pages), ("table elements", elements, limits.max_table_elements)]
    {
        if found > u64::from(most) {
            return Err(refuse(format!("begins with {found} {what}, and the manifest allows {most}")));
        }
    }
    let note = Note::read(module);
    let note = note.ok_or_else(|| refuse("not a sealed module; build the pack with `avouch pack build`".to_owned()))?;
    if note.memory != MemoryRule::Fixed {
        return Err(refuse("sealed with a memory that grows; a gate's memory is fixed".to_owned()));
    }
    if note.nan != NanBits::Canonical {
        return Err(refuse(
            "sealed with NaN bits as the processor makes them; a gate is replayed elsewhere".to_owned(),
        ));
    }
    if note.depth_limit > engine::limits::DEPTH_LIMIT {
        let (limit, most) = (note.depth_limit, engine::limits::DEPTH_LIMIT);
        return Err(refuse(format!(
            "sealed for {limit} units of call depth; this program's engines have room for {most}"
        )));
    }
    Ok(note.cost_table)
}

/// The run file that the pack carries. It names no file of this machine, so that whoever runs it says where the data lies.
fn run_file(pack: &Pack<Verified>, kernel: &Kernel, place: &Path) -> Result<RunFile, Failure> {
    let path = kernel.configuration.as_ref().map(|file| file.path.clone()).unwrap_or_default();
    let bytes = pack.configuration(&kernel.id).unwrap_or_default().to_vec();
    let place = place.join(path);
    let not_text = || format!("{}: not UTF-8; a gate's configuration is a run file, which is TOML", place.display());
    let text = String::from_utf8(bytes).map_err(|_| anyhow::anyhow!(not_text())).or_exit(Exit::Malformed)?;
    let file = RunFile::parse(&place, text)?;
    let named = Path::new(file.sections.stream.path());
    let leads_out = named.components().any(|part| !matches!(part, std::path::Component::Normal(_)));
    if leads_out {
        let what =
            format!("[stream] path is `{}`: a pack's run file names a file without a way to it", named.display());
        return Err(Failure::message(Exit::Policy, format!("{}: {what}", place.display())));
    }
    Ok(file)
}

/// What a chain whose module is called so goes on with, as a usage line says it.
pub(crate) fn source_word(module_name: &str) -> &'static str {
    if module_name.contains(PACK_MARK) { "PACK --data FILE" } else { "RUNFILE" }
}

/// What the genesis statement calls the module: the pack by name, version and digest, and the gate in it. The digest is what
/// counts; names that are too long beside it are left out.
fn name_of(pack: &Pack<Verified>, kernel: &Kernel) -> String {
    let manifest = pack.manifest();
    let digest = format!("{PACK_MARK}{}", pack.digest());
    let name = format!("{} of {} {}, {digest}", kernel.id, manifest.name, manifest.version);
    if name.len() <= NAME_LEN_MAX { name } else { digest }
}
