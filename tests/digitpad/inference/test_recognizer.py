from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.inference.errors import ModelError
from digitpad.inference.recognizer import Recognizer
from digitpad.inference.session import DEVICES, available_devices
from digitpad.library import resources
from digitpad.library.resources import asset, bundled_models
from tests.support import onnx_models
from tests.support.drawings import digit


@pytest.fixture(scope="module")
def digits() -> Recognizer:
    return Recognizer.load("digits", "cpu")


@pytest.mark.parametrize("label", ["0", "1", "3", "7"])
def test_the_bundled_model_reads_plain_digits(digits: Recognizer, label: str) -> None:
    image = normalize_ink(digit(label))
    assert image is not None
    probabilities = digits.predict(image[None])
    assert probabilities.shape == (1, 10)
    assert probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert digits.labels[int(probabilities.argmax())] == label


def test_one_by_one_and_in_a_batch_are_the_same(digits: Recognizer) -> None:
    images = np.random.default_rng(0).random((100, 28, 28), dtype=np.float32)
    single = np.concatenate([digits.predict(image[None]) for image in images])
    np.testing.assert_allclose(digits.predict(images), single, atol=1e-5)


def test_no_images_have_no_probabilities(digits: Recognizer) -> None:
    assert digits.predict(np.zeros((0, 28, 28), np.float32)).shape == (0, 10)


@pytest.mark.parametrize("shape", [(28, 28), (1, 27, 28), (1, 28, 28, 1)])
def test_images_of_another_shape_are_refused(digits: Recognizer, shape: tuple[int, ...]) -> None:
    with pytest.raises(ModelError, match="28, 28"):
        digits.predict(np.zeros(shape, np.float32))


def test_the_bundled_models_metadata_is_the_contracts(digits: Recognizer) -> None:
    wanted = {"labels", "recipe", "dataset", "normalisation", "accuracy", "calibration"}
    assert wanted <= set(digits.metadata)
    assert json.loads(digits.metadata["labels"]) == [str(i) for i in range(10)]
    session = onnxruntime.InferenceSession(str(asset("models/digits.onnx")))
    assert [(i.name, i.type, i.shape[1:]) for i in session.get_inputs()] == [
        ("image", "tensor(float)", [28, 28])
    ]
    outputs = {o.name for o in session.get_outputs()}
    assert outputs - {"digit_score"} == {"probabilities", "features"}
    assert digits.has_digit_score == ("digit_score" in outputs)
    assert digits.card["name"] == "digits"


def test_the_bundled_models_card_is_that_of_its_file(digits: Recognizer) -> None:
    content = asset("models/digits.onnx").read_bytes()
    assert digits.card["model"]["onnx_sha256"] == hashlib.sha256(content).hexdigest()
    accuracy = json.loads(digits.metadata["accuracy"])
    assert accuracy["mnist_test"] == digits.card["accuracy"]["mnist_test"]["accuracy"] >= 0.995
    assert digits.card["training"]["interrupted"] is False


def test_it_says_what_another_session_of_its_model_needs(digits: Recognizer) -> None:
    assert digits.model == asset("models/digits.onnx").read_bytes()
    assert (digits.foreign, digits.adapter) == (False, None)
    path = Path(__file__).parents[2] / "models" / "torch-logits-one.onnx"
    other = Recognizer.load(path, "cpu")
    assert other.foreign
    assert other.adapter is not None
    image = normalize_ink(digit("7"))
    assert image is not None
    session = onnxruntime.InferenceSession(other.model)
    (logits,) = session.run(None, other.adapter.feed(image))
    assert int(logits[0].argmax()) == int(other.predict(image[None])[0].argmax())


def test_loading_by_path_is_loading_by_name(digits: Recognizer) -> None:
    by_path = Recognizer.load(asset("models/digits.onnx"))
    assert by_path.labels == digits.labels
    assert by_path.name == "digits"
    assert "digits" in bundled_models()


def test_cpu_is_always_there_and_last() -> None:
    assert available_devices()[-1] == "cpu"


def test_a_device_that_is_missing_is_said_once_and_the_cpu_goes_on() -> None:
    missing = [d for d in DEVICES[1:] if d not in available_devices()]
    assert missing, "this machine has every device; nothing to test"
    recognizer = Recognizer.load("digits", missing[0])
    assert recognizer.notice is not None
    assert missing[0] in recognizer.notice
    assert "CPU" in recognizer.notice
    assert recognizer.provider == "CPUExecutionProvider"
    assert Recognizer.load("digits", "auto").notice is None


