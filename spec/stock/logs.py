#!/usr/bin/env python3
"""Gives logs and proofs to ../check_log.py, and then tampered copies of them, which it must refuse.

    logs.py FOLDER    log.vkey, checkpoint, operator.pub, receipt.cose, *.tlog-proof, tiles/ in it

`check_log.py` knows the published formats and `cryptography`. Here it is only driven: one bit of every byte of the
checkpoint, of the first proof and of the transparent receipt is flipped, and bits all over the files of the tiles
directory. A flip that it takes must leave what it says word for word as it was.

Exit code 77 says that `cryptography` is missing.
"""

import importlib.util
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# How many flips all over a tiles directory: each has the whole log read again.
TILE_FLIPS = 64


def load_checker():
    spec = importlib.util.spec_from_file_location("check_log", HERE.parent / "check_log.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fail(what):
    sys.exit(f"FAILED: {what}")


def says(command, *arguments):
    """What the checker says, or None: whatever goes wrong in it counts as a refusal."""
    try:
        return command(*map(str, arguments))
    except Exception:  # noqa: BLE001 - a tampered file may break a reader anywhere
        return None


def flip_file(command, path, scratch, *before):
    """One bit of every byte of one file, each time another one."""
    original, data = says(command, *before, path), path.read_bytes()
    if original is None:
        fail(f"{path.name} is refused")
    copy, rejected, same = scratch / path.name, 0, 0
    for place in range(len(data)):
        tampered = bytearray(data)
        tampered[place] ^= 1 << place % 8
        copy.write_bytes(tampered)
        said = says(command, *before, copy)
        if said is None:
            rejected += 1
        elif said == original:
            same += 1
        else:
            fail(f"{path.name}, byte {place}: {said}")
    print(f"logs.py, {path.name}: accepted 1, rejected {rejected}, same content {same}")


def flip_tiles(command, key, tiles, scratch):
    """Bits all over the directory, and each file taken away in turn, up to the same number."""
    original = says(command, key, tiles)
    if original is None:
        fail("the tiles directory is refused")
    copy = scratch / "tiles"
    shutil.copytree(tiles, copy)
    # The genesis statement beside the tiles is for `avouch log verify`; the log's own formats know nothing of it.
    files = [path for path in sorted(copy.rglob("*")) if path.is_file() and path.name != "genesis.cose"]
    bits = sum(path.stat().st_size for path in files) * 8
    step, rejected = max(1, bits // TILE_FLIPS) | 1, 0
    target = start = 0
    for path in files:
        data = path.read_bytes()
        while target < start + len(data) * 8:
            place, bit = divmod(target - start, 8)
            tampered = bytearray(data)
            tampered[place] ^= 1 << bit
            path.write_bytes(tampered)
            if says(command, key, copy) is not None:
                fail(f"{path.relative_to(copy)}, byte {place}, bit {bit} is accepted")
            rejected, target = rejected + 1, target + step
        path.write_bytes(data)
        start += len(data) * 8
    for path in files[:: max(1, len(files) // TILE_FLIPS)]:
        data = path.read_bytes()
        path.unlink()
        if says(command, key, copy) is not None:
            fail(f"the directory is accepted without {path.relative_to(copy)}")
        path.write_bytes(data)
        rejected += 1
    if says(command, key, copy) != original:
        fail("the directory as it was")
    print(f"logs.py, tiles: accepted 1 ({original}), rejected {rejected}")


def main(folder):
    commands = load_checker().COMMANDS
    key, operator = folder / "log.vkey", folder / "operator.pub"
    proofs = sorted(folder.glob("*.tlog-proof"))
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        for what, command, before, paths in (
            ("checkpoint", "checkpoint", key, [folder / "checkpoint"]),
            ("proof", "proof", operator, proofs[:1]),
            ("transparent receipt", "transparent", operator, [folder / "receipt.cose"]),
        ):
            if not paths or not paths[0].exists():
                print(f"skipped: no {what} in the folder")
                continue
            flip_file(commands[command], paths[0], scratch, before)
        others = proofs[1:]
        for path in others:
            if says(commands["proof"], operator, path) is None:
                fail(f"{path.name} is refused")
        if others:
            print(f"logs.py, other proofs: accepted {len(others)}")
        if (folder / "tiles").is_dir():
            flip_tiles(commands["tiles"], key, folder / "tiles", scratch)
        else:
            print("skipped: no tiles directory in the folder")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
