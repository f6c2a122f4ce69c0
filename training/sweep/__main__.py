"""``python -m training.sweep``: a worker, ``serve`` and ``show``."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from training.base import publish
from training.base.command import run_command
from training.sweep import SweepError
from training.sweep.options import serve_parser, show_parser, sweep_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 after an error, 130 when stopped."""
    words = list(sys.argv[1:] if arguments is None else arguments)

    def body() -> None:
        if words[:1] == ["serve"]:
            _serve(serve_parser().parse_args(words[1:]))
        elif words[:1] == ["show"]:
            _show(show_parser().parse_args(words[1:]))
        else:
            from training.sweep.build import run_build
            from training.sweep.command import run
            from training.sweep.storage import Pace

            run(sweep_parser().parse_args(words), words, run_build, Pace())

    return run_command("training.sweep", body, stopped="" if "--quiet" in words else "stopped")


def _serve(options: argparse.Namespace) -> None:
    from optuna.storages import run_grpc_proxy_server

    from training.sweep.storage import Pace, open_url

    path = options.storage.removeprefix("sqlite:///")
    if path != options.storage:
        publish.make_folders(Path(path).parent)
    storage = open_url(options.storage, Pace())
    try:
        # gRPC would share a port that is taken, and mix two databases.
        socket.create_server((options.host, options.port)).close()
    except OSError as error:
        raise SweepError(
            f"cannot listen at {options.host}:{options.port} ({error.strerror}); choose another"
            " --host or --port"
        ) from error
    print(
        f"Serving studies at {options.host}:{options.port}; workers join with --study NAME"
        f" --storage grpc://HOST:{options.port}. Ctrl-C ends it.",
        flush=True,
    )
    run_grpc_proxy_server(storage, host=options.host, port=options.port)


def _show(options: argparse.Namespace) -> None:
    from training.sweep.results import show
    from training.sweep.storage import Pace, open_storage
    from training.sweep.study import find

    if (options.folder is None) == (options.storage is None):
        raise SweepError("say which sweep: either its folder, or --storage URL")
    once = Pace(patience=0)
    study = find(*open_storage(options.storage, options.folder, once, create=False), options.study)
    show(study.jobs(), study.sweep, Console(highlight=False))


if __name__ == "__main__":
    sys.exit(main())
