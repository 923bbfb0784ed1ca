"""The only module that writes files: never over an existing one, readable by the owner only, a line at a time.

A recording holds prompts and answers, so its file is 0600 and its folders 0700. Every line is one `os.write`: a killed
process leaves whole lines and at worst one truncated line at the end. A writer holds a lock on its file (`locks`): either one
process writes to it directly, or any number of processes append their parts to it.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import stat
import weakref
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from streamkit.errors import CannotWrite, OutputBusy, OutputExists, PartStays, StreamkitError
from streamkit.locks import alone, hold, unused
from streamkit.stdio import STDERR, STDOUT, write_all

_FLAGS = os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_BLOCK = 1 << 20


class Output:
    """A file open for writing. `path` is as given by the user; `-` is standard output, which is not closed.

    A `temporary` file is removed on close if it is empty.
    """

    def __init__(self, path: str, descriptor: int, *, temporary: bool = False) -> None:
        self.path = path
        self._descriptor = descriptor
        self._temporary = temporary
        self._over: int | None = None  # a second descriptor that overwrites, opened when first needed

    @property
    def patchable(self) -> bool:
        """Whether written bytes can be overwritten: only in a regular file that no other process writes to."""
        return self._descriptor > STDERR and self.regular

    @property
    def regular(self) -> bool:
        """Whether this is a regular file, not a device or a pipe."""
        return stat.S_ISREG(os.fstat(self._descriptor).st_mode)

    def position(self) -> int:
        """Return the offset in the file after the last bytes written here, also if other processes append to it."""
        return os.lseek(self._descriptor, 0, os.SEEK_CUR)

    def patch(self, position: int, data: bytes) -> None:
        """Overwrite the bytes at this offset. Raises CannotWrite."""
        try:
            if self._over is None:
                self._over = self._second_descriptor()
            os.lseek(self._over, position, os.SEEK_SET)
            write_all(self._over, data)
        except OSError as error:
            raise CannotWrite(self.path, error) from error

    def _second_descriptor(self) -> int:
        """Return a descriptor of the same file that is not in append mode."""
        descriptor = os.open(self.path, _FLAGS & ~os.O_CREAT)
        if not os.path.samestat(os.fstat(descriptor), os.fstat(self._descriptor)):
            os.close(descriptor)
            raise OSError(errno.ESTALE, "it was replaced by another file")
        return descriptor

    def write(self, data: bytes) -> None:
        """Write these bytes with one system call, or several if the first is incomplete.

        Raises CannotWrite, or BrokenPipeError if stdout is a pipe whose reader has closed it.
        """
        try:
            write_all(self._descriptor, data)
        except OSError as error:
            if isinstance(error, BrokenPipeError) and self.path == "-":
                raise
            raise CannotWrite(self.path, error) from error

    @property
    def size(self) -> int:
        """Return the size of the file in bytes."""
        return os.fstat(self._descriptor).st_size

    @property
    def is_in_place(self) -> bool:
        """Whether the path still names this file; another process may have removed it."""
        return _is_at(self.path, self._descriptor)

    @property
    def is_unused(self) -> bool:
        """Whether certainly no other process has the file open for writing."""
        return self.is_in_place and hold(self._descriptor, sure=True)

    def empty(self) -> None:
        """Truncate the file if it is a regular file."""
        if self.regular:
            os.ftruncate(self._descriptor, 0)

    def close(self) -> None:
        """Close the file. Calling it again has no effect. Raises CannotWrite if an earlier write fails only now."""
        over, self._over = self._over, None
        descriptor, self._descriptor = self._descriptor, -1
        try:
            if over is not None:
                os.close(over)
            if descriptor > STDERR:
                try:
                    if self._temporary:
                        _remove_if_empty(self.path, descriptor)
                finally:
                    os.close(descriptor)
        except OSError as error:
            raise CannotWrite(self.path, error) from error

    def __enter__(self) -> Output:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create(
    path: str | Path,
    *,
    force: bool = False,
    append: bool = False,
    keep: bool = False,
    shared: bool = False,
    temporary: bool = False,
) -> Output:
    """Open `path` for writing: a new file, unless `force` (overwrite it) or `append` (add lines at its end).

    With `force` and `keep`, the old content stays until `Output.empty` is called. With `shared`, other processes that open
    the file with `shared` can append to it. A new `temporary` file is removed if nothing is written to it.

    `-` is standard output; devices and pipes (`/dev/null`) are written to as they are. Missing folders are created. `force`
    does not overwrite the target of a symbolic link. The permissions of group and others are removed. Raises OutputExists,
    OutputBusy if another process writes to the file, CannotWrite.
    """
    name = os.fspath(path)
    if name == "-":
        return Output("-", STDOUT)
    try:
        make_folder(Path(name).parent)
        if _is_special(name):
            return Output(name, os.open(name, os.O_WRONLY | getattr(os, "O_CLOEXEC", 0)))
        descriptor, new = _opened(name, force, append)
    except FileExistsError:
        raise OutputExists(name) from None
    except OSError as error:
        if error.errno == errno.ELOOP and Path(name).is_symlink():
            error = OSError(errno.ELOOP, "it is a symbolic link; pass the path of its target")
        raise CannotWrite(name, error) from error
    output = Output(name, descriptor, temporary=temporary and new)
    try:
        _claim(output, descriptor, append=append, shared=shared, empty=force and not keep)
    except OSError as error:
        output.close()
        raise CannotWrite(name, error) from error
    except StreamkitError:
        output.close()
        raise
    return output


def _claim(output: Output, descriptor: int, *, append: bool, shared: bool, empty: bool) -> None:
    """Lock a file that was just opened, make it private, and prepare its content. Raises OutputBusy, OSError."""
    # A file may be overwritten only while no other process has it open.
    if not hold(descriptor, shared=shared and append):
        raise OutputBusy(output.path)
    _keep_private(descriptor)
    if append and not shared:
        _start_new_line(output)
    elif empty:
        output.empty()
    if shared:
        hold(descriptor, shared=True)


def _opened(name: str, force: bool, append: bool) -> tuple[int, bool]:
    """Open a file for writing; return its descriptor and whether the file is new. Raises OSError."""
    flags = _FLAGS | (os.O_APPEND if append else 0)
    try:
        return os.open(name, flags | os.O_EXCL, 0o600), True
    except FileExistsError:
        if not (force or append):
            raise
    return os.open(name, flags | (0 if append else _NO_LINK), 0o600), False


def _is_special(name: str | Path) -> bool:
    """Return whether the path exists and is not a regular file."""
    try:
        return not stat.S_ISREG(Path(name).stat().st_mode)
    except FileNotFoundError:
        return False


def _remove_if_empty(name: str, descriptor: int) -> None:
    """Remove an empty file of ours, unless other processes have it open for appending."""
    if os.fstat(descriptor).st_size == 0 and hold(descriptor) and _is_at(name, descriptor):
        with contextlib.suppress(OSError):  # Windows cannot remove an open file
            Path(name).unlink()


def _is_at(name: str, descriptor: int) -> bool:
    """Return whether the path `name` still refers to this open file."""
    try:
        return os.path.samestat(Path(name).stat(), os.fstat(descriptor))
    except OSError:
        return False


def create_next(path: str | Path, *, temporary: bool = False) -> Output:
    """Create a new file at `path`, with `-2`, `-3`, … before its suffix if the name is taken.

    `temporary` is as for `create`. Raises CannotWrite.
    """
    wanted = Path(path)
    for number in itertools.count(2):
        try:
            return create(path, temporary=temporary)
        except OutputExists:
            path = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    raise AssertionError("numbers do not end")


def rewrite(path: str | Path, lines: Iterable[bytes], *, mode: int | None = None) -> None:
    """Replace an existing file atomically: write the lines to a new file in the same folder, then rename it.

    If `path` is a symbolic link, its target is replaced. The new file has the permissions `mode`, by default 0600. Raises
    OutputBusy or CannotWrite, and then leaves the file unchanged.
    """
    path = os.path.realpath(path)
    with unused(path), create_next(f"{os.fspath(path)}.new") as output:
        try:
            for line in lines:
                output.write(line)
            output.close()
            if mode is not None:
                Path(output.path).chmod(mode)
            os.replace(output.path, path)  # noqa: PTH105
        except OSError as error:
            raise CannotWrite(os.fspath(path), error) from error
        finally:
            Path(output.path).unlink(missing_ok=True)


def _keep_private(descriptor: int) -> None:
    """Remove the permissions of group and others from a file, if we may change them."""
    with contextlib.suppress(OSError, AttributeError):
        if stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077:
            os.fchmod(descriptor, 0o600)


def check_folder(folder: str | Path) -> None:
    """Raise CannotWrite if no file can be created in a folder, or if the folder itself cannot be created."""
    path = Path(folder)
    nearest = next(parent for parent in (path, *path.absolute().parents) if parent.exists())
    if not nearest.is_dir():
        raise CannotWrite(os.fspath(nearest), OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise CannotWrite(os.fspath(nearest), OSError(errno.EACCES, os.strerror(errno.EACCES)))


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents, accessible to the owner only."""
    if folder.is_dir():
        return
    missing = [folder, *folder.parents]
    for parent in reversed([parent for parent in missing if not parent.exists()]):
        with contextlib.suppress(FileExistsError):
            parent.mkdir(mode=0o700)


