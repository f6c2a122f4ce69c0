from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from digitpad import __version__, ui
from digitpad.__main__ import main
from digitpad.ink.ink import Ink
from tests.support import foreign_models
from tests.support.stripes import LEVEL, UPRIGHT, save_model

COMMAND = [sys.executable, "-m", "digitpad"]
# With Python's own buffering, whose last flush is what complains about closed pipes.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
#: A stroke in more lists than numpy walks through.
DEEP = f'{{"strokes": {"[" * 34}1{"]" * 34}}}\n'
posix = pytest.mark.skipif(os.name != "posix", reason="terminals and signals are POSIX's here")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(save_model(tmp_path_factory.mktemp("model") / "stripes.onnx"))


def digitpad(*arguments, **options):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        **options,
    )


def started(*arguments, **options):
    usual = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE) | {"env": ENVIRONMENT}
    return subprocess.Popen([*COMMAND, *arguments], text=True, **(usual | options))


def environment_with_qt(folder: Path, code: str) -> dict[str, str]:
    """An environment in which importing PySide6 runs some code."""
    (folder / "PySide6").mkdir()
    (folder / "PySide6" / "__init__.py").write_text(code)
    return ENVIRONMENT | {"PYTHONPATH": str(folder)}


@pytest.fixture
def opened(monkeypatch):
    """Stands in for the window: a list of what it was opened with."""
    calls = []
    app = ModuleType("digitpad.ui.app")
    app.run = lambda **options: calls.append(options) or 0
    app.run_unseen = lambda **options: calls.append({"unseen": True} | options) or 0
    monkeypatch.setitem(sys.modules, "digitpad.ui.app", app)
    # Where another test has opened a window before, the package has the real one as its attribute.
    monkeypatch.setattr(ui, "app", app, raising=False)
    return calls


def test_predict_needs_no_qt(model, tmp_path):
    environment = environment_with_qt(tmp_path, "raise SystemExit('Qt was imported')")
    (tmp_path / "ink.jsonl").write_text(f"{UPRIGHT}\nseven\n{LEVEL}\n")
    done = digitpad("predict", "ink.jsonl", "--model", model, cwd=tmp_path, env=environment)
    assert done.stdout == "ink.jsonl:1     1  100.0 %\nink.jsonl:3     7  100.0 %\n"
    assert done.stderr == "ink.jsonl:2: not a line of JSON\n"
    assert done.returncode == 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_not_utf_8(model, tmp_path):
    name = os.fsdecode(b"\xff\n.jsonl")
    (tmp_path / name).write_text(LEVEL)
    done = digitpad("--model", model, "predict", "--json", name, name + "x", cwd=tmp_path)
    assert json.loads(done.stdout)["source"] == name
    assert done.stderr.startswith(r"\udcff\n.jsonlx: cannot be read: ")
    assert done.stderr.count("\n") == 1
    done = digitpad("--model", model, "predict", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "\\udcff\\n.jsonl:1     7  100.0 %\n")


