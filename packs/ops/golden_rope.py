"""Rotary position embedding: pairs turned by position · scale · freq_base^(-2i/dim), in f64."""

import numpy as np

from golden_blocks import pack_q8, packed, unpack_q8, unpacked
from golden_case import case, numbers

NAMES = ("batch", "seq", "heads", "dim")


def turned(x, positions, freq_base, scale, halves, back=False):
    """The turned numbers, and the greatest sum of magnitudes of a pair."""
    dim = x.shape[3]
    exponents = -2 * np.arange(dim // 2, dtype="f8") / max(dim, 1)
    angles = positions.astype("f8")[..., None] * np.float64(np.float32(scale)) * np.float64(np.float32(freq_base)) ** exponents
    turn = np.exp(-1j * angles if back else 1j * angles)[:, :, None, :]
    first, second = (slice(0, dim // 2), slice(dim // 2, dim)) if halves else (slice(0, dim, 2), slice(1, dim, 2))
    x = x.astype("f8")
    a, b = x[..., first], x[..., second]
    y = np.empty_like(x)
    with np.errstate(invalid="ignore"):
        y[..., first] = a * turn.real - b * turn.imag
        y[..., second] = a * turn.imag + b * turn.real
        sizes = np.abs(a) + np.abs(b)
    return y, float(sizes[np.isfinite(sizes)].max(initial=0))


def floats(name, dtype, x, positions, back=False, **params):
    params = {"freq_base": 10_000.0, "scale": 1.0, "pairs": 0} | params
    x, positions = x.astype(dtype), np.array(positions, "<i4").reshape(x.shape[:2])
    y, size = turned(x, positions, params["freq_base"], params["scale"], params["pairs"], back)
    angle = max(np.abs(positions.astype("f8")).max(initial=0) * abs(params["scale"]), 1)
    bound = (2.0**-22 + 2.0**-50 * angle) * size
    with np.errstate(over="ignore"):
        y = y.astype(dtype)
    names, direction = (("dy", "dx"), "backward") if back else (("x", "y"), "forward")
    inputs = {names[0]: x, "positions": positions}
    return case(name, direction, dict(zip(NAMES, x.shape)), inputs, {names[1]: y}, params, ulp=1, bound=bound)


def cases(dtype):
    half = dtype == "<f2"
    x = numbers(1, 2, 2, 3, 6)
    least = float(np.finfo(dtype).smallest_subnormal)
    special = numbers(2, 1, 3, 1, 8)
    special[0, 0, 0, 1], special[0, 1, 0, 4], special[0, 2, 0, 7] = np.inf, np.nan, -np.inf
    largest = np.where(numbers(3, 1, 2, 1, 10) > 0, 40_000.0 if half else 2e38, -1.0)
    both = []
    for pairs, kind in [(0, "adjacent"), (1, "halves")]:
        both += [
            floats(f"odd sizes, {kind}", dtype, x, [0, 1, 2, 3], pairs=pairs),
            floats(f"whole groups, {kind}", dtype, numbers(4, 1, 2, 2, 16), [7, -11], pairs=pairs),
            floats(f"groups and a rest, {kind}", dtype, numbers(5, 1, 1, 1, 26), [5], pairs=pairs),
            floats(f"many heads, {kind}", dtype, numbers(6, 1, 1, 19, 2), [3], pairs=pairs),
            floats(f"far positions, {kind}", dtype, numbers(7, 1, 4, 1, 8), [100_000, 1_000_000, -1_000_000, 999_983], pairs=pairs),
            floats(f"infinities and NaN, {kind}", dtype, special, [1, 2, 3], pairs=pairs),
            floats(f"odd sizes, {kind}, backward", dtype, x, [4, 5, -6, 7], back=True, pairs=pairs),
        ]
    return both + [
        floats("positions past all reduction in f64", dtype, numbers(8, 1, 2, 1, 8), [2**31 - 1, -(2**31)]),
        floats("another base and scale", dtype, numbers(9, 1, 2, 1, 8), [9, 4_000], freq_base=500_000.0, scale=0.25),
        floats("a base below 1", dtype, numbers(10, 1, 1, 1, 8), [2], freq_base=0.5),
        floats("subnormals", dtype, np.array([[[[1, -2, 3, 4, 0, 5, -7, 2]]]]) * least, [1]),
        floats("the largest numbers", dtype, largest, [0, 6]),
        floats("no batch", dtype, numbers(11, 0, 2, 1, 4), []),
        floats("no heads", dtype, numbers(12, 1, 2, 0, 4), [1, 2]),
        floats("no columns", dtype, numbers(13, 1, 2, 3, 0), [1, 2]),
    ]


def blocks(name, seed, shape, positions, **params):
    """A case in which no value is near a place where the rounding to a block changes: so its bytes are exact."""
    params = {"freq_base": 10_000.0, "scale": 1.0, "pairs": 0} | params
    positions = np.array(positions, "<i4").reshape(shape[:2])
    for attempt in range(1_000):
        x = packed(pack_q8, numbers(seed + 100 * attempt, *shape))
        values = unpacked(unpack_q8, x, 34).reshape(shape)
        y, _ = turned(values, positions, params["freq_base"], params["scale"], params["pairs"])
        exact = [packed(pack_q8, (y * factor).astype("<f4")).tobytes() for factor in (1, 1 + 2.0**-20, 1 - 2.0**-20)]
        largest = np.abs(y.reshape(-1, 32)).max(axis=1, keepdims=True)
        places = np.abs(y.reshape(-1, 32)) * 127 / largest if y.size else y
        margin = np.abs(places - np.floor(places) - 0.5).min(initial=1)
        if margin > 1e-4 and len(set(exact)) == 1:
            break
    else:
        raise AssertionError(f"{name}: no numbers are far enough from where the rounding changes")
    output = packed(pack_q8, y.astype("<f4"))
    inputs = {"x": x, "positions": positions}
    return case(name, "forward", dict(zip(NAMES, shape)), inputs, {"y": output}, params)


def block_cases():
    return [
        blocks("one block", 1, (1, 1, 1, 32), [3]),
        blocks("adjacent", 2, (1, 3, 2, 64), [0, 17, -40_000]),
        blocks("halves", 3, (1, 3, 2, 64), [0, 17, -40_000], pairs=1),
        blocks("halves in one block", 4, (2, 1, 3, 32), [1, 1_000_000], pairs=1),
        blocks("another base and scale", 5, (1, 2, 1, 96), [12, 9_999], freq_base=500_000.0, scale=0.5),
        blocks("no batch", 6, (0, 2, 1, 32), []),
        blocks("no columns", 7, (1, 2, 3, 0), [1, 2]),
    ]


def all_cases():
    return {"rope_f32": cases("<f4"), "rope_f16": cases("<f2"), "rope_q8": block_cases()}
