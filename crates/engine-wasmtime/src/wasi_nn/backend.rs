//! `wasmtime-wasi-nn`'s traits over the models of a pack.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tract_onnx::prelude::Tensor as Computed;
use wasmtime_wasi_nn::backend::{
    BackendError, BackendExecutionContext, BackendFromDir, BackendGraph, BackendInner, Id, NamedTensor,
};
use wasmtime_wasi_nn::wit::{ExecutionTarget, GraphEncoding, TensorType};
use wasmtime_wasi_nn::{ExecutionContext, Graph, GraphRegistry, Tensor};

use super::model::{Element, Model, ModelError, Models};

/// Times that an instance may ask for a model: the library keeps an entry of each, and gives none back.
const GRAPHS_MAX: usize = 64;

/// Computations that an instance may have at once: each keeps its inputs and outputs.
const CONTEXTS_MAX: usize = 8;

/// A backend that reads nothing: a kernel asks for models by name.
pub(super) struct ModelBackend;

impl BackendInner for ModelBackend {
    fn encoding(&self) -> GraphEncoding {
        GraphEncoding::Onnx
    }

    fn load(&mut self, _: &[&[u8]], _: ExecutionTarget) -> Result<Graph, BackendError> {
        Err(refused("a kernel may use no model but those of its pack, by name"))
    }

    fn as_dir_loadable<'a>(&'a mut self) -> Option<&'a mut dyn BackendFromDir> {
        None
    }
}

/// The models by name, as one instance sees them.
pub(super) struct ModelRegistry {
    graphs: BTreeMap<String, Graph>,
    asked: usize,
}

impl ModelRegistry {
    pub(super) fn new(models: &Models) -> Self {
        let contexts = Arc::new(AtomicUsize::new(0));
        let graph = |model: &Arc<Model>| {
            let graph: Box<dyn BackendGraph> =
                Box::new(ModelGraph { model: model.clone(), contexts: contexts.clone() });
            Graph::from(graph)
        };
        let graphs = models.0.iter().map(|(name, model)| (name.clone(), graph(model))).collect();
        Self { graphs, asked: 0 }
    }
}

impl GraphRegistry for ModelRegistry {
    fn get(&self, name: &str) -> Option<&Graph> {
        self.graphs.get(name)
    }

    /// The library asks here whenever a kernel does.
    fn get_mut(&mut self, name: &str) -> Option<&mut Graph> {
        self.asked += 1;
        if self.asked > GRAPHS_MAX { None } else { self.graphs.get_mut(name) }
    }
}

/// A model, and how many computations of the instance there are.
struct ModelGraph {
    model: Arc<Model>,
    contexts: Arc<AtomicUsize>,
}

impl BackendGraph for ModelGraph {
    fn init_execution_context(&self) -> Result<ExecutionContext, BackendError> {
        if self.contexts.fetch_add(1, Ordering::Relaxed) >= CONTEXTS_MAX {
            return Err(refused("too many computations in one instance"));
        }
        let inputs = vec![None; self.model.input_count()];
        let context: Box<dyn BackendExecutionContext> =
            Box::new(Computation { model: self.model.clone(), inputs, outputs: Vec::new() });
        Ok(context.into())
    }
}

/// One computation: inputs until it runs, outputs afterwards.
struct Computation {
    model: Arc<Model>,
    inputs: Vec<Option<Computed>>,
    outputs: Vec<Arc<Computed>>,
}

impl BackendExecutionContext for Computation {
    fn set_input(&mut self, id: Id, tensor: &Tensor) -> Result<(), BackendError> {
        let input = number(&id)?;
        let kind = element(tensor.ty).ok_or_else(|| BackendError::UnsupportedTensorType(format!("{:?}", tensor.ty)))?;
        let tensor = self.model.input(input, kind, &tensor.dimensions, &tensor.data).map_err(said)?;
        *self.inputs.get_mut(input).ok_or_else(|| said(ModelError::NoSuchInput(input)))? = Some(tensor);
        Ok(())
    }

    fn get_output(&mut self, id: Id) -> Result<Tensor, BackendError> {
        let tensor = self.outputs.get(number(&id)?).ok_or_else(|| refused("no such output, or not computed yet"))?;
        let unsupported = || BackendError::UnsupportedTensorType(format!("{:?}", tensor.datum_type()));
        let ty = Element::of(tensor.datum_type()).map(tensor_type).ok_or_else(unsupported)?;
        let dims =
            tensor.shape().iter().map(|dim| u32::try_from(*dim).map_err(|_| refused("a dimension beyond 32 bits")));
        Ok(Tensor::new(dims.collect::<Result<_, _>>()?, ty, tensor.as_bytes().to_vec()))
    }

    /// Inputs by name belong to the component interface, which kernels do not have.
    fn compute(&mut self, inputs: Option<Vec<NamedTensor>>) -> Result<Option<Vec<NamedTensor>>, BackendError> {
        if inputs.is_some() {
            return Err(refused("inputs are set by number"));
        }
        self.outputs = self.model.compute(&self.inputs).map_err(said)?;
        Ok(None)
    }
}

fn number(id: &Id) -> Result<usize, BackendError> {
    id.index().map(|index| index as usize).ok_or_else(|| refused("tensors have numbers"))
}

fn refused(why: &str) -> BackendError {
    BackendError::BackendAccess(wasmtime::format_err!("{why}"))
}

fn said(error: ModelError) -> BackendError {
    refused(&error.to_string())
}

fn element(ty: TensorType) -> Option<Element> {
    match ty {
        TensorType::Fp16 => Some(Element::F16),
        TensorType::Fp32 => Some(Element::F32),
        TensorType::Fp64 => Some(Element::F64),
        TensorType::U8 => Some(Element::U8),
        TensorType::I32 => Some(Element::I32),
        TensorType::I64 => Some(Element::I64),
        TensorType::Bf16 => None,
    }
}

fn tensor_type(kind: Element) -> TensorType {
    match kind {
        Element::F16 => TensorType::Fp16,
        Element::F32 => TensorType::Fp32,
        Element::F64 => TensorType::Fp64,
        Element::U8 => TensorType::U8,
        Element::I32 => TensorType::I32,
        Element::I64 => TensorType::I64,
    }
}
