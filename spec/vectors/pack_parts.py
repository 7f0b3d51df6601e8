"""What the good packs of `pack/` are made of: tiny modules, a tiny model, manifests, and the keys that sign them."""

import hashlib
import json
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# Published test keys: anybody can sign with them, so nobody may trust them.
SEEDS = {"publisher": bytes([1] * 32), "second": bytes([2] * 32), "stranger": bytes([3] * 32)}


def secret(name):
    return Ed25519PrivateKey.from_private_bytes(SEEDS[name])


def public(name):
    return secret(name).public_key().public_bytes_raw()


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def leb(number):
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def vector(items):
    return leb(len(items)) + b"".join(items)


def text(string):
    return leb(len(string)) + string.encode()


def section(number, body):
    return bytes([number]) + leb(len(body)) + body


def signed_leb(number):
    out = bytearray()
    while True:
        low, number = number & 0x7F, number >> 7
        done = (number == 0 and not low & 0x40) or (number == -1 and low & 0x40)
        out.append(low | (0 if done else 0x80))
        if done:
            return bytes(out)


def const(value):
    return b"\x41" + signed_leb(value)


def module(functions, pages_max, data):
    """A module of functions (export name, number of i32 parameters, body), a memory and data at addresses."""
    kinds = sorted({count for _, count, _ in functions})
    types = [b"\x60" + vector([b"\x7f"] * count) + vector([b"\x7f"]) for count in kinds]
    indices = [leb(kinds.index(count)) for _, count, _ in functions]
    exports = [text("memory") + b"\x02\x00"]
    exports += [text(name) + b"\x00" + leb(number) for number, (name, _, _) in enumerate(functions)]
    bodies = [b"\x00" + body + b"\x0b" for _, _, body in functions]
    return (
        b"\0asm\1\0\0\0"
        + section(1, vector(types))
        + section(3, vector(indices))
        + section(5, b"\x01\x01\x01" + leb(pages_max))
        + section(7, vector(exports))
        + section(10, vector([leb(len(body)) + body for body in bodies]))
        + section(11, vector([b"\x00" + const(at) + b"\x0b" + leb(len(part)) + part for at, part in data]))
    )


def load(offset):
    """The word of the descriptor at this offset."""
    return b"\x20\x00\x28\x02" + leb(offset)


# memory.copy(output, input a, size of input a), then OK. In a descriptor input a is at 0 and the output at 16.
COPY = load(16) + load(0) + load(4) + b"\xfc\x0a\x00\x00" + const(0)


def copy_kernel(entry="kernel_forward", backward=False, also=()):
    """A kernel that copies its first input to its output."""
    info = struct.pack("<6I", 1, 64, 1 if backward else 0, 0, 0, 0)
    functions = [("kernel_init", 0, const(0)), (entry, 1, COPY)]
    functions += [(name, 1, COPY) for name in also]
    functions += [("kernel_backward", 1, COPY)] if backward else []
    functions += [("kernel_info", 0, const(16)), ("kernel_cleanup", 0, const(0))]
    return module(functions, 1024, [(16, info)])


def gate_guest():
    """A guest that takes any message and answers with nothing: only its shape matters here."""
    functions = [("alloc", 1, const(64)), ("execute", 2, const(64)), ("output_len", 0, const(0))]
    return module(functions, 1, [(16, b"gate")])


def field(number, value):
    """A protobuf field: a varint or bytes."""
    if isinstance(value, int):
        return leb(number << 3) + leb(value)
    return leb(number << 3 | 2) + leb(len(value)) + value


def identity_model():
    """An ONNX model of one Identity node over two floats."""
    shape = field(2, field(1, field(1, 2)))
    value = lambda name: field(1, name) + field(2, field(1, field(1, 1) + shape))
    node = field(1, b"x") + field(2, b"y") + field(4, b"Identity")
    graph = field(1, node) + field(2, b"identity") + field(11, value(b"x")) + field(12, value(b"y"))
    return field(1, 8) + field(7, graph) + field(8, field(2, 17))


def lines(value, depth=0):
    """JSON with what fits into a line on one line."""
    short = json.dumps(value, ensure_ascii=False)
    if len(short) <= 110 or not isinstance(value, (dict, list)):
        return short
    inner = "  " * (depth + 1)
    if isinstance(value, dict):
        parts = [json.dumps(key) + ": " + lines(item, depth + 1) for key, item in value.items()]
    else:
        parts = [lines(item, depth + 1) for item in value]
    start, end = "{}" if isinstance(value, dict) else "[]"
    return f"{start}\n{inner}" + f",\n{inner}".join(parts) + "\n" + "  " * depth + end


def pretty(value):
    return (lines(value) + "\n").encode()


def tensor(name, dtype, *shape):
    return {"name": name, "dtype": dtype, "shape": list(shape)}


def kernel(kernel_id, path, inputs, outputs, **more):
    return {
        "id": kernel_id,
        "name": kernel_id.replace("_", " "),
        "category": "copy",
        "path": path,
        "hash": "",
        "entry_point": "kernel_forward",
        "inputs": inputs,
        "outputs": outputs,
        "params": {},
        "resource_limits": {"max_memory_pages": 64, "max_epoch_ticks": 1000, "max_table_elements": 16},
        "platforms": {
            "wasmtime": {"min_version": "48.0.0", "features": ["simd128"]},
            "wasmi": {"min_version": "2.0.0", "features": []},
        },
    } | more


