//! `avouch kernel list`.

use std::time::Duration;

use host::{Bypass, KernelView};
use pack::{Dim, Direction, Interface, TensorSpec, Value};
use serde::Serialize;

use super::loaded;
use crate::exit::{Exit, Failure};
use crate::kernel_host::PackArguments;
use crate::output::{self, Format, Report};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    pack: PackArguments,
}

#[derive(Serialize)]
struct List {
    pack: String,
    version: String,
    digest: String,
    kernels: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    category: String,
    forward: String,
    backward: Option<String>,
    params: String,
    metered: bool,
    simd: bool,
    fallback: Option<&'static str>,
}

impl Report for List {
    fn table(&self) -> String {
        let heading = ["kernel", "inputs -> outputs", "parameters", "backward", "metered", "SIMD", "fallback"];
        let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let rows: Vec<Vec<String>> = self
            .kernels
            .iter()
            .map(|row| {
                vec![
                    row.id.clone(),
                    row.forward.clone(),
                    if row.params.is_empty() { "none".to_owned() } else { row.params.clone() },
                    yes(row.backward.is_some()),
                    yes(row.metered),
                    yes(row.simd),
                    row.fallback.unwrap_or("none").to_owned(),
                ]
            })
            .collect();
        format!("{} {} {}\n\n{}", self.pack, self.version, self.digest, output::columns(&heading, &rows))
    }
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Exit, Failure> {
    let host = arguments.pack.host(Bypass::NEVER, Duration::ZERO)?;
    let loaded = loaded(&host);
    let name = loaded.name();
    let list = List {
        pack: name.name.clone(),
        version: name.version.clone(),
        digest: format!("sha256:{}", name.digest),
        kernels: loaded.kernels().map(row).collect(),
    };
    output::print(&list, format)?;
    Ok(Exit::Good)
}

fn row(view: KernelView<'_>) -> Row {
    let spec = view.spec();
    let params = spec.params.iter().map(|parameter| {
        let default = match parameter.default {
            Value::F32(value) => value.to_string(),
            Value::U32(value) => value.to_string(),
            Value::I32(value) => value.to_string(),
        };
        format!("{}={default}", parameter.name)
    });
    Row {
        id: spec.id.clone(),
        category: spec.category.clone(),
        forward: signature(&spec.forward),
        backward: spec.interface(Direction::Backward).map(signature),
        params: params.collect::<Vec<_>>().join(" "),
        metered: view.is_sealed(),
        simd: view.uses_simd(),
        fallback: view.fallback().map(ops::Op::id),
    }
}

/// `x f32[rows,dim], weight f32[dim] -> y f32[rows,dim]`.
fn signature(interface: &Interface) -> String {
    let list = |specs: &[TensorSpec]| specs.iter().map(tensor).collect::<Vec<_>>().join(", ");
    format!("{} -> {}", list(interface.inputs()), list(interface.outputs()))
}

fn tensor(spec: &TensorSpec) -> String {
    let dims = spec.shape.iter().map(|dim| match dim {
        Dim::Fixed(size) => size.to_string(),
        Dim::Symbol(name) => name.clone(),
    });
    format!("{} {}[{}]", spec.name, spec.dtype, dims.collect::<Vec<_>>().join(","))
}
