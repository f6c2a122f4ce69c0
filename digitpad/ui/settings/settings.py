"""What the window remembers from one start to the next: one class of typed properties."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from PySide6.QtCore import QCoreApplication, QLockFile, QObject, QSettings, QTimer, Signal

from digitpad.library.atomic import set_aside
from digitpad.ui.pad.brush import OPACITIES, WIDTHS, Brush
from digitpad.ui.style.theme import SCHEMES
from digitpad.ui.style.translations import LANGUAGES

translate = QCoreApplication.translate

#: Largest file of settings that is read, in bytes, and the longest text in it, in characters.
MAX_BYTES, MAX_TEXT = 1_000_000, 4_096
#: So many models' conventions are remembered, those set last.
MAX_CONVENTIONS = 50
#: So many files of models are offered again, the one used last first.
MAX_RECENT_MODELS = 6
#: How long a change waits for others before the file is written, in milliseconds.
WAIT_MS = 500

_LINE = re.compile(r"\s*([;#].*|\[[^\]\n]*\]\s*|[^=\n]+=(?!@(?!@)).*)?")
#: A null as QSettings writes it, which it would write in another form, that is damaged, too.
_NULL = re.compile(r"(?<!\\)(?:\\\\)*\\(?:0|x0+(?![0-9a-fA-F]))")
T = TypeVar("T")


class _Setting(Generic[T]):
    """A property kept as text; whatever cannot be read as such has its default."""

    def __init__(
        self, default: T, read: Callable[[str], T | None], write: Callable[[T], str] = str
    ) -> None:
        self.default, self.read, self.write = default, read, write

    def __set_name__(self, _owner: type, name: str) -> None:
        self.key = name

    @overload
    def __get__(self, settings: None, owner: type) -> _Setting[T]: ...
    @overload
    def __get__(self, settings: Settings, owner: type) -> T: ...
    def __get__(self, settings: Settings | None, owner: type) -> T | _Setting[T]:
        if settings is None:
            return self
        text = settings.text(self.key)
        value = None if text is None else self.read(text)
        return self.default if value is None else value

    def __set__(self, settings: Settings, value: T) -> None:
        settings.set_text(self.key, self.write(value))


def _one_of(*choices: str) -> Callable[[str], str | None]:
    return lambda text: text if text in choices else None


def _within(values: Sequence[float]) -> Callable[[str], float | None]:
    def read(text: str) -> float | None:
        try:
            value = float(text)
        except ValueError:
            return None
        return value if min(values) <= value <= max(values) else None  # NaN is not

    return read


def _flag(default: bool) -> _Setting[bool]:
    return _Setting(default, {"true": True, "false": False}.get, lambda on: str(on).lower())


def _path(text: str) -> str | None:
    return text if Path(text).name and "\0" not in text else None


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _conventions(text: str) -> dict[str, dict[str, Any]] | None:
    value = _json(text)
    is_good = isinstance(value, dict) and all(isinstance(v, dict) for v in value.values())
    return value if is_good else None


def _paths(text: str) -> tuple[str, ...] | None:
    value = _json(text)
    is_good = isinstance(value, list) and all(isinstance(v, str) and _path(v) for v in value)
    return tuple(value[:MAX_RECENT_MODELS]) if is_good else None


class Settings(QObject):
    """Every property can be read at any time and has a sensible value.

    Setting one is cheap: the file is written half a second later, or by :meth:`flush`.

    Attributes:
        geometry: the window's place and size, as from ``QWidget.saveGeometry``; empty at first.
        model: name of a bundled model, or path of a file.
        second_model: the same of the model that it was last compared with; "" at first.
        compares: whether the second model is shown beside the first.
        sees_why: whether the panel that shows why is open.
        language: one of :data:`~digitpad.ui.style.translations.LANGUAGES`.
        theme: one of :data:`~digitpad.ui.style.theme.SCHEMES`.
        brush_width: from the least to the most of :data:`~digitpad.ui.pad.brush.WIDTHS`.
        ink_opacity: the same of :data:`~digitpad.ui.pad.brush.OPACITIES`.
        keeps_recents: whether drawings are kept in the strip of recent ones.
        learns: whether drawings are read in the light of what was learned.
        grid_mode: whether the pad is a grid of cells.
        reduced_motion: whether nothing glides, whatever the system says.
        recent_models: files of models, the one used last first.

    Signals:
        failed(str): settings cannot be saved; a sentence for the user.

    Args:
        store: where they are kept; see :func:`open_store`.
    """

    failed = Signal(str)

    geometry = _Setting(b"", _bytes, lambda value: base64.b64encode(value).decode())
    model = _Setting("digits", _path)
    second_model = _Setting("", _path)
    compares = _flag(False)
    sees_why = _flag(False)
    language = _Setting("system", _one_of(*LANGUAGES))
    theme = _Setting("system", _one_of(*SCHEMES))
    brush_width = _Setting(Brush().width, _within(WIDTHS))
    ink_opacity = _Setting(Brush().opacity, _within(OPACITIES))
    keeps_recents = _flag(True)
    learns = _flag(True)
    grid_mode = _flag(False)
    reduced_motion = _flag(False)
    recent_models = _Setting[tuple[str, ...]]((), _paths, json.dumps)
    _all_conventions = _Setting[dict[str, dict[str, Any]]]({}, _conventions, json.dumps)

    def __init__(self, store: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._file = Path(store.fileName())
        self._told: str | None = None
        self._timer = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._timer.timeout.connect(self.flush)
        # What a window that was closed could not write, because the file was locked.
        self._waiting_file = self._file.with_name(f"{self._file.name}.waiting")
        self._pending: dict[str, str] = {}
        if self._waiting_file.exists():
            waiting, _ = open_store(self._waiting_file)
            values = {key: waiting.value(key) for key in waiting.allKeys()}
            self._pending = {k: value for k, value in values.items() if isinstance(value, str)}
            self._timer.start()

    def add_recent_model(self, path: str) -> None:
        """Offer a model's file again."""
        others = [other for other in self.recent_models if other != path]
        self.recent_models = (path, *others)[:MAX_RECENT_MODELS]

    def convention(self, model: str) -> dict[str, Any]:
        """How a model's file is to be fed, as :meth:`set_convention` was told.

        Returns:
            JSON-ready values that the caller must check; {} where nothing was set.
        """
        return self._all_conventions.get(model, {})

    def set_convention(self, model: str, convention: Mapping[str, Any]) -> None:
        """Remember how a model's file is to be fed.

        Args:
            model: what names the file, such as its path or its hash.
            convention: JSON-ready values.
        """
        others = {k: v for k, v in self._all_conventions.items() if k != model}
        latest = [*others.items(), (model, dict(convention))][-MAX_CONVENTIONS:]
        self._all_conventions = dict(latest)

    def text(self, key: str) -> str | None:
        """A setting as it is kept; None where there is none, or something that is no text."""
        value = self._pending[key] if key in self._pending else self._store.value(key)
        longest = MAX_BYTES if key == "_all_conventions" else MAX_TEXT
        return value if isinstance(value, str) and len(value) <= longest else None

    def set_text(self, key: str, value: str) -> None:
        """Keep a setting, soon."""
        if value != self.text(key):
            self._pending[key] = value
            self._timer.start()

    def flush(self) -> None:
        """Write now what has changed; where that fails, say so once until it works again."""
        self._timer.stop()
        if not self._pending:
            return
        if self._is_locked():
            self._timer.start()
            self._fail(
                translate(
                    "Settings",
                    "Another program keeps {file} locked; your settings are saved when it is free.",
                )
            )
            return
        _write(self._store, self._pending)
        self._pending.clear()
        if self._store.status() == QSettings.Status.NoError:
            self._told = None
            self._waiting_file.unlink(missing_ok=True)
        else:
            self._fail(
                translate(
                    "Settings",
                    "Your settings cannot be saved in {file}; they hold until you quit.",
                )
            )

    def close(self) -> None:
        """Write what has changed: where the file is locked, beside it, for the next start."""
        self.flush()
        self._timer.stop()
        if self._pending:
            _write(_ini(self._waiting_file), self._pending)

    def _fail(self, sentence: str) -> None:
        if self._told != sentence:
            self._told = sentence
            self.failed.emit(sentence.format(file=self._file))

    def _is_locked(self) -> bool:
        """Whether another program holds the file, and hangs: QSettings waits half a minute."""
        lock = QLockFile(f"{self._file}.lock")
        return not lock.tryLock(100) and lock.error() == QLockFile.LockError.LockFailedError


def _ini(path: Path) -> QSettings:
    return QSettings(str(path), QSettings.Format.IniFormat)


def _write(store: QSettings, values: Mapping[str, str]) -> None:
    for key, value in values.items():
        store.setValue(key, value)
    store.sync()


def open_store(path: Path) -> tuple[QSettings, Path | None]:
    """The settings in a file.

    Returns:
        Them, and what a damaged file was renamed to, or None.
    """
    aside = None
    try:
        if _is_damaged(path):
            aside = set_aside(path)
    except OSError:
        pass  # it can be neither read nor renamed: the settings say so when they are saved
    return _ini(path), aside


def _is_damaged(path: Path) -> bool:
    """Whether a file is none that digitpad has written: QSettings itself takes almost anything."""
    if not path.exists():
        return False
    if not path.is_file() or path.stat().st_size > MAX_BYTES:  # a pipe would be read for ever
        return True
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return True
    if "\0" in text or _NULL.search(text):
        return True
    return not all(_LINE.fullmatch(line) for line in text.split("\n"))
