"""kv_pack and kv_unpack: ggml's q4_0 and q8_0, from its words, one value after the other in f32."""

import math
import struct

import numpy as np

from golden_case import case, numbers

F32 = np.float32
NAN_HALF = 0x7E00


def pack_q8(values):
    largest = max(abs(float(v)) for v in values)
    scale, inverse = scale_of(F32(largest) / F32(127), values)
    if inverse is None:
        return scale + bytes(32)
    return scale + bytes(round_half_away(v * inverse) & 0xFF for v in values)


def pack_q4(values):
    largest = F32(0)
    for value in values:
        if abs(value) > abs(largest):
            largest = value
    scale, inverse = scale_of(largest / F32(-8), values)
    if inverse is None:
        return scale + bytes([0x88] * 16)
    q = [min(15, int(v * inverse + F32(8.5))) for v in values]
    return scale + bytes(q[j] | q[j + 16] << 4 for j in range(16))


def unpack_q8(block):
    scale = half(block)
    return [F32(q) * scale for q in struct.unpack("32b", block[2:])]


def unpack_q4(block):
    scale = half(block)
    return [F32((b & 15) - 8) * scale for b in block[2:]] + [F32((b >> 4) - 8) * scale for b in block[2:]]


def scale_of(scale, values):
    """The half's bytes, and 1/d or None where the quantised values are those of 0."""
    if any(math.isnan(v) for v in values):
        return struct.pack("<H", NAN_HALF), None
    inverse = F32(1) / scale
    usable = math.isfinite(scale) and math.isfinite(inverse)
    return np.array(scale).astype("<f2").tobytes(), inverse if usable else None


def round_half_away(value):
    whole = math.floor(abs(float(value)) + 0.5)
    return int(math.copysign(whole, value))


def half(block):
    return F32(np.frombuffer(block[:2], "<f2")[0])


def packed(function, rows):
    return np.frombuffer(b"".join(function(block) for block in rows.reshape(-1, 32)), "u1")


def unpacked(function, blocks, size):
    values = [function(bytes(block)) for block in blocks.reshape(-1, size)]
    return np.array(values, "<f4").reshape(-1)


def special_rows():
    """Rows of one block, each with its name."""
    ones = np.ones(32, "<f4")

    def but(values, **places):
        values = values.copy()
        for place, value in places.items():
            values[int(place[2:])] = value
        return values

    rising = np.arange(-16, 16).astype("<f4")
    return {
        "zeros": np.zeros(32, "<f4"),
        "zeros, the first negative": but(np.zeros(32, "<f4"), at0=-0.0),
        "magnitudes that tie, the negative first": but(ones, at0=-1.0),
        "magnitudes that tie, the positive first": but(ones, at9=-1.0),
        "halves of 127 steps": but((rising + F32(0.5)).astype("<f4"), at0=127.0),
        "a scale that is a subnormal half": rising * F32(2e-7),
        "a scale that rounds to zero": rising * F32(1e-9),
        "subnormal values": rising * F32(1e-44),
        "values whose scale cannot be inverted": rising * F32(1e-39),
        "a scale too large for a half": rising * F32(1e6),
        "the largest numbers": np.full(32, np.finfo("f4").max, "<f4"),
        "half's largest number": ones * F32(65504),
        "an infinity": but(rising, at3=np.inf),
        "a negative infinity": but(rising, at30=-np.inf),
        "a NaN": but(rising, at17=np.nan),
        "a NaN and an infinity": but(rising, at0=np.inf, at31=np.nan),
    }


def random_rows(seed):
    """Rows of all magnitudes; within a block a few powers of two."""
    exponents = np.random.RandomState(seed).randint(-20, 20, (4, 1)).astype("f4")
    return (numbers(seed, 4, 96) * F32(2) ** exponents).astype("<f4")


def pack_cases(function):
    def one(name, rows):
        dims = {"rows": rows.shape[0], "dim": rows.shape[1]}
        return case(name, "forward", dims, {"x": rows}, {"blocks": packed(function, rows)})

    with np.errstate(all="ignore"):
        cases = [one("random", random_rows(1)), one("one block", numbers(2, 1, 32)), one("no rows", numbers(3, 0, 64))]
        cases.append(one("no columns", numbers(3, 5, 0)))
        return cases + [one(name, row.reshape(1, 32)) for name, row in special_rows().items()]


def unpack_cases(function, size):
    def one(name, rows, dim, blocks):
        values = unpacked(function, blocks, size)
        return case(name, "forward", {"rows": rows, "dim": dim}, {"blocks": blocks}, {"x": values})

    random = np.random.RandomState(7)
    body = random.randint(0, 256, (1, size)).astype("u1")
    scales = {
        "a subnormal scale": 0x0001,
        "the largest subnormal scale": 0x03FF,
        "the largest scale": 0x7BFF,
        "a negative scale": 0xC123,
        "a zero scale": 0x0000,
        "a negative zero scale": 0x8000,
        "an infinite scale": 0x7C00,
        "a NaN for a scale": 0x7E00,
    }
    blocks = random.randint(0, 256, (6, size)).astype("u1")
    blocks[:, :2] = numbers(8, 6, size=0.1).astype("<f2").view("u1").reshape(6, 2)
    with np.errstate(all="ignore"):
        cases = [one("random", 2, 96, blocks), one("no rows", 0, 32, blocks[:0])]
        for name, scale in scales.items():
            body[0, :2] = np.array([scale], "<u2").view("u1")
            cases.append(one(name, 1, 32, body.copy()))
        return cases


def all_cases():
    return {
        "kv_pack_q4": pack_cases(pack_q4),
        "kv_pack_q8": pack_cases(pack_q8),
        "kv_unpack_q4": unpack_cases(unpack_q4, 18),
        "kv_unpack_q8": unpack_cases(unpack_q8, 34),
    }


def compare_with_gguf():
    """Our blocks against those of the package gguf. They differ in the corners that ggml's C leaves open, and nowhere else."""
    try:
        from gguf.quants import Q4_0, Q8_0
    except ImportError:
        return "skipped: the package gguf is not installed, so that its blocks are not compared"
    same, differing = 0, set()
    rows = [(f"random {seed}", block) for seed in range(100) for block in random_rows(seed).reshape(-1, 32)]
    with np.errstate(all="ignore"):
        for name, block in rows + list(special_rows().items()):
            for kind, theirs, ours in [("q8_0", Q8_0, pack_q8), ("q4_0", Q4_0, pack_q4)]:
                if theirs.quantize_blocks(block.reshape(1, 32)).tobytes() == ours(block):
                    same += 1
                else:
                    differing.add(f"{kind} of {name}")
        for theirs, ours, size in [(Q8_0, unpack_q8, 34), (Q4_0, unpack_q4, 18)]:
            blocks = np.random.RandomState(9).randint(0, 256, (300, size)).astype("u1")
            values = theirs.dequantize_blocks(blocks).astype("<f4").reshape(-1)
            assert np.array_equal(values, unpacked(ours, blocks, size), equal_nan=True)
            same += len(blocks)
    return "\n".join([f"gguf: {same} blocks are the same; these differ:", *sorted(differing)])
