//! What Wasmtime's errors mean: the one place that maps its codes, and takes out of an error all that it knows.

use codec::abi;
use engine::{EngineErrorKind, KernelFault, Trap};
use wasmtime::{Trap as Code, WasmBacktrace};

use crate::growth::HostLimit;

/// What an error of a call means: the guest's trap, or the world's failure. `stopped_by` is the value of sealing's stop
/// global, which tells its own checks from the guest's `unreachable`.
pub(crate) fn trap(error: &wasmtime::Error, stopped_by: Option<i32>) -> Result<Trap, EngineErrorKind> {
    if error.is::<HostLimit>() {
        return Err(EngineErrorKind::OutOfResources);
    }
    Ok(match error.downcast_ref::<Code>() {
        Some(Code::UnreachableCodeReached) => match stopped_by {
            Some(code) if code == abi::SealStop::Meter as i32 => Trap::MeterExhausted,
            Some(code) if code == abi::SealStop::Depth as i32 => Trap::DepthExhausted,
            _ => Trap::Unreachable,
        },
        Some(Code::MemoryOutOfBounds) => Trap::MemoryOutOfBounds,
        Some(Code::TableOutOfBounds) => Trap::TableOutOfBounds,
        Some(Code::IndirectCallToNull | Code::BadSignature) => Trap::BadIndirectCall,
        Some(Code::IntegerOverflow | Code::BadConversionToInteger) => Trap::IntegerOverflow,
        Some(Code::IntegerDivisionByZero) => Trap::DivisionByZero,
        Some(Code::StackOverflow) => return Err(EngineErrorKind::NativeStackOverflow),
        Some(Code::Interrupt) => return Err(EngineErrorKind::Deadline),
        Some(_) | None => return Err(EngineErrorKind::Other),
    })
}

/// All that is known of a kernel's fault.
pub(crate) fn kernel_fault(error: &wasmtime::Error, trap: Trap, memory_bytes: usize) -> KernelFault {
    let address = match trap {
        Trap::MemoryOutOfBounds => address_of(error),
        Trap::MeterExhausted
        | Trap::DepthExhausted
        | Trap::Unreachable
        | Trap::TableOutOfBounds
        | Trap::BadIndirectCall
        | Trap::IntegerOverflow
        | Trap::DivisionByZero => None,
    };
    KernelFault { trap, address, memory_bytes: memory_bytes as u64, place: place(error) }
}

/// The first byte that was not there. Wasmtime has a type for it that cannot be named from outside; its words can be read, and
/// `tests/it/faults.rs` holds them to what they say now. A bulk operator has no such address.
fn address_of(error: &wasmtime::Error) -> Option<u64> {
    const BEFORE: &str = "memory fault at wasm address 0x";
    let words = error.chain().map(ToString::to_string).find(|words| words.starts_with(BEFORE))?;
    u64::from_str_radix(words[BEFORE.len()..].split(' ').next()?, 16).ok()
}

/// The innermost function and where in the module it was.
fn place(error: &wasmtime::Error) -> Option<String> {
    let frame = error.downcast_ref::<WasmBacktrace>()?.frames().first()?;
    let name = frame.func_name().map(|name| format!(" `{name}`")).unwrap_or_default();
    let offset = frame.module_offset().map(|offset| format!(", offset {offset:#x}")).unwrap_or_default();
    Some(format!("function {}{name}{offset}", frame.func_index()))
}