def manifest(name, kernels, **more):
    return {
        "$schema": "https://avouch.dev/schema/kernels-v1.json",
        "version": "1.2.0",
        "name": name,
        "description": "A pack of the test vectors.",
        "min_runtime_version": "0.1.0",
        "max_runtime_version": "1.0.0",
        "created_at": "2026-11-21T00:00:00Z",
        "author": {
            "name": "Test Publisher",
            "email": "publisher@example.org",
            "signing_key": "ed25519:" + public("publisher").hex(),
        },
        "kernels": kernels,
    } | more


def minimal():
    rows = ["rows", "dim"]
    kernels = [kernel("copy_f32", "copy/copy_f32.wasm", [tensor("x", "f32", *rows)], [tensor("y", "f32", *rows)])]
    return manifest("minimal", kernels, fallbacks={}), {"copy/copy_f32.wasm": copy_kernel()}


def golden_f32():
    floats = struct.pack("<6f", 0.0, -0.0, 1.5, float("inf"), float("nan"), 1e-45).hex()
    case = {"direction": "forward", "params": {"bias": -3}, "tolerance": {"ulp": 0, "abs": 0.0}}
    back = {"direction": "backward", "dims": {"rows": 1, "dim": 1}}
    return {
        "cases": [
            {"name": "specials"} | case
            | {"dims": {"rows": 2, "dim": 3}, "inputs": {"x": floats, "w": ""}, "outputs": {"y": floats}},
            {"name": "no rows", "dims": {"rows": 0, "dim": 3}, "direction": "forward"}
            | {"inputs": {"x": "", "w": ""}, "outputs": {"y": ""}},
            {"name": "one back"} | back
            | {"inputs": {"dy": "0000803f", "x": "00000000"}, "outputs": {"dx": "0000803f"}},
        ]
    }


def golden_q8():
    block = "003c" + bytes(range(32)).hex()
    case = {"name": "one block", "direction": "forward", "dims": {"rows": 1, "dim": 32}}
    return {"cases": [case | {"inputs": {"x": block}, "outputs": {"y": block}}]}


def full():
    rows = ["rows", "dim"]
    everywhere = {name: {"min_version": "0.0.0", "features": []} for name in ["wasmi", "embedded", "wamr"]}
    first = kernel(
        "copy_f32",
        "copy/copy_f32.wasm",
        [tensor("x", "f32", *rows), tensor("w", "u8", 0)],
        [tensor("y", "f32", *rows)],
        scratch={"dtype": "f32", "shape": ["dim", 2]},
        backward={
            "inputs": [tensor("dy", "f32", *rows), tensor("x", "f32", *rows)],
            "outputs": [tensor("dx", "f32", *rows)],
            "scratch": {"dtype": "u8", "shape": []},
        },
        params={
            "scale": {"type": "f32", "default": 1e-5},
            "mode": {"type": "u32", "default": 4294967295},
            "bias": {"type": "i32", "default": -7},
        },
        platforms={"wasmtime": {"min_version": "48.0.0", "features": ["simd128", "wasi-nn"]}} | everywhere,
        golden=[{"path": "golden/copy_f32.json", "hash": ""}],
        benchmarks=[{"dims": {"rows": 16, "dim": 64}, "bytes": 8192}],
    )
    second = kernel(
        "copy_q8",
        "copy/copy_q8.wasm",
        [tensor("x", "q8_0", *rows)],
        [tensor("y", "q8_0", *rows)],
        golden=[{"path": "golden/copy_q8.json", "hash": ""}],
    )
    files = {
        "copy/copy_f32.wasm": copy_kernel(backward=True),
        "copy/copy_q8.wasm": copy_kernel() + section(0, text("name-of-another-module")),
        "golden/copy_f32.json": pretty(golden_f32()),
        "golden/copy_q8.json": pretty(golden_q8()),
        "models/identity.onnx": identity_model(),
    }
    models = [{"name": "identity", "path": "models/identity.onnx", "hash": "", "format": "onnx"}]
    return manifest("full", [first, second], models=models, fallbacks={"copy_q8": "kv_unpack_q8"}), files


def gate():
    entry = kernel("watch", "gate.wasm", [], [], category="cognitive", entry_point="execute")
    entry["configuration"] = {"path": "gate.toml", "hash": ""}
    return manifest("gate", [entry], fallbacks={}), {"gate.wasm": gate_guest(), "gate.toml": b'profile = "tile"\n'}


def edges():
    """What is allowed at the edges: one module for two kernels, no dimensions, zeros, a prerelease, unknown order."""
    both = "both.wasm"
    first = kernel("first", both, [tensor("x", "f16")], [tensor("y", "f16")], entry_point="run_first")
    second = kernel("second", both, [tensor("x", "q4_0", 0, 64)], [tensor("y", "i8", 0)], entry_point="RunSecond")
    for entry in [first, second]:
        del entry["params"]
        entry["name"] = "Größe × 2"
    parts = manifest("edges.v2", [second, first], version="2.0.0-rc.1+build.5")
    parts |= {"min_runtime_version": "0.1.0", "max_runtime_version": "0.1.0", "description": ""}
    return dict(reversed(parts.items())), {both: copy_kernel("run_first", also=["RunSecond"])}


GOOD = {"minimal": minimal, "full": full, "gate": gate, "edges": edges}


def fill_hashes(parts, files):
    """Writes the digests of the files into a manifest, wherever there is none yet."""

    def fill(entry):
        if isinstance(entry, dict) and entry.get("hash") == "":
            entry["hash"] = sha256(files[entry["path"]])

    for entry in parts["kernels"]:
        fill(entry)
        for golden in entry.get("golden", []):
            fill(golden)
        fill(entry.get("configuration"))
    for model in parts.get("models", []):
        fill(model)


def sign(data, signer="publisher"):
    return secret(signer).sign(data).hex().encode() + b"\n"
