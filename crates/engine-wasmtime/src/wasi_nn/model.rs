//! A model: ONNX bytes, read, checked and made ready to run by tract.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use engine::{EngineError, EngineErrorKind};
use tract_onnx::prelude::*;

/// Bytes of one model's outputs for one computation. A pack's models are trusted to mean well, not to be small.
const OUTPUT_BYTES_MAX: usize = 64 << 20;

/// The models that a kernel may ask for, by name. Cheap to clone.
#[derive(Clone, Default)]
pub struct Models(pub(super) Arc<BTreeMap<String, Arc<Model>>>);

/// A model that is ready to run.
pub(super) struct Model {
    plan: Arc<TypedRunnableModel>,
    inputs: Vec<Slot>,
}

/// What an input takes.
struct Slot {
    kind: Element,
    /// `None` where the model leaves a dimension open.
    dims: Vec<Option<usize>>,
}

/// Element types that both sides have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Element {
    F16,
    F32,
    F64,
    U8,
    I32,
    I64,
}

/// Why a computation is refused, or failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ModelError {
    /// The model has no input of this number.
    NoSuchInput(usize),
    /// The tensor is not of the element type that the input has.
    WrongElement { input: usize, wanted: Element },
    /// The tensor is not of the shape that the input has, or its bytes are not as many as its shape says.
    WrongShape { input: usize },
    /// The input was not set.
    MissingInput(usize),
    /// More output than [`OUTPUT_BYTES_MAX`].
    TooMuchOutput,
    /// The model itself failed.
    Failed(String),
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchInput(input) => write!(f, "the model has no input {input}"),
            Self::WrongElement { input, wanted } => write!(f, "input {input} takes elements of {wanted:?}"),
            Self::WrongShape { input } => {
                write!(f, "input {input} takes another shape, or as many bytes as the shape says")
            }
            Self::MissingInput(input) => write!(f, "input {input} was not set"),
            Self::TooMuchOutput => write!(f, "the outputs are longer than {OUTPUT_BYTES_MAX} bytes"),
            Self::Failed(why) => write!(f, "the model failed: {why}"),
        }
    }
}

impl Models {
    /// Reads models, each given by its name and its ONNX bytes. Weights must be in these bytes: nothing else is opened.
    ///
    /// # Errors
    /// [`EngineErrorKind::InvalidModule`], with the name, for one that cannot be run.
    pub fn read<'a>(models: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Self, EngineError> {
        let mut read = BTreeMap::new();
        for (name, bytes) in models {
            let model = Model::read(bytes)
                .map_err(|why| EngineError::new(EngineErrorKind::InvalidModule, format!("model `{name}`: {why}")))?;
            read.insert(name.to_owned(), Arc::new(model));
        }
        Ok(Self(Arc::new(read)))
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Model {
    fn read(mut bytes: &[u8]) -> Result<Self, String> {
        let made = quiet(|| {
            let model = tract_onnx::onnx().model_for_read(&mut bytes)?.into_optimized()?;
            let inputs = (0..model.input_outlets()?.len()).map(|input| model.input_fact(input).cloned());
            let facts: Vec<TypedFact> = inputs.collect::<TractResult<_>>()?;
            Ok((model.into_runnable()?, facts))
        });
        let (plan, facts) = made?;
        let slot = |(input, fact): (usize, &TypedFact)| {
            let kind =
                Element::of(fact.datum_type).ok_or_else(|| format!("input {input} is of {:?}", fact.datum_type))?;
            let dims = fact.shape.iter().map(|dim| usize::try_from(dim.to_i64().ok()?).ok()).collect();
            Ok(Slot { kind, dims })
        };
        let inputs = facts.iter().enumerate().map(slot).collect::<Result<_, String>>()?;
        Ok(Self { plan, inputs })
    }

    /// The number of inputs.
    pub(super) fn input_count(&self) -> usize {
        self.inputs.len()
    }

    /// A tensor for an input, if it is one that the model takes there.
    pub(super) fn input(&self, input: usize, kind: Element, dims: &[u32], bytes: &[u8]) -> Result<Tensor, ModelError> {
        let slot = self.inputs.get(input).ok_or(ModelError::NoSuchInput(input))?;
        if slot.kind != kind {
            return Err(ModelError::WrongElement { input, wanted: slot.kind });
        }
        let wrong = ModelError::WrongShape { input };
        let dims: Vec<usize> = dims.iter().map(|dim| *dim as usize).collect();
        let fits = |(wanted, found): (&Option<usize>, &usize)| wanted.is_none_or(|wanted| wanted == *found);
        if slot.dims.len() != dims.len() || !slot.dims.iter().zip(&dims).all(fits) {
            return Err(wrong);
        }
        let size = dims.iter().try_fold(kind.datum().size_of(), |size, dim| size.checked_mul(*dim));
        if size != Some(bytes.len()) {
            return Err(wrong);
        }
        quiet(|| {
            let mut tensor = Tensor::zero_dt(kind.datum(), &dims)?;
            tensor.as_bytes_mut().copy_from_slice(bytes);
            Ok(tensor)
        })
        .map_err(ModelError::Failed)
    }

    /// Computes the outputs.
    pub(super) fn compute(&self, inputs: &[Option<Tensor>]) -> Result<Vec<Arc<Tensor>>, ModelError> {
        let missing = inputs.iter().position(Option::is_none);
        if let Some(input) = missing {
            return Err(ModelError::MissingInput(input));
        }
        let inputs: TVec<TValue> = inputs.iter().flatten().map(|tensor| tensor.clone().into_tvalue()).collect();
        let outputs: Vec<Arc<Tensor>> =
            quiet(|| Ok(self.plan.run(inputs)?.into_iter().map(TValue::into_arc_tensor).collect()))
                .map_err(ModelError::Failed)?;
        let size: usize = outputs.iter().map(|tensor| tensor.as_bytes().len()).sum();
        if size > OUTPUT_BYTES_MAX { Err(ModelError::TooMuchOutput) } else { Ok(outputs) }
    }
}

/// Runs a piece of tract, which asserts much of what a model may break.
fn quiet<T>(work: impl FnOnce() -> TractResult<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(format!("{error:#}")),
        Err(_) => Err("an assertion of the library does not hold for it".to_owned()),
    }
}

impl Element {
    /// The element type of a tensor; nothing if the other side has none such.
    pub(super) fn of(datum: DatumType) -> Option<Self> {
        let all = [Self::F16, Self::F32, Self::F64, Self::U8, Self::I32, Self::I64];
        all.into_iter().find(|kind| kind.datum() == datum)
    }

    fn datum(self) -> DatumType {
        match self {
            Self::F16 => DatumType::F16,
            Self::F32 => DatumType::F32,
            Self::F64 => DatumType::F64,
            Self::U8 => DatumType::U8,
            Self::I32 => DatumType::I32,
            Self::I64 => DatumType::I64,
        }
    }
}
