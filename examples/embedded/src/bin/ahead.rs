//! `ahead KERNEL.wasm CODE.cwasm`: seals a kernel and compiles it, on the machine that has the compiler.

use seal::{MemoryRule, Policy, seal};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kernel, code] = &arguments[..] else { return Err("usage: ahead KERNEL.wasm CODE.cwasm".into()) };
    let pages = (embedded::MEMORY_BYTES >> 16) as u32;
    let policy = Policy { memory: MemoryRule::Capped { max_pages: pages }, ..Policy::STANDARD };
    let sealed = seal(&std::fs::read(kernel)?, &policy)?.bytes;
    let compiled = wasmtime::Engine::new(&embedded::config())?.precompile_module(&sealed)?;
    println!("kernel {} bytes, sealed {}, compiled {}", std::fs::metadata(kernel)?.len(), sealed.len(), compiled.len());
    std::fs::write(code, compiled)?;
    Ok(())
}
