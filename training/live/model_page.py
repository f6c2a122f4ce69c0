"""The model's tab: its layers with the shapes of their outputs and their parameters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout

from digitpad.ui.style.theme import GRID
from training.live.look import Page, Text
from training.live.tables import Table
from training.runs import Layer


class ModelPage(Page):
    """A table of layers; their total above it."""

    def __init__(self) -> None:
        super().__init__("Layers appear once the network is built.")
        self.title = Text(bold=True)
        headings = ("Layer", "Kind", "Input from", "Output shape", "Parameters")
        self.table = Table("Layers", headings, texts=(0, 1, 2, 3), stretched=(0,))
        self.table.setMaximumWidth(88 * GRID)
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.title)
        layout.addWidget(self.table, 1)

    def show_layers(self, layers: Sequence[Layer]) -> None:
        """Show a network's layers in order; none before they are known."""
        self.reveal(bool(layers))
        total = sum(layer.parameters for layer in layers)
        self.title.setText(f"{total:,} parameters in {len(layers)} layers")
        self.table.show_rows([_row(layer) for layer in layers])
        self.table.setColumnHidden(2, _is_chain(layers))


def _is_chain(layers: Sequence[Layer]) -> bool:
    """Whether every layer takes its input from the one above it, or from what is no layer."""
    names = [layer.name for layer in layers]
    return all(
        {name for name in layer.inputs if name in names} <= {above}
        for layer, above in zip(layers, ["", *names], strict=False)
    )


def _row(layer: Layer) -> tuple[str, ...]:
    return (
        layer.name,
        layer.kind,
        ", ".join(layer.inputs),
        " × ".join(str(size) for size in layer.shape),
        f"{layer.parameters:,}" if layer.parameters else "–",
    )
