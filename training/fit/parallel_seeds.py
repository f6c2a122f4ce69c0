"""Several seeds of a recipe, trained one after the other or each by a process of its own.

One core is all that TensorFlow uses for batches of small images (:mod:`training.base.environment`),
so that two seeds on two cores take as long as one. What comes of a process lies in its folder; it
is the same as if the seeds were trained one after the other.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from rich.console import Console

from training.base.environment import on_one_core, prepare
from training.base.interrupt import interruptible
from training.fit.checkpoint import Training
from training.fit.progress import FitProgress
from training.recipes import Recipe
from training.runs import RunFolder
from training.runs.metrics import MetricsReader

if TYPE_CHECKING:
    from training.fit.train import Data

#: Most processes for each core: three seeds on two cores are done sooner if they share them.
_PER_CORE = 2
#: Seconds between two looks at what the processes have noted.
_LOOK = 0.2


def processes(seeds: int, wanted: int | None) -> int:
    """How many seeds are trained at once: as many as the command asks for, or, for None, as many as
    the cores can do with.
    """
    cores = os.cpu_count() or 1
    if wanted is None:
        wanted = _PER_CORE * cores if cores > 1 and on_one_core() else 1
    return min(wanted, seeds)


def train_seeds(
    recipes: Sequence[Recipe],
    run: RunFolder,
    data: Data,
    console: Console,
    *,
    at_once: int,
    tensorboard: bool,
    ensemble: bool,
) -> Iterator[tuple[Training, RunFolder, int]]:
    """Train every seed in a folder of its own, from its checkpoint where there is one, ``at_once``
    many at a time; its training, its folder, and how many were trained at once.

    Ending the first one early leaves out the others, but those of an ensemble that were trained
    beside it; of what was to come after it, only whole ones count. Raises BuildError and
    NothingTrainedError as :func:`training.fit.train.fit`, of any and the first.
    """
    import keras

    from training.fit.train import NothingTrainedError

    ended = _at_once(recipes, run, data, console, at_once, tensorboard) if at_once > 1 else None
    for number, recipe in enumerate(recipes):
        folder = run.of_seed(recipe)
        try:
            if ended is None:
                training = train(recipe, folder, data, console, tensorboard)
            elif (early := ended[number]) is None:
                raise NothingTrainedError
            else:
                model = keras.saving.load_model(folder.best_model, compile=False)
                training = Training(recipe, model, history=folder.story().epochs, early=early)
        except NothingTrainedError:
            if number:
                return
            raise
        counts = not training.interrupted or (ensemble and ended is not None)
        if counts or not number:
            yield training, folder, at_once if ended is not None else 1
        if not counts:
            return


def train(
    recipe: Recipe,
    folder: RunFolder,
    data: Data,
    console: Console,
    tensorboard: bool,
    interrupted: Callable[[], bool] | None = None,
) -> Training:
    """Train a seed in this process, from its checkpoint where there is one."""
    from training.fit.tensorboard import TensorBoardLog
    from training.fit.train import fit

    return fit(
        recipe,
        data,
        folder,
        console,
        resume=folder.checkpoint.is_file(),
        listeners=[TensorBoardLog(folder).note] if tensorboard else (),
        interrupted=interrupted,
    )


def _at_once(
    recipes: Sequence[Recipe],
    run: RunFolder,
    data: Data,
    console: Console,
    at_once: int,
    tensorboard: bool,
) -> list[str | None] | None:
    """How each of the seeds ended early, empty where it did not, None where nothing was learnt.

    None instead of a list where a process was killed: what there is are checkpoints. Ctrl-C ends
    all of them after the batch at hand, a second one at once, and so does an error of one.
    """
    folders = [run.of_seed(recipe) for recipe in recipes]
    context = multiprocessing.get_context("spawn")
    console.print(f"Training {recipes[0].name}, {len(recipes)} seeds, {at_once} at once")
    stop = context.Event()
    readers = [MetricsReader(folder.metrics) for folder in folders]
    for reader in readers:  # what was noted before is not news
        while reader.poll():
            pass
    with (
        interruptible() as interrupted,
        FitProgress(recipes, console) as progress,
        ExitStack() as end,
    ):
        # As bytes: what they are made of imports Keras, which prepare() is to do in its own way.
        given = (pickle.dumps(data), stop)
        pool = ProcessPoolExecutor(at_once, context, initializer=_start, initargs=given)
        end.callback(pool.shutdown, cancel_futures=True)
        end.callback(stop.set)  # first: whatever happens, nobody is left at work
        running = [
            pool.submit(_train, *each, tensorboard) for each in zip(recipes, folders, strict=True)
        ]
        others: Collection[object] = running
        while others:
            done, others = wait(running, _LOOK)
            for recipe, reader in zip(recipes, readers, strict=True):
                for event in reader.poll():
                    progress.note(recipe.seed, event)
            if interrupted() or any(each.cancelled() or each.exception() for each in done):
                stop.set()
        try:
            return [each.result() for each in running]
        except BrokenProcessPool:
            if interrupted():  # Ctrl-C came before a process knew what to make of it
                return ["by Ctrl-C" if each.checkpoint.is_file() else None for each in folders]
            console.print("A process was killed; going on with one seed after the other")
            return None


# -- in the processes ------------------------------------------------------------------------------

_data: Data
_stop: Any


def _start(data: bytes, stop: Any) -> None:
    global _data, _stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits
    threading.Thread(target=_follow_parent, daemon=True).start()
    prepare()
    _data, _stop = pickle.loads(data), stop  # noqa: S301  our own


def _follow_parent() -> None:
    """End with whoever asked, even if that was killed: another may go on in the same folder."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _train(recipe: Recipe, folder: RunFolder, tensorboard: bool) -> str | None:
    from training.fit.train import NothingTrainedError

    try:
        return train(recipe, folder, _data, Console(quiet=True), tensorboard, _stop.is_set).early
    except NothingTrainedError:
        return None
