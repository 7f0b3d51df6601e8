//! A call on the command line: tensors in files, parameters, how it is bounded.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::anyhow;
use host::{Fallback, Input, KernelView, Mode, Output, Request};
use pack::{DType, Direction, Interface, Parameter, ParameterType, Value};
use server::tensors::{self as container, Given, Prefixes, Tensors};

use crate::exit::{Exit, Failure, OrExit};
use crate::npy;

/// Bytes of an input file: more than the largest memory of any device class.
const INPUT_LEN_MAX: u64 = 256 << 20;

/// What a kernel is called with.
#[derive(clap::Args)]
pub(crate) struct CallArguments {
    /// A tensor: NAME=FILE.npy, NAME=FILE:2,3 for plain bytes of that shape, or FILE.safetensors with several. May be
    /// given again.
    #[arg(long, value_name = "INPUT", required = true)]
    input: Vec<String>,
    /// A parameter that differs from its default. May be given again.
    #[arg(long, value_name = "NAME=VALUE")]
    param: Vec<String>,
}

/// How a call is bounded.
#[derive(clap::Args)]
pub(crate) struct BoundArguments {
    /// By the clock, or by the meter: then the result is the same everywhere.
    #[arg(long, value_enum, default_value = "metered")]
    mode: ModeWord,
    /// Cost units that a metered call may use.
    #[arg(long, value_name = "UNITS", default_value_t = server::limits::BUDGET_DEFAULT)]
    budget: u64,
    /// Milliseconds that a call in deadline mode may take, if less than the device class allows.
    #[arg(long, value_name = "MS")]
    deadline_ms: Option<u64>,
    /// Fail instead of asking the native reference when the module fails.
    #[arg(long)]
    no_fallback: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ModeWord {
    Deadline,
    Metered,
}

/// The bytes of input files, and where each came from.
pub(crate) struct Sources {
    files: Vec<(Source, Vec<u8>)>,
}

enum Source {
    Container,
    Npy { name: String },
    Plain { name: String, shape: Vec<u32> },
}

impl CallArguments {
    /// Reads the input files.
    pub(crate) fn read(&self) -> Result<Sources, Failure> {
        let files = self.input.iter().map(|text| {
            let (source, path) = source(text).or_exit(Exit::Usage)?;
            Ok((source, read(&path)?))
        });
        Ok(Sources { files: files.collect::<Result<_, Failure>>()? })
    }

    /// The parameters, by the types of the manifest.
    pub(crate) fn parameters<'p>(&self, parameters: &'p [Parameter]) -> Result<Vec<(&'p str, Value)>, Failure> {
        self.param.iter().map(|text| parameter(text, parameters).or_exit(Exit::Usage)).collect()
    }
}

impl BoundArguments {
    pub(crate) fn mode(&self, kernel: KernelView<'_>) -> Mode {
        match self.mode {
            ModeWord::Metered => Mode::Metered { budget: self.budget },
            ModeWord::Deadline => Mode::Deadline(self.deadline_ms.map_or(kernel.deadline_max(), Duration::from_millis)),
        }
    }

    pub(crate) fn fallback(&self) -> Fallback {
        if self.no_fallback { Fallback::None } else { Fallback::Reference }
    }
}

impl Sources {
    /// The inputs that a kernel takes.
    pub(crate) fn inputs<'s>(&'s self, interface: &'s Interface) -> Result<Vec<Given<'s, 's>>, Failure> {
        let mut all = Tensors::default();
        for (source, bytes) in &self.files {
            match source {
                Source::Container => all.merge(Tensors::read(bytes).or_exit(Exit::Malformed)?),
                Source::Npy { name } => {
                    let array = npy::read(bytes).map_err(|what| anyhow!("input {name}: {what}"));
                    let array = array.or_exit(Exit::Malformed)?;
                    all.insert(name, array.dtype, &array.shape, array.bytes)
                }
                Source::Plain { name, shape } => {
                    let dtype = interface.inputs().iter().find(|spec| spec.name == *name).map(|spec| spec.dtype);
                    let dtype =
                        dtype.ok_or_else(|| anyhow!("the kernel has no input `{name}`")).or_exit(Exit::Usage)?;
                    all.insert(name, dtype, &as_container(dtype, shape), bytes)
                }
            }
            .or_exit(Exit::Malformed)?;
        }
        all.nothing_else(Prefixes::None, interface).or_exit(Exit::Usage)?;
        all.inputs("", interface).or_exit(Exit::Usage)
    }
}

