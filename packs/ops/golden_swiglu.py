"""SwiGLU: y = gate / (1 + e^-gate) · up and its gradients, in f64."""

import numpy as np

from golden_case import case, numbers


def sigmoid(gate):
    return 1 / (1 + np.exp(-gate))


def forward(name, dtype, gate, up):
    gate, up = gate.astype(dtype), up.astype(dtype)
    gate64, up64 = gate.astype("f8"), up.astype("f8")
    with np.errstate(all="ignore"):
        y = (gate64 / (1 + np.exp(-gate64)) * up64).astype(dtype)
    return case(
        name, "forward", dims(gate), {"gate": gate, "up": up}, {"y": y}, ulp=3 if dtype == "<f4" else 1,
        bound=2.0**-149 * (1 + largest(up64)),
    )


def backward(name, dtype, gate, up, dy):
    gate, up, dy = (tensor.astype(dtype) for tensor in (gate, up, dy))
    gate64, up64, dy64 = (tensor.astype("f8") for tensor in (gate, up, dy))
    with np.errstate(all="ignore"):
        slope = sigmoid(gate64) * (1 + gate64 * sigmoid(-gate64))
        dgate = (dy64 * up64 * slope).astype(dtype)
        dup = (dy64 * gate64 / (1 + np.exp(-gate64))).astype(dtype)
        bound = 6 * 2.0**-24 * largest(dy64 * up64)
    return case(
        name, "backward", dims(gate), {"gate": gate, "up": up, "dy": dy}, {"dgate": dgate, "dup": dup},
        ulp=3 if dtype == "<f4" else 1, bound=bound,
    )


def dims(tensor):
    return dict(zip(("rows", "dim"), tensor.shape))


def largest(values):
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0


def pairs(*values):
    """Every gate with every up, one row for each gate."""
    values = np.array(values, "<f4")
    return [part.copy() for part in np.meshgrid(values, values, indexing="ij")]


def cases(dtype):
    half = dtype == "<f2"
    least = float(np.finfo(dtype).smallest_subnormal)
    big = 60_000.0 if half else 3e38
    # Gates whose silu is subnormal, or would be if e^-gate were not kept apart.
    low = np.array([[-9, -10, -12, -14, -17, -20]] if half else [[-80, -87.5, -88.8, -95, -103, -150, -200]], "<f4")
    return [
        forward("odd sizes", dtype, numbers(1, 3, 11), numbers(2, 3, 11)),
        forward("whole groups", dtype, numbers(3, 4, 16, size=10), numbers(4, 4, 16)),
        forward("one of each", dtype, numbers(5, 1, 1), numbers(6, 1, 1)),
        forward("no rows", dtype, numbers(7, 0, 5), numbers(8, 0, 5)),
        forward("no columns", dtype, numbers(9, 3, 0), numbers(10, 3, 0)),
        forward("gates far below 0", dtype, low, np.full_like(low, 100)),
        forward("gates far above 0", dtype, -low, np.full_like(low, 0.5)),
        forward("zeros, subnormals and the largest numbers", dtype, *pairs(0, -0.0, least, -3 * least, big, -big)),
        forward("infinities and NaN", dtype, *pairs(1, -2, np.inf, -np.inf, np.nan)),
        backward("odd sizes, backward", dtype, numbers(11, 3, 11), numbers(12, 3, 11), numbers(13, 3, 11)),
        backward("whole groups, backward", dtype, *(numbers(seed, 2, 16, size=8) for seed in (14, 15, 16))),
        backward("around the lowest point of silu", dtype, *(numbers(17, 1, 9, size=0.01) + value for value in (-1.2785, 1, 2))),
        backward("no rows, backward", dtype, *(numbers(seed, 0, 5) for seed in (18, 19, 20))),
        backward("gates far below 0, backward", dtype, low, np.full_like(low, 2), np.full_like(low, 3)),
        backward("infinities and NaN, backward", dtype, *pairs(1, -2, np.inf, np.nan), numbers(21, 4, 4)),
    ]


def all_cases():
    return {"swiglu_f32": cases("<f4"), "swiglu_f16": cases("<f2")}
