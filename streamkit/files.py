"""The only module that writes files: never over an existing one, readable by the owner only, a line at a time.

A recording holds prompts and answers, so its file is 0600 and its folders 0700. Every line is one `os.write`: a killed
process leaves whole lines and at worst one torn at the end.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from streamkit.errors import CannotWrite, OutputExists
from streamkit.stdio import STDERR, STDOUT, write_all

_FLAGS = os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_BLOCK = 1 << 20


class Output:
    """A file being written. `path` is as the user gave it; `-` is standard output, which is not closed."""

    def __init__(self, path: str, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._over: int | None = None  # the descriptor that writes over what is there, once there was reason to

    @property
    def patchable(self) -> bool:
        """Whether what is written can be written over: a regular file that is nobody else's output."""
        return self._descriptor > STDERR and stat.S_ISREG(os.fstat(self._descriptor).st_mode)

    def position(self) -> int:
        """The offset in the file after what was last written here, others that append to it notwithstanding."""
        return os.lseek(self._descriptor, 0, os.SEEK_CUR)

    def patch(self, position: int, data: bytes) -> None:
        """Write these bytes over those that are at this offset. Raises CannotWrite."""
        try:
            if self._over is None:
                self._over = self._second_descriptor()
            os.lseek(self._over, position, os.SEEK_SET)
            write_all(self._over, data)
        except OSError as error:
            raise CannotWrite(self.path, error) from error

    def _second_descriptor(self) -> int:
        """A descriptor of the same file that does not append."""
        descriptor = os.open(self.path, _FLAGS & ~os.O_CREAT)
        if not os.path.samestat(os.fstat(descriptor), os.fstat(self._descriptor)):
            os.close(descriptor)
            raise OSError(errno.ESTALE, "another file has taken its place")
        return descriptor

    def write(self, data: bytes) -> None:
        """Write these bytes in one system call (more if the first one is incomplete). Raises CannotWrite."""
        try:
            write_all(self._descriptor, data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CannotWrite(self.path, error) from error

    def empty(self) -> None:
        """Take away what stood in the file before; what is no regular file has nothing."""
        if stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            os.ftruncate(self._descriptor, 0)

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        if self._over is not None:
            os.close(self._over)
            self._over = None
        if self._descriptor > STDERR:
            os.close(self._descriptor)
        self._descriptor = -1

    def __enter__(self) -> Output:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create(path: str | Path, *, force: bool = False, append: bool = False, keep: bool = False) -> Output:
    """Open `path` for writing: a new file, unless `force` (start it anew) or `append` (go on after its last line).

    With `force` and `keep`, what stands in the file stays until `Output.empty` is called.

    `-` is standard output; what is no regular file (`/dev/null`, a pipe) is written to as it is. Folders that are not
    there are made. `force` starts no file anew that a symbolic link leads to. A file that others could read is closed to
    them. Raises OutputExists, CannotWrite.
    """
    name = os.fspath(path)
    if name == "-":
        return Output("-", STDOUT)
    try:
        make_folder(Path(name).parent)
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(Path(name).stat().st_mode):
                return Output(name, os.open(name, os.O_WRONLY | getattr(os, "O_CLOEXEC", 0)))
        how = os.O_APPEND if append else _NO_LINK | (0 if keep else os.O_TRUNC) if force else os.O_EXCL
        descriptor = os.open(name, _FLAGS | how, 0o600)
        _keep_private(descriptor)
        output = Output(name, descriptor)
        if append:
            _start_new_line(output)
    except FileExistsError:
        raise OutputExists(name) from None
    except OSError as error:
        if error.errno == errno.ELOOP and Path(name).is_symlink():
            error = OSError(errno.ELOOP, "it is a symbolic link; name the file that it leads to")
        raise CannotWrite(name, error) from error
    return output


def create_next(path: str | Path) -> Output:
    """Create a new file of that name, or with `-2`, `-3`, … before its suffix if the name is taken."""
    wanted = Path(path)
    for number in itertools.count(2):
        try:
            return create(path)
        except OutputExists:
            path = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    raise AssertionError("numbers do not end")


def rewrite(path: str | Path, lines: Iterable[bytes], *, mode: int | None = None) -> None:
    """Replace an existing file atomically: the lines are written to a new file beside it, which is then renamed.

    Where `path` is a symbolic link, the file that it leads to is the one. It is 0600 unless `mode` gives other permissions.
    Raises CannotWrite; the file then is as it was.
    """
    path = os.path.realpath(path)
    with create_next(f"{os.fspath(path)}.new") as output:
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
    """Take a file's permissions from everybody but its owner. What is not ours to change stays as it is."""
    with contextlib.suppress(OSError, AttributeError):
        if stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077:
            os.fchmod(descriptor, 0o600)


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents, accessible to the owner only."""
    missing = [folder, *folder.parents]
    for place in reversed([place for place in missing if not place.exists()]):
        with contextlib.suppress(FileExistsError):
            place.mkdir(mode=0o700)


class Parts:
    """One file that several exchanges are written to at once: each has its own part, appended when it ends.

    A part is `<target>.part-1`, `-2`, …: a file by itself, so that what a crash leaves behind can be read.
    """

    def __init__(self, path: str | Path, *, force: bool = False, append: bool = False) -> None:
        self.path = os.fspath(path)
        create(path, force=force, append=append).close()

    def part(self) -> Part:
        """A new part of this file. Raises CannotWrite."""
        for number in itertools.count(1):
            try:
                return Part(self.path, create(f"{self.path}.part-{number}"))
            except OutputExists:
                continue
        raise AssertionError("numbers do not end")


class Part:
    """The part of one exchange: written like any output; `finish` moves it to the end of the target."""

    def __init__(self, target: str, output: Output) -> None:
        self._target = target
        self._output = output
        self.path = output.path
        self.write = output.write
        self.patch = output.patch
        self.position = output.position
        self.patchable = output.patchable

    def finish(self) -> None:
        """Append the part to its target and remove it. Raises CannotWrite; the part then stays."""
        self._output.close()
        try:
            descriptor = os.open(self._target, _FLAGS | os.O_APPEND, 0o600)
            with Output(self._target, descriptor) as target, _alone(descriptor), Path(self.path).open("rb") as part:
                _start_new_line(target)
                while block := part.read(_BLOCK):
                    target.write(block)
            Path(self.path).unlink()
        except OSError as error:
            raise CannotWrite(self._target, error) from error

    close = finish


@contextlib.contextmanager
def _alone(descriptor: int) -> Iterator[None]:
    """Keep other processes from appending meanwhile, if the system supports locks. Closing the file unlocks it."""
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield


def _start_new_line(output: Output) -> None:
    """Write a line feed unless the file ends in one, so that a truncated last line stays a separate line."""
    with Path(output.path).open("rb") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                output.write(b"\n")
