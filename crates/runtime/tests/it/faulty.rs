//! An engine with a fault: it wraps another one and flips one bit of what a guest puts out at one epoch.

use std::sync::Arc;

use codec::abi::Message;
use engine::{EngineError, GlobalValue, Instance, Module, State, Stop};

/// A module whose instances flip a bit.
pub(crate) struct Faulty {
    pub(crate) sound: Arc<dyn Module>,
    /// The epoch of the step whose output is changed.
    pub(crate) epoch: u64,
    /// Which bit of the output, counted from its first byte.
    pub(crate) bit: usize,
}

struct FaultyInstance {
    sound: Box<dyn Instance>,
    epoch: u64,
    bit: usize,
}

impl Module for Faulty {
    fn engine_name(&self) -> &'static str {
        "faulty"
    }

    fn instantiate(&self) -> Result<Box<dyn Instance>, EngineError> {
        Ok(Box::new(FaultyInstance { sound: self.sound.instantiate()?, epoch: self.epoch, bit: self.bit }))
    }
}

impl Instance for FaultyInstance {
    fn alloc(&mut self, len: i32) -> Result<i32, Stop> {
        self.sound.alloc(len)
    }

    fn execute(&mut self, ptr: i32, len: i32) -> Result<i32, Stop> {
        let head = &self.sound.memory()[ptr as usize..][..9.min(len as usize)];
        let now = head
            .split_first()
            .is_some_and(|(kind, epoch)| *kind == Message::Step as u8 && epoch == self.epoch.to_le_bytes().as_slice());
        let output = self.sound.execute(ptr, len)?;
        if let (true, Ok(output)) = (now, usize::try_from(output)) {
            self.sound.memory_mut()[output + self.bit / 8] ^= 1 << (self.bit % 8);
        }
        Ok(output)
    }

    fn output_len(&mut self) -> Result<i32, Stop> {
        self.sound.output_len()
    }

    fn memory(&self) -> &[u8] {
        self.sound.memory()
    }

    fn memory_mut(&mut self) -> &mut [u8] {
        self.sound.memory_mut()
    }

    fn meter(&mut self) -> i64 {
        self.sound.meter()
    }

    fn set_meter(&mut self, units: i64) {
        self.sound.set_meter(units);
    }

    fn globals(&mut self, globals: &mut Vec<GlobalValue>) {
        self.sound.globals(globals);
    }

    fn restore(&mut self, state: &State) -> Result<(), EngineError> {
        self.sound.restore(state)
    }
}
