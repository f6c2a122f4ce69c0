from __future__ import annotations

from pathlib import Path

import pytest

from digitpad.library import resources
from digitpad.library.resources import AssetError, asset, bundled_models


def test_assets_of_this_installation() -> None:
    assert asset("models/digits.onnx").is_file()
    assert "digits" in bundled_models()


def test_a_missing_file_is_a_sentence() -> None:
    with pytest.raises(AssetError, match=r"models/nothing\.onnx is missing; reinstall"):
        asset("models/nothing.onnx")


def test_the_installed_copy_comes_before_a_folder_beside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "digitpad"
    (tmp_path / "assets").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", package)
    package.mkdir()
    assert resources.assets_dir() == tmp_path / "assets"
    (package / "assets").mkdir()
    assert resources.assets_dir() == package / "assets"


def test_an_installation_without_assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "digitpad")
    with pytest.raises(AssetError, match="reinstall"):
        resources.assets_dir()
