"""Files of finished trials, in a store that all workers reach, whichever machine made them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import optuna
from optuna.artifacts import FileSystemArtifactStore, get_all_artifact_meta, upload_artifact
from optuna.artifacts.exceptions import ArtifactNotFound
from optuna.storages import BaseStorage

from training.runs import RunFolder
from training.sweep.errors import SweepError
from training.sweep.jobs import Attempt
from training.sweep.storage import speaking

#: What of a run is kept, by the name that the store shows, besides the model and its card.
_FILES = {
    "run.json": "run.json",
    "metrics.jsonl": "metrics.jsonl",
    "history.csv": "history.csv",
    "last.npz": "last.npz",
    "validation.npz": "predictions/validation.npz",
    "result.json": "result.json",
}
#: Names that a model and its card may have.
_MODEL = re.compile(r"[\w-][\w.-]{0,99}\.(onnx|json)")
#: Largest file that is taken from a store, in bytes.
_LARGEST = 2**30

Store = Any  # optuna's protocol of artifact stores is not public


class ArtifactError(SweepError):
    """A store that cannot be used; the message is one sentence."""


class _Prefixed:
    """A part of a bucket."""

    def __init__(self, store: Store, prefix: str) -> None:
        self._store, self._prefix = store, prefix

    def open_reader(self, artifact_id: str) -> BinaryIO:
        reader: BinaryIO = self._store.open_reader(self._prefix + artifact_id)
        return reader

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        self._store.write(self._prefix + artifact_id, content_body)

    def remove(self, artifact_id: str) -> None:
        self._store.remove(self._prefix + artifact_id)


class Artifacts:
    """An artifact store together with the storage that lists what is in it."""

    def __init__(self, place: str, storage: BaseStorage) -> None:
        """Open a store.

        Args:
            place: a folder, such as a shared mount, or ``s3://BUCKET/PREFIX``.
            storage: of the study.

        Raises:
            ArtifactError: if it cannot be used.
        """
        self._place, self._storage = place, storage
        self._store = _open(place)

    def keep(self, trial_id: int, folder: RunFolder, tick: Callable[[], None]) -> None:
        """Upload a finished run's files.

        Args:
            trial_id: in the storage; the trial is running still.
            folder: of the run.
            tick: is called between two files.

        Raises:
            ArtifactError: if the store fails.
            StorageError: if the storage fails.
        """
        result = folder.result()
        model = [result.onnx, str(Path(result.onnx).with_suffix(".json"))] if result else []
        with speaking("of the study"):
            trial = self._storage.get_trial(trial_id)
        for name in (*_FILES.values(), *model):
            path = folder.path / name
            if path.is_file():
                tick()
                self._upload(trial, path)

    def _upload(self, trial: optuna.trial.FrozenTrial, path: Path) -> None:
        try:
            with speaking("of the study"):
                upload_artifact(
                    artifact_store=self._store,
                    file_path=str(path),
                    study_or_trial=trial,
                    storage=self._storage,
                )
        except SweepError:
            raise
        except Exception as error:  # each kind of store has exceptions of its own
            raise self._failed(error) from error

    def fetch(self, attempt: Attempt, folder: Path) -> bool:
        """Download a finished run's files.

        Args:
            attempt: that was kept.
            folder: is made and filled.

        Returns:
            Whether the store has any of them.

        Raises:
            ArtifactError: if the store fails.
            StorageError: if the storage fails.
        """
        with speaking("of the study"):
            trial = self._storage.get_trial(attempt.id)
            known = get_all_artifact_meta(trial, storage=self._storage)
        wanted = {
            meta.artifact_id: _FILES.get(meta.filename, meta.filename)
            for meta in known
            if meta.filename in _FILES or _MODEL.fullmatch(meta.filename)
        }
        try:
            for artifact, name in wanted.items():
                with self._store.open_reader(artifact) as reader:
                    content = reader.read(_LARGEST + 1)
                if len(content) > _LARGEST:
                    raise ArtifactError(f"{name} in {self._place} is too large")
                RunFolder(folder).write(name, content)
        except (SweepError, ArtifactNotFound) as error:
            raise self._failed(error) from error
        except Exception as error:
            raise self._failed(error) from error
        return bool(wanted)

    def _failed(self, error: Exception) -> ArtifactError:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        return ArtifactError(
            f"the artifact store {self._place} failed ({reason}); make sure that it is there and"
            " has room"
        )


def _open(place: str) -> Store:
    if place.startswith("s3://"):
        parts = urlsplit(place)
        if importlib.util.find_spec("boto3") is None:
            raise ArtifactError(f"{place} needs boto3: pip install boto3")
        from optuna.artifacts import Boto3ArtifactStore

        prefix = parts.path.strip("/")
        return _Prefixed(Boto3ArtifactStore(parts.netloc), f"{prefix}/" if prefix else "")
    try:
        Path(place).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArtifactError(
            f"cannot make {place} ({error.strerror}); choose another place with --artifacts"
        ) from error
    return FileSystemArtifactStore(place)
