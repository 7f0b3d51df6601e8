"""Low-rank adaptation: y = base + scale · (x aᵀ) bᵀ and its gradients, in f64."""

import numpy as np

from golden_case import case, numbers


def rounded(values, dtype):
    with np.errstate(over="ignore"):
        return values.astype(dtype)


def forward(name, dtype, seed, rows, n, rank, out, scale=1.0, change=None, size=1.0):
    x, a, b, base = tensors(dtype, seed, (rows, n), (rank, n), (out, rank), (rows, out), size=size)
    if change:
        change(x, a, b, base)
    x64, a64, b64, base64 = (tensor.astype("f8") for tensor in (x, a, b, base))
    with np.errstate(invalid="ignore"):
        y = base64 + scale * ((x64 @ a64.T) @ b64.T)
        terms = np.abs(base64) + abs(scale) * ((np.abs(x64) @ np.abs(a64).T) @ np.abs(b64).T)
    dims = {"rows": rows, "in": n, "rank": rank, "out": out}
    inputs = {"x": x, "a": a, "b": b, "base": base}
    return case(
        name, "forward", dims, inputs, {"y": rounded(y, x.dtype)}, {"scale": scale},
        ulp=1, bound=bound(terms, n + rank),
    )


def backward(name, dtype, seed, rows, n, rank, out, scale=1.0):
    x, a, b, dy = tensors(dtype, seed, (rows, n), (rank, n), (out, rank), (rows, out))
    x64, a64, b64, dy64 = (tensor.astype("f8") for tensor in (x, a, b, dy))

    def gradients(x, a, b, dy, scale):
        t, u = x @ a.T, scale * (dy @ b)
        return u @ a, u.T @ x, scale * (dy.T @ t)

    results = gradients(x64, a64, b64, dy64, scale)
    terms = gradients(*(np.abs(tensor) for tensor in (x64, a64, b64, dy64)), abs(scale))
    dims = {"rows": rows, "in": n, "rank": rank, "out": out}
    inputs = {"x": x, "a": a, "b": b, "dy": dy}
    outputs = {key: rounded(value, x.dtype) for key, value in zip(("dx", "da", "db"), results)}
    return case(
        name, "backward", dims, inputs, outputs, {"scale": scale},
        ulp=1, bound=max(bound(part, rows + n + rank + out) for part in terms),
    )


def tensors(dtype, seed, *shapes, size=1.0):
    return [numbers(seed * 10 + place, *shape, size=size).astype(dtype) for place, shape in enumerate(shapes)]


def bound(terms, count):
    """What the rounding of that many sums and products can come to, for the largest finite sum of magnitudes."""
    finite = terms[np.isfinite(terms)]
    return float((count + 4) * 2.0**-24 * finite.max()) if finite.size else 0.0


def put(*places):
    """Sets places of x, a, b or base: (tensor, row, column, value)."""

    def change(*parts):
        for tensor, row, column, value in places:
            parts["x a b base".split().index(tensor)][row, column] = value

    return change


def cases(dtype):
    largest, least = float(np.finfo(dtype).max), float(np.finfo(dtype).smallest_subnormal)
    near = largest if dtype == "<f2" else 1e30
    return [
        forward("odd sizes", dtype, 1, 2, 11, 5, 9, 0.5),
        forward("whole groups", dtype, 2, 2, 16, 8, 8),
        forward("one of each", dtype, 3, 1, 1, 1, 1, -2.0),
        forward("a long row", dtype, 4, 1, 133, 2, 1),
        forward("a rank past one tile", dtype, 5, 1, 2, 131, 1),
        forward("no rows", dtype, 6, 0, 4, 2, 3),
        forward("nothing comes in", dtype, 7, 2, 0, 3, 4),
        forward("rank 0", dtype, 8, 2, 3, 0, 4),
        forward("nothing comes out", dtype, 9, 2, 3, 2, 0),
        forward("a scale of 0", dtype, 10, 2, 9, 4, 5, 0.0),
        forward("subnormals", dtype, 11, 2, 9, 4, 5, change=put(("base", 0, 0, least), ("base", 1, 4, -3 * least)), size=least * 2),
        forward("the largest numbers", dtype, 12, 2, 3, 1, 2, change=put(("base", 0, 0, near), ("base", 1, 1, -near)), size=1e-3),
        forward("an infinity", dtype, 13, 3, 9, 2, 5, change=put(("x", 1, 4, np.inf), ("base", 2, 0, -np.inf))),
        forward("a NaN", dtype, 14, 3, 9, 2, 5, change=put(("x", 0, 8, np.nan), ("base", 2, 4, np.nan))),
        backward("odd sizes, backward", dtype, 21, 2, 11, 5, 9, 0.5),
        backward("whole groups, backward", dtype, 22, 4, 8, 4, 8),
        backward("one of each, backward", dtype, 23, 1, 1, 1, 1, -2.0),
        backward("past one tile, backward", dtype, 24, 67, 1, 1, 2),
        backward("no rows, backward", dtype, 25, 0, 4, 2, 3),
        backward("rank 0, backward", dtype, 26, 2, 3, 0, 4),
    ]


def all_cases():
    return {"lora_f32": cases("<f4"), "lora_f16": cases("<f2")}
