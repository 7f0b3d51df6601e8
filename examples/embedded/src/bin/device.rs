//! `device CODE.cwasm`: loads compiled code, packs 64 rows of numbers into q8_0 blocks, and says what the process takes.
#![allow(unsafe_code, reason = "compiled code is loaded, which runs it")]

use codec::kernel::{Descriptor, Params, Region};
use wasmtime::{Engine, Instance, Module, Store, Val};

const ROWS: u32 = 64;
const DIM: u32 = 256;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: device CODE.cwasm")?;
    let engine = Engine::new(&embedded::config())?;
    // SAFETY: the file is what `ahead` wrote, on this machine, just before: see `run`.
    let module = unsafe { Module::deserialize_file(&engine, path)? };
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    let memory = instance.get_memory(&mut store, "memory").ok_or("no memory")?;
    let meter = instance.get_global(&mut store, "avouch:meter").ok_or("not sealed")?;
    meter.set(&mut store, Val::I64(1 << 32))?;

    let info = instance.get_typed_func::<(), i32>(&mut store, "kernel_info")?.call(&mut store, ())? as usize;
    let arena = u32::from_le_bytes(memory.data(&store)[info + 4..info + 8].try_into()?);
    let mut end = arena + Descriptor::LEN as u32;
    let mut take = |size: u32| {
        let offset = end.next_multiple_of(16);
        end = offset + size;
        Region { offset, size }
    };
    let params = take(Params::len([2, 2], 0) as u32);
    let (x, blocks) = (take(ROWS * DIM * 4), take(ROWS * DIM / 32 * 34));
    let pages = u64::from(end.div_ceil(65_536)).saturating_sub(memory.size(&store));
    memory.grow(&mut store, pages)?;
    let bytes = memory.data_mut(&mut store);
    let descriptor = Descriptor { input_a: x, output: blocks, params, ..Descriptor::default() };
    bytes[arena as usize..][..Descriptor::LEN].copy_from_slice(&descriptor.to_bytes());
    let dims: [u32; 2] = [ROWS, DIM];
    let tensors = [(x, &dims[..]), (blocks, &dims[..])];
    Params::write(&mut bytes[params.offset as usize..params.end() as usize], tensors.into_iter(), &[]);
    for (number, place) in bytes[x.offset as usize..x.end() as usize].chunks_exact_mut(4).enumerate() {
        place.copy_from_slice(&(number as f32 / 1_000.0).sin().to_le_bytes());
    }

    let forward = instance.get_typed_func::<i32, i32>(&mut store, "kernel_forward")?;
    let start = std::time::Instant::now();
    let code = forward.call(&mut store, arena as i32)?;
    let elapsed = start.elapsed();
    let units = (1_i64 << 32) - meter.get(&mut store).i64().ok_or("the meter is an i64")?;
    println!("code {code}, {units} units, {elapsed:?}, memory {} KiB", memory.data_size(&store) >> 10);
    report()
}

/// What the kernel of the machine counts for this process.
fn report() -> Result<(), Box<dyn std::error::Error>> {
    for line in std::fs::read_to_string("/proc/self/status")?.lines() {
        if ["RssAnon", "RssFile", "VmRSS"].iter().any(|name| line.starts_with(name)) {
            println!("{line}");
        }
    }
    Ok(())
}
