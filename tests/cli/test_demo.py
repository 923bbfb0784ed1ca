"""`streamkit demo --keep`: the files that the tour leaves, and folders that it refuses."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from streamkit.cli.demo import copy_folder
from streamkit.cli.main import streamkit
from streamkit.errors import CannotWrite, StreamkitError
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


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_copy_of_a_read_only_folder_can_be_changed(tmp_path: Path) -> None:
    source, copy = tmp_path / "samples", tmp_path / "new" / "copy"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "one.jsonl").write_text("1\n")
    (source / "deep" / "one.jsonl").chmod(0o444)
    (source / "deep").chmod(0o555)
    try:
        copy_folder(source, copy)
    finally:
        (source / "deep").chmod(0o755)
    modes = [stat.S_IMODE(path.stat().st_mode) & stat.S_IWUSR for path in (copy, *copy.rglob("*"))]
    assert modes == [stat.S_IWUSR] * 3
    assert (copy / "deep" / "one.jsonl").read_text() == "1\n"


def test_a_copy_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match=re.escape(f"{tmp_path / 'file' / 'copy'}: cannot write: ")):
        copy_folder(tmp_path / "samples", tmp_path / "file" / "copy")
