"""Weights in a file beside the model: read where that is safe, and else a sentence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad.inference.errors import ModelError
from digitpad.inference.foreign.external import with_weights
from digitpad.inference.model_file import MAX_MODEL_BYTES, open_model
from digitpad.inference.recognizer import Recognizer
from tests.support import foreign_models
from tests.support.foreign_models import onnx

BLANK = np.zeros((1, 28, 28), np.float32)


def saved(folder: Path, **said: object) -> Path:
    """The reader with its weights in ``mine.onnx.data``, and some of what it says of them."""
    folder.mkdir(exist_ok=True)
    made: Any = foreign_models.model()
    path = folder / "mine.onnx"
    onnx.save(
        made, path, save_as_external_data=True, location="mine.onnx.data", size_threshold=1000
    )
    if said:
        read = onnx.load(path, load_external_data=False)
        for tensor in read.graph.initializer:
            for entry in tensor.external_data:
                entry.value = str(said.get(entry.key, entry.value))
        path.write_bytes(read.SerializeToString())
    return path


def test_the_file_beside_it_is_read_and_may_be_opened_itself(tmp_path: Path) -> None:
    path = saved(tmp_path)
    assert path.stat().st_size < 5_000 < path.with_suffix(".onnx.data").stat().st_size
    whole = onnx.load_from_string(open_model(path).content)
    assert whole == foreign_models.model()
    wanted = foreign_models.opened(foreign_models.model()).predict(BLANK)
    for name in (path, path.with_suffix(".onnx.data")):
        np.testing.assert_array_equal(Recognizer.load(name, "cpu").predict(BLANK), wanted)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"location": "../secret.data"}, "no plain file"),
        ({"location": "/etc/passwd"}, "no plain file"),
        ({"location": "C:\\x.data"}, "no plain file"),
        ({"location": "*/_ORT_MEM_ADDR_/*"}, "no plain file"),
        ({"location": ".."}, "no plain file"),
        ({"location": ""}, "no plain file"),
        ({"location": "other.data"}, "put that file"),
        ({"offset": 10**9}, "does not hold"),
        ({"offset": -1}, "does not hold"),
        ({"length": 10**12 - 1}, "does not hold"),
        ({"length": 10**30}, "does not hold"),
        ({"length": "many"}, "does not hold"),
        ({"length": 3}, "not an ONNX model"),
    ],
)
def test_what_may_not_be_read_is_a_sentence(
    tmp_path: Path, said: dict[str, object], sentence: str
) -> None:
    (tmp_path / "secret.data").write_bytes(bytes(40_000))
    path = saved(tmp_path / "model", **said)
    with pytest.raises(ModelError, match=sentence) as caught:
        Recognizer.load(path, "cpu")
    assert "\n" not in str(caught.value)


def test_links_and_pipes_are_not_read(tmp_path: Path) -> None:
    path = saved(tmp_path)
    data = path.with_suffix(".onnx.data")
    data.rename(tmp_path / "elsewhere")
    data.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match="no link"):
        open_model(path)
    data.unlink()
    if hasattr(os, "mkfifo"):
        os.mkfifo(data)
        with pytest.raises(ModelError, match="put that file"):
            open_model(path)


def test_all_weights_together_are_bounded(tmp_path: Path) -> None:
    path = saved(tmp_path)
    with pytest.raises(ModelError, match="too large"):
        with_weights(path.read_bytes(), tmp_path, 20_000)


def test_thousands_of_damaged_files_are_read_or_a_sentence(tmp_path: Path) -> None:
    whole = np.frombuffer(saved(tmp_path).read_bytes(), dtype=np.uint8)
    rng, said = np.random.default_rng(0), list[str]()
    for _ in range(2_000):
        damaged = whole.copy()
        places = rng.integers(0, len(whole), size=rng.integers(1, 9))
        damaged[places] = rng.integers(0, 256, size=len(places))
        try:
            with_weights(damaged.tobytes(), tmp_path, MAX_MODEL_BYTES)
        except ModelError as error:
            said.append(str(error))
    assert 100 < len(said) < 2_000
    assert not any("\n" in sentence for sentence in said)
