"""How a command ends: its exit code, and what it says on standard error."""

from __future__ import annotations

import pytest

from training.base.command import run_command
from training.base.errors import BuildError


class SweepError(BuildError):
    pass


def raising(error: BaseException):
    def body() -> None:
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (SweepError("no room; free some"), 2, "training.x: no room; free some\n"),
        (SweepError("\x1b[2J"), 2, "training.x: \\x1b[2J\n"),
        (OSError("full"), 2, "training.x: full\n"),
        (KeyboardInterrupt(), 130, "training.x: stopped\n"),
        (KeyboardInterrupt("put back"), 130, "training.x: put back\n"),
    ],
)
def test_a_failure_is_one_sentence_and_a_code(error, code, said, capsys):
    assert run_command("training.x", raising(error), errors=(OSError,)) == code
    assert capsys.readouterr() == ("", said)


def test_a_missing_package_is_named(capsys):
    missing = ModuleNotFoundError("No module named 'jinja2'", name="jinja2")
    assert run_command("training.x", raising(missing)) == 2
    said = capsys.readouterr().err
    assert said.startswith("training.x: this needs jinja2; install")
    assert said.endswith("pip install -e '.[train]'\n")


@pytest.mark.parametrize(
    "error", [ValueError("a defect"), ModuleNotFoundError("", name="training.novel")]
)
def test_a_defect_is_not_hidden(error):
    with pytest.raises(type(error)):
        run_command("training.x", raising(error))


def test_the_body_decides_otherwise(capsys):
    assert run_command("training.x", lambda: None) == 0
    assert run_command("training.x", lambda: 2) == 2
    assert run_command("training.x", raising(KeyboardInterrupt()), stopped="") == 130
    assert capsys.readouterr() == ("", "")
