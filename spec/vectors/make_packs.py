#!/usr/bin/env python3
"""Writes pack/: good packs, bad packs with one defect each, and cases.json, which says what each is refused for.

Each bad pack is a good one with one edit. Where the manifest is edited, it is signed again, so that nothing but the
defect is wrong. Needs `cryptography`.
Usage: python3 make_packs.py [--check]     (--check writes nothing and ends with 1 if a file differs)
"""

import copy
import json
import shutil
import sys
from pathlib import Path

from pack_parts import GOOD, SEEDS, copy_kernel, fill_hashes, pretty, public, sha256, sign, tensor

ROOT = Path(__file__).parent / "pack"
TERMS = {
    "trusted": ["publisher", "second"],
    "allowlist": None,
    "runtime": "0.1.0",
    "platform": {"name": "wasmtime", "version": "48.0.8", "features": ["simd128", "wasi-nn"]},
    "active": None,
    "older_allowed": False,
}
GROUP_ORDER = (1 << 252) + 27742317777372353535851937790883648493
PARAMETER = {"a": {"type": "u32", "default": 1}}
BAD = []


def put(path, value):
    """An edit of the manifest: sets what the dotted path leads to."""

    def edit(parts):
        *folders, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in folders:
            parts = parts[step]
        if isinstance(parts, list) and last == len(parts):
            parts.append(value)
        else:
            parts[last] = value

    return edit


def drop(path):
    def edit(parts):
        *folders, last = path.split(".")
        for step in folders:
            parts = parts[int(step) if step.isdigit() else step]
        del parts[last]

    return edit


def again(path):
    """An edit of the manifest: the first item of the list that the path leads to comes a second time."""

    def edit(parts):
        for step in path.split("."):
            parts = parts[int(step) if step.isdigit() else step]
        parts.append(copy.deepcopy(parts[0]))

    return edit


def swap(old, new):
    """An edit of bytes: the first `old` becomes `new`."""

    def edit(data):
        assert old in data, old
        return data.replace(old, new, 1)

    return edit


def build(base, files=None, manifest=None, text=None, signer="publisher", after=None):
    parts, tree = GOOD[base]()
    if files:
        files(tree)
    fill_hashes(parts, tree)
    if manifest:
        manifest(parts)
    data = pretty(parts)
    if text:
        data = text(data)
    tree |= {"kernels.json": data, "kernels.json.sig": sign(data, signer)}
    if after:
        after(tree)
    return tree


def bad(word, name, what, mentions, base="minimal", terms=None, **edits):
    """One defect. `mentions` is what the refusal must name."""
    folder = f"{word}--{name}"
    case = {"name": folder, "base": base, "what": what, "word": word, "mentions": mentions}
    if terms:
        case["terms"] = terms
    BAD.append((case, build(base, **edits)))


def in_tree(path, edit):
    def after(tree):
        tree[path] = edit(tree[path])

    return after


def in_golden(edit, path="golden/copy_f32.json"):
    """Edits a golden file before its digest is taken."""

    def files(tree):
        golden = json.loads(tree[path])
        edit(golden)
        tree[path] = pretty(golden)

    return files


