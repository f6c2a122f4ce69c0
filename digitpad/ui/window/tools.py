"""The tools of the pad: pen and eraser, the grid, and the replay."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMainWindow, QMenu

from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.pad.grid import Grid
from digitpad.ui.pad.pad import Pad
from digitpad.ui.pad.pen_menu import PenMenu
from digitpad.ui.pad.scrubber import Scrubber
from digitpad.ui.style.icons import icon
from digitpad.ui.window.commands import Commands, from_table

translate = QCoreApplication.translate


class Tools:
    """Puts the tools into the menus and below the pad.

    Attributes:
        pad: the page or the grid, with the tools.
        pen_menu: how the pen draws.
    """

    def __init__(
        self,
        commands: Commands,
        canvas: Canvas,
        grid: Grid,
        scrubber: Scrubber,
        toggle_grid: Callable[[], None],
        window: QMainWindow,
    ) -> None:
        self._commands, self._window = commands, window
        self._canvas, self._grid, self._scrubber = canvas, grid, scrubber
        self._tool = "pen"
        self.pen_menu = PenMenu(canvas, grid, window)
        self._add_tools(toggle_grid)
        self._add_replay()
        eraser_menu = QMenu(window)
        eraser_menu.addActions([commands["eraser"], commands["eraser-parts"]])
        self.pad = Pad(
            canvas,
            grid,
            scrubber,
            commands["play"],
            [
                [commands[name] for name in names]
                for names in (("undo", "redo"), ("pen", "eraser", "grid"), ("clear",))
            ],
            {commands["pen"]: self.pen_menu, commands["eraser"]: eraser_menu},
        )
        self._use("pen")

    def show_grid(self, on: bool) -> None:
        """Show the grid, or the page, and offer what counts there."""
        self._commands["grid"].setChecked(on)
        self.pad.show_grid(on)
        self.pen_menu.show_grid(on)

    def enable(self) -> None:
        """Offer what the drawing allows."""
        self._commands["play"].setEnabled(self._scrubber.isEnabled())

    def retranslate(self) -> None:
        """Take the texts of the language that is now installed."""
        self.pen_menu.retranslate()
        self.pad.measure()

    def _add_tools(self, toggle_grid: Callable[[], None]) -> None:
        add, text = self._commands.add, from_table(_texts)
        for name, tip, key in (
            ("pen", "pen-tip", "P"),
            ("eraser", "eraser-tip", "E"),
            ("eraser-parts", "eraser-parts", "Shift+E"),
        ):
            add(
                name,
                text(name),
                [key],
                self._user_of(name),
                menu="draw",
                tip=text(tip),
                checkable=True,
            )
        add(
            "grid",
            text("grid"),
            ["G"],
            toggle_grid,
            menu="draw",
            tip=text("grid-tip"),
            checkable=True,
        )
        draw = self._commands.menu("draw")
        draw.addSeparator()
        draw.addMenu(self.pen_menu)
        menu = self.pen_menu
        add("heavier", text("heavier"), ["]"], lambda: menu.heavier(1), menu="draw")
        add("lighter", text("lighter"), ["["], lambda: menu.heavier(-1), menu="draw")
        add("denser", text("denser"), ["Shift+]"], lambda: menu.denser(1), menu="draw")
        add("fainter", text("fainter"), ["Shift+["], lambda: menu.denser(-1), menu="draw")
        draw.addSeparator()

    def _add_replay(self) -> None:
        play = self._commands.add(
            "play", from_table(_texts)("play"), ["Space"], self._scrubber.toggle, menu="draw"
        )
        # Elsewhere, the space bar presses buttons and inks cells.
        play.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        for place in (self._canvas, self._scrubber):
            place.addAction(play)
        self._scrubber.played.connect(self.draw_icons)

    def draw_icons(self) -> None:
        """Draw the icon that changes: play, or pause."""
        name = "pause" if self._scrubber.is_playing else "play"
        self._commands["play"].setIcon(icon(name, self._window.palette()))

    def _user_of(self, tool: str) -> Callable[[], None]:
        # The same key again goes back to the pen.
        return lambda: self._use("pen" if self._tool == tool else tool)

    def _use(self, tool: str) -> None:
        self._tool = tool
        self._commands["pen"].setChecked(tool == "pen")
        self._commands["eraser"].setChecked(tool != "pen")
        self._commands["eraser-parts"].setChecked(tool == "eraser-parts")
        self._canvas.set_eraser(tool != "pen", parts=tool == "eraser-parts")
        self._grid.set_eraser(tool != "pen")


def _texts() -> dict[str, str]:
    return {
        "pen": translate("Tools", "Pen"),
        "pen-tip": translate("Tools", "Draw"),
        "eraser": translate("Tools", "Eraser"),
        "eraser-tip": translate("Tools", "Erase strokes; with Shift, only what is touched"),
        "eraser-parts": translate("Tools", "Erase only what is touched"),
        "grid": translate("Tools", "Grid"),
        "grid-tip": translate("Tools", "Ink the 28 × 28 cells that the network gets"),
        "heavier": translate("Tools", "Broader, or darker cells"),
        "lighter": translate("Tools", "Thinner, or lighter cells"),
        "denser": translate("Tools", "More ink"),
        "fainter": translate("Tools", "Less ink"),
        "play": translate("Tools", "Replay the drawing"),
    }
