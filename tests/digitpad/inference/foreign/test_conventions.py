from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from digitpad.inference.foreign.conventions import (
    Conventions,
    ConventionsError,
    checked,
    from_dict,
    parse,
)

PYTORCH = Conventions(
    layout="NCHW",
    channels=1,
    side=28,
    dtype="float32",
    batch=None,
    low=-0.4242,
    high=2.8215,
    ink="white",
    output="logits",
    answers="logits",
    labels=tuple("0123456789"),
)


def test_through_json_and_back() -> None:
    text = json.dumps(PYTORCH.as_dict())
    assert from_dict(json.loads(text)) == PYTORCH
    assert len(text) < 300


@pytest.mark.parametrize("values", [None, [], {}, "x", {"layout": "NCHW"}])
def test_incomplete_values(values: object) -> None:
    with pytest.raises(ConventionsError, match="incomplete"):
        from_dict(values)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("layout", "CHWN"),
        ("layout", ["NCHW"]),
        ("channels", 2),
        ("channels", True),
        ("side", 10**9),
        ("dtype", "object"),
        ("batch", 0),
        ("batch", 10**9),
        ("batch", "1"),
        ("low", "0"),
        ("low", float("nan")),
        ("high", float("inf")),
        ("high", 10**400),
        ("high", -0.4242),
        ("ink", "red"),
        ("output", 7),
        ("output", "n" * 2**20),
        ("answers", None),
        ("labels", "0123456789"),
        ("labels", ["a"]),
        ("labels", ["a", "a"]),
        ("labels", ["a", ""]),
        ("labels", [str(i) for i in range(101)]),
        ("labels", "[" * 100_000),
    ],
)
def test_values_that_cannot_be(key: str, value: Any) -> None:
    with pytest.raises(ConventionsError) as caught:
        from_dict(PYTORCH.as_dict() | {key: value})
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_scalings_have_names() -> None:
    assert PYTORCH.scaling == "mean/std"
    assert replace(PYTORCH, low=0.0, high=255.0).scaling == "0..255"
    assert replace(PYTORCH, low=0.0, high=16.0).scaling == "0..16"


def test_from_a_command_line() -> None:
    assert parse([]) == {}
    assert parse(["scaling=0..255", "ink=black", "labels=a,b"]) == {
        "low": 0.0,
        "high": 255.0,
        "ink": "black",
        "labels": ("a", "b"),
    }
    assert parse(["scaling=-0.5..2"]) == {"low": -0.5, "high": 2.0}
    assert parse(["output=a=b"]) == {"output": "a=b"}


@pytest.mark.parametrize(
    "option",
    ["ink", "ink=", "batch=1", "=", "scaling=1", "scaling=0..x", "scaling=1..1", "labels=a"],
)
def test_a_command_line_that_cannot_be(option: str) -> None:
    with pytest.raises(ConventionsError):
        parse([option])


def test_some_values() -> None:
    assert checked({"ink": "black", "labels": '["a", "b"]'}) == {
        "ink": "black",
        "labels": ("a", "b"),
    }


def test_a_summary_for_people() -> None:
    assert PYTORCH.summary == "NCHW float32, mean/std, white ink, logits"
    other = replace(PYTORCH, batch=1, side=32, channels=3)
    assert other.summary == (
        "NCHW float32, 32 × 32, coloured, 1 at a time, mean/std, white ink, logits"
    )
