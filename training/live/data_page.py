"""The data's tab: some of the training images, each with its class."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from digitpad.ui.style.theme import GRID
from training.live.gallery import Gallery
from training.live.look import Page, Text
from training.runs import Configuration, Pictures


class DataPage(Page):
    """Sample images, and what they are a sample of."""

    def __init__(self, configuration: Configuration) -> None:
        super().__init__("Images appear once the data is loaded.")
        self._of = f"{configuration.data}, {len(configuration.labels)} classes"
        self.title = Text(bold=True)
        self.gallery = Gallery(configuration.labels, "Training images")
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.title)
        layout.addWidget(self.gallery, 1)

    def show_samples(self, samples: Pictures | None) -> None:
        """Show training images; None before they are known."""
        self.reveal(samples is not None)
        if samples is None:
            return
        count = len(samples.labels)
        self.title.setText(f"{count} of the training images ({self._of})")
        self.gallery.show_pictures(samples, range(count))
