"""A model and its card take the place of the previous ones together, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.base.errors import BuildError
from training.base.publish import publish


def content(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_all_are_replaced_and_folders_are_made(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    publish({tmp_path / "a": b"new", tmp_path / "more" / "b": b"also"})
    assert content(tmp_path) == {"a": b"new", "b": b"also"}


@pytest.mark.parametrize("fails", [1, 2, 3])
def test_a_disk_that_is_full_in_between_keeps_the_previous_model(tmp_path, monkeypatch, fails):
    """As the files are written and as they are renamed, at each of them."""
    files = {tmp_path / name: b"new" for name in "abc"}
    for path in list(files)[:2]:
        path.write_bytes(b"old")
    for step in ("fsync", "replace"):
        target = "os.fsync" if step == "fsync" else "pathlib.Path.replace"
        with monkeypatch.context() as patch:
            patch.setattr(target, failing_at(fails, step))
            with pytest.raises(BuildError, match=r"No space.*previous model was kept; free some"):
                publish(files)
        assert content(tmp_path) == {"a": b"old", "b": b"old"}


def failing_at(count: int, step: str):
    import os

    original = os.fsync if step == "fsync" else Path.replace
    calls = []

    def call(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == count:
            raise OSError(28, "No space left on device", "model.onnx")
        return original(*arguments)

    return call
