"""ONNX models that mean harm, as bytes. All of them are small."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from tests.support.foreign_models import TYPES, helper, model, numpy_helper


def _tensor(name: str, location: str = "/etc/passwd") -> Any:
    """Weights "in another file"."""
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), name)
    tensor.ClearField("raw_data")
    tensor.data_location = TYPES.EXTERNAL
    for key, value in {"location": location, "offset": "0", "length": "16"}.items():
        tensor.external_data.add(key=key, value=value)
    return tensor


def _small_graph(nodes: list[Any], name: str = "inner", output: str = "inside") -> Any:
    info = helper.make_tensor_value_info(output, TYPES.FLOAT, None)
    return helper.make_graph(nodes, name, [], [info])


def _ending(*nodes: Any) -> Any:
    """The reader with these nodes before its output; they make "extra", which is added to it."""
    end = [
        helper.make_node("ReduceMax", ["extra"], ["most"], keepdims=0),
        helper.make_node("Mul", ["most", "nothing"], ["zero"]),
        helper.make_node("Add", ["answer", "zero"], ["output"]),
    ]
    return model(nodes=[*nodes, *end], constants={"nothing": np.float32(0)})


def external_initializer() -> Any:
    made = model()
    made.graph.initializer.append(_tensor("elsewhere"))
    return made


def external_in_memory() -> Any:
    """An address in the reader's memory instead of a file: onnxruntime's own, internal notation."""
    made = model()
    made.graph.initializer.append(_tensor("elsewhere", "*/_ORT_MEM_ADDR_/*"))
    return made


def external_attribute() -> Any:
    return _ending(helper.make_node("Constant", [], ["extra"], value=_tensor("elsewhere")))


def external_in_a_branch() -> Any:
    inner = helper.make_node("Constant", [], ["inside"], value=_tensor("elsewhere"))
    branch = _small_graph([inner])
    yes = helper.make_node("Constant", [], ["yes"], value=numpy_helper.from_array(np.array(True)))
    return _ending(
        yes, helper.make_node("If", ["yes"], ["extra"], then_branch=branch, else_branch=branch)
    )


def branch() -> Any:
    made = external_in_a_branch()
    for node in made.graph.node:
        for attribute in node.attribute:
            for inner in attribute.g.node:
                del inner.attribute[:]
    return made


def external_in_a_function() -> Any:
    made = model()
    inner = helper.make_node("Constant", [], ["y"], value=_tensor("elsewhere"))
    made.functions.append(
        helper.make_function("mine", "f", [], ["y"], [inner], [helper.make_opsetid("", 17)])
    )
    return made


def sparse() -> Any:
    made = model()
    made.graph.sparse_initializer.append(
        helper.make_sparse_tensor(
            numpy_helper.from_array(np.ones(1, np.float32), "wide"),
            numpy_helper.from_array(np.zeros(1, np.int64), "indices"),
            [2**20, 2**20],
        )
    )
    return made


def endless_loop() -> Any:
    body = helper.make_graph(
        [helper.make_node("Identity", ["on"], ["still"])],
        "body",
        [
            helper.make_tensor_value_info("i", TYPES.INT64, []),
            helper.make_tensor_value_info("on", TYPES.BOOL, []),
        ],
        [helper.make_tensor_value_info("still", TYPES.BOOL, [])],
    )
    yes = helper.make_node("Constant", [], ["yes"], value=numpy_helper.from_array(np.array(True)))
    loop = helper.make_node("Loop", ["", "yes"], [], body=body)
    made = _ending(yes, helper.make_node("Identity", ["answer"], ["extra"]))
    made.graph.node.append(loop)
    return made


def _sized(op: str, constant: bool, **attributes: Any) -> Callable[[], Any]:
    """A tensor of 64 GB: of a shape in the file, which is folded, or of one that is computed."""

    def make() -> Any:
        shape = numpy_helper.from_array(np.array([2**17, 2**17]))
        nodes = [helper.make_node("Constant", [], ["shape"], value=shape)]
        if not constant:
            nodes = [
                helper.make_node("ReduceMax", ["grey"], ["top"], axes=[0, 1], keepdims=0),
                helper.make_node("Mul", ["top", "many"], ["much"]),
                helper.make_node("Cast", ["much"], ["long"], to=TYPES.INT64),
                helper.make_node("Expand", ["long", "two"], ["shape"]),
            ]
        inputs = ["shape"] if op == "ConstantOfShape" else ["nothing", "shape"]
        made = _ending(*nodes, helper.make_node(op, inputs, ["extra"], **attributes))
        for name, value in (("many", np.float32(2**17)), ("two", np.array([2]))):
            made.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
        return made

    return make


def doubling() -> Any:
    """Forty concatenations of a tensor with itself."""
    nodes = [helper.make_node("Concat", ["answer", "answer"], ["x0"], axis=0)]
    nodes += [
        helper.make_node("Concat", [f"x{i}", f"x{i}"], [f"x{i + 1}"], axis=0) for i in range(40)
    ]
    return _ending(*nodes, helper.make_node("Identity", ["x40"], ["extra"]))


def slow(side: int = 3000) -> Any:
    """A product of matrices that takes seconds, over and over."""
    nodes = [
        helper.make_node("ReduceMax", ["grey"], ["top"], axes=[0, 1], keepdims=0),
        helper.make_node("Expand", ["top", "wide"], ["m0"]),
    ]
    nodes += [helper.make_node("MatMul", [f"m{i}", "m0"], [f"m{i + 1}"]) for i in range(50)]
    made = _ending(*nodes, helper.make_node("Identity", ["m50"], ["extra"]))
    made.graph.initializer.append(numpy_helper.from_array(np.array([side, side]), "wide"))
    return made


def time_bomb(side: int = 1500) -> Any:
    """Works for a minute where most of the picture is ink, and not at all on any digit."""
    nodes = [
        helper.make_node("ReduceSum", ["grey"], ["ink"], keepdims=0),
        helper.make_node("Sub", ["ink", "much"], ["over"]),
        helper.make_node("Clip", ["over", "nothing", "one"], ["some"]),
        helper.make_node("Mul", ["some", "side"], ["size"]),
        helper.make_node("Cast", ["size"], ["long"], to=TYPES.INT64),
        helper.make_node("Add", ["long", "least"], ["enough"]),
        helper.make_node("Concat", ["enough", "enough"], ["wide"], axis=0),
        helper.make_node("ConstantOfShape", ["wide"], ["m0"]),
    ]
    nodes += [helper.make_node("MatMul", [f"m{i}", "m0"], [f"m{i + 1}"]) for i in range(400)]
    nodes += [
        helper.make_node("ReduceMax", ["m400"], ["zero"], keepdims=0),
        helper.make_node("Add", ["answer", "zero"], ["output"]),
    ]
    constants = {
        "much": np.float32(200),
        "nothing": np.float32(0),
        "side": np.float32(side),
        "least": np.array([1]),
    }
    return model(nodes=nodes, batch=1, constants=constants)


def many_nodes(count: int = 100_000) -> Any:
    nodes = [helper.make_node("Identity", ["answer"], ["x0"])]
    nodes += [helper.make_node("Identity", [f"x{i}"], [f"x{i + 1}"]) for i in range(count)]
    return _ending(*nodes, helper.make_node("Identity", [f"x{count}"], ["extra"]))


def laughing_functions() -> Any:
    """Functions that call the next one ten times: 10 ** 12 nodes."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("mine", 1)]
    made = _ending(helper.make_node("f0", ["answer"], ["extra"], domain="mine"))
    for depth in range(12):
        names = ["x", *(f"y{i}" for i in range(9)), "y"]
        nodes = [
            helper.make_node(
                "Identity" if depth == 11 else f"f{depth + 1}",
                [a],
                [b],
                domain="" if depth == 11 else "mine",
            )
            for a, b in pairwise(names)
        ]
        made.functions.append(
            helper.make_function("mine", f"f{depth}", ["x"], ["y"], nodes, opsets)
        )
    made.opset_import.append(helper.make_opsetid("mine", 1))
    return made