def signatures():
    sig = "kernels.json.sig"
    other = build("full")[sig]
    bad("signature-missing", "absent", "no signature file", sig, after=lambda tree: tree.pop(sig))
    malformed = {
        "upper-case": lambda old: old.upper(),
        "no-line-feed": lambda old: old.rstrip(b"\n"),
        "short": lambda old: old[2:],
        "raw": lambda old: bytes.fromhex(old.decode()),
        "two-lines": lambda old: old + old,
        "carriage-return": lambda old: old[:-1].rstrip() + b"\r\n",
        "prefix": lambda old: b"ed25519:" + old,
    }
    for name, edit in malformed.items():
        bad("signature-malformed", name, f"the signature file: {name}", sig, after=in_tree(sig, edit))
    flip = lambda at: lambda old: old[:at] + (b"0" if old[at : at + 1] != b"0" else b"1") + old[at + 1 :]
    bad("bad-signature", "first-half", "a digit of R changed", sig, after=in_tree(sig, flip(9)))
    bad("bad-signature", "second-half", "a digit of S changed", sig, after=in_tree(sig, flip(80)))

    def add_order(old):
        raw = bytes.fromhex(old.decode())
        scalar = int.from_bytes(raw[32:], "little") + GROUP_ORDER
        return (raw[:32] + scalar.to_bytes(32, "little")).hex().encode() + b"\n"

    bad("bad-signature", "malleable", "the group order added to S", sig, after=in_tree(sig, add_order))
    bad("bad-signature", "other-pack", "the signature of another pack", sig, after=in_tree(sig, lambda _: other))
    zero = b"01" + b"00" * 63 + b"\n"
    bad("bad-signature", "small-order", "R is the neutral point and S is 0", sig, after=in_tree(sig, lambda _: zero))
    edited = in_tree("kernels.json", swap(b"test vectors", b"best vectors"))
    bad("bad-signature", "edited", "a word of the manifest changed after signing", sig, after=edited)
    longer = in_tree("kernels.json", lambda data: data + b"\n")
    bad("bad-signature", "white-space", "a line feed added to the manifest after signing", sig, after=longer)
    bad("bad-signature", "wrong-signer", "signed by a stranger in the publisher's name", sig, signer="stranger")


def keys():
    key = "author.signing_key"
    named = lambda name: put(key, "ed25519:" + public(name).hex())
    stranger = {"signer": "stranger", "manifest": named("stranger")}
    bad("no-trusted-key", "stranger", "signed by a stranger in their own name", public("stranger").hex(), **stranger)
    nobody = {"trusted": []}
    bad("no-trusted-key", "nobody", "nobody is trusted", public("publisher").hex(), terms=nobody)
    only = {"trusted": ["second"]}
    bad("no-trusted-key", "other", "somebody else is trusted", public("publisher").hex(), terms=only)
    mismatch = "author-key-mismatch"
    bad(mismatch, "second", "signed by another trusted key than it names", public("second").hex(), signer="second")
    bad(mismatch, "stranger", "names a stranger's key and a trusted one signed", key, manifest=named("stranger"))
    neutral, small = "01" + "00" * 31, "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
    not_canonical, no_point = "ee" + "ff" * 30 + "7f", "02" + "00" * 31
    values = {
        "neutral": "ed25519:" + neutral,
        "small-order": "ed25519:" + small,
        "not-canonical": "ed25519:" + not_canonical,
        "no-point": "ed25519:" + no_point,
        "other-algorithm": "rsa:" + public("publisher").hex(),
        "upper-case": "ed25519:" + public("publisher").hex().upper(),
        "short": "ed25519:" + public("publisher").hex()[2:],
    }
    for name, value in values.items():
        bad("bad-key", name, f"the author's key: {name}", key, manifest=put(key, value))


def files():
    bad("manifest-missing", "absent", "no manifest", "kernels.json", after=lambda tree: tree.pop("kernels.json"))
    missing = {
        "module": "copy/copy_q8.wasm",
        "golden": "golden/copy_q8.json",
        "model": "models/identity.onnx",
    }
    for name, path in missing.items():
        lacks = lambda tree, path=path: tree.pop(path)
        bad("file-missing", name, f"the {name} is not there", path, base="full", after=lacks)
    lacks = lambda tree: tree.pop("gate.toml")
    bad("file-missing", "configuration", "the configuration is not there", "gate.toml", base="gate", after=lacks)
    extra = {"readme": ("README.md", b"hello\n"), "module": ("copy/copy_f16.wasm", copy_kernel())}
    for name, (path, data) in extra.items():
        adds = lambda tree, path=path, data=data: tree.update({path: data})
        bad("extra-file", name, f"{path} is not in the manifest", path, after=adds)
    flip = lambda data: data[:-1] + bytes([data[-1] ^ 1])
    changed = {
        "module": "copy/copy_f32.wasm",
        "golden": "golden/copy_f32.json",
        "model": "models/identity.onnx",
    }
    for name, path in changed.items():
        bad("hash-mismatch", name, f"a bit of the {name} changed", path, base="full", after=in_tree(path, flip))
    path = "gate.toml"
    bad("hash-mismatch", "configuration", "a bit of it changed", path, base="gate", after=in_tree(path, flip))
    path, empty = "copy/copy_f32.wasm", lambda _: b""
    bad("hash-mismatch", "empty", "the module is empty", path, after=in_tree(path, empty))
    other = put("kernels.0.hash", sha256(b"another module"))
    bad("hash-mismatch", "manifest", "the manifest has another digest", path, manifest=other)
    good = sha256(copy_kernel())
    texts = {
        "upper-case": good.upper().replace("SHA256", "sha256"),
        "other-algorithm": good.replace("sha256", "sha512"),
        "short": good[:-2],
        "bare": good.removeprefix("sha256:"),
    }
    for name, value in texts.items():
        bad("bad-hash", name, f"a digest: {name}", "kernels[0].hash", manifest=put("kernels.0.hash", value))


