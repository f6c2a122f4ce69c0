"""Figures that are no durations, printed after the tables of durations."""

from __future__ import annotations

from collections.abc import Callable

import pytest

_LINES: list[str] = []


def pytest_configure(config: pytest.Config) -> None:
    """Without -n there is nothing to distribute, and pytest-benchmark would refuse to measure."""
    if not config.getoption("numprocesses", None):
        config.option.dist = "no"


@pytest.fixture
def report() -> Callable[[str], None]:
    """Add one line to the end of the run."""
    return _LINES.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _LINES:
        terminalreporter.section("other measurements")
        for line in _LINES:
            terminalreporter.write_line(line)
