"""Golden files of the pack's models, from the ONNX project's own reference evaluator.

Needs `onnx` and `numpy`. The models come from the same wheel (onnx 1.23.2, backend/test/data/pytorch-converted, Apache-2.0):
test_Linear and test_Conv2d_padding, each with one case of its own, which the evaluator must give again.
"""

import json
import pathlib
import sys

import numpy
import onnx
import onnx.backend.test
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

HERE = pathlib.Path(__file__).parent
DATA = pathlib.Path(onnx.backend.test.__file__).parent / "data" / "pytorch-converted"
MODELS = {"linear": "test_Linear", "conv2d": "test_Conv2d_padding"}
# tract adds and multiplies in another order than numpy does.
TOLERANCE = {"ulp": 16, "abs": 1e-6}
CASES = 6


def tensor(path):
    message = onnx.TensorProto()
    message.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(message)


def special(shape, random):
    """Zeros of both signs, subnormal and small values beside one; nothing that would cancel."""
    values = numpy.array([0.0, -0.0, 1e-40, -1e-40, 1e-20, -1e-20, 1.0], dtype=numpy.float32)
    return random.choice(values, size=shape).astype(numpy.float32)


def main():
    for name, source in MODELS.items():
        path = HERE / "models" / f"{name}.onnx"
        if path.read_bytes() != (DATA / source / "model.onnx").read_bytes():
            sys.exit(f"{path}: not the wheel's {source}")
        model = onnx.load(path)
        evaluator = ReferenceEvaluator(model)
        (feed,) = [i.name for i in model.graph.input if i.name not in {w.name for w in model.graph.initializer}]
        own, expected = (tensor(DATA / source / "test_data_set_0" / f"{which}_0.pb") for which in ("input", "output"))
        random = numpy.random.default_rng(20261121)
        inputs = [("the model's own case", own)]
        inputs += [(f"normal values {n}", random.standard_normal(own.shape).astype(numpy.float32)) for n in range(CASES)]
        inputs += [("special values", special(own.shape, random))]
        cases = []
        for title, x in inputs:
            (y,) = evaluator.run(None, {feed: x})
            if title == "the model's own case":
                numpy.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)
            cases.append({"name": title, "direction": "forward", "dims": {}, "params": {},
                          "inputs": {"x": x.tobytes().hex()}, "outputs": {"y": y.astype(numpy.float32).tobytes().hex()},
                          "tolerance": TOLERANCE})
        (HERE / "golden").mkdir(exist_ok=True)
        (HERE / "golden" / f"{name}.json").write_text(json.dumps({"cases": cases}, indent=1) + "\n")
        print(f"{name}: {len(cases)} cases, input {list(own.shape)}, output {list(expected.shape)}")
        if name == "linear":
            (HERE / "golden" / "linear.x.f32").write_bytes(inputs[1][1].tobytes())
            (HERE / "golden" / "linear.y.f32").write_bytes(evaluator.run(None, {feed: inputs[1][1]})[0].tobytes())


main()
