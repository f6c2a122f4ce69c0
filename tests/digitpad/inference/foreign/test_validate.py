"""What is refused before anything of a file is run."""

from __future__ import annotations

import time

import numpy as np
import pytest

from digitpad.inference.errors import ModelError
from digitpad.inference.foreign.validate import nodes, validate, with_outputs
from digitpad.library.resources import asset
from tests.support import foreign_models, hostile_models
from tests.support.foreign_models import onnx

#: Those of the hostile models that their bytes give away.
STATIC = (
    "external data",
    "external data in memory",
    "external data in an attribute",
    "external data in a branch",
    "external data in a function",
    "sparse",
    "endless loop",
    "100,000 nodes",
    "functions in functions",
)


@pytest.mark.parametrize("name", STATIC)
def test_hostile_files_are_told_from_their_bytes(name: str) -> None:
    make, sentence = hostile_models.ALL[name]
    content = make().SerializeToString()
    started = time.perf_counter()
    with pytest.raises(ModelError, match=sentence):
        validate(content)
    assert time.perf_counter() - started < 1


def test_good_files_pass() -> None:
    validate(asset("models/digits.onnx").read_bytes())
    validate(foreign_models.model().SerializeToString())


def test_what_branches_on_a_drawing_is_refused() -> None:
    made = hostile_models.branch()
    with pytest.raises(ModelError, match="a loop or a branch"):
        validate(made.SerializeToString())


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\xff" * 99, b"\x3a\x05\x0a"])
def test_what_is_no_model(content: bytes) -> None:
    with pytest.raises(ModelError, match="not an ONNX model"):
        validate(content)


def test_a_tag_that_readers_cut_to_32_bits_hides_nothing() -> None:
    """External data under the field number 13 + 2 ** 29, which protobuf's readers take for 13."""
    tensor = b"\xea\x80\x80\x80\x10\x00"
    with pytest.raises(ModelError, match="external data"):
        validate(_message(7, _message(5, tensor)))


@pytest.mark.parametrize(
    "content",
    [b"\x3d1234" * 2**21, b"\x40\xff\x01" * 2**21, b"\x4a\x04LEAF" * 2**21, b"\x08\x01" * 2**22],
    ids=["floats", "integers", "texts", "small integers"],
)
def test_a_forest_of_millions_of_numbers_is_no_bomb(content: bytes) -> None:
    node = _message(1, _message(5, content))
    started = time.perf_counter()
    validate(_message(7, node))
    assert time.perf_counter() - started < 2


def test_millions_of_parts_are_too_many() -> None:
    started = time.perf_counter()
    with pytest.raises(ModelError, match="too many parts"):
        validate(_message(7, b"\x12\x00" * 2**22))
    assert time.perf_counter() - started < 2


def test_thousands_of_damaged_files_give_a_sentence_or_pass() -> None:
    whole = np.frombuffer(foreign_models.model().SerializeToString(), dtype=np.uint8)
    rng = np.random.default_rng(0)
    said = []
    for _ in range(3_000):
        damaged = whole.copy()
        # The weights at the end are most of the file; damage what stands before them.
        places = rng.integers(0, 1_000, size=rng.integers(1, 9))
        damaged[places] = rng.integers(0, 256, size=len(places))
        content = damaged[: rng.integers(1, len(damaged))] if rng.random() < 0.2 else damaged
        try:
            validate(content.tobytes())
        except ModelError as error:
            said.append(str(error))
    assert len(said) > 1_000
    assert not any("\n" in sentence for sentence in said)


def test_nodes_are_those_of_the_onnx_package() -> None:
    for made in (foreign_models.model(), hostile_models.external_in_a_branch()):
        wanted = [(n.op_type, tuple(n.input), tuple(n.output)) for n in made.graph.node]
        assert [tuple(node) for node in nodes(made.SerializeToString())] == wanted


def test_a_graph_in_two_pieces_is_one_graph() -> None:
    made = foreign_models.model()
    first, second = onnx.ModelProto(), onnx.ModelProto()
    first.CopyFrom(made)
    del first.graph.node[3:]
    second.graph.node.extend(made.graph.node[3:])
    content = first.SerializeToString() + second.SerializeToString()
    assert nodes(content) == nodes(made.SerializeToString())


@pytest.mark.parametrize("name", ["grey", "naïve/层:0", "n" * 300])
def test_further_outputs_come_after_those_there_are(name: str) -> None:
    made = foreign_models.model()
    content = with_outputs(made.SerializeToString(), ["output", "logits", name])
    read = onnx.load_from_string(content)
    assert [output.name for output in read.graph.output] == ["output", "logits", name]
    del read.graph.output[1:]
    assert read == made
    validate(content)


def test_what_is_no_model_has_no_nodes_and_gets_no_outputs() -> None:
    with pytest.raises(ModelError, match="not an ONNX model"):
        nodes(b"\x3a\x05\x0a")
    with pytest.raises(ModelError, match="not an ONNX model"):
        with_outputs(b"\x3a\x05\x0a", ["grey"])


def test_thousands_of_damaged_files_have_nodes_or_give_a_sentence() -> None:
    whole = np.frombuffer(foreign_models.model().SerializeToString(), dtype=np.uint8)
    rng = np.random.default_rng(1)
    failed = 0
    for _ in range(2_000):
        damaged = whole.copy()
        places = rng.integers(0, 1_000, size=rng.integers(1, 9))
        damaged[places] = rng.integers(0, 256, size=len(places))
        try:
            with_outputs(damaged.tobytes(), [node.operator for node in nodes(damaged.tobytes())])
        except ModelError:
            failed += 1
    assert 100 < failed < 2_000


def _message(field: int, content: bytes) -> bytes:
    length, left = b"", len(content)
    while left > 0x7F:
        length += bytes([left & 0x7F | 0x80])
        left >>= 7
    return bytes([field << 3 | 2]) + length + bytes([left]) + content