/// The request for these inputs.
pub(crate) fn request<'r>(
    kernel: KernelView<'r>,
    direction: Direction,
    call: &CallArguments,
    given: &'r [Given<'r, 'r>],
    mode: Mode,
    fallback: Fallback,
) -> Result<Request<'r>, Failure> {
    let inputs = given.iter().map(|Given { name, shape, bytes }| Input { name: Some(name), shape, bytes });
    Ok(Request {
        kernel: &kernel.spec().id,
        direction,
        inputs: inputs.collect(),
        parameters: call.parameters(&kernel.spec().params)?,
        mode,
        fallback,
    })
}

/// Writes outputs: into one `.safetensors` file, or as `NAME.npy` into a folder.
pub(crate) fn write(path: &Path, outputs: Vec<Output>) -> Result<Vec<PathBuf>, Failure> {
    let world =
        |path: &Path, error: std::io::Error| Failure::message(Exit::World, format!("{}: {error}", path.display()));
    if path.extension().is_some_and(|extension| extension == "safetensors") {
        let named = outputs.into_iter().map(|output| (output.name.to_string(), output)).collect();
        let pieces = container::write(named, &std::collections::BTreeMap::new());
        fs::write(path, pieces.concat()).map_err(|error| world(path, error))?;
        return Ok(vec![path.to_owned()]);
    }
    fs::create_dir_all(path).map_err(|error| world(path, error))?;
    let mut written = Vec::new();
    for output in outputs {
        let file = path.join(format!("{}.npy", output.name));
        let shape = as_container(output.dtype, &output.shape);
        fs::write(&file, npy::write(output.dtype, &shape, &output.bytes)).map_err(|error| world(&file, error))?;
        written.push(file);
    }
    Ok(written)
}

/// A shape in elements as it travels: the last dimension of a block type in bytes.
fn as_container(dtype: DType, shape: &[u32]) -> Vec<u32> {
    let mut shape = shape.to_vec();
    if let (true, Some(last)) = (dtype.is_block(), shape.last_mut()) {
        *last = dtype.bytes(*last).unwrap_or(*last);
    }
    shape
}

fn source(text: &str) -> anyhow::Result<(Source, PathBuf)> {
    let Some((name, rest)) = text.split_once('=') else {
        if text.ends_with(".safetensors") {
            return Ok((Source::Container, text.into()));
        }
        anyhow::bail!("input `{text}`: say NAME=FILE.npy, NAME=FILE:2,3 or FILE.safetensors");
    };
    let name = name.to_owned();
    if rest.ends_with(".npy") {
        return Ok((Source::Npy { name }, rest.into()));
    }
    let (file, sizes) =
        rest.rsplit_once(':').ok_or_else(|| anyhow!("input `{text}`: plain bytes need a shape: FILE:2,3"))?;
    let sizes = sizes.split(',').filter(|size| !size.is_empty()).map(str::parse);
    let shape = sizes.collect::<Result<_, _>>().map_err(|error| anyhow!("input `{text}`: its shape: {error}"))?;
    Ok((Source::Plain { name, shape }, file.into()))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let place = path.display();
    let metadata = fs::metadata(path).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::World)?;
    if metadata.len() > INPUT_LEN_MAX {
        return Err(Failure::message(Exit::Malformed, format!("{place}: longer than {INPUT_LEN_MAX} bytes")));
    }
    fs::read(path).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::World)
}

fn parameter<'p>(text: &str, parameters: &'p [Parameter]) -> anyhow::Result<(&'p str, Value)> {
    let (name, value) = text.split_once('=').ok_or_else(|| anyhow!("--param `{text}`: say NAME=VALUE"))?;
    let known = || parameters.iter().map(|parameter| parameter.name.as_str()).collect::<Vec<_>>().join(", ");
    let parameter = parameters.iter().find(|parameter| parameter.name == name);
    let parameter = parameter.ok_or_else(|| anyhow!("the kernel has no parameter `{name}`; it has: {}", known()))?;
    let kind = parameter.default.kind();
    let read = match kind {
        ParameterType::F32 => value.parse().ok().map(Value::F32),
        ParameterType::U32 => value.parse().ok().map(Value::U32),
        ParameterType::I32 => value.parse().ok().map(Value::I32),
    };
    let read = read.ok_or_else(|| anyhow!("--param {name}: `{value}` is no {}", kind.name()))?;
    Ok((&parameter.name, read))
}
