"""RMS normalisation: y = x / sqrt(mean(x²) + eps) · weight and its gradients, in f64."""

import numpy as np

from golden_case import case, numbers


def inverse_rms(x, eps):
    return 1 / np.sqrt((x * x).mean(axis=1, keepdims=True) + np.float64(np.float32(eps)))


def forward(name, dtype, x, weight, eps=1e-5):
    x, weight = x.astype(dtype), weight.astype(dtype)
    x64, weight64 = x.astype("f8"), weight.astype("f8")
    with np.errstate(all="ignore"):
        y = (x64 * inverse_rms(x64, eps) * weight64).astype(dtype) if x.shape[1] else x.copy()
    finite = np.abs(weight64[np.isfinite(weight64)])
    return case(
        name, "forward", dims(x), {"x": x, "weight": weight}, {"y": y}, {"eps": eps},
        ulp=3 if dtype == "<f4" else 1, bound=2.0**-149 * (1 + float(finite.max(initial=0))),
    )


def backward(name, dtype, x, weight, dy, eps=1e-5):
    x, weight, dy = (tensor.astype(dtype) for tensor in (x, weight, dy))
    x64, weight64, dy64 = (tensor.astype("f8") for tensor in (x, weight, dy))
    bound = 0.0
    if x.shape[1]:
        with np.errstate(all="ignore"):
            inverse = inverse_rms(x64, eps)
            product = dy64 * weight64 * x64
            shared = inverse**3 / x.shape[1]
            dx = dy64 * weight64 * inverse - x64 * shared * product.sum(axis=1, keepdims=True)
            dweight = (dy64 * x64 * inverse).sum(axis=0)
            # Where terms cancel, what is left of them is their rounding in f64.
            sizes = [np.abs(dy64 * weight64 * inverse), np.abs(x64 * shared) * np.abs(product).sum(axis=1, keepdims=True)]
            sizes.append(np.abs(dy64 * x64 * inverse).sum(axis=0, keepdims=True))
            bound = float(max((size[np.isfinite(size)].max(initial=0) for size in sizes), default=0.0)) * 2.0**-40
        dx, dweight = dx.astype(dtype), dweight.astype(dtype)
    else:
        dx, dweight = x.copy(), weight.copy()
    return case(
        name, "backward", dims(x), {"x": x, "weight": weight, "dy": dy}, {"dx": dx, "dweight": dweight}, {"eps": eps},
        ulp=1, bound=bound,
    )


def dims(x):
    return dict(zip(("rows", "dim"), x.shape))


def but(values, **places):
    """`values` with some of them replaced, row by row: at3=… is the fourth."""
    values = values.copy()
    for place, value in places.items():
        values.reshape(-1)[int(place[2:])] = value
    return values


def cases(dtype):
    half = dtype == "<f2"
    least = float(np.finfo(dtype).smallest_subnormal)
    big = 60_000.0 if half else 3e38
    x, weight = numbers(1, 3, 11), numbers(2, 11, size=2)
    tiny = np.array([[1, -2, 3, 0, 5, -7, 2, 1, 4]], "<f4") * np.float32(least)
    return [
        forward("odd sizes", dtype, x, weight),
        forward("whole groups", dtype, numbers(3, 2, 16), numbers(4, 16)),
        forward("one of each", dtype, numbers(5, 1, 1), numbers(6, 1)),
        forward("a long row", dtype, numbers(7, 1, 131), numbers(8, 131)),
        forward("no rows", dtype, numbers(9, 0, 5), numbers(10, 5)),
        forward("no columns", dtype, numbers(11, 3, 0), numbers(12, 0)),
        forward("a large eps", dtype, x, weight, 100.0),
        forward("subnormals with eps 0", dtype, tiny, numbers(13, 9), 0.0),
        forward("zeros", dtype, tiny * 0, numbers(14, 9)),
        forward("zeros with eps 0", dtype, tiny * 0, numbers(15, 9), 0.0),
        forward("the largest numbers", dtype, but(x, at0=big, at5=-big, at10=big), weight),
        forward("an infinity and a NaN", dtype, but(x, at4=np.inf, at30=np.nan), but(weight, at2=np.inf)),
        backward("odd sizes, backward", dtype, x, weight, numbers(16, 3, 11)),
        backward("whole groups, backward", dtype, numbers(17, 2, 16), numbers(18, 16), numbers(19, 2, 16)),
        backward("one of each, backward", dtype, numbers(20, 1, 1), numbers(21, 1), numbers(22, 1, 1)),
        backward("no rows, backward", dtype, numbers(23, 0, 5), numbers(24, 5), numbers(25, 0, 5)),
        backward("no columns, backward", dtype, numbers(26, 3, 0), numbers(27, 0), numbers(28, 3, 0)),
        backward("a NaN, backward", dtype, but(x, at30=np.nan), weight, numbers(29, 3, 11)),
    ]


def all_cases():
    return {"rmsnorm_f32": cases("<f4"), "rmsnorm_f16": cases("<f2")}
