"""`streamkit demo --keep`: the files that the tour leaves, and folders that it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from streamkit.cli.main import streamkit
from streamkit.errors import StreamkitError
from tests.clicking import CliRunner


def test_its_files_stay_and_its_commands_can_be_repeated(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "a tour"
    kept = CliRunner().invoke(streamkit, ["demo", "--keep", str(folder)], standalone_mode=False, obj={})
    assert kept.return_value == 0
    assert sorted(path.name for path in folder.iterdir()) == ["answer.jsonl", "broken.jsonl", "recordings"]
    assert not (folder / "recordings").is_symlink()
    assert f"# Next: cd '{folder}' and run these commands yourself" in kept.stdout + capfd.readouterr().out
    text = CliRunner().invoke(streamkit, ["reassemble", "--text", str(folder / "answer.jsonl")]).stdout
    assert text.startswith("Streams are rivers")


REFUSED = {
    "a folder with something in it": ("full", "full is not empty; name a new folder"),
    "a path that cannot be a folder": ("full/file/tour", "full/file/tour: cannot write: Not a directory"),
}


@pytest.mark.parametrize(("path", "error"), REFUSED.values(), ids=REFUSED)
def test_nothing_is_overwritten(path: str, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    result = CliRunner().invoke(streamkit, ["demo", "--keep", path], standalone_mode=False, obj={})
    assert isinstance(result.exception, StreamkitError)
    assert str(result.exception) == error
    assert [entry.name for entry in (tmp_path / "full").iterdir()] == ["file"]