def test_a_name_that_the_output_cannot_encode(model, tmp_path):
    (tmp_path / "größe.jsonl").write_text(LEVEL)
    environment = ENVIRONMENT | {"PYTHONIOENCODING": "ascii:strict"}
    done = digitpad("--model", model, "predict", "größe.jsonl", cwd=tmp_path, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(r"gr\xf6\xdfe.jsonl:1 ")


def test_standard_input_is_answered_while_somebody_writes_and_a_closed_pipe_is_quiet(model):
    with started("predict", "--model", model, "-") as process:
        for line, answer in ((UPRIGHT, "-:1     1  100.0 %\n"), (LEVEL, "-:2     7  100.0 %\n")):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            assert process.stdout.readline() == answer
        process.stdout.close()
        process.stdin.write(f"{LEVEL}\n" * 100)
        process.stdin.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


@posix
def test_ctrl_c_ends_quietly(model):
    with started("predict", "--model", model, "-") as process:
        process.stdin.write(UPRIGHT + "\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == ""
    assert process.returncode == 130


def read_terminal(descriptor: int) -> str:
    """All that was written to a terminal, without its escape sequences."""
    content = b""
    try:
        while part := os.read(descriptor, 65536):
            content += part
    except OSError:  # Linux's way to say that the other end has closed
        pass
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", content.decode())


@posix
@pytest.mark.parametrize("stdout_too", [False, True], ids=["stderr", "both"])
def test_a_terminal_gets_a_progress_bar_and_the_answers_stay_clean(model, tmp_path, stdout_too):
    import pty

    file = tmp_path / "many.jsonl"
    file.write_text(f"{UPRIGHT}\n" * 300 + "seven\n" + f"{LEVEL}\n" * 300)
    controller, terminal = pty.openpty()
    output = tmp_path / "answers"  # a pipe that nobody reads meanwhile may be too short
    environment = ENVIRONMENT | {"TERM": "xterm", "COLUMNS": "40"}
    with output.open("w") as stream:
        streams = {"stdout": terminal if stdout_too else stream, "stderr": terminal}
        with started("predict", "--model", model, str(file), env=environment, **streams) as process:
            os.close(terminal)
            shown = read_terminal(controller)
    answers = shown if stdout_too else output.read_text(encoding="utf-8")
    os.close(controller)
    assert process.returncode == 2
    assert re.search(r"\d+%.*601 drawings", shown)
    assert f"{file}:301: not a line of JSON" in shown
    numbers = [n for n in range(1, 602) if n != 301]
    lines = [
        f"{f'{file}:{n}':{len(str(file)) + 5}}  {1 if n < 301 else 7}  100.0 %" for n in numbers
    ]
    if stdout_too:
        answers = answers.replace("\r\n", "\n").replace("\r", "\n")
        assert [line for line in answers.split("\n") if line.endswith("100.0 %")] == lines
    else:
        assert answers.splitlines() == lines


def test_a_file_gets_no_progress_bar(model):
    done = digitpad("predict", "--model", model, "-", input=LEVEL)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            "raise ImportError('libEGL.so.1: not found', name='PySide6.QtGui')",
            "Qt cannot be loaded (libEGL.so.1: not found); ",
        ),
        (
            "raise ModuleNotFoundError('No module', name='PySide6')",
            "the window needs PySide6: pip install ",
        ),
    ],
    ids=["no libEGL", "no PySide6"],
)
def test_without_qt_the_window_says_what_to_install(tmp_path, code, sentence):
    done = digitpad(env=environment_with_qt(tmp_path, code))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"digitpad: {sentence}")
    assert done.stderr.count("\n") == 1
    if sys.platform == "linux" and "libEGL" in code:
        assert "sudo apt install libegl1 libgl1 " in done.stderr


def test_a_program_without_a_console_has_no_streams():
    code = (
        "import sys; sys.stdin = sys.stdout = sys.stderr = None;"
        "from digitpad.__main__ import main; sys.exit(main(['predict', 'missing.png']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")


def test_the_window_opens_with_what_was_asked_for(opened, tmp_path):
    ink = tmp_path / "ink.jsonl"
    ink.write_text(f"{LEVEL}\n{UPRIGHT}\n")
    assert main([]) == 0
    asked = ["--model", "mine.onnx", "--device", "cpu", "--theme", "dark", "--compare", "fashion"]
    assert main([*asked, "--screenshot", "out.png", "--ink", str(ink)]) == 0
    assert main(["--smoke-test", "--screenshot", "out.png"]) == 0
    nothing = dict.fromkeys(("model", "compare", "scheme", "ink"))
    nothing |= {"device": "auto", "overrides": {}}
    assert opened == [
        nothing,
        {
            "unseen": True,
            "model": "mine.onnx",
            "device": "cpu",
            "overrides": {},
            "compare": "fashion",
            "scheme": "dark",
            "screenshot": Path("out.png"),
            "ink": Ink.from_json(LEVEL),
        },
        {"unseen": True} | nothing,  # the smoke test, which takes no picture
    ]


def test_the_window_takes_conventions(opened):
    assert main(["--model", "mine.onnx", "--convention", "ink=black"]) == 0
    assert main(["--convention", "scaling=0..255", "--convention", "ink=white"]) == 0
    assert [call["overrides"] for call in opened] == [
        {"ink": "black"},
        {"low": 0.0, "high": 255.0, "ink": "white"},
    ]


def test_a_convention_that_there_is_none_of_opens_no_window(opened, capsys):
    assert main(["--convention", "ink=red"]) == 2
    assert capsys.readouterr() == ("", "digitpad: ink cannot be 'red'\n")
    assert opened == []


def test_conventions_count_before_and_after_the_name_of_a_command(tmp_path, capsys):
    path = tmp_path / "other.onnx"
    path.write_bytes(foreign_models.model(high=255, ink="black").SerializeToString())
    words = ["--convention", "ink=white", "info", "--convention", "scaling=0..1", "--json"]
    assert main([*words, "--model", str(path)]) == 0
    known = json.loads(capsys.readouterr().out)["models"][str(path)]["conventions"]
    assert (known["ink"], known["scaling"]) == ("white", "0..1")


