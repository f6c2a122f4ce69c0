"""Files of finished trials, in a store that all workers reach, whichever machine made them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from optuna.artifacts import FileSystemArtifactStore, get_all_artifact_meta, upload_artifact
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, Trial

from training.runs import RunFolder
from training.sweep import SweepError

#: What of a run is kept, by the name that the store shows, besides the model and its card.
_FILES = {name: name for name in ("run.json", "metrics.jsonl", "history.csv", "last.npz")}
_FILES |= {"validation.npz": "predictions/validation.npz", "result.json": "result.json"}
#: Names that a model and its card may have.
_MODEL = re.compile(r"[\w-][\w.-]{0,99}\.(onnx|json)")
#: Largest file that is taken from a store, in bytes.
_LARGEST = 2**30


class Artifacts:
    """An artifact store together with the storage that lists what is in it."""

    def __init__(self, place: str, storage: BaseStorage) -> None:
        """Open a folder, such as a shared mount, or ``s3://BUCKET/PREFIX``."""
        self._place, self._storage, self._store = place, storage, _open(place)

    def keep(self, trial: Trial, run: RunFolder, tick: Callable[[], None]) -> None:
        """Upload a run's files while its trial is running still; ``tick`` comes before each. Raises
        SweepError or StorageError.
        """
        result = run.result()
        model = [result.onnx, str(Path(result.onnx).with_suffix(".json"))] if result else []
        for path in (run.path / name for name in (*_FILES.values(), *model)):
            if path.is_file():
                tick()
                with self._explained():
                    upload_artifact(
                        artifact_store=self._store, file_path=str(path), study_or_trial=trial
                    )

    def fetch(self, trial: FrozenTrial, run: RunFolder) -> bool:
        """Download a trial's files into a run's folder; whether there are any. Raises SweepError
        or StorageError.
        """
        fetched = False
        with self._explained():
            for meta in get_all_artifact_meta(trial, storage=self._storage):
                name = _FILES.get(meta.filename, meta.filename)
                if meta.filename not in _FILES and not _MODEL.fullmatch(name):
                    continue
                with self._store.open_reader(meta.artifact_id) as reader:
                    content = reader.read(_LARGEST + 1)
                if len(content) > _LARGEST:
                    raise SweepError(f"{name} in {self._place} is too large")
                run.write(name, content)
                fetched = True
        return fetched

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (SweepError, UpdateFinishedTrialError):
            raise
        except Exception as error:  # each kind of store has exceptions of its own
            reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
            raise SweepError(
                f"the artifact store {self._place} failed ({reason}); make sure that it is there"
                " and has room"
            ) from error


def _open(place: str) -> Any:
    if place.startswith("s3://"):
        if importlib.util.find_spec("boto3") is None:
            raise SweepError(f"{place} needs boto3: pip install boto3")
        return _Bucket(urlsplit(place).netloc, urlsplit(place).path)
    try:
        Path(place).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SweepError(
            f"cannot make {place} ({error.strerror}); choose another place with --artifacts"
        ) from error
    return FileSystemArtifactStore(place)


class _Bucket:
    """A part of an S3 bucket; Optuna's store takes the whole of one."""

    def __init__(self, bucket: str, prefix: str) -> None:
        from optuna.artifacts import Boto3ArtifactStore

        self._store = Boto3ArtifactStore(bucket)
        self._prefix = f"{prefix.strip('/')}/".lstrip("/")

    def open_reader(self, artifact_id: str) -> BinaryIO:
        reader: BinaryIO = self._store.open_reader(self._prefix + artifact_id)
        return reader

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        self._store.write(self._prefix + artifact_id, content_body)

    def remove(self, artifact_id: str) -> None:
        self._store.remove(self._prefix + artifact_id)
