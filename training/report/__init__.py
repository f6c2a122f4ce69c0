"""The report of a run, made from its folder alone: figures, history, and a page with all of it.

The command is ``python -m training.report RUN``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.runs.reading import check_links

if TYPE_CHECKING:
    from training.runs import RunFolder


def write(folder: RunFolder) -> None:
    """Write ``figures/*.png``, ``history.csv`` and ``report.html``; what is missing is left out.

    Contact sheets that the build left as ``figures/drawn-*.png`` become part of the page. Raises
    BuildError if the folder is damaged or cannot be written to.
    """
    check_links(folder.path)
    # Only now: --help should not have to wait for matplotlib.
    from training.report.page import write_page

    write_page(folder)
