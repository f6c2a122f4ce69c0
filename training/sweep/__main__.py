"""``python -m training.sweep``: a worker, ``serve`` and ``show``."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from digitpad.cli.terminal import printable
from training.base import publish
from training.base.errors import BuildError
from training.sweep.errors import SweepError
from training.sweep.options import serve_parser, show_parser, sweep_parser

_PROGRAM = (sys.executable, "-m", "training.sweep")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 after an error, 130 when stopped."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words[:1] == ["serve"]:
            _serve(serve_parser().parse_args(words[1:]))
        elif words[:1] == ["show"]:
            _show(show_parser().parse_args(words[1:]))
        else:
            _work(sweep_parser().parse_args(words), words)
    except BuildError as error:
        print(f"training.sweep: {printable(str(error))}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:  # the app itself is installed without them
        print(
            f"training.sweep: sweeps need {error.name}; install what is missing with"
            " pip install -e '.[train]'",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt as error:
        if "--quiet" not in words:
            print(f"training.sweep: {printable(str(error)) or 'stopped'}", file=sys.stderr)
        return 130
    return 0


def _work(options: argparse.Namespace, words: Sequence[str]) -> None:
    from training.sweep.command import Means, run
    from training.sweep.trial import run_build
    from training.sweep.worker import PACE

    run(options, words, Means(run_build, PACE, _PROGRAM))


def _serve(options: argparse.Namespace) -> None:
    from optuna.exceptions import ExperimentalWarning
    from optuna.storages import run_grpc_proxy_server

    from training.sweep.storage import open_url

    path = options.storage.removeprefix("sqlite:///")
    if path != options.storage:
        publish.make_folders(Path(path).parent)
    storage = open_url(options.storage)
    _check_free(options.host, options.port)
    print(
        f"Serving studies at {options.host}:{options.port}; workers join with --study NAME"
        f" --storage grpc://HOST:{options.port}. Ctrl-C ends it.",
        flush=True,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        run_grpc_proxy_server(storage, host=options.host, port=options.port)


def _check_free(host: str, port: int) -> None:
    """Make sure that nobody listens there: gRPC would share the port, and mix two databases."""
    failures: list[OSError] = []
    addresses: list[Any] = []
    try:
        addresses += socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        failures.append(error)
    for family, kind, protocol, _, address in addresses:
        try:
            with socket.socket(family, kind, protocol) as probe:
                if os.name != "nt":  # there it would mean something else
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
                probe.listen()
        except OSError as error:
            failures.append(error)
    taken = [failure for failure in failures if failure.errno == errno.EADDRINUSE]
    # A name may stand for addresses of a kind that this machine does not have.
    if taken or len(failures) >= max(1, len(addresses)):
        raise SweepError(
            f"cannot listen at {host}:{port} ({(taken or failures)[0].strerror}); choose another"
            " --host or --port"
        )


def _show(options: argparse.Namespace) -> None:
    from training.sweep.places import Places
    from training.sweep.storage import open_file, open_url, shown
    from training.sweep.study import find
    from training.sweep.table import show

    if (options.folder is None) == (options.storage is None):
        raise SweepError("say which sweep: either its folder, or --storage URL")
    if options.storage:
        storage, place = open_url(options.storage), shown(options.storage)
    else:
        database = Places(options.folder).database
        storage, place = open_file(database, create=False), str(database)
    study = find(storage, place, options.study)
    show(study.jobs(), study.sweep, Console(highlight=False))


if __name__ == "__main__":
    sys.exit(main())
