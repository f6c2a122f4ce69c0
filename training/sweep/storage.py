"""The database that all workers of a sweep share, and what Optuna's storages lack for that."""

from __future__ import annotations

import math
import sqlite3
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc
import optuna
import sqlalchemy
from optuna.exceptions import ExperimentalWarning, StorageInternalError, UpdateFinishedTrialError
from optuna.storages import (
    BaseStorage,
    GrpcStorageProxy,
    RDBStorage,
    RetryHeartbeatStaleTrialCallback,
    get_storage,
)
from optuna.storages._heartbeat import BaseHeartbeat
from optuna.trial import TrialState
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from training.sweep import SweepError

#: So many trials of a job may be lost with their workers before it counts as failed.
RETRIES = 3
#: Seconds to wait for a server at first, and for other writers of an SQLite file.
_CONNECT, _BUSY = 10, 60
#: What databases raise when they cannot be used.
_FAILURES = (StorageInternalError, SQLAlchemyError, sqlite3.Error, grpc.RpcError, ConnectionError)
#: Methods of storages that ask the database, as Optuna's cache calls them.
_CALLS = {
    *BaseStorage.__abstractmethods__,
    *("_create_new_trial", "_set_trial_param", "_get_trials", "_get_stale_trial_ids"),
}
#: Attribute of a trial of :class:`_Proxy`.
_HEARTBEAT = "heartbeat"


class StorageError(SweepError):
    """A database that does not answer as it should; the message is one sentence."""


@dataclass(frozen=True)
class Pace:
    """How often what happens, in seconds."""

    look: float = 2.0  #: between two looks at where the sweep stands
    heartbeat: int = 10  #: between two signs of life
    grace: int = 90  #: without a sign, after which a worker is taken for dead
    patience: float = 600.0  #: that a storage may be away
    #: Set when all waiting is to end.
    stop: threading.Event = field(default_factory=threading.Event)
    #: Shows a sentence, such as that the storage is away.
    say: Callable[[str], None] = lambda _: None


def open_storage(
    url: str | None, folder: Path, pace: Pace, *, create: bool = True
) -> tuple[BaseStorage, str]:
    """The storage at a URL, or that of a sweep's folder; and what people call it. Raises
    StorageError if it cannot be used, or is missing and not to be created.
    """
    if url is not None:
        return open_url(url, pace), _shown(url)
    path = folder / "study.db"
    if not create and not path.is_file():
        raise StorageError(f"there is no sweep in {folder}: it has no {path.name}")
    return open_file(path, pace), str(path)


def open_file(path: Path, pace: Pace) -> BaseStorage:
    """A storage in an SQLite file, whose folder exists. Raises StorageError if that is not one."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)

    with _explained(str(path)):
        engine = {"creator": connect, "poolclass": NullPool}
        storage = _Database("sqlite://", str(path), pace, engine)
        _lock_before_reading(storage)
        return get_storage(storage)


def open_url(url: str, pace: Pace) -> BaseStorage:
    """A storage by its URL: a database's, or ``grpc://HOST:PORT`` for Optuna's proxy. Raises
    StorageError if the URL is none, or nothing answers there.
    """
    place = _shown(url)
    with _explained(place):
        if url.startswith("grpc://"):
            return _open_proxy(url, pace)
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise StorageError(
                f"--storage {url:.60} is no URL; write sqlite:///FILE, grpc://HOST:PORT or a"
                " database's, such as postgresql://USER@HOST/NAME"
            ) from error
        backend = parsed.get_backend_name()
        if backend == "sqlite" and parsed.database:
            return open_file(Path(parsed.database), pace)
        knows = backend in ("postgresql", "mysql", "mariadb")
        timeout = {"connect_timeout": _CONNECT} if knows else {}
        engine = {"connect_args": timeout, "pool_pre_ping": True}
        escaped = url.replace("{", "{{").replace("}", "}}")  # Optuna formats it
        return get_storage(_Database(escaped, place, pace, engine))


def _open_proxy(url: str, pace: Pace) -> BaseStorage:
    try:
        host, port = urlsplit(url).hostname, urlsplit(url).port
    except ValueError:
        host = port = None
    if not host or not port:
        raise StorageError(f"--storage {url:.60} is not grpc://HOST:PORT")
    proxy = _Proxy(host, port, pace)
    proxy.wait_server_ready(timeout=_CONNECT)
    return proxy


def beat(storage: BaseStorage, trial_id: int) -> None:
    """Give a sign of life of a trial."""
    if isinstance(storage, BaseHeartbeat):  # as all are that are opened here
        storage.record_heartbeat(trial_id)


def _shown(url: str) -> str:
    """A URL for people, without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return url[:60]


