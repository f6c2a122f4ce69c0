"""A run for TensorBoard: scalars by batch and by epoch, beside its other files.

Writing them needs the package ``tensorboard``, which also shows them; training itself does not.
``python -m training.build --tensorboard`` writes them while it trains, and
``python -m training.fit.tensorboard RUN`` for a run that is there already.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from digitpad.cli.terminal import Parser, printable
from training.base.environment import prepare
from training.base.errors import BuildError
from training.runs import RunFolder
from training.runs.metrics import BatchDone, EpochDone, Event, Started, read_events

#: Of the log, within the folder of the run.
FOLDER = "tensorboard"
_HELP = """\
examples:
  python -m training.fit.tensorboard runs/tfjs-cnn-1         make its log
  python -m training.build --tensorboard                 or while it trains
  tensorboard --logdir runs                              look at all of them

TensorBoard is installed with: pip install -e '.[tensorboard]'
"""


class TensorBoardError(BuildError):
    """A log that cannot be written; the message is one sentence."""


class TensorBoardWriter:
    """Logs events as :class:`training.runs.metrics.MetricsWriter` does; a context manager.

    Training and validation are two runs to TensorBoard, so that it draws them over each other. A
    batch's step is its place in the whole run, an epoch's step its number.
    """

    def __init__(self, folder: RunFolder) -> None:
        """Begin a log with what the run's metrics hold by now; an earlier log is replaced.

        So a run that goes on has one log, without the batches that a kill made void.

        Raises:
            TensorBoardError: if the package is missing, or the log cannot be written.
            MetricsError: if the metrics cannot be read.
        """
        try:
            from tensorboard.summary.writer.event_file_writer import EventFileWriter
        except ModuleNotFoundError as error:
            raise TensorBoardError(
                f"--tensorboard needs {error.name}; install it with"
                " pip install -e '.[tensorboard]', or leave --tensorboard out"
            ) from error
        self._path = folder.path / FOLDER
        earlier = read_events(folder.metrics)
        self._batches = 0
        try:
            if self._path.exists():
                shutil.rmtree(self._path)
            self._training = EventFileWriter(str(self._path / "training"))
            self._validation = EventFileWriter(str(self._path / "validation"))
        except OSError as error:
            raise self._refused(error) from error
        for event in _valid(earlier):
            self.note(event)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def note(self, event: Event) -> None:
        """Add an event; another thread writes it.

        Raises:
            TensorBoardError: if it cannot be written.
        """
        try:
            match event:
                case Started():
                    self._batches = event.batches
                case BatchDone():
                    step = (event.epoch - 1) * self._batches + event.batch
                    values = {"batch/loss": event.loss, "batch/accuracy": event.accuracy}
                    _add(self._training, values, step, event.time)
                case EpochDone():
                    epoch, time = event.epoch, event.time
                    values = {"epoch/loss": epoch.loss, "epoch/accuracy": epoch.accuracy}
                    _add(self._training, values, epoch.number, time)
                    values = {
                        "epoch/loss": epoch.validation_loss,
                        "epoch/accuracy": epoch.validation_accuracy,
                    }
                    if epoch.pen_accuracy is not None:
                        values["epoch/accuracy of the validation writers"] = epoch.pen_accuracy
                    _add(self._validation, values, epoch.number, time)
        except OSError as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """Write what is waiting, and the end of the log.

        Raises:
            TensorBoardError: if it cannot be written.
        """
        try:
            self._training.close()
            self._validation.close()
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> TensorBoardError:
        return TensorBoardError(
            f"cannot write {self._path} ({error.strerror}); free some space, or go on without"
            " --tensorboard"
        )


def _valid(events: Sequence[Event]) -> list[Event]:
    """Without what a later beginning made void."""
    valid: list[Event] = []
    for event in events:
        if isinstance(event, Started):
            valid = [
                other
                for other in valid
                if not (isinstance(other, BatchDone) and other.epoch > event.after)
                and not (isinstance(other, EpochDone) and other.epoch.number > event.after)
            ]
        valid.append(event)
    return valid


def _add(writer: Any, values: dict[str, float], step: int, time: float) -> None:
    from tensorboard.compat.proto.event_pb2 import Event as Record
    from tensorboard.compat.proto.summary_pb2 import Summary

    scalars = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
    writer.add_event(Record(wall_time=time, step=step, summary=Summary(value=scalars)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 after an error, 130 when stopped."""
    options = _parser().parse_args(arguments)
    try:
        # The package takes TensorFlow where it is there, whose start is noisy otherwise.
        prepare()
        for path in options.runs:
            with TensorBoardWriter(RunFolder.find(path)):
                print(f"Wrote {printable(str(path / FOLDER))}")
    except BuildError as error:
        print(f"training.fit.tensorboard: {printable(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("training.fit.tensorboard: stopped", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m training.fit.tensorboard",
        description="Make the log of a run for TensorBoard.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="the folder of a run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
