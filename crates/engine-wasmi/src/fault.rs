//! What wasmi's errors mean: the one place that maps its codes.

use codec::abi;
use engine::{EngineErrorKind, Trap};
use wasmi::TrapCode;
use wasmi::errors::{ErrorKind, MemoryError, TableError};

/// What an error of a call means: the guest's trap, or the world's failure. `stopped_by` is the value of sealing's stop
/// global, which tells its own checks from the guest's `unreachable`.
pub(crate) fn trap(error: &wasmi::Error, stopped_by: Option<i32>) -> Result<Trap, EngineErrorKind> {
    Ok(match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => match stopped_by {
            Some(code) if code == abi::SealStop::Meter as i32 => Trap::MeterExhausted,
            Some(code) if code == abi::SealStop::Depth as i32 => Trap::DepthExhausted,
            _ => Trap::Unreachable,
        },
        Some(TrapCode::MemoryOutOfBounds) => Trap::MemoryOutOfBounds,
        Some(TrapCode::TableOutOfBounds) => Trap::TableOutOfBounds,
        Some(TrapCode::IndirectCallToNull | TrapCode::BadSignature) => Trap::BadIndirectCall,
        Some(TrapCode::IntegerOverflow | TrapCode::BadConversionToInteger) => Trap::IntegerOverflow,
        Some(TrapCode::IntegerDivisionByZero) => Trap::DivisionByZero,
        Some(TrapCode::StackOverflow) => return Err(EngineErrorKind::NativeStackOverflow),
        Some(TrapCode::GrowthOperationLimited | TrapCode::OutOfSystemMemory) => {
            return Err(EngineErrorKind::OutOfResources);
        }
        Some(_) | None => return Err(world_kind(error)),
    })
}

fn world_kind(error: &wasmi::Error) -> EngineErrorKind {
    match error.kind() {
        ErrorKind::Memory(_) | ErrorKind::Table(_) => EngineErrorKind::OutOfResources,
        _ => EngineErrorKind::Other,
    }
}

/// Whose fault it is that there is no instance: the host's if it has no memory; else the module's, which asks for more than the
/// limits or has a segment out of bounds.
pub(crate) fn instantiation_kind(error: &wasmi::Error) -> EngineErrorKind {
    match error.kind() {
        ErrorKind::Memory(MemoryError::OutOfSystemMemory)
        | ErrorKind::Table(TableError::OutOfSystemMemory)
        | ErrorKind::TrapCode(TrapCode::OutOfSystemMemory) => EngineErrorKind::OutOfResources,
        _ => EngineErrorKind::InvalidModule,
    }
}
