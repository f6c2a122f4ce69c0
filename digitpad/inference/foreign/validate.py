"""Validates an ONNX file from its raw bytes, without onnxruntime.

A walk over the protobuf wire format (https://protobuf.dev/programming-guides/encoding), with the
field numbers of ``onnx.proto``. It builds nothing, so that a hostile file costs no more than its
length. :func:`nodes` and :func:`with_outputs` are for looking into a network at work;
:func:`validate` refuses, before onnxruntime sees a file, what no reader of small images needs:

- weights in other files ("external data"), which name paths, or even addresses in memory, at their
  writer's will; :mod:`.external` puts those of one file beside the model into it before;
- sparse tensors, whose few bytes become as many as they like;
- functions of the file's own, a dozen of which can stand for as many nodes as they like;
- control flow: nobody can promise that a loop ends, and a branch can hide work from every trial;
- more nodes than the deepest networks for such images have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from digitpad.inference.errors import ModelError

#: Most nodes, in the graph and its subgraphs together.
MAX_NODES = 5_000
#: Most fields looked at one by one; networks have some thousands.
MAX_FIELDS = 200_000

_VARINT = re.compile(rb"[\x80-\xff]{0,9}[\x00-\x7f]")
#: Runs of numbers (fields 1 to 15, without 14) and of short texts (field 9): nothing that is looked
#: for, but a forest of decision trees has millions.
_SKIPPED = re.compile(
    rb"(?:[\x08\x10\x18\x20\x28\x30\x38\x40\x48\x50\x58\x60\x68\x78][\x80-\xff]{0,9}[\x00-\x7f]"
    rb"|[\x0d\x15\x1d\x25\x2d\x35\x3d\x45\x4d\x55\x5d\x65\x6d\x75\x7d].{4}"
    + b"".join(rb"|\x4a\x%02x.{%d}" % (length, length) for length in range(1, 20))
    + rb")*+",
    re.DOTALL,
)
#: What other models begin with, and where; what they are, and the way out.
_OTHERS = (
    (
        b"TFL3",
        4,
        "LiteRT's; convert it with `python -m tf2onnx.convert --tflite FILE --output x.onnx`",
    ),
    (b"\x89HDF", 0, 'Keras\'; load it there and write model.export("x.onnx", format="onnx")'),
    (
        b"PK\x03\x04",
        0,
        'Keras\' or PyTorch\'s; load it there and write model.export("x.onnx", format="onnx") or'
        ' torch.onnx.export(model, (images,), "x.onnx")',
    ),
)
#: Wire types.
_NUMBER, _EIGHT_BYTES, _MESSAGE, _FOUR_BYTES = 0, 1, 2, 5


def validate(model: bytes) -> None:
    """Check a file, without running anything of it.

    Args:
        model: the whole file.

    Raises:
        ModelError: if it is no ONNX model, or has what is listed above.
    """
    for magic, at, remedy in _OTHERS:
        if model.startswith(magic, at):
            raise ModelError(f"this file is not an ONNX model but {remedy}")
    walk = Walk(model)
    has_graph = False
    for field, start, stop in walk.parts(0, len(model)):
        if field == 7:
            has_graph = True
            walk.graph(start, stop)
        elif field == 25:
            raise ModelError(
                "this model has functions of its own; save it with onnx.inliner's"
                " inline_local_functions"
            )
    if not has_graph:
        raise _no_model()


class Node(NamedTuple):
    """One operation, such as ``Conv``, and the names of the tensors that it reads and makes."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def nodes(model: bytes) -> tuple[Node, ...]:
    """The nodes of a model's graph, without those of its subgraphs, in the order they run.

    Raises:
        ModelError: if it is no ONNX model.
    """
    walk = Walk(model)
    return tuple(
        walk.described(first, last)
        for start, stop in walk.graphs()
        for field, first, last in walk.parts(start, stop)
        if field == 1
    )


def with_outputs(model: bytes, names: Iterable[str]) -> bytes:
    """The model with more of its tensors as outputs, after those that it has.

    Nothing of the file is rewritten: protobuf merges messages that stand one after the other, so a
    few bytes at the end are enough. onnxruntime works out types and shapes by itself.

    Args:
        model: the whole file.
        names: tensors of its graph; those that are outputs already are left out.

    Raises:
        ModelError: if it is no ONNX model.
    """
    walk = Walk(model)
    present = {
        walk.text(at, end)
        for start, stop in walk.graphs()
        for field, first, last in walk.parts(start, stop)
        if field == 12
        for name, at, end in walk.parts(first, last)
        if name == 1
    }
    added = (message(12, message(1, n.encode())) for n in names if n not in present)
    return model + message(7, b"".join(added))


