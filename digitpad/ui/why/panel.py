"""The panel "Seeing why": which ink mattered, one stroke less, and the feature maps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from digitpad.image.normalize import Image
from digitpad.inference.feature_maps import Layer
from digitpad.inference.importance import Importance, Patch
from digitpad.ink.ink import Ink
from digitpad.ui.style import theme
from digitpad.ui.style.plain import PlainLabel
from digitpad.ui.style.translations import Translated
from digitpad.ui.why.maps import MapSheet
from digitpad.ui.why.picture import WIDTH, InkPicture
from digitpad.ui.why.strokes import StrokeTiles

translate = QCoreApplication.translate

#: Ink that speaks against the answer by less, in bits, is not worth a sentence: without it the odds
#: do not even double.
_LITTLE = 1.0
#: Widths in the style sheet, in device-independent pixels.
_SCROLL_BAR, _RING = theme.GRID, 2


class WhyPanel(Translated, QScrollArea):
    """Takes a drawing and what is known of it; knows neither window nor model.

    Of one width; it scrolls, also by arrows and page keys.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._importance: Importance | None = None
        self._labels: Sequence[str] = ()
        self._is_blank = True
        self._convolutions: int | None = None
        self.picture, self.strokes = InkPicture(), StrokeTiles()
        self.sheets: list[MapSheet] = []
        self._ink_title, self._stroke_title, self._maps_title = (_text(bold=True) for _ in "123")
        self.told, self.no_maps = _text(), _text()
        self.told.setMinimumHeight(2 * self.told.fontMetrics().lineSpacing())
        self._column = QVBoxLayout()
        self._lay_out()
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Seeing why"))
        self._ink_title.setText(self.tr("Which ink mattered"))
        self._stroke_title.setText(self.tr("One stroke less"))
        self._maps_title.setText(self.tr("Feature maps"))
        self._tell()
        self._tell_of_maps()

    def show_ink(
        self,
        image: Image | None,
        importance: Importance | None,
        ink: Ink,
        labels: Sequence[str],
    ) -> None:
        """Show what the ink of a drawing is worth.

        Args:
            image: float32 (28, 28), ink 1.0 on paper 0.0; None for blank paper.
            importance: of this image; None where it is not known.
            ink: the strokes of the image; none for a picture.
            labels: (classes,), what the classes are called.
        """
        self._importance, self._labels, self._is_blank = importance, labels, image is None
        if importance is None:
            self.picture.show_ink(image, None, "")
            self.strokes.show_strokes(Ink(), (), -1, labels)
        else:
            winner = importance.winner
            self.picture.show_ink(image, importance.bits, labels[winner])
            self.strokes.show_strokes(ink, importance.strokes, winner, labels)
        self._tell()

    def show_maps(self, layers: Sequence[Layer], convolutions: int | None) -> None:
        """Show feature maps, in place of those before.

        Args:
            layers: those of one drawing.
            convolutions: how many the model has; None where that is not known.
        """
        self._convolutions = convolutions
        same = len(layers) == len(self.sheets) and all(
            sheet.fits(layer) for sheet, layer in zip(self.sheets, layers, strict=True)
        )
        if same:
            for sheet, layer in zip(self.sheets, layers, strict=True):
                sheet.show_layer(layer)
        else:
            for sheet in self.sheets:
                self._column.removeWidget(sheet)
                sheet.hide()
                sheet.deleteLater()
            self.sheets = [MapSheet(layer) for layer in layers]
            for place, sheet in enumerate(self.sheets):
                self._column.insertWidget(place, sheet)
        self._tell_of_maps()

    def describe(self) -> None:
        """Tell screen readers of the drawing as it now is: not at every movement of a pen."""
        self.picture.setAccessibleDescription(self._summary())
        self.strokes.describe()

    def _tell(self) -> None:
        self.told.setText(self._best())

    def _tell_of_maps(self) -> None:
        """Say why there are no maps, where there are none."""
        said = self.tr("The feature maps of this model cannot be seen.")
        if self._convolutions == 0:
            said = self.tr("This model has no convolutions, and so no feature maps.")
        self.no_maps.setText(said)
        self.no_maps.setVisible(not self.sheets)

    def _summary(self) -> str:
        return " ".join(filter(None, (self._best(), self._worst())))

    def _best(self) -> str:
        """Where the ink is that matters most, and how much."""
        known = self._importance
        if self._is_blank:
            return self.tr("Draw, and see which ink speaks for the answer.")
        if known is None:
            return self.tr("With this model it cannot be worked out.")
        if known.rejected:
            return self.tr("As it stands, this is hardly a digit.")
        label, best = self._labels[known.winner], known.best
        nothing = self.tr("No spot alone matters much for {label}.").format(label=label)
        if best is None:
            return nothing
        where = _place(best)
        if best.winner == known.winner:
            before, after = theme.percentage(known.probability), theme.percentage(best.share)
            said = self.tr("Without the ink {place}, {label} falls from {before} to {after}.")
            said = said.format(place=where, label=label, before=before, after=after)
            return nothing if before == after else said
        if best.rejected:
            return self.tr("Without the ink {place}, it is hardly a digit.").format(place=where)
        said = self.tr("Without the ink {place}, it is read as {other} ({share}).")
        share = theme.percentage(best.probability)
        return said.format(place=where, other=self._labels[best.winner], share=share)

    def _worst(self) -> str:
        known = self._importance
        if known is None or known.worst is None or known.worst.bits > -_LITTLE:
            return ""
        said = self.tr("The ink {place} speaks against {label}.")
        return said.format(place=_place(known.worst), label=self._labels[known.winner])

    def _lay_out(self) -> None:
        grid = theme.GRID
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(grid)
        for widget in (self._ink_title, self.picture, self.told):
            layout.addWidget(widget)
        layout.addSpacing(grid)
        layout.addWidget(self._stroke_title)
        layout.addWidget(self.strokes)
        layout.addSpacing(grid)
        layout.addWidget(self._maps_title)
        layout.addWidget(self.no_maps)
        self._column.setSpacing(2 * grid)
        layout.addLayout(self._column)
        layout.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        half = grid // 2  # between the content and the ring of focus
        self.setViewportMargins(half, half, grid, half)
        self.setFixedWidth(2 * _RING + half + WIDTH + grid + _SCROLL_BAR)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)


def _text(*, bold: bool = False) -> PlainLabel:
    label = PlainLabel()
    label.setWordWrap(True)
    label.setFixedWidth(WIDTH)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    if bold:
        label.setFont(theme.sized(label.font(), 1.0, bold=True))
    return label


def _place(patch: Patch) -> str:
    """Where a patch is: one of nine parts of the drawing."""
    return _places()[3 * min(int(3 * patch.row), 2) + min(int(3 * patch.column), 2)]


def _places() -> tuple[str, ...]:
    return (
        translate("WhyPanel", "at the top left"),
        translate("WhyPanel", "at the top"),
        translate("WhyPanel", "at the top right"),
        translate("WhyPanel", "at the left"),
        translate("WhyPanel", "in the middle"),
        translate("WhyPanel", "at the right"),
        translate("WhyPanel", "at the bottom left"),
        translate("WhyPanel", "at the bottom"),
        translate("WhyPanel", "at the bottom right"),
    )