def test_help_names_the_conventions(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--convention KEY=VALUE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, f": cannot be read: {os.strerror(2)}"),
        ("", ": the file holds no drawing"),
        ("seven\n", ":1: not a line of JSON"),
        (DEEP, ":1: expected a stroke as a list of [x, y] pairs"),
    ],
)
@pytest.mark.parametrize("words", [[], ["--screenshot", "out.png"]])
def test_ink_that_cannot_be_read_opens_no_window(opened, tmp_path, capsys, content, reason, words):
    ink = tmp_path / "ink.jsonl"
    if content is not None:
        ink.write_text(content)
    assert main([*words, "--ink", str(ink)]) == 2
    assert capsys.readouterr() == ("", f"digitpad: {ink}{reason}\n")
    assert opened == []


@pytest.mark.parametrize("content", [None, b"", b"no model"])
def test_a_model_that_cannot_be_used_is_one_sentence(tmp_path, capsys, content):
    model = tmp_path / "mine.onnx"
    if content is not None:
        model.write_bytes(content)
    assert main(["predict", "--model", str(model), "seven.png"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"digitpad: [^\n]+\n", err)


def test_a_device_that_is_not_there_is_said_once_and_the_cpu_answers(model, tmp_path, capsys):
    ink = tmp_path / "ink.jsonl"
    ink.write_text(f"{LEVEL}\n" * 3)
    absent = "coreml" if sys.platform != "darwin" else "directml"
    assert main(["predict", "--model", model, "--device", absent, str(ink)]) == 0
    out, err = capsys.readouterr()
    assert out.count("  7  ") == 3
    assert re.fullmatch(rf"digitpad: [^\n]*{absent}[^\n]*\n", err)


def test_a_library_that_does_not_load_is_a_sentence(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert main(["info"]) == 2
    assert capsys.readouterr().err.startswith("digitpad: a library cannot be loaded (")


@pytest.mark.parametrize("place", ["before", "after"])
def test_the_model_may_stand_before_and_after_the_command(model, tmp_path, capsys, place):
    ink = tmp_path / "ink.jsonl"
    ink.write_text(LEVEL)
    chosen, command = ["--model", model], ["predict", str(ink)]
    assert main([*chosen, *command] if place == "before" else [*command, *chosen]) == 0
    assert capsys.readouterr().out == f"{ink}:1     7  100.0 %\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("predict", "PATH"),
        ("predict --device abacus -", "abacus"),
        ("--theme dark predict seven.png", "predict opens no window"),
        ("--smoke-test info", "info opens no window"),
        ("--them dark", "--them"),
        ("seven.png", "seven.png"),
    ],
)
def test_usage_errors(arguments, complaint, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments.split())
    assert left.value.code == 2
    assert complaint in capsys.readouterr().err


def test_version_and_help(capsys):
    for arguments, words in (
        (["--version"], [f"digitpad {__version__}"]),
        (["--help"], ["predict", "info", "--smoke-test", "examples:", "exit codes:", "130"]),
        (["predict", "--help"], ['"index"', "standard input", "--json", "null", '"rejected"']),
    ):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 0
        out = capsys.readouterr().out
        assert [word for word in words if word not in out] == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs a device that is always full")
@pytest.mark.parametrize("words", [["info"], ["info", "--json"], ["predict", "-"]])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_full_output_is_an_exit_code_and_no_traceback(words, stream):
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    ink = b'{"strokes": [[[1, 1], [5, 5]]]}\nno ink\n'
    with Path("/dev/full").open("wb") as full:
        streams[stream] = full
        run = [sys.executable, "-m", "digitpad", *words]
        result = subprocess.run(run, input=ink, **streams, check=False)
    if stream == "stdout":
        assert result.returncode == 2
        assert b"cannot be written: No space left on device" in result.stderr
        assert b"Traceback" not in result.stderr
    else:
        assert result.returncode == (2 if words[0] == "predict" else 0)
        assert b"Traceback" not in result.stdout


def test_an_empty_name_is_no_folder(model, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").write_text('{"strokes": [[[1, 1], [5, 5]]]}\n')
    assert main(["predict", "--model", str(model), ""]) == 2
    assert capsys.readouterr().err == '"": no file has an empty name\n'