def paths():
    escapes = {
        "parent": "../copy_f32.wasm",
        "absolute": "/copy/copy_f32.wasm",
        "drive": "C:/copy_f32.wasm",
        "inner-parent": "copy/../../copy_f32.wasm",
        "backslash-parent": "copy\\..\\copy_f32.wasm",
        "share": "\\\\server\\copy_f32.wasm",
    }
    for name, path in escapes.items():
        shown = json.dumps(path)
        bad("path-escapes", name, f"a path: {name}", shown, manifest=put("kernels.0.path", path))
    refused = {
        "backslash": ("copy\\copy_f32.wasm", "a backslash"),
        "empty": ("", "an empty component"),
        "empty-component": ("copy//copy_f32.wasm", "an empty component"),
        "trailing-slash": ("copy/", "an empty component"),
        "dot-component": ("./copy_f32.wasm", "a dot"),
        "hidden": ("copy/.copy_f32.wasm", "a dot"),
        "nul": ("copy_f32.wasm\0.txt", "a control character"),
        "line-feed": ("copy\n.wasm", "a control character"),
        "beyond-ascii": ("copy/köpf.wasm", "ASCII"),
        "space": ("copy f32.wasm", "ASCII"),
        "stream": ("copy.wasm:hidden", "ASCII"),
        "device": ("copy/aux.wasm", "device"),
        "long": ("a" * 101, "100 bytes"),
        "deep": ("a/" * 8 + "b", "8 components"),
        "manifest": ("kernels.json", "the name of the manifest"),
        "signature": ("Kernels.JSON.sig", "the name of the manifest"),
    }
    for name, (path, says) in refused.items():
        bad("bad-path", name, f"a path: {name}", says, manifest=put("kernels.0.path", path))
    adds = lambda tree: tree.update({"copy/.hidden": b""})
    bad("bad-path", "hidden-file", "a hidden file in the pack", "copy/.hidden", after=adds)
    case = put("kernels.1.path", "Copy/Copy_F32.wasm")
    bad("path-clash", "case", "two paths differ in letter case", "Copy/Copy_F32.wasm", base="full", manifest=case)
    folder = put("kernels.1.path", "copy/copy_f32.wasm/inner.wasm")
    bad("path-clash", "folder", "a file would be a folder", "inner.wasm", base="full", manifest=folder)
    cased = put("kernels.1.path", "COPY/copy_q8.wasm")
    bad("path-clash", "folder-case", "two folders differ in letter case", "COPY", base="full", manifest=cased)


