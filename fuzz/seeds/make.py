#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets from spec/vectors and examples; those of check_seal that are modules are made by hand.

    fuzz/seeds/make.py
"""

import json
import pathlib
import random

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
VECTORS = ROOT / "spec" / "vectors"


def put(target, name, data):
    folder = HERE / target
    folder.mkdir(exist_ok=True)
    (folder / name.replace("/", "-")).write_bytes(data)


def described(target, heads, size):
    """Descriptions of modules: any bytes will do, and a fuzzer is slow to make its first few thousand."""
    for number, head in enumerate(heads):
        put(target, f"described-{number}", head + random.Random(f"{target} {number}").randbytes(size))


def inputs():
    for kind in ["accept", "refused-delta", "reject"]:
        for case in json.loads((VECTORS / "input" / f"{kind}.json").read_text()):
            data = bytes.fromhex(case["hex"])
            if len(data) < 400:
                put("codec", f"input-{case['name']}", data)
    head = bytes(range(1, 17))
    put("codec", "calls", head + bytes.fromhex("0018ff19ffff1affffffff3bffffffffffffffff"))
    put("codec", "kinds", bytes.fromhex("8a0038ff40416162c3a980a0c100f5f6"))


def packs():
    good = VECTORS / "pack" / "good"
    for folder in sorted(good.iterdir()):
        put("pack", f"manifest-{folder.name}", b"\x00" + (folder / "kernels.json").read_bytes())
    put("pack", "golden", b"\x01" + (good / "full" / "golden" / "copy_f32.json").read_bytes())
    put("pack", "path", b"\x02copy/copy_f32.wasm")
    for number, path in enumerate(sorted((good / "minimal").rglob("*.*"))):
        put("pack", f"file-{path.name}", bytes([3, number]) + path.read_bytes())


def lines(*path):
    text = VECTORS.joinpath(*path).read_text()
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def receipts():
    kinds = {"claim": 0, "body": 1, "receipt": 2, "genesis": 3, "snapshot": 4, "state": 5, "divergence": 6, "unsigned": 2}
    for kind, name, digits in lines("receipt", "accept.txt"):
        if ("/" not in name or name.endswith("/1")) and kind in kinds:
            put("codec", f"{kind}-{name}", bytes.fromhex(digits))
            put("receipt", f"{kind}-{name}", bytes([kinds[kind]]) + bytes.fromhex(digits))
    put("receipt", "state-by-hand", bytes([5]) + bytes.fromhex("8281820044010203045820" + "07" * 32))
    keys = dict(lines("receipt", "keys.txt"))
    put("receipt", "file-public", b"\x07avouch-ed25519 %s an operator\n" % keys["operator_public"].encode())
    put("receipt", "file-secret", b"\x07avouch-secret-v1 %s\n" % keys["root_secret"].encode())
    put("receipt", "file-post-quantum", b"\x07avouch-ml-dsa-44 %s\n" % (b"5a" * 1312))
    chain = None
    for what, digits, *_ in lines("receipt", "chains.txt"):
        if what == "chain":
            if chain is not None and len(chain) < 4000:
                put("receipt", f"chain-{name}", chain)
            name, chain = digits, bytes([8])
        elif what in ["genesis", "receipt"]:
            piece = bytes.fromhex(digits)
            chain += len(piece).to_bytes(2, "big") + piece
    described("receipt", [bytes([9])] * 4, 40)
    described("signatures", [b""] * 4, 60)


def log():
    kinds = {"note": 0, "checkpoint": 0, "head": 1, "proof": 2, "cose": 3, "transparent": 4}
    seen = {}
    for kind, name, *fields in lines("log", "accept.txt"):
        seen[kind] = seen.get(kind, 0) + 1
        if kind in kinds and seen[kind] <= 2:
            put("log", f"{kind}-{name}", bytes([kinds[kind]]) + bytes.fromhex(fields[-1]))
        if kind == "checkpoint" and seen[kind] == 1:
            put("log", "text-checkpoint", bytes([5]) + bytes.fromhex(fields[-1]).split(b"\n\n")[0] + b"\n")
        if kind == "key":
            put("log", f"text-key-{name}", bytes([5]) + bytes.fromhex(fields[0]))
    for number, path in enumerate(["tile/0/x001/x234/067", "tile/7/000.p/3", "tile/entries/255.p/255"]):
        put("log", f"text-path-{number}", bytes([5]) + path.encode())
    put("log", "tile", bytes([6, 2]) + b"\x11" * 96)
    put("log", "bundle", bytes([6, 1]) + b"\x00\x03abc\x00\x00")
    described("log", [bytes([kind]) for kind in [7, 7, 8, 9, 10, 11]], 60)


def streams():
    prices = b"d,a,b,c\n2020-01-01,1,2,3\n2020-01-02,1.5,2,3e3\n2020-01-03,1,2e-3,3\n2020-01-04,1,3,2\n2020-01-05,2,3,2\n"
    operations = (
        b"t,op,u,v,w,x\n1,edge_add,0,1,1,\n2.5,weight_update,0,1,2.5,\n2024-01-01T01:02:03Z,observation,3,,,1.5\n"
        b'2024-01-01T01:02:04Z,edge_remove,1,0,,\n2024-01-02,rearm,,,,\n'
    )
    wide = b'u,v,x,y,z,w\n1,2,0.5,"1","2""",3\n0,1,1,2,3,4\n1,0,,,,\n'
    lines = (
        b'{"t":1,"op":"edge_add","u":1,"v":2,"w":1.5}\n{"t":2,"op":"observation","u":"1","values":[1,2.5,-3e-3]}\n'
        b'{"t":"2024-01-01","op":"edge_remove","u":1,"v":2}\n{"t":"2024-01-02","op":"rearm","u":null}\n'
    )
    for pick, rows in enumerate([prices, prices.replace(b",", b";"), operations, operations, wide, wide, lines, lines, lines]):
        put("runfile_and_rows", f"rows-{pick}", bytes([pick]) + rows)
    for name in ["csv-stream", "market", "ndjson-stream"]:
        text = (ROOT / "examples" / f"{name}.toml").read_text()
        bare = "\n".join(line.split("  #")[0].rstrip() for line in text.splitlines() if line and not line.startswith("#"))
        rows = {"csv-stream": "traffic.csv", "ndjson-stream": "sensors.ndjson"}.get(name)
        data = b"\n".join((ROOT / "examples" / "data" / rows).read_bytes().splitlines()[:8]) if rows else prices
        put("runfile_and_rows", f"run-{name}", b"R" + bare.encode() + b"\n---\n" + data + b"\n")


def main():
    inputs()
    receipts()
    log()
    packs()
    streams()
    for target in ["engines_agree", "sealed_and_unsealed_agree"]:
        described(target, [b""] * 8, 3000)
    described("check_seal", [bytes([head]) for head in [4, 5, 8, 9, 12, 13]], 2000)
    described("gate_input", [b""] * 6, 1200)
    described("journal", [bytes([2]), bytes([3])] * 3, 60)


if __name__ == "__main__":
    main()
