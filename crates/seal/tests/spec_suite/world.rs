//! An engine with the instances of one script in it.

use codec::abi;

use crate::value::{End, V};

/// More than any script needs.
pub(crate) const PLENTY: i64 = 1 << 40;

/// The functions of the host module `spectest`, by their parameters: `i`, `l`, `f` and `d` for i32, i64, f32 and f64.
pub(crate) const SPECTEST_FUNCTIONS: [(&str, &str); 7] = [
    ("print", ""),
    ("print_i32", "i"),
    ("print_i64", "l"),
    ("print_f32", "f"),
    ("print_f64", "d"),
    ("print_i32_f32", "if"),
    ("print_f64_f64", "dd"),
];

/// The globals of `spectest`.
pub(crate) const SPECTEST_GLOBALS: [(&str, V); 4] = [
    ("global_i32", V::I32(666)),
    ("global_i64", V::I64(666)),
    ("global_f32", V::F32(666.6_f32.to_bits())),
    ("global_f64", V::F64(666.6_f64.to_bits())),
];

/// One engine, one store, the instances of one script.
pub(crate) trait World {
    /// Compiles and instantiates `bytes` with what is registered; gives the new instance's number.
    fn instantiate(&mut self, bytes: &[u8]) -> Result<usize, End>;

    /// Makes the exports of `instance` known as the module `name`.
    fn register(&mut self, name: &str, instance: usize);

    /// Calls an exported function.
    fn call(&mut self, instance: usize, export: &str, args: &[V]) -> End;

    /// The value of an exported global.
    fn get(&mut self, instance: usize, export: &str) -> Option<V>;

    /// Sets an exported global, if there is one.
    fn set(&mut self, instance: usize, export: &str, value: V);

    /// The bytes of the memory exported as `memory`.
    fn memory(&self, instance: usize) -> &[u8];

    /// Puts meter, depth and stop code of a sealed `instance` to what they are before a call.
    fn refill(&mut self, instance: usize, depth: u32) {
        self.set(instance, abi::GLOBAL_METER, V::I64(PLENTY));
        self.set(instance, abi::GLOBAL_DEPTH, V::I32(depth as i32));
        self.set(instance, abi::GLOBAL_STOP, V::I32(0));
    }

    /// Meter, depth, stop code and the module's own mutable globals of a sealed `instance`.
    fn globals(&mut self, instance: usize) -> Vec<V> {
        let own = (0..).map(|number| format!("{}{number}", abi::GLOBAL_STATE_PREFIX));
        let added = [abi::GLOBAL_METER, abi::GLOBAL_DEPTH, abi::GLOBAL_STOP].map(String::from);
        added.into_iter().chain(own).map_while(|name| self.get(instance, &name)).collect()
    }

    /// The stop code of a sealed `instance`.
    fn stop(&mut self, instance: usize) -> i32 {
        if let Some(V::I32(code)) = self.get(instance, abi::GLOBAL_STOP) { code } else { 0 }
    }
}
