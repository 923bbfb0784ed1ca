"""Files are created exclusively, for their owner only, and written one line at a time."""

from __future__ import annotations

import errno
import os
import re
import stat
import threading
from pathlib import Path

import pytest

from streamkit import files
from streamkit.errors import CannotWrite, OutputExists
from streamkit.files import check_folder, create, rewrite

posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


@posix
@pytest.mark.parametrize("mask", [0o022, 0o000])
def test_files_and_folders_are_private(tmp_path, mask):
    before = os.umask(mask)
    try:
        with files.create(tmp_path / "a" / "b" / "x.jsonl") as output:
            output.write(b"1\n")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / part).stat().st_mode) for part in ("a", "a/b", "a/b/x.jsonl")]
    assert modes == [0o700, 0o700, 0o600]


def test_an_existing_file_is_kept_unless_forced(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"old")
    with pytest.raises(OutputExists, match="--force"):
        files.create(path)
    assert path.read_bytes() == b"old"
    with files.create(path, force=True) as output:
        output.write(b"new\n")
    assert path.read_bytes() == b"new\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, b"2\n"), (b"", b"2\n"), (b"1\n", b"1\n2\n"), (b"1", b"1\n2\n")],
)
def test_appending_starts_on_a_new_line(tmp_path, before, after):
    path = tmp_path / "x"
    if before is not None:
        path.write_bytes(before)
    with files.create(path, append=True) as output:
        output.write(b"2\n")
    assert path.read_bytes() == after


def test_every_line_is_one_call(tmp_path, monkeypatch):
    calls = []
    real = os.write
    monkeypatch.setattr(files.os, "write", lambda descriptor, data: calls.append(data) or real(descriptor, data))
    with files.create(tmp_path / "x") as output:
        output.write(b"1" * 100_000 + b"\n")
        output.write(b"2\n")
    assert [len(data) for data in calls] == [100_001, 2]


def test_a_short_write_is_continued(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(files.os, "write", lambda descriptor, data: real(descriptor, data[:3]))
    with files.create(tmp_path / "x") as output:
        output.write(b"12345678\n")
    assert (tmp_path / "x").read_bytes() == b"12345678\n"


def test_a_taken_name_gets_a_number(tmp_path):
    names = []
    for _ in range(3):
        with files.create_next(tmp_path / "x.jsonl") as output:
            names.append(output.path)
    assert [name.rpartition(os.sep)[2] for name in names] == ["x.jsonl", "x-2.jsonl", "x-3.jsonl"]


@posix
def test_a_device_is_written_to_directly():
    with files.create("/dev/null") as output:
        output.write(b"1\n")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)  # noqa: PTH116 - the device itself, and not a file in its place


def test_an_unwritable_file_is_reported_in_one_line(tmp_path):
    with pytest.raises(files.CannotWrite, match="cannot write: "):
        files.create(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(files.CannotWrite, match="cannot write: "):
        files.create(tmp_path / "file" / "x")


def test_a_full_disk_is_reported_in_one_line():
    if not Path("/dev/full").exists():
        pytest.skip("/dev/full is Linux")
    with files.create("/dev/full") as output, pytest.raises(files.CannotWrite, match="No space left"):
        output.write(b"1\n")


def test_parts_are_appended_whole_in_the_order_in_which_they_end(tmp_path):
    parts = files.Parts(tmp_path / "x.jsonl")
    first, second = parts.part(), parts.part()
    first.write(b"1a\n")
    second.write(b"2a\n")
    first.write(b"1b\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.jsonl", "x.jsonl.part-1", "x.jsonl.part-2"]
    second.finish()
    first.finish()
    assert [path.name for path in tmp_path.iterdir()] == ["x.jsonl"]
    assert (tmp_path / "x.jsonl").read_bytes() == b"2a\n1a\n1b\n"


def test_parts_finished_at_once_do_not_mix(tmp_path):
    parts = files.Parts(tmp_path / "x.jsonl")
    lines = [b"%d" % number * 200_000 + b"\n" for number in range(8)]

    def run(line):
        part = parts.part()
        for _ in range(8):
            part.write(line)
        part.finish()

    threads = [threading.Thread(target=run, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = (tmp_path / "x.jsonl").read_bytes().splitlines(keepends=True)
    assert sorted(found) == sorted(lines * 8)
    assert all(len(set(found[start : start + 8])) == 1 for start in range(0, 64, 8))


# Links, and files that others can read


def test_force_does_not_truncate_the_target_of_a_link(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "run.jsonl").symlink_to("mine.txt")
    with pytest.raises(CannotWrite, match="symbolic link"):
        create(tmp_path / "run.jsonl", force=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_file_is_rewritten_at_the_target_of_its_link(tmp_path):
    (tmp_path / "old.jsonl").write_text("a key\n")
    (tmp_path / "link.jsonl").symlink_to("old.jsonl")
    rewrite(tmp_path / "link.jsonl", [b"nothing\n"])
    assert (tmp_path / "old.jsonl").read_text() == "nothing\n"
    assert (tmp_path / "link.jsonl").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.jsonl", "old.jsonl"]


def test_a_rewrite_that_fails_leaves_the_file_and_no_other(tmp_path):
    def lines():
        yield b"half\n"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "old.jsonl").write_text("a key\n")
    with pytest.raises(CannotWrite, match=re.escape(os.strerror(errno.ENOSPC))):
        rewrite(tmp_path / "old.jsonl", lines())
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old.jsonl", "a key\n")]


def test_a_folder_that_may_not_be_written_is_reported_by_name(tmp_path, monkeypatch):
    check_folder(tmp_path / "new")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(CannotWrite) as caught:
        check_folder(tmp_path / "new")
    assert str(caught.value) == f"{tmp_path}: cannot write: {os.strerror(errno.EACCES)}"


@pytest.mark.parametrize("how", [{"force": True}, {"append": True}])
def test_a_file_that_others_can_read_is_made_private(tmp_path, how):
    path = tmp_path / "run.jsonl"
    path.write_text("")
    path.chmod(0o666)
    create(path, **how).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_opened_file_is_the_one_overwritten(tmp_path):
    path = tmp_path / "run.jsonl"
    with create(path) as output:
        output.write(b"one\n")
        path.rename(tmp_path / "moved.jsonl")
        path.write_text("another file\n")
        with pytest.raises(CannotWrite, match="replaced by another file"):
            output.patch(0, b"ONE\n")
    assert path.read_text() == "another file\n"


def test_standard_output_stays_open_after_an_output_to_it(capfd):
    for text in (b"one\n", b"two\n"):
        with create("-") as output:
            output.write(text)
    assert capfd.readouterr().out == "one\ntwo\n"


@pytest.mark.parametrize("closed", [False, True])
def test_a_file_is_closed_once(tmp_path, closed):
    output = create(tmp_path / "x")
    descriptor = output._descriptor
    output.close()
    if closed:
        output.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_write_that_fails_when_the_file_is_closed_is_reported(tmp_path, monkeypatch):
    real = os.close

    def close(descriptor):
        real(descriptor)
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    output = create(tmp_path / "x.jsonl")
    monkeypatch.setattr(files.os, "close", close)
    with pytest.raises(CannotWrite, match=r"x\.jsonl: cannot write: .*quota"):
        output.close()