@contextmanager
def _explained(place: str) -> Iterator[None]:
    """Turn whatever opening a storage raises into a :class:`StorageError`."""
    try:
        yield
    except (ImportError, NoSuchModuleError) as error:
        # SQLAlchemy's text names the module or the dialect.
        reason = error.__cause__ or error
        raise StorageError(
            f"the driver of {place} is not installed ({reason}); install it with pip"
        ) from error
    except (*_FAILURES, RuntimeError) as error:  # the latter: a database of another version
        raise StorageError(_sentence(place, error)) from error


def _sentence(place: str, error: BaseException) -> str:
    while isinstance(error, (StorageInternalError, SQLAlchemyError)) and error.__cause__:
        error = error.__cause__
    details = getattr(error, "details", None)
    text = str(details() if callable(details) else error).strip()
    reason = (text.splitlines() or [type(error).__name__])[0][:200]
    return (
        f"the storage {place} cannot be used ({reason}); make sure that it is there, sound and"
        " writable, and belongs to this version of Optuna"
    )


def _lock_before_reading(storage: RDBStorage) -> None:
    """Workaround: let every transaction lock the SQLite file before it reads.

    Optuna claims a waiting trial by reading its state and then writing it, and relies on ``SELECT
    ... FOR UPDATE``, which SQLite does not have, so that two workers could claim the same trial
    (https://github.com/optuna/optuna/issues/4002, answered by a note in its FAQ).
    """

    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    sqlalchemy.event.listen(storage.engine, "begin", begin)


class _Patient:
    """Workaround: a storage whose calls outlive an absence of the database.

    Optuna raises whatever the driver raises, in the midst of a trial that is well.
    """

    def __init__(self, place: str, pace: Pace, *args: Any, **kwargs: Any) -> None:
        # Heartbeats, retries and the proxy are "experimental" since 2021, and each use says so.
        warnings.filterwarnings("ignore", category=ExperimentalWarning)
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.place, self.pace = place, pace
        self._told, self._is_over = -math.inf, False
        super().__init__(*args, **kwargs)

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        return partial(self._call, value) if name in _CALLS else value

    def _call(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        began, pace = time.monotonic(), self.pace
        while True:
            try:
                return method(*args, **kwargs)
            except _FAILURES as error:
                sentence, now = _sentence(self.place, error), time.monotonic()
                self._is_over |= now - began >= pace.patience
                if not self._is_over and now - self._told > pace.patience:
                    self._told = now
                    pace.say(f"{sentence}; trying again for {pace.patience / 60:.0f} minutes")
                if self._is_over or pace.stop.wait(pace.look):
                    raise StorageError(sentence) from error


class _Database(_Patient, RDBStorage):
    def __init__(self, url: str, place: str, pace: Pace, engine: dict[str, Any]) -> None:
        super().__init__(
            place,
            pace,
            url,
            engine_kwargs=engine,
            heartbeat_interval=pace.heartbeat,
            grace_period=pace.grace,
        )
        self.heartbeat_stale_trial_callback = RetryHeartbeatStaleTrialCallback(RETRIES)

    def record_heartbeat(self, trial_id: int) -> None:
        # Workaround: Optuna's thread of heartbeats ends with the first exception, with a traceback
        # (optuna.storages._heartbeat), and a trial that is well is then taken for lost.
        with suppress(*_FAILURES):
            super().record_heartbeat(trial_id)


class _Proxy(_Patient, GrpcStorageProxy, BaseHeartbeat):
    """Workaround: Optuna's proxy with heartbeats.

    Its service passes none on (``optuna.storages.GrpcStorageProxy``, 4.2 to 5.0), so that a killed
    worker's trial would run for ever. Here they are attributes of the trials, and whose does not
    change for too long, by this machine's clock, is stale.
    """

    def __init__(self, host: str, port: int, pace: Pace) -> None:
        super().__init__(f"grpc://{host}:{port}", pace, host=host, port=port)
        self._seen: dict[int, tuple[float, float]] = {}

    def record_heartbeat(self, trial_id: int) -> None:
        with suppress(UpdateFinishedTrialError, StorageError):
            self.set_trial_system_attr(trial_id, _HEARTBEAT, time.time())

    def _get_stale_trial_ids(self, study_id: int) -> list[int]:
        now, before = time.monotonic(), self._seen
        running = self.get_all_trials(study_id, deepcopy=False, states=(TrialState.RUNNING,))
        beats = {trial._trial_id: trial.system_attrs.get(_HEARTBEAT) for trial in running}
        self._seen = {
            trial: before[trial] if before.get(trial, (None,))[0] == beat else (beat, now)
            for trial, beat in beats.items()
            if isinstance(beat, float)
        }
        return [id_ for id_, (_, since) in self._seen.items() if now - since > self.pace.grace]

    def get_heartbeat_interval(self) -> int:
        return self.pace.heartbeat

    def get_heartbeat_stale_trial_callback(self) -> RetryHeartbeatStaleTrialCallback:
        return RetryHeartbeatStaleTrialCallback(RETRIES)
