"""The first tab: loss and accuracy, batch by batch and epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from digitpad.ui.style.theme import GRID
from training.live.look import Page, Text
from training.live.plot import LivePlot
from training.live.series import Batches, Curve, kept_of, of_epochs, trend
from training.recipes import Recipe
from training.runs.history import Epoch
from training.runs.metrics import Story


class TrainingPage(Page):
    """Two plots side by side, and what is kept."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__("Loss and accuracy appear with the first batch.")
        self._keeps_best = recipe.keeps_best
        self._watched = recipe.watched
        self._batches = Batches()
        self.loss = LivePlot("Loss by epoch, cross-entropy in nats", logarithmic=True)
        self.accuracy = LivePlot("Accuracy by epoch, in %", logarithmic=False)
        self.kept = Text(muted=True)
        row = QHBoxLayout()
        row.setSpacing(3 * GRID)
        row.addWidget(self.loss, 1)
        row.addWidget(self.accuracy, 1)
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(row, 1)
        layout.addWidget(self.kept)

    def show_story(self, story: Story) -> None:
        """Move on with what happened."""
        self.reveal(bool(story.batches or story.epochs))
        losses, shares = self._batches.curves(story)
        epochs = story.epochs
        kept = kept_of(epochs, keeps_best=self._keeps_best)
        loss = {
            "batches": losses,
            "trend": trend(losses),
            "training": of_epochs(epochs, lambda epoch: epoch.loss),
            "validation": of_epochs(epochs, lambda epoch: epoch.validation_loss),
        }
        self.loss.show_curves(
            loss,
            self._names(loss, "{:.4f}"),
            (kept.number, kept.validation_loss) if kept and _is_number(kept) else None,
            _range_of_loss(loss.values()),
        )
        shares = Curve(shares.x, 100 * shares.y)
        accuracy = {
            "batches": shares,
            "trend": trend(shares),
            "training": of_epochs(epochs, lambda epoch: 100 * epoch.accuracy),
            "validation": of_epochs(epochs, lambda epoch: 100 * epoch.validation_accuracy),
            "strangers": of_epochs(epochs, _of_strangers),
        }
        self.accuracy.show_curves(
            accuracy,
            self._names(accuracy, "{:.2f} %"),
            (kept.number, 100 * kept.validation_accuracy) if kept else None,
            _range_of_accuracy(accuracy),
        )
        self.kept.setText(self._what_is_kept(story, kept))

    def _names(self, curves: dict[str, Curve], form: str) -> dict[str, str]:
        """The key: only what there is, with its latest value."""
        called = {
            "training": "training",
            "validation": self._watched,
            "strangers": "strangers' pen digits",
        }
        names = {
            name: f"{text} {form.format(curves[name].y[-1])}"
            for name, text in called.items()
            if name in curves and len(curves[name].y)
        }
        return names or {"trend": "training, batch by batch"}

    def _what_is_kept(self, story: Story, kept: Epoch | None) -> str:
        if kept is None:
            return "A ring will mark the epoch that is kept, once the first one has ended."
        why = "the lowest validation loss" if self._keeps_best else "the last one"
        done = story.ended is not None and story.ended.how != "failed"
        tense = "is" if done else "would be"
        return (
            f"Ring: epoch {kept.number}, {why}, {tense} kept: {self._watched} loss"
            f" {kept.validation_loss:.4f}, accuracy {100 * kept.validation_accuracy:.2f} %."
        )


def _of_strangers(epoch: Epoch) -> float | None:
    return None if epoch.pen_accuracy is None else 100 * epoch.pen_accuracy


def _is_number(epoch: Epoch) -> bool:
    return bool(np.isfinite(epoch.validation_loss))


def _range_of_loss(curves: Iterable[Curve]) -> tuple[float, float]:
    values = np.concatenate([curve.y for curve in curves])
    return (float(values.min()), float(values.max())) if len(values) else (0.01, 1.0)


def _range_of_accuracy(curves: dict[str, Curve]) -> tuple[float, float]:
    """From below all epochs to 100; the first batches, which know nothing, may leave the plot."""
    epochs = [curve for name, curve in curves.items() if name not in ("batches", "trend")]
    lows = [float(curve.y.min()) for curve in epochs if len(curve.y)]
    batches = curves["batches"].y
    if len(batches):
        lows.append(float(np.quantile(batches, 0.1)))
    return min([*lows, 99.0]), 100.0
