"""The database that all workers of a sweep share: an SQLite file, a server, or Optuna's proxy."""

from __future__ import annotations

import sqlite3
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import grpc
import optuna
import sqlalchemy
from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.storages import BaseStorage, GrpcStorageProxy, RDBStorage, get_storage
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from training.sweep.errors import SweepError

#: Seconds to wait for a server at first, and for other writers of an SQLite file.
_CONNECT, _BUSY = 10, 60
#: The option of each driver that ends a wait for a server.
_TIMEOUTS = {
    "postgresql": "connect_timeout",
    "mysql": "connect_timeout",
    "mariadb": "connect_timeout",
}

#: What databases raise when they cannot be used.
_FAILURES = (StorageInternalError, SQLAlchemyError, sqlite3.Error, grpc.RpcError, ConnectionError)

T = TypeVar("T")

optuna.logging.set_verbosity(optuna.logging.ERROR)


class StorageError(SweepError):
    """A database that does not answer as it should; the message is one sentence."""


def open_file(path: Path, *, create: bool = True) -> BaseStorage:
    """A storage in an SQLite file.

    Args:
        path: of the file; its folder exists.
        create: whether to make a file that is not there.

    Raises:
        StorageError: if it is missing, damaged, or cannot be written to.
    """
    if not create and not path.is_file():
        raise StorageError(f"there is no sweep in {path.parent}: it has no {path.name}")
    with speaking(str(path)):
        engine = {"creator": lambda: _connect(path), "poolclass": NullPool}
        return _immediate(RDBStorage("sqlite://", engine_kwargs=engine))


def open_url(url: str) -> BaseStorage:
    """A storage by its URL: a database's, or ``grpc://HOST:PORT`` for Optuna's proxy.

    Raises:
        StorageError: if the URL is none, or nothing answers there.
    """
    if url.startswith("grpc://"):
        return _proxy(url)
    with speaking(shown(url)):
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise StorageError(
                f"--storage {url:.60} is no URL; write sqlite:///FILE, grpc://HOST:PORT or a"
                " database's, such as postgresql://USER@HOST/NAME"
            ) from error
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            return open_file(Path(parsed.database))
        option = _TIMEOUTS.get(parsed.get_backend_name())
        arguments = {"connect_args": {option: _CONNECT}} if option else {}
        # The storage formats its URL.
        text = url.replace("{", "{{").replace("}", "}}")
        return get_storage(RDBStorage(text, engine_kwargs=arguments | {"pool_pre_ping": True}))


def shown(url: str) -> str:
    """A URL for people, without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url[:60]


@contextmanager
def speaking(place: str) -> Iterator[None]:
    """Turn whatever a storage raises into a :class:`StorageError`."""
    try:
        yield
    except (ImportError, NoSuchModuleError) as error:
        # SQLAlchemy's text names the module or the dialect.
        reason = error.__cause__ or error
        raise StorageError(
            f"the driver of {place} is not installed ({reason}); install it with pip"
        ) from error
    except _FAILURES as error:
        raise StorageError(
            f"the storage {place} cannot be used ({_reason(error)}); make sure that it is there,"
            " sound and writable"
        ) from error
    except RuntimeError as error:
        if "optuna" not in str(error):  # its words about the version of a database
            raise
        raise StorageError(
            f"the storage {place} cannot be used ({_reason(error)}); make sure that it runs and"
            " belongs to this version of Optuna"
        ) from error


def patiently(
    action: Callable[[], T], patience: float, pause: float, tell: Callable[[StorageError], None]
) -> T:
    """Do something that a storage which is away for a while must not prevent.

    Args:
        action: is repeated while it raises :class:`StorageError`.
        patience: seconds after which that is raised after all.
        pause: seconds between two tries.
        tell: is called once, when the first try has failed.
    """
    until = time.monotonic() + patience
    told = False
    while True:
        try:
            return action()
        except StorageError as error:
            if time.monotonic() >= until:
                raise
            if not told:
                tell(error)
            told = True
            time.sleep(pause)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)


def _immediate(storage: RDBStorage) -> BaseStorage:
    """Let every transaction lock the SQLite file before it reads.

    Optuna claims a trial by reading its state and then writing it, and relies on ``SELECT ... FOR
    UPDATE``, which SQLite does not have: two workers could claim the same trial.
    """

    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    sqlalchemy.event.listen(storage.engine, "begin", begin)
    return get_storage(storage)


def _proxy(url: str) -> BaseStorage:
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port:
        raise StorageError(f"--storage {url:.60} is not grpc://HOST:PORT")
    with speaking(url), warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        proxy = GrpcStorageProxy(host=host, port=port)
        proxy.wait_server_ready(timeout=_CONNECT)
    return proxy


def _reason(error: BaseException) -> str:
    """The innermost cause, in one line."""
    while isinstance(error, (StorageInternalError, SQLAlchemyError)) and error.__cause__:
        error = error.__cause__
    details = getattr(error, "details", None)
    text = str(details() if callable(details) else error).strip()
    return (text.splitlines() or [type(error).__name__])[0][:200]