def test_a_device_that_does_not_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the GPU wheel on a machine without a GPU: the provider is listed, then fails."""
    listed = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: listed)
    create = onnxruntime.InferenceSession

    def without_cuda(model: bytes, options: object, providers: list[str]) -> object:
        if providers[0] == "CUDAExecutionProvider":
            raise RuntimeError("no CUDA-capable device is detected")
        return create(model, options, providers=providers)

    monkeypatch.setattr(onnxruntime, "InferenceSession", without_cuda)
    recognizer = Recognizer.load("digits", "cuda")
    assert recognizer.notice == "The device cuda did not start; using the CPU."
    assert recognizer.provider == "CPUExecutionProvider"
    assert Recognizer.load("digits", "auto").notice is None


@pytest.fixture
def judging(tmp_path: Path) -> Recognizer:
    """A model that rejects a drawing of little ink, such as a plain "1"."""
    return Recognizer.load(onnx_models.save_judging(tmp_path / "judging.onnx"), "cpu")


def images(*labels: str) -> np.ndarray:
    """float32 (N, 28, 28)."""
    return np.stack([normalize_ink(digit(label)) for label in labels])  # type: ignore[misc]


class Failing:
    """A session whose device is lost."""

    def run(self, *_: object) -> object:
        raise RuntimeError("device lost")

    def get_providers(self) -> list[str]:
        return ["CUDAExecutionProvider"]


@pytest.mark.parametrize("count", [1, 20])
def test_a_device_that_fails_at_run_time_hands_over_to_the_cpu(
    judging: Recognizer, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    wanted = judging.read(images(*"0" * count))
    monkeypatch.setattr(judging, "_session", Failing())
    judging.__dict__.pop("_batch_session", None)  # made from the session that works
    readings = judging.read(images(*"0" * count))
    np.testing.assert_allclose(readings.probabilities, wanted.probabilities, atol=1e-5)
    np.testing.assert_allclose(readings.digit_scores, wanted.digit_scores, atol=1e-5)
    assert judging.provider == "CPUExecutionProvider"
    assert judging.notice is not None
    assert "CUDAExecutionProvider stopped working" in judging.notice
    monkeypatch.setattr(judging, "_session", Failing())
    assert judging.predict(images("1")).shape == (1, 10)


def test_a_model_that_judges_rejects_what_scores_below_its_threshold(judging: Recognizer) -> None:
    assert judging.has_digit_score
    assert judging.digit_score_threshold == 0.6
    readings = judging.read(images("1", "0", "1", "3"))
    assert readings.digit_scores is not None
    assert readings.digit_scores.dtype == np.float32
    assert readings.digit_scores.tolist() == pytest.approx([0.49, 1, 0.49, 1], abs=0.01)
    assert readings.rejected.tolist() == [True, False, True, False]
    assert readings.probabilities.shape == (4, 10)
    np.testing.assert_array_equal(readings.probabilities, judging.predict(images(*"1013")))


def test_a_score_at_the_threshold_is_not_below_it(tmp_path: Path) -> None:
    path = onnx_models.save_judging(tmp_path / "all.onnx", threshold=1.0)
    assert Recognizer.load(path, "cpu").read(images("0")).rejected.tolist() == [False]


def test_no_images_have_no_readings(judging: Recognizer) -> None:
    readings = judging.read(np.zeros((0, 28, 28), np.float32))
    assert readings.probabilities.shape == (0, 10)
    assert readings.digit_scores is not None
    assert readings.digit_scores.shape == readings.rejected.shape == (0,)


def test_a_model_without_a_score_rejects_nothing(tmp_path: Path) -> None:
    """Whatever its metadata says of a threshold."""
    metadata = {"digit_score_threshold": "high"}
    recognizer = Recognizer.load(onnx_models.save(tmp_path / "plain.onnx", metadata=metadata))
    assert not recognizer.has_digit_score
    assert recognizer.digit_score_threshold is None
    for count in (0, 1, 20):
        readings = recognizer.read(np.zeros((count, 28, 28), np.float32))
        assert readings.digit_scores is None
        assert readings.rejected.tolist() == [False] * count


def test_a_model_is_run_once_for_everything_it_says(
    judging: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    session = judging._session

    class Counting:
        def run(self, names: list[str], feed: object) -> object:
            runs.append(names)
            return session.run(names, feed)

    monkeypatch.setattr(judging, "_session", Counting())
    judging.read(images("1"))
    assert runs == [["probabilities", "digit_score"]]


def test_a_model_that_leaves_images_out_is_a_sentence(
    judging: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Short:
        def run(self, *_: object) -> object:
            return [np.full((2, 10), 0.1, np.float32), np.ones(1, np.float32)]

    monkeypatch.setattr(judging, "_session", Short())
    with pytest.raises(ModelError, match="does not answer every image"):
        judging.read(images("1", "0"))


def test_nothing_is_printed_for_a_missing_device() -> None:
    code = "from digitpad.inference.recognizer import Recognizer; Recognizer.load('digits', 'cuda')"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x08\x09" * 1000, b"PK\x03\x04" + b"0" * 99])
def test_files_that_are_no_models(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not an ONNX model"):
        Recognizer.load(path)


def test_a_model_that_is_not_there() -> None:
    with pytest.raises(ModelError, match="neither a file nor a bundled model"):
        Recognizer.load("nowhere.onnx")


def test_a_device_that_does_not_exist() -> None:
    with pytest.raises(ModelError, match="choose one of"):
        Recognizer.load("digits", "abacus")


def test_a_truncated_model(tmp_path: Path) -> None:
    whole = asset("models/digits.onnx").read_bytes()
    path = tmp_path / "cut.onnx"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="not an ONNX model"):
        Recognizer.load(path)


def test_a_damaged_card_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "digits.onnx"
    path.write_bytes(asset("models/digits.onnx").read_bytes())
    path.with_suffix(".json").write_text("{", encoding="utf-8")
    assert Recognizer.load(path).card == {}


def test_without_the_assets_folder_a_file_still_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = onnx_models.save(tmp_path / "mine.onnx")
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "digitpad")
    assert Recognizer.load(path).name == "mine"
    with pytest.raises(ModelError, match="reinstall digitpad"):
        Recognizer.load("digits")