class Parts:
    """One file for several concurrent exchanges, also of several processes: each has its own part, appended when it ends.

    A part is a file `<target>.part-1`, `-2`, …, so that it can be read after a crash. With `append`, parts left by a crash
    are appended too; `recovered` contains their paths. Raises OutputExists, OutputBusy, CannotWrite.
    """

    def __init__(self, path: str | Path, *, force: bool = False, append: bool = False) -> None:
        self.path = os.fspath(path)
        self.recovered: list[str] = []
        self._held = create(path, force=force, append=append, shared=True, temporary=True)
        self.close = weakref.finalize(self, self._held.close)
        self._prefix = self.path
        if not self._held.regular:
            import tempfile  # slow to import and rarely needed

            self._prefix = str(Path(tempfile.gettempdir()) / f"streamkit-{os.getpid()}")
        elif append:
            self._recover()

    def part(self) -> FilePart:
        """Create a new part of this file. Raises CannotWrite."""
        for number in itertools.count(1):
            with contextlib.suppress(OutputExists, OutputBusy):
                output = create(f"{self._prefix}.part-{number}", temporary=True)
                if output.is_in_place:
                    return FilePart(self.path, output)
                output.close()
        raise AssertionError("numbers do not end")

    def _recover(self) -> None:
        """Append the parts left by processes that have ended."""
        folder, name = os.path.split(self._prefix)
        mark = f"{name}.part-"
        for found in sorted(Path(folder or ".").iterdir()):
            if found.name.startswith(mark) and found.name.removeprefix(mark).isdecimal() and not found.is_symlink():
                path = str(Path(folder) / found.name)
                with contextlib.suppress(OutputBusy):  # another process is writing it
                    output = create(path, append=True, temporary=True)
                    if output.is_unused and output.size:
                        FilePart(self.path, output).finish()
                        self.recovered.append(path)
                    output.close()


