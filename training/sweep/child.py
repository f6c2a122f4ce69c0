"""``python -m training.build`` as a worker's child: it ends with its worker, however that ends.

The worker holds the other end of standard input. The system closes it when the worker dies, even
when it is killed, on every platform.
"""

from __future__ import annotations

import os
import sys
import threading


def end_with_parent() -> None:
    """End this process at once when standard input ends."""
    # Ctrl-C is for the worker, which puts its trial back; checkpoints are whole at any time.
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    # Not sys.stdin: a lock of it, held by this thread for good, would spoil a normal end.
    while os.read(0, 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    end_with_parent()
    from training.build import main

    sys.exit(main(sys.argv[1:]))
