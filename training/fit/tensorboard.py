"""A run's log for TensorBoard, as Keras writes it: scalars by batch and by epoch.

``python -m training.build --tensorboard`` writes it while it trains, and
``python -m training.fit.tensorboard RUN`` for a run that is there already.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from digitpad.cli.terminal import Parser, printable
from training.base.command import run_command
from training.base.environment import prepare
from training.base.errors import BuildError
from training.runs import RunFolder
from training.runs.metrics import BatchDone, Ended, EpochDone, Event, Started

#: Of the log, within the folder of the run.
FOLDER = "tensorboard"
_HELP = """\
examples:
  python -m training.fit.tensorboard runs/tfjs-cnn-1     make its log
  tensorboard --logdir runs                              look at all of them
"""


def require_tensorboard() -> None:
    """Make sure of the package that writes the log and shows it. Raises BuildError if it is
    not installed.
    """
    if importlib.util.find_spec("tensorboard") is None:
        raise BuildError(
            "--tensorboard needs a package that is not installed: pip install -e '.[tensorboard]'"
        )


class TensorBoardLog:
    """Gives the events of a run to Keras' TensorBoard callback.

    A batch's step is its place in the whole run, an epoch's step its number.
    """

    def __init__(self, folder: RunFolder) -> None:
        require_tensorboard()
        import keras

        self._run, self._path = folder, folder.path / FOLDER
        self._keras = keras.callbacks.TensorBoard(self._path, write_graph=False, update_freq=1)
        self._keras.set_model(SimpleNamespace(optimizer=None))

    def note(self, event: Event) -> None:
        """Add an event. Raises BuildError if the log cannot be written."""
        with self._errors_are_sentences():
            match event:
                case Started():
                    self._begin(event.after)
                case BatchDone():
                    self._keras.on_train_batch_begin(event.batch)
                    logs = {"loss": event.loss, "accuracy": event.accuracy}
                    self._keras.on_train_batch_end(event.batch, logs)
                case EpochDone(epoch):
                    logs = {
                        "loss": epoch.loss,
                        "accuracy": epoch.accuracy,
                        "val_loss": epoch.validation_loss,
                        "val_accuracy": epoch.validation_accuracy,
                    }
                    if epoch.pen_accuracy is not None:
                        logs["val_accuracy of the validation writers"] = epoch.pen_accuracy
                    self._keras.on_epoch_end(epoch.number, logs)
                case Ended():
                    self._keras.on_train_end()

    def _begin(self, epochs: int) -> None:
        """Replace the log by what was noted of so many epochs, without what a kill made void."""
        if self._path.exists():
            shutil.rmtree(self._path)
        self._keras.on_train_begin()
        story = self._run.story()
        for batch in story.batches:
            if batch.epoch <= epochs:
                self.note(batch)
        for epoch in story.epochs[:epochs]:
            self.note(EpochDone(epoch, False, 0.0))

    def write_all(self) -> None:
        """Replace the log by everything that the run's metrics hold. Raises BuildError or
        BuildError if the one cannot be written or the other not read.
        """
        story = self._run.story()
        if story.started:
            self.note(Started(0, 0, 0, story.started.epochs, 0.0))
            self.note(Ended("finished", "", 0.0))

    @contextmanager
    def _errors_are_sentences(self) -> Iterator[None]:
        import tensorflow as tf

        try:
            yield
        except (OSError, tf.errors.OpError) as error:
            why = getattr(error, "strerror", None) or getattr(error, "message", "")
            raise BuildError(
                f"cannot write {self._path} ({why}); free some space, or go on without"
                " --tensorboard"
            ) from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 after an error, 130 when stopped."""
    parser = Parser(
        prog="python -m training.fit.tensorboard",
        description="Make the log of a run for TensorBoard.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="the folder of a run")
    options = parser.parse_args(arguments)

    def body() -> None:
        prepare()
        for path in options.runs:
            TensorBoardLog(RunFolder.find(path)).write_all()
            print(f"Wrote {printable(str(path / FOLDER))}")

    return run_command("training.fit.tensorboard", body)


if __name__ == "__main__":
    sys.exit(main())