def custom_operator() -> Any:
    made = _ending(helper.make_node("Mine", ["answer"], ["extra"], domain="my.company"))
    made.opset_import.append(helper.make_opsetid("my.company", 1))
    return made


def long_names() -> Any:
    name = "n" * 2**20
    return model(outputs=(name,), columns=10, shape=[name, name, 27, name])


def answers_nan() -> Any:
    return model(
        nodes=[helper.make_node("Div", ["answer", "nothing"], ["output"])],
        constants={"nothing": np.float32("nan")},
    )


def too_few_rows() -> Any:
    return model(nodes=[helper.make_node("ReduceMean", ["answer"], ["output"], axes=[0])])


def two_inputs() -> Any:
    made = model()
    made.graph.input.append(helper.make_tensor_value_info("more", TYPES.FLOAT, [4]))
    return made


def huge_batch() -> Any:
    return model(batch=2**40)


def text() -> Any:
    made = model()
    made.graph.input[0].type.tensor_type.elem_type = TYPES.STRING
    return made


#: Each, and a part of the sentence that is said of it.
ALL: dict[str, tuple[Callable[[], Any], str]] = {
    "external data": (external_initializer, "external data"),
    "external data in memory": (external_in_memory, "external data"),
    "external data in an attribute": (external_attribute, "external data"),
    "external data in a branch": (external_in_a_branch, "branch"),
    "external data in a function": (external_in_a_function, "external data|functions of its own"),
    "sparse": (sparse, "sparse"),
    "branch": (branch, "branch"),
    "endless loop": (endless_loop, "loop"),
    "huge constant": (_sized("ConstantOfShape", constant=True), "fails|time or memory"),
    "huge computed": (_sized("ConstantOfShape", constant=False), "fails|time or memory"),
    "huge expansion": (_sized("Expand", constant=True), "fails|time or memory"),
    "doubling": (doubling, "fails|time or memory"),
    "slow": (slow, "time or memory|too long"),
    "100,000 nodes": (many_nodes, "nodes"),
    "functions in functions": (laughing_functions, "functions of its own"),
    "custom operator": (custom_operator, "not an ONNX model that digitpad can run"),
    "long names": (long_names, "28 × 28|not an ONNX|fails on every image"),
    "no numbers": (answers_nan, "not numbers"),
    "two inputs": (two_inputs, "2 inputs|not an ONNX"),
    "huge batch": (huge_batch, "28 × 28"),
    "text": (text, "not images|not an ONNX"),
}