class FilePart:
    """The part of one exchange, written like any output; `finish` appends it to the target.

    `path` is where the exchange is stored: first the part, then the target.
    """

    def __init__(self, target: str, output: Output) -> None:
        self._target = target
        self._output = output
        self._finished = False
        self.path = output.path
        self.write = output.write
        self.patch = output.patch
        self.position = output.position
        self.patchable = output.patchable

    def finish(self) -> None:
        """Append the part to its target and remove it. Calling it again has no effect. Raises CannotWrite and keeps the part."""
        if self._finished:
            return
        self._finished = True
        try:
            if self._output.size:
                with alone(Path(self._target).parent):
                    self._append()
                if os.name == "nt":  # an open file cannot be removed
                    self._output.close()
                Path(self.path).unlink()
            self.path = self._target
        except OSError as error:
            raise PartStays(self._target, error, self.path) from error
        finally:
            self._output.close()

    def _append(self) -> None:
        special = _is_special(self._target)
        flags = os.O_WRONLY if special else _FLAGS | os.O_APPEND
        with Output(self._target, os.open(self._target, flags, 0o600)) as target, Path(self.path).open("rb") as part:
            before = None if special else target.size
            try:
                if before:
                    _start_new_line(target)
                while block := part.read(_BLOCK):
                    target.write(block)
            except CannotWrite as error:
                if before is not None:
                    with contextlib.suppress(OSError):
                        os.truncate(self._target, before)
                raise OSError(error.errno, error.why) from error

    close = finish


def _start_new_line(output: Output) -> None:
    """Write a line feed unless the file ends in one, so that a truncated last line stays a separate line."""
    with Path(output.path).open("rb") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                output.write(b"\n")