def json_text():
    broken = {
        "truncated": lambda data: data[: len(data) // 2],
        "trailing": lambda data: data + b"{}",
        "comment": swap(b"{\n", b"{ // a pack\n"),
        "trailing-comma": swap(b'"fallbacks": {}', b'"fallbacks": {},'),
        "not-utf8": swap(b"test vectors", b"test \xff vectors"),
        "byte-order-mark": lambda data: b"\xef\xbb\xbf" + data,
        "lone-surrogate": swap(b"test vectors", b"test \\ud800 vectors"),
        "single-quotes": swap(b'"version"', b"'version'"),
        "empty": lambda data: b"",
        "deep": swap(b'"fallbacks": {}', b'"fallbacks": ' + b"[" * 200 + b"]" * 200),
    }
    for name, edit in broken.items():
        bad("not-json", name, f"the manifest: {name}", "kernels.json", text=edit)
    infinite = swap(b'"default": 1e-05', b'"default": NaN')
    bad("not-json", "nan", "a default is NaN", "kernels.json", base="full", text=infinite)
    twice = {
        "top": (b'"version": "1.2.0",', b'"version": "1.2.0",\n  "version": "1.2.0",', '"version"'),
        "escaped": (b'"version": "1.2.0",', b'"version": "1.2.0",\n  "v\\u0065rsion": "9.9.9",', '"version"'),
        "nested": (b'"max_memory_pages": 64,', b'"max_memory_pages": 64, "max_memory_pages": 65,', "max_memory_pages"),
        "parameter": (b'"params": {', b'"params": { "bias": {"type": "i32", "default": 0},', '"bias"'),
        "fallback": (b'"fallbacks": {', b'"fallbacks": { "copy_q8": "kv_pack_q8",', '"copy_q8"'),
    }
    for name, (old, new, says) in twice.items():
        bad("duplicate-key", name, f"a key twice: {name}", says, base="full", text=swap(old, new))
    golden = lambda tree: tree.update({"golden/copy_q8.json": b'{"cases": [], "cases": []}\n'})
    bad("duplicate-key", "golden", "a key twice in a golden file", "golden/copy_q8.json", base="full", files=golden)
    cut = lambda tree: tree.update({"golden/copy_q8.json": b'{"cases": ['})
    bad("not-json", "golden", "a golden file is cut", "golden/copy_q8.json", base="full", files=cut)


def fields():
    needed = [
        "$schema", "max_runtime_version", "author", "author.signing_key", "kernels", "kernels.0.hash",
        "kernels.0.inputs", "kernels.0.resource_limits", "kernels.0.inputs.0.dtype",
        "kernels.0.resource_limits.max_epoch_ticks", "kernels.0.platforms.wasmtime.features",
    ]  # fmt: skip
    for path in needed:
        name, says = path.replace(".", "-").replace("$", ""), path.split(".")[-1]
        bad("missing-field", name, f"without {path}", says, manifest=drop(path))
    for path in ["kernels.0.params.mode.default", "models.0.format", "kernels.0.golden.0.hash"]:
        name, says = path.replace(".", "-"), path.split(".")[-1]
        bad("missing-field", name, f"without {path}", says, base="full", manifest=drop(path))
    lacks = drop("kernels.0.configuration")
    bad("missing-field", "configuration", "a gate without one", "configuration", base="gate", manifest=lacks)
    objects = [
        "", "author.", "kernels.0.", "kernels.0.inputs.0.", "kernels.0.scratch.", "kernels.0.backward.", "models.0.",
        "kernels.0.params.mode.", "kernels.0.resource_limits.", "kernels.0.platforms.wasmtime.", "kernels.0.golden.0.",
        "kernels.0.benchmarks.0.",
    ]  # fmt: skip
    for path in objects:
        name, edit = path.replace(".", "-").rstrip("-") or "top", put(path + "comment", "?")
        bad("unknown-field", name, f"a field more in {path or 'the manifest'}", "comment", base="full", manifest=edit)
    case = in_golden(put("cases.0.comment", "?"))
    bad("unknown-field", "golden", "a field more in a golden case", "cases[0].comment", base="full", files=case)
    lacks = in_golden(drop("cases.0.dims.dim"))
    bad("missing-field", "golden", "a golden case without one dimension", "dims.dim", base="full", files=lacks)
    types = {
        "version": 1, "description": None, "kernels": {}, "kernels.0.params": [], "kernels.0.entry_point": True,
        "kernels.0.resource_limits.max_memory_pages": "64", "kernels.0.resource_limits.max_epoch_ticks": 10.0,
    }  # fmt: skip
    for path, value in types.items():
        name, says = path.replace(".", "-"), path.split(".")[-1]
        bad("wrong-type", name, f"{path} of another type", says, base="full", manifest=put(path, value))
    bad("wrong-type", "whole", "the manifest is an array", "kernels.json", text=lambda data: b"[" + data + b"]")


def values():
    wrong = {
        "email": ("author.email", "publisher", "author.email"),
        "author-empty": ("author.name", "  ", "author.name"),
        "control": ("description", "a\u001b[2Jb", "description"),
        "direction": ("description", "a\u202eb", "description"),
        "parameter-type": ("kernels.0.params.mode.type", "f64", "params.mode.type"),
        "model-format": ("models.0.format", "gguf", "models[0].format"),
        "no-platform": ("kernels.0.platforms", {}, "platforms"),
        "entry-of-abi": ("kernels.0.entry_point", "kernel_info", "entry_point"),
        "entry-characters": ("kernels.0.entry_point", "kernel forward", "entry_point"),
        "entry-empty": ("kernels.0.entry_point", "", "entry_point"),
        "no-input": ("kernels.1.inputs", [], "kernels[1]"),
        "no-output": ("kernels.1.outputs", [], "kernels[1].outputs"),
        "backward-empty": ("kernels.0.backward.outputs", [], "backward"),
        "benchmark-symbol": ("kernels.0.benchmarks.0.dims", {"heads": 1}, "benchmarks[0].dims.heads"),
    }
    for name, (path, value, says) in wrong.items():
        # Without inputs nothing may name a symbol, so that kernel gets an output without.
        edits = [put("kernels.1.outputs", [tensor("y", "f32", 1)])] if name == "no-input" else []
        edits.append(put(path, value))
        edit = lambda parts, edits=edits: [one(parts) for one in edits]
        bad("bad-value", name, f"a value: {name}", says, base="full", manifest=edit)
    hashed = {"path": "copy/copy_f32.wasm", "hash": sha256(copy_kernel())}
    edit = put("kernels.0.configuration", hashed)
    bad("bad-value", "kernel-configuration", "a kernel with a configuration", "configuration", manifest=edit)
    for name, value in {"inputs": [tensor("x", "u8", 1)], "params": PARAMETER, "entry_point": "run"}.items():
        edit = put(f"kernels.0.{name}", value)
        bad("bad-value", f"gate-{name}", f"a gate with {name}", f"kernels[0].{name}", base="gate", manifest=edit)
    schema = put("$schema", "https://avouch.dev/schema/kernels-v2.json")
    bad("unknown-schema", "later", "a later schema", "kernels-v2", manifest=schema)
    names = {
        "pack": ("name", "Minimal", "name"),
        "kernel": ("kernels.0.id", "copy f32", "kernels[0].id"),
        "category": ("kernels.0.category", "", "category"),
        "tensor": ("kernels.0.inputs.0.name", "1x", "inputs[0].name"),
        "symbol": ("kernels.0.inputs.0.shape", ["rows", "2*dim"], "shape[1]"),
        "parameter": ("kernels.0.params", {"a b": {"type": "u32", "default": 1}}, "a b"),
        "feature": ("kernels.0.platforms.wasmtime.features", ["SIMD"], "features[0]"),
        "fallback": ("fallbacks", {"copy_f32": "Copy"}, "fallbacks.copy_f32"),
        "long": ("name", "a" * 65, "name"),
    }
    for name, (path, value, says) in names.items():
        bad("bad-name", name, f"the name of a {name}", says, manifest=put(path, value))
    taken = {
        "inputs": ("kernels.0.inputs.1.name", "x", "inputs[1]"),
        "output": ("kernels.0.outputs.0.name", "x", "outputs[0]"),
        "backward": ("kernels.0.backward.inputs.1.name", "dy", "backward.inputs[1]"),
        "feature": ("kernels.0.platforms.wasmtime.features", ["simd128", "simd128"], "features[1]"),
    }
    for name, (path, value, says) in taken.items():
        bad("duplicate-name", name, f"a name twice: {name}", says, base="full", manifest=put(path, value))
    bad("duplicate-name", "model", "a model twice", "models[1]", base="full", manifest=again("models"))


def versions():
    texts = {"two-parts": "1.0", "letter": "v1.0.0", "leading-zero": "1.02.0", "range": ">=1.0.0", "empty": ""}
    for name, value in texts.items():
        bad("bad-version", name, f"a version: {name}", "kernels.json: version", manifest=put("version", value))
    edit = put("min_runtime_version", "0.1")
    bad("bad-version", "runtime", "a runtime version", "min_runtime_version", manifest=edit)
    edit = put("kernels.0.platforms.wasmi.min_version", "latest")
    bad("bad-version", "platform", "a platform's version", "platforms.wasmi.min_version", manifest=edit)
    bad("bad-window", "swapped", "the least above the greatest", "0.0.9", manifest=put("max_runtime_version", "0.0.9"))
    times = {
        "offset": "2026-11-21T00:00:00+00:00", "day": "2026-02-29T00:00:00Z", "hour": "2026-11-21T24:00:00Z",
        "date-only": "2026-11-21", "fraction": "2026-11-21T00:00:00.5Z", "month": "2026-00-21T00:00:00Z",
    }  # fmt: skip
    for name, value in times.items():
        bad("bad-time", name, f"a time: {name}", "created_at", manifest=put("created_at", value))


def shapes():
    dtypes = {"bf16": "bf16", "upper-case": "F32", "q4": "q4"}
    for name, value in dtypes.items():
        edit = put("kernels.0.inputs.0.dtype", value)
        bad("unknown-dtype", name, f"dtype {value}", "kernels[0].inputs[0].dtype", manifest=edit)
    where, first = "kernels.0.inputs.0.shape", "kernels[0].inputs[0].shape"
    wrong = {
        "negative": ("minimal", where, ["rows", -1], first + "[1]"),
        "fraction": ("minimal", where, ["rows", 1.5], first + "[1]"),
        "large": ("minimal", where, ["rows", 4294967296], first + "[1]"),
        "null": ("minimal", where, ["rows", None], first + "[1]"),
        "rank": ("minimal", where, ["rows", "dim"] + [1] * 7, "more than 8"),
        "unbound-output": ("minimal", "kernels.0.outputs.0.shape", ["rows", "heads"], "outputs[0].shape"),
        "unbound-scratch": ("full", "kernels.0.scratch.shape", ["heads"], "kernels[0].scratch"),
        "unbound-backward": ("full", "kernels.0.backward.outputs.0.shape", ["n"], "backward.outputs[0]"),
        "block": ("full", "kernels.1.inputs.0.shape", ["rows", "dim", 33], "multiple of 32"),
        "block-scalar": ("full", "kernels.0.scratch", {"dtype": "q4_0", "shape": []}, "last dimension"),
    }
    for name, (base, path, value, says) in wrong.items():
        bad("bad-shape", name, f"a shape: {name}", says, base=base, manifest=put(path, value))
    wrong = {
        "u32-negative": ("mode", -1), "u32-fraction": ("mode", 1.0), "u32-large": ("mode", 4294967296),
        "i32-large": ("bias", 2147483648), "i32-small": ("bias", -2147483649), "i32-text": ("bias", "1"),
        "f32-large": ("scale", 1e39), "f32-text": ("scale", "1.0"), "f32-null": ("scale", None),
    }  # fmt: skip
    for name, (parameter, value) in wrong.items():
        edit = put(f"kernels.0.params.{parameter}.default", value)
        bad("bad-parameter", name, f"a default: {name}", f"params.{parameter}.default", base="full", manifest=edit)
    edit = in_golden(put("cases.0.params.bias", 0.5))
    bad("bad-parameter", "golden", "a parameter of a golden case", "cases[0].params.bias", base="full", files=edit)
    wrong = {
        "no-pages": ("max_memory_pages", 0), "pages": ("max_memory_pages", 65537), "no-ticks": ("max_epoch_ticks", 0),
        "ticks": ("max_epoch_ticks", 1000001), "table": ("max_table_elements", 65537),
    }  # fmt: skip
    for name, (limit, value) in wrong.items():
        edit = put(f"kernels.0.resource_limits.{limit}", value)
        bad("bad-limit", name, f"{limit} {value}", f"resource_limits.{limit}", manifest=edit)


def lists():
    edit = put("kernels.0.platforms.wasmer", {"min_version": "1.0.0", "features": []})
    bad("unknown-platform", "wasmer", "a platform that nobody knows", "platforms.wasmer", manifest=edit)
    bad("no-kernels", "empty", "no kernel", "kernels", manifest=put("kernels", []))
    bad("duplicate-kernel", "same-id", "two kernels of one id", "copy_f32", manifest=again("kernels"))
    edit = put("fallbacks", {"copy_f16": "rope_f16"})
    bad("fallback-unknown-kernel", "absent", "a fallback for no kernel", "copy_f16", manifest=edit)
    edit = put("description", "a" * 1025)
    bad("too-large", "description", "a description of 1,025 bytes", "description", manifest=edit)
    edit = put("kernels.0.golden", [{"path": f"golden/{n}.json", "hash": sha256(b"")} for n in range(17)])
    bad("too-large", "golden-files", "17 golden files", "golden", manifest=edit)
    edit = put("kernels.0.inputs", [tensor(f"x{n}", "u8", "rows", "dim") for n in range(32)])
    bad("too-large", "tensors", "33 tensors", "inputs and outputs", manifest=edit)
    edit = put("kernels.0.params", {f"p{n}": {"type": "u32", "default": n} for n in range(65)})
    bad("too-large", "parameters", "65 parameters", "params", manifest=edit)
    edit = put("kernels.0.platforms.wasmtime.features", [f"f{n}" for n in range(33)])
    bad("too-large", "features", "33 features", "features", manifest=edit)


def golden():
    wrong = {
        "short": (put("cases.0.inputs.x", "00"), "cases[0].inputs.x"),
        "long": (put("cases.1.outputs.y", "00000000"), "cases[1].outputs.y"),
        "no-cases": (put("cases", []), "cases"),
    }
    for name, (edit, says) in wrong.items():
        bad("bad-golden", name, f"a golden file: {name}", says, base="full", files=in_golden(edit))
    second = "golden/copy_q8.json"
    edit = in_golden(put("cases.0.direction", "backward"), second)
    bad("bad-golden", "no-backward", "a direction that the kernel lacks", "no backward", base="full", files=edit)
    edit = in_golden(put("cases.0.dims.dim", 33), second)
    bad("bad-golden", "block", "a dimension that is no multiple of 32", "multiple of 32", base="full", files=edit)
    edit = in_golden(put("cases.0.dims", {"rows": 65536, "dim": 65536}))
    bad("bad-golden", "too-large", "a tensor of 2^32 elements", "too large", base="full", files=edit)
    others = {
        "golden-direction": (put("cases.0.direction", "sideways"), "cases[0].direction"),
        "golden-hex": (put("cases.1.inputs.x", "0G"), "cases[1].inputs.x"),
        "golden-upper-case": (put("cases.2.outputs.dx", "0000803F"), "cases[2].outputs.dx"),
        "golden-ulp": (put("cases.0.tolerance.ulp", 1048577), "tolerance.ulp"),
        "golden-abs": (put("cases.0.tolerance.abs", -0.5), "tolerance.abs"),
    }
    for name, (edit, says) in others.items():
        bad("bad-value", name, f"a value: {name}", says, base="full", files=in_golden(edit))
    edit = in_golden(put("cases.0.dims.heads", 1))
    bad("unknown-field", "golden-dims", "a dimension too many", "dims.heads", base="full", files=edit)
    edit = in_golden(put("cases.0.params.speed", 1))
    bad("unknown-field", "golden-params", "a parameter too many", "params.speed", base="full", files=edit)


def terms():
    old, new = {"runtime": "0.0.9"}, {"runtime": "1.0.1"}
    bad("runtime-too-old", "patch", "an older runtime", "0.0.9", terms=old)
    bad("runtime-too-old", "prerelease", "a prerelease of the least", "0.1.0-rc.1", terms={"runtime": "0.1.0-rc.1"})
    bad("runtime-too-new", "patch", "a newer runtime", "1.0.1", terms=new)
    bad("runtime-too-new", "major", "a runtime of the next major version", "2.0.0", terms={"runtime": "2.0.0"})
    on = lambda name, version, *features: {"platform": {"name": name, "version": version, "features": list(features)}}
    bad("platform-not-supported", "embedded", "not for embedded", "embedded", terms=on("embedded", "0.1.0", "simd128"))
    bad("platform-not-supported", "wamr", "not for wamr", "wamr", terms=on("wamr", "2.0.0", "simd128"))
    bad("platform-too-old", "wasmtime", "an older Wasmtime", "47.9.9", terms=on("wasmtime", "47.9.9", "simd128"))
    bad("platform-too-old", "wasmi", "an older wasmi", "1.9.0", terms=on("wasmi", "1.9.0"))
    bad("missing-feature", "simd", "no SIMD", "simd128", terms=on("wasmtime", "48.0.8"))
    lacks = on("wasmtime", "48.0.8", "simd128")
    bad("missing-feature", "second", "one of two features", "wasi-nn", base="full", terms=lacks)
    other = {"allowlist": ["copy_f32"]}
    bad("kernel-not-allowed", "other", "the allowlist has another", "copy_q8", base="full", terms=other)
    bad("kernel-not-allowed", "nothing", "the allowlist is empty", "copy_f32", terms={"allowlist": []})
    older = lambda version: {"active": {"name": "minimal", "version": version}}
    bad("older-than-active", "patch", "a newer one is in use", "1.2.1", terms=older("1.2.1"))
    bad("older-than-active", "minor", "numbers are not compared as texts", "1.10.0", terms=older("1.10.0"))
    edit = put("version", "1.2.0-rc.2")
    bad("older-than-active", "prerelease", "the release is in use", "1.2.0-rc.2", terms=older("1.2.0"), manifest=edit)


def good_cases():
    newer = {"active": {"name": "minimal", "version": "9.0.0"}}
    cases = [
        ("minimal", {}, "as it is"),
        ("full", {}, "as it is"),
        ("gate", {}, "as it is"),
        ("edges", {}, "as it is"),
        ("full", {"allowlist": ["copy_f32", "copy_q8", "rope_f32"]}, "all on the allowlist"),
        ("minimal", newer | {"older_allowed": True}, "an older pack by an explicit word"),
        ("minimal", {"active": {"name": "minimal", "version": "1.2.0"}}, "the version that is in use"),
        ("minimal", {"active": {"name": "another", "version": "9.0.0"}}, "a pack of another name is in use"),
        ("minimal", {"runtime": "1.0.0"}, "the greatest runtime"),
        ("minimal", {"platform": {"name": "wasmi", "version": "2.0.0", "features": []}}, "wasmi asks for nothing"),
    ]
    return [{"name": name, "terms": terms, "what": what} for name, terms, what in cases]


def everything():
    for part in [signatures, keys, files, paths, json_text, fields, values, versions, shapes, lists, golden, terms]:
        part()
    trees = {f"good/{name}/{path}": data for name in GOOD for path, data in build(name).items()}
    for case, tree in BAD:
        trees |= {f"bad/{case['name']}/{path}": data for path, data in tree.items()}
    keys_out = {name: {"seed": seed.hex(), "public": public(name).hex()} for name, seed in SEEDS.items()}
    cases = {"keys": keys_out, "terms": TERMS, "good": good_cases(), "bad": [case for case, _ in BAD]}
    lines = lambda items: "[\n" + ",\n".join("    " + json.dumps(item, ensure_ascii=False) for item in items) + "\n  ]"
    parts = [f'  "{name}": {json.dumps(value)}' for name, value in cases.items() if name in ("keys", "terms")]
    parts += [f'  "{name}": {lines(cases[name])}' for name in ("good", "bad")]
    trees["cases.json"] = ("{\n" + ",\n".join(parts) + "\n}\n").encode()
    return trees


def main():
    trees = everything()
    names = [case["name"] for case, _ in BAD]
    assert len(set(names)) == len(names), "two cases have one name"
    if "--check" in sys.argv:
        found = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in ROOT.rglob("*") if path.is_file()}
        differ = sorted(path for path in found.keys() | trees.keys() if found.get(path) != trees.get(path))
        print(f"{len(trees)} files, {len(BAD)} bad packs; {len(differ)} differ {differ[:5]}")
        sys.exit(1 if differ else 0)
    shutil.rmtree(ROOT, ignore_errors=True)
    for path, data in trees.items():
        place = ROOT / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    print(f"{len(trees)} files, {len(BAD)} bad packs")


if __name__ == "__main__":
    main()
