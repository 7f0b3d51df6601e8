//! An instance of a module in the WebAssembly Micro Runtime, over its C interface.
#![allow(unsafe_code, reason = "the runtime's interface is C")]

use std::ffi::{CStr, CString, c_char};
use std::ptr;

use wamr_sys::{
    wasm_exec_env_t, wasm_module_inst_t, wasm_module_t, wasm_runtime_addr_app_to_native, wasm_runtime_call_wasm,
    wasm_runtime_create_exec_env, wasm_runtime_deinstantiate, wasm_runtime_destroy_exec_env,
    wasm_runtime_get_exception, wasm_runtime_init, wasm_runtime_instantiate, wasm_runtime_load,
    wasm_runtime_lookup_function, wasm_runtime_unload, wasm_runtime_validate_app_addr,
};

/// Bytes of the runtime's own stack for a call.
const STACK_BYTES: u32 = 256 << 10;

unsafe extern "C" {
    /// In the library, but not in its header: adds pages to the memory.
    fn wasm_runtime_enlarge_memory(instance: wasm_module_inst_t, pages: u32) -> bool;
}

/// A live instance; the runtime is used by one thread.
pub struct Instance {
    // The runtime keeps pointers into it.
    _bytes: Vec<u8>,
    module: wasm_module_t,
    instance: wasm_module_inst_t,
    env: wasm_exec_env_t,
}

/// Starts the runtime: once, before anything else.
pub fn start() -> Result<(), String> {
    // SAFETY: it takes nothing and is called once, before any other function of the runtime.
    if unsafe { wasm_runtime_init() } { Ok(()) } else { Err("the runtime does not start".to_owned()) }
}

impl Instance {
    pub fn new(mut bytes: Vec<u8>) -> Result<Self, String> {
        let mut error = [0; 256];
        let (at, len) = (error.as_mut_ptr(), error.len() as u32);
        // SAFETY: the bytes live as long as the module, in the value that is returned; the error buffer outlives the calls.
        let (module, instance, env) = unsafe {
            let module = wasm_runtime_load(bytes.as_mut_ptr(), bytes.len() as u32, at, len);
            if module.is_null() {
                return Err(text(&error));
            }
            let instance = wasm_runtime_instantiate(module, STACK_BYTES, 0, at, len);
            if instance.is_null() {
                wasm_runtime_unload(module);
                return Err(text(&error));
            }
            (module, instance, wasm_runtime_create_exec_env(instance, STACK_BYTES))
        };
        Ok(Self { _bytes: bytes, module, instance, env })
    }

    /// Calls an export that takes these numbers and returns one.
    pub fn call(&mut self, name: &str, arguments: &[u32]) -> Result<u32, String> {
        let c_name = CString::new(name).map_err(|error| error.to_string())?;
        let mut words = [0; 4];
        words[..arguments.len()].copy_from_slice(arguments);
        // SAFETY: instance and environment are live; the runtime reads that many words and writes the result over the first.
        unsafe {
            let function = wasm_runtime_lookup_function(self.instance, c_name.as_ptr(), ptr::null());
            if function.is_null() {
                return Err(format!("no export {name}"));
            }
            if !wasm_runtime_call_wasm(self.env, function, arguments.len() as u32, words.as_mut_ptr()) {
                return Err(CStr::from_ptr(wasm_runtime_get_exception(self.instance)).to_string_lossy().into_owned());
            }
        }
        Ok(words[0])
    }

    /// Adds pages to the memory.
    pub fn grow(&mut self, pages: u32) -> Result<(), String> {
        // SAFETY: the instance is live, and no slice of its memory is: those borrow this value.
        let grown = pages == 0 || unsafe { wasm_runtime_enlarge_memory(self.instance, pages) };
        if grown { Ok(()) } else { Err(format!("the memory does not grow by {pages} pages")) }
    }

    /// A piece of the memory.
    pub fn memory(&mut self, offset: u32, len: u32) -> Result<&mut [u8], String> {
        // SAFETY: the runtime says that the whole piece is inside of the memory; the slice borrows this value, so that
        // nothing runs or grows while it lives.
        unsafe {
            if !wasm_runtime_validate_app_addr(self.instance, offset, len) {
                return Err(format!("{len} bytes at {offset} are not inside of the memory"));
            }
            let start = wasm_runtime_addr_app_to_native(self.instance, offset);
            Ok(std::slice::from_raw_parts_mut(start.cast(), len as usize))
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: each was made by the runtime and is given back once, in reverse order.
        unsafe {
            wasm_runtime_destroy_exec_env(self.env);
            wasm_runtime_deinstantiate(self.instance);
            wasm_runtime_unload(self.module);
        }
    }
}

fn text(error: &[c_char]) -> String {
    let bytes: Vec<u8> = error.iter().map(|byte| *byte as u8).take_while(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
