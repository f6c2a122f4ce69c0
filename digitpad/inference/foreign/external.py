"""Weights beside a model's file, as PyTorch writes them ("external data"), are put into it.

What runs is then one file like any other, and nothing but :func:`with_weights` ever opens what a
stranger's model names: only a regular file of a plain name in the same folder, within its bounds.
Format: https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from digitpad.inference.errors import ModelError
from digitpad.inference.foreign.validate import Walk, message

#: A name that is one file of the same folder on every system.
_PLAIN = re.compile(r"[\w][\w .+=@~()\[\]-]{0,254}")
#: Fields of ``TensorProto`` that say where its numbers are.
_EXTERNAL, _LOCATION, _RAW = 13, 14, 9


def with_weights(model: bytes, folder: Path, most: int) -> bytes:
    """The model with the weights of its graph that lie in files beside it.

    Args:
        model: the whole file.
        folder: where it lies.
        most: bytes that all may have together.

    Returns:
        The same bytes where it has all its weights itself. What else than the weights of the graph
        is elsewhere, stays so; :func:`.validate.validate` refuses it.

    Raises:
        ModelError: if it is no ONNX model, or the files are missing or not what may be read.
    """
    if b"location" not in model:
        return model
    walk, left = Walk(model), most - len(model)
    graphs: list[tuple[int, int, bytes]] = []
    for start, stop in walk.graphs():
        place, tensors = (walk.begun, walk.ended), list[tuple[int, int, bytes]]()
        for field, first, last in walk.parts(start, stop):
            if field == 5:
                begun, ended = walk.begun, walk.ended
                tensor = _filled(walk, model, first, last, folder, left)
                if tensor is not None:
                    left -= len(tensor)
                    tensors.append((begun, ended, message(5, tensor)))
        if tensors:
            graphs.append((*place, message(7, _replaced(model, start, stop, tensors))))
    return _replaced(model, 0, len(model), graphs) if graphs else model


def _filled(
    walk: Walk, model: bytes, start: int, stop: int, folder: Path, most: int
) -> bytes | None:
    """A tensor with its numbers; None for one that has them."""
    entries: dict[str, str] = {}
    said: list[tuple[int, int, bytes]] = []
    for field, first, last in walk.parts(start, stop):
        if field in (_EXTERNAL, _LOCATION):
            said.append((walk.begun, walk.ended, b""))
        if field == _EXTERNAL:
            texts = {number: walk.text(a, b) for number, a, b in list(walk.parts(first, last))}
            entries[texts.get(1, "")] = texts.get(2, "")
    if "location" not in entries:
        return None
    return _replaced(model, start, stop, said) + message(_RAW, _read(entries, folder, most))


def _read(entries: dict[str, str], folder: Path, most: int) -> bytes:
    """The bytes that external data name."""
    name = entries["location"]
    if not _PLAIN.fullmatch(name) or name.endswith((".", " ")):
        raise ModelError(
            "this model keeps its weights under a name that is no plain file beside it (external"
            " data); save it as one file"
        )
    numbers = [entries.get("offset", "0"), entries.get("length", "-1")]
    if not all(re.fullmatch(r"-?[0-9]{1,12}", number) for number in numbers):
        raise _damaged(name)
    offset, length = map(int, numbers)
    try:
        # Not through a link, nor waiting for a pipe.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        path = folder / name
        if path.is_symlink():
            raise OSError
        with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise OSError
            length = found.st_size - offset if length < 0 else length
            if offset < 0 or length < 0 or offset + length > found.st_size:
                raise _damaged(name)
            if length > most:
                raise ModelError(f"{name} is too large for a model (over 256 MB with its .onnx)")
            file.seek(offset)
            return file.read(length)
    except OSError as error:
        raise ModelError(
            f"this model keeps its weights in {name} (external data); put that file, and no link to"
            " it, in the same folder"
        ) from error


def _damaged(name: str) -> ModelError:
    return ModelError(f"{name} does not hold the weights that its model says; get both files anew")


def _replaced(data: bytes, start: int, stop: int, edits: Iterable[tuple[int, int, bytes]]) -> bytes:
    """Bytes from ``start`` to ``stop``, with some spans exchanged, in their order."""
    pieces, at = list[bytes](), start
    for first, last, content in edits:
        pieces += [data[at:first], content]
        at = last
    return b"".join([*pieces, data[at:stop]])