class Walk:
    """One method a message; bytes ``start`` to ``stop`` of the file are that message."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._fields = self._nodes = 0
        self.begun = self.ended = 0  # of the field that parts() gave last, with its number

    def graph(self, start: int, stop: int) -> None:
        for field, first, last in self.parts(start, stop):
            if field == 1:
                self.node(first, last)
            elif field == 5:
                self.tensor(first, last)
            elif field == 15:
                raise _sparse()

    def node(self, start: int, stop: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise ModelError(f"this model has more than {MAX_NODES:,} nodes, too many for images")
        for field, first, last in self.parts(start, stop):
            if field == 5:
                self.attribute(first, last)

    def attribute(self, start: int, stop: int) -> None:
        for field, first, last in self.parts(start, stop):
            if field in (5, 10):
                self.tensor(first, last)
            elif field in (6, 11):
                raise ModelError(
                    "this model has a loop or a branch, which digitpad does not run; export it in"
                    " evaluation mode, without conditions"
                )
            elif field in (22, 23):
                raise _sparse()

    def tensor(self, start: int, stop: int) -> None:
        for field, value, _ in self.parts(start, stop):
            if field == 13 or (field == 14 and value):
                raise ModelError(
                    "this model has external data where none may be; save it as one file"
                )

    def graphs(self) -> Iterator[tuple[int, int]]:
        """Where the graph is: in one place or, as protobuf allows, in several."""
        for field, start, stop in self.parts(0, len(self._data)):
            if field == 7:
                yield start, stop

    def described(self, start: int, stop: int) -> Node:
        """The node in this place."""
        texts: dict[int, list[str]] = {1: [], 2: [], 4: [""]}
        for field, first, last in self.parts(start, stop):
            if field in texts:
                texts[field].append(self.text(first, last))
        return Node(texts[4][-1], tuple(texts[1]), tuple(texts[2]))

    def text(self, start: int, stop: int) -> str:
        return self._data[start:stop].decode(errors="replace")

    def parts(self, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """The fields of a message: number, and from where to where; or a number's value, twice.

        Raises:
            ModelError: if that is no message.
        """
        at = start
        while at < stop:
            skipped = _SKIPPED.match(self._data, at, stop)
            at = skipped.end() if skipped else at
            if at == stop:
                break
            self._fields += 1
            if self._fields > MAX_FIELDS:
                raise ModelError("this model has too many parts for one that reads small images")
            begun = at
            tag, at = self._varint(at, stop)
            tag &= 0xFFFF_FFFF  # as readers of protobuf do
            field, wire = tag >> 3, tag & 7
            if wire == _NUMBER:
                value, at = self._varint(at, stop)
                self.begun, self.ended = begun, at
                yield field, value, value
                continue
            if wire == _MESSAGE:
                length, at = self._varint(at, stop)
            elif wire in (_EIGHT_BYTES, _FOUR_BYTES):
                length = 8 if wire == _EIGHT_BYTES else 4
            else:
                raise _no_model()
            if length > stop - at:
                raise _no_model()
            if wire == _MESSAGE:
                self.begun, self.ended = begun, at + length
                yield field, at, at + length
            at += length

    def _varint(self, at: int, stop: int) -> tuple[int, int]:
        """The value at a place, and the place after it."""
        found = _VARINT.match(self._data, at, stop)
        if found is None:
            raise _no_model()
        value = 0
        for byte in reversed(found.group()):
            value = value << 7 | byte & 0x7F
        return value, found.end()


def message(field: int, content: bytes) -> bytes:
    """A field below 16 that is a message or a text."""
    length, left = bytearray(), len(content)
    while left > 0x7F:
        length.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([field << 3 | _MESSAGE, *length, left]) + content


def _no_model() -> ModelError:
    return ModelError("this file is not an ONNX model")


def _sparse() -> ModelError:
    return ModelError("this model has sparse tensors, which digitpad does not run")
