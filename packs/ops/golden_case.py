"""A golden case, and the numbers that cases are made of."""

import json
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parent / "golden"
LEN_MAX = 30_000
DTYPES = {"f32": np.dtype("<f4"), "f16": np.dtype("<f2"), "i32": np.dtype("<i4"), "bytes": np.dtype("u1")}


def case(name, direction, dims, inputs, outputs, params=None, ulp=0, bound=0.0):
    """A case whose tensors are arrays of a type of DTYPES; floats may be off by `ulp` last places or by `bound`."""
    return {
        "name": name,
        "direction": direction,
        "dims": dims,
        "params": params or {},
        "inputs": {name: hexadecimal(array) for name, array in inputs.items()},
        "outputs": {name: hexadecimal(array) for name, array in outputs.items()},
        "tolerance": {"ulp": ulp, "abs": bound},
    }


def hexadecimal(array):
    assert array.dtype in DTYPES.values(), array.dtype
    return array.tobytes().hex()


def write(op, cases):
    """One line for each case. Returns the number of cases."""
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = f'{{"cases":[\n{lines}\n]}}\n'
    assert len(text) <= LEN_MAX, f"{op}: {len(text)} bytes"
    (GOLDEN / f"{op}.json").write_text(text)
    return len(cases)


def numbers(seed, *shape, size=4.0):
    """Numbers between -size and size, in f32; the generator is one whose stream never changes."""
    return np.random.RandomState(seed).uniform(-size, size, shape).astype("<f4")
