// Calls sealed kernels in Node (V8), from the specification alone (kernel-abi.md): no code is shared with the Rust programs.
// Usage: node kernel.mjs < CALLS     one JSON object a line:
//   {"module": path, "export": name, "inputs": [{"shape": [...], "hex": bytes}...], "outputs": [{"shape": [...], "bytes": n}...],
//    "scratch": bytes, "parameters": [bits...], "budget": units}
// Prints for each call a line: SHA-256 of the outputs behind each other, the units that the meter counted, the code that was
// returned (or "trap").

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const ALIGNMENT = 16;
const DESCRIPTOR_LEN = 40;
const PAGE = 65_536;
const SETUP_METER = 16_000_000n;

const align = (offset) => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;

// The arena from its start: descriptor, params, first input, other inputs, outputs, scratch, each at a multiple of 16.
function layOut(arena, call) {
  let end = arena;
  const take = (size) => {
    const offset = align(end);
    end = offset + size;
    return { offset, size };
  };
  const takeAll = (sizes) => {
    const region = take(0);
    const places = sizes.map(take);
    return { region: { offset: region.offset, size: end - region.offset }, places };
  };
  const tensors = [...call.inputs, ...call.outputs];
  const paramsLen = 8 + tensors.reduce((sum, tensor) => sum + 12 + 4 * tensor.shape.length, 0) + 4 + 4 * call.parameters.length;
  const at = take(DESCRIPTOR_LEN).offset;
  const params = take(paramsLen);
  const sizes = call.inputs.map((input) => input.hex.length / 2);
  const a = takeAll(sizes.slice(0, 1));
  const b = takeAll(sizes.slice(1));
  const output = takeAll(call.outputs.map((tensor) => tensor.bytes));
  const scratch = take(call.scratch);
  return { at, params, scratch, a, b, output, end, inputs: [...a.places, ...b.places], outputs: output.places };
}

function write(memory, layout, call) {
  const view = new DataView(memory.buffer);
  const words = (offset, values) => values.forEach((value, number) => view.setUint32(offset + 4 * number, value, true));
  const regions = [layout.a.region, layout.b.region, layout.output.region, layout.scratch, layout.params];
  words(layout.at, regions.flatMap((region) => [region.offset, region.size]));
  const tensors = [...call.inputs, ...call.outputs];
  const places = [...layout.inputs, ...layout.outputs];
  const listed = tensors.flatMap(({ shape }, number) => [places[number].offset, places[number].size, shape.length, ...shape]);
  words(layout.params.offset, [1, tensors.length, ...listed, call.parameters.length, ...call.parameters]);
  call.inputs.forEach((input, number) => {
    new Uint8Array(memory.buffer, layout.inputs[number].offset).set(Buffer.from(input.hex, "hex"));
  });
}

// A fresh instance, its memory grown to exactly the pages that the call needs.
function run(module, call) {
  const { exports } = new WebAssembly.Instance(module, {});
  const meter = exports["avouch:meter"];
  meter.value = SETUP_METER;
  if (exports.kernel_init() !== 0) throw new Error("kernel_init failed");
  const info = exports.kernel_info() >>> 0;
  const arena = new DataView(exports.memory.buffer).getUint32(info + 4, true);
  const layout = layOut(arena, call);
  const pages = Math.ceil(layout.end / PAGE) - exports.memory.buffer.byteLength / PAGE;
  if (pages > 0) exports.memory.grow(pages);
  write(exports.memory, layout, call);
  const budget = BigInt(call.budget);
  meter.value = budget;
  let code;
  try {
    code = exports[call.export](layout.at);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) throw error;
    code = "trap";
  }
  const left = meter.value > 0n ? meter.value : 0n;
  const digest = createHash("sha256");
  for (const { offset, size } of layout.outputs) digest.update(new Uint8Array(exports.memory.buffer, size ? offset : 0, size));
  return `${digest.digest("hex")} ${budget - left} ${code}`;
}

const modules = new Map();
for (const line of readFileSync(0, "utf8").split("\n").filter((line) => line !== "")) {
  const call = JSON.parse(line);
  if (!modules.has(call.module)) modules.set(call.module, new WebAssembly.Module(readFileSync(call.module)));
  console.log(run(modules.get(call.module), call));
}
