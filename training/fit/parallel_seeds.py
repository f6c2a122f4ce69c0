"""Several seeds trained at once, each by a process of its own.

One core is all that TensorFlow uses for batches of small images (:mod:`training.base.environment`),
so that two seeds on two cores take as long as one. What comes of a process is its checkpoint, which
whoever asked for it goes on from; it is the same as if the seeds were trained one after the other.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from queue import Empty
from typing import TYPE_CHECKING, Any

from rich.console import Console

from training.base.environment import on_one_core, prepare
from training.base.interrupt import Interrupt
from training.fit.progress import SeedsProgress
from training.recipes import Recipe
from training.runs import RunFolder
from training.runs.metrics import BatchDone, Event

if TYPE_CHECKING:
    from training.fit.train import Data

#: Most processes for each core: three seeds on two cores are done sooner if they share them.
_PER_CORE = 2
#: Seconds between two looks at who has something to tell.
_LOOK = 0.2
#: Of how many steps one is told.
_STEPS = 10


def processes(seeds: int, wanted: int | None) -> int:
    """How many seeds are trained at once.

    Args:
        seeds: how many there are.
        wanted: what the command asks for, or None: as many as the cores can do with.
    """
    cores = os.cpu_count() or 1
    if wanted is None:
        wanted = _PER_CORE * cores if cores > 1 and on_one_core() else 1
    return min(wanted, seeds)


def train(
    recipes: Sequence[Recipe],
    folders: Sequence[RunFolder],
    data: Data,
    console: Console,
    *,
    at_once: int,
    tensorboard: bool,
) -> list[str | None] | None:
    """Train every recipe in its folder, from its checkpoint where there is one.

    Ctrl-C ends all of them after the batch at hand; a second one stops at once.

    Args:
        recipes: what is trained, a seed each.
        folders: where, in the same order.
        data: on what.
        console: shows the progress.
        at_once: how many processes there are.
        tensorboard: whether each writes TensorBoard's log, too.

    Returns:
        How each ended early, empty where it did not, and None where there is nothing to go on from.
        None instead of a list where a process was killed: what there is are checkpoints.

    Raises:
        BuildError: if one of them fails; then the others end, too.
    """
    context = multiprocessing.get_context("spawn")
    console.print(f"Training {recipes[0].name}, {len(recipes)} seeds, {at_once} at once")
    told, stop = context.Queue(), context.Event()
    with (
        Interrupt() as interrupt,
        SeedsProgress(recipes, console) as progress,
        ExitStack() as end,
    ):
        # As bytes: what they are made of imports Keras, which prepare() is to do in its own way.
        given = (pickle.dumps(data), told, stop)
        pool = ProcessPoolExecutor(at_once, context, initializer=_start, initargs=given)
        end.callback(pool.shutdown, cancel_futures=True)
        end.callback(stop.set)  # first: whatever happens, nobody is left at work
        running = [
            pool.submit(_train, recipe, folder, tensorboard)
            for recipe, folder in zip(recipes, folders, strict=True)
        ]
        while True:
            done, others = wait(running, _LOOK)
            _show(told, progress)
            if interrupt.requested or any(_failed(each) for each in done):
                stop.set()
            if not others:
                break
        try:
            return [each.result() for each in running]
        except BrokenProcessPool:
            if interrupt.requested:  # Ctrl-C came before a process knew what to make of it
                return ["by Ctrl-C" if each.checkpoint.is_file() else None for each in folders]
            console.print("A process was killed; going on with one seed after the other")
            return None


def _failed(done: Future[str | None]) -> bool:
    return done.cancelled() or done.exception() is not None


def _show(told: Any, progress: SeedsProgress) -> None:
    while True:
        try:
            seed, event = told.get_nowait()
        except Empty:
            return
        progress.note(seed, event)


# -- in the processes ------------------------------------------------------------------------------

_data: Data
_told: Any
_stop: Any


def _start(data: bytes, told: Any, stop: Any) -> None:
    global _data, _told, _stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits
    threading.Thread(target=_follow_parent, daemon=True).start()
    told.cancel_join_thread()  # at the end, nobody may be left to take what is still on its way
    prepare()
    _data, _told, _stop = pickle.loads(data), told, stop  # noqa: S301  our own


def _follow_parent() -> None:
    """End with whoever asked, even if that was killed: another may go on in the same folder."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class _Request:
    """As :class:`training.base.interrupt.Interrupt`, but made by another process."""

    @property
    def requested(self) -> bool:
        return bool(_stop.is_set())


class _Teller:
    """A log that tells the process that waits."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def note(self, event: Event) -> None:
        if not isinstance(event, BatchDone) or event.batch % _STEPS == 0:
            _told.put((self._seed, event))


def _train(recipe: Recipe, folder: RunFolder, tensorboard: bool) -> str | None:
    from training.fit.tensorboard import TensorBoardWriter
    from training.fit.train import NothingTrainedError, fit

    resume = folder.checkpoint.is_file()
    with ExitStack() as logs:
        also: list[Any] = [_Teller(recipe.seed)]
        if tensorboard:
            also.append(logs.enter_context(TensorBoardWriter(folder)))
        silent = Console(quiet=True)
        try:
            done = fit(recipe, _data, folder, silent, resume=resume, logs=also, request=_Request())
        except NothingTrainedError:
            return None
    return done.early
