"""A strip of recent drawings with their answers; a click brings one back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from digitpad.image.normalize import SIZE
from digitpad.ui.style import theme
from digitpad.ui.style.pixels import tinted
from digitpad.ui.style.plain import menu_text, plain_tip

if TYPE_CHECKING:
    from digitpad.library.recents import Recent

_THUMBNAIL = 2 * SIZE
_RECENT = Qt.ItemDataRole.UserRole


class RecentsStrip(QListWidget):
    """Thumbnails as the network sees them, newest first, in one row.

    Arrows move, Enter or a click chooses, Delete removes; the context menu has more.

    Signals:
        chosen(Ink): a drawing is to come back.
        removed(int): the key of a :class:`Recent` that is to go.
        labelled(Ink, str): what somebody says that a drawing is.

    Attributes:
        labels: what a drawing can be said to be, and what that is called in the menu; a function.
        commands: what the window's menus have of the whole strip, for the context menu.
    """

    chosen = Signal(object)
    removed = Signal(int)
    labelled = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: list[Recent] = []
        self.labels: Callable[[], Sequence[tuple[str, str]]] = tuple
        self.commands: Sequence[QAction] = ()
        self.retranslate()
        self.setFlow(QListView.Flow.LeftToRight)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_Cells(self))
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setSpacing(theme.GRID // 4)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        # The wheel and the arrows scroll.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.itemClicked.connect(self._choose)
        self.setFixedHeight(self._cell().height() + theme.GRID)

    def retranslate(self) -> None:
        """Take the texts of the language that is now installed."""
        self.setAccessibleName(self.tr("Recent drawings"))
        for item in map(self.item, range(self.count())):
            _describe(item)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def show_recents(self, recents: Sequence[Recent]) -> None:
        """Show these drawings, newest first; one that is shown already costs nothing."""
        row, stay = self.currentRow(), set(map(id, recents))
        for place in reversed(range(len(self._shown))):
            if id(self._shown[place]) not in stay:
                self.takeItem(place)
        left = [recent for recent in self._shown if id(recent) in stay]
        for place, recent in enumerate(recents):
            if place == len(left) or left[place] is not recent:
                left.insert(place, recent)
                self.insertItem(place, self._tile(recent))
        self._shown = left
        if self.count():
            self.setCurrentRow(min(max(row, 0), self.count() - 1))
            self.clearSelection()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (turned.x() or turned.y()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        # Delete is also the window's key for Clear.
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if item is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(item)
        elif item is not None and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(item.data(_RECENT).key)
        else:
            super().keyPressEvent(event)

    def menu(self, item: QListWidgetItem | None) -> QMenu:
        """The context menu of a drawing, or of the strip."""
        menu = QMenu(self)
        if item is not None:
            key = item.data(_RECENT).key
            remove = QAction(self.tr("Remove"), menu)
            remove.triggered.connect(lambda: self.removed.emit(key))
            menu.addAction(remove)
            if labels := self.labels():
                ink, choices = item.data(_RECENT).ink, menu.addMenu(self.tr("This is"))
            for label, name in labels:
                choice = choices.addAction(menu_text(name))
                choice.setToolTip(plain_tip(name))
                choice.triggered.connect(partial(self.labelled.emit, ink, label))
        menu.addActions(self.commands)
        return menu

    def _open_menu(self, at: QPoint) -> None:
        menu = self.menu(self.itemAt(at))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(at))

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(_RECENT).ink)

    def _tile(self, recent: Recent) -> QListWidgetItem:
        item = QListWidgetItem(recent.label)
        item.setData(_RECENT, recent)
        item.setSizeHint(self._cell())
        _describe(item)
        return item

    def _cell(self) -> QSize:
        text = self.fontMetrics().height()
        return QSize(_THUMBNAIL + theme.GRID, _THUMBNAIL + text + theme.GRID)


def _describe(item: QListWidgetItem) -> None:
    """Say in the language that is now installed what a drawing was read as."""
    recent = item.data(_RECENT)
    text = f"{recent.label}, {theme.percentage(recent.probability)}"
    item.setData(Qt.ItemDataRole.AccessibleTextRole, text)
    item.setToolTip(plain_tip(text))


class _Cells(QStyledItemDelegate):
    """A thumbnail with its answer beneath; a ring around it for those who move by keyboard."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        widget: QWidget = option.widget
        colours = theme.colours(widget.palette())
        cell = QRectF(option.rect).adjusted(1, 1, -1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(QPen(QColor(colours.accent), 2) if has_focus else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.hover) if is_hovered else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cell, theme.GRID, theme.GRID)
        left = option.rect.left() + (option.rect.width() - _THUMBNAIL) // 2
        place = QRect(left, option.rect.top() + theme.GRID // 2, _THUMBNAIL, _THUMBNAIL)
        painter.fillRect(place, QColor(colours.paper))
        image = index.data(_RECENT).image
        if image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(place, tinted(image, QColor(colours.ink)))
        text = QRectF(cell.left() + 2, place.bottom() + 1, cell.width() - 4, 0)
        text.setBottom(cell.bottom())
        painter.setPen(QColor(colours.ink))
        painter.setFont(widget.font())
        elided = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, int(text.width())
        )
        painter.drawText(text, Qt.AlignmentFlag.AlignCenter, elided)
        painter.restore()
