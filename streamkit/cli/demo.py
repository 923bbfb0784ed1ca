"""Take the tour: serve samples, record from them, lint, reassemble and measure, without a key or a network."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import orjson

from streamkit.cli._groups import GroupedCommand
from streamkit.cli._output import CommandOutput
from streamkit.cli.options import COLOR_VARIABLES, Console, colored, talk_options
from streamkit.errors import CannotWrite, StreamkitError, UsageError

ADDRESS = re.compile(r"http://[\w.\[\]:-]+:\d+")
STOPPED_WITHIN_S = 20.0


@click.command("demo", cls=GroupedCommand)
@click.option("--keep", metavar="FOLDER", help="Keep the samples and what the tour wrote, in a new FOLDER.")
@talk_options
def command(keep: str | None, console: Console) -> int:
    """Take the tour: serve samples, record from them, lint, reassemble and measure.

    Everything happens on this machine: no key, no network. Each command is printed before its output; with --keep, its
    files stay, so that you can run it yourself.

    \b
    Examples:
      streamkit demo
      streamkit demo --keep streamkit-demo
    """
    if keep:
        folder = new_folder(keep)
        copy_folder(samples(), folder / "recordings")
        return Tour(folder, console, f"cd {shlex.quote(keep)} and run these commands yourself; see also").run()
    with tempfile.TemporaryDirectory(prefix="streamkit-demo-") as temporary:
        folder = Path(temporary)
        (folder / "recordings").symlink_to(samples())
        return Tour(folder, console, "streamkit demo --keep FOLDER, which leaves you these files;").run()


def new_folder(path: str) -> Path:
    """Create a folder. Raises UsageError if there is something in it already, CannotWrite if it cannot be created."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        occupied = any(folder.iterdir())
    except OSError as error:
        raise CannotWrite(path, error) from None
    if occupied:
        raise UsageError(f"{path} is not empty; name a new folder")
    return folder


def copy_folder(source: Path, target: Path) -> None:
    """Copy the files of a folder, at any depth, without their permissions: those of an installed package may be read-only.

    Raises CannotWrite.
    """
    for folder, _, names in os.walk(source):
        into = target / Path(folder).relative_to(source)
        try:
            into.mkdir(parents=True, exist_ok=True)
            for name in names:
                shutil.copyfile(Path(folder) / name, into / name)
        except OSError as error:
            raise CannotWrite(os.fspath(into), error) from None


class Tour:
    """Runs the commands of the tour one after another in one folder, as a user would."""

    def __init__(self, folder: Path, console: Console, next_step: str) -> None:
        self._folder = folder
        self._console = console
        self._next_step = next_step
        self._sink = CommandOutput(console=console)

    def run(self) -> int:
        """Run the tour. Return 0 if every step ended as expected."""
        as_expected = True
        self._say("A recording can be served. Any SDK can be the client; here it is streamkit itself.")
        with self._serving("recordings/openai_chat/plain.jsonl", "recordings/openai_chat/cut-off.jsonl") as url:
            self._say("Record a stream as it arrives: every byte, with its time.")
            as_expected &= self._record(url, "plain", "answer.jsonl")
            self._say("Record one that breaks off. It is recorded, too, and the exit code is not 0.")
            as_expected &= self._record(url, "cut-off", "broken.jsonl", 1)
        self._say("Are the streams what clients expect? Which clients break, and how?")
        as_expected &= self._step(["lint", "answer.jsonl", "broken.jsonl"], 1)
        self._say("What would the API have answered without streaming?")
        as_expected &= self._step(["reassemble", "answer.jsonl"])
        self._say("How long did it take, and how is that known?")
        as_expected &= self._step(["stats", "answer.jsonl", "broken.jsonl"])
        self._say("What arrived when?")
        as_expected &= self._step(["inspect", "answer.jsonl"])
        self._say(f"Next: {self._next_step} streamkit record --help, streamkit rule")
        if not as_expected:
            self._console.complain("a step of the tour failed unexpectedly; please report it")
        return 0 if as_expected else 1

    def _record(self, url: str, recorded: str, output: str, expected: int = 0) -> bool:
        """Send the request of a sample recording again, and record the answer to the file `output`."""
        address = f"{url}/v1/chat/completions"
        options = ["--json", _body(recorded), "--show", "text", "-o", output]
        return self._step(["record", address, *options], expected)

    def _say(self, text: str) -> None:
        self._sink.line("\n" + self._sink.paint("accent", f"# {text}"))

    def _show_command(self, arguments: list[str]) -> None:
        self._sink.line(self._sink.paint("head", "$ " + shlex.join(["streamkit", *arguments])))

    def _step(self, arguments: list[str], expected: int = 0) -> bool:
        self._show_command(arguments)
        # stdout and stderr are merged, so that a tour written to a file reads as it does in a terminal.
        result = subprocess.run(
            _command(arguments), cwd=self._folder, env=self._environment(), stderr=subprocess.STDOUT, check=False
        )
        code = result.returncode
        if expected:
            self._sink.line(self._sink.paint("quiet", f"[exit code {code}]"))
        return code == expected

    @contextmanager
    def _serving(self, *paths: str) -> Iterator[str]:
        arguments = ["serve", *paths, "--port", "0"]
        self._show_command(arguments)
        server = subprocess.Popen(
            _command(arguments), cwd=self._folder, env=self._environment(), stderr=subprocess.PIPE, text=True
        )
        try:
            yield self._address(server)
        finally:
            server.terminate()
            server.communicate(timeout=STOPPED_WITHIN_S)

    def _address(self, server: subprocess.Popen[str]) -> str:
        """Return the address that the server prints when it is ready."""
        assert server.stderr is not None
        output = []
        for line in server.stderr:
            output.append(line)
            self._sink.line(line.removesuffix("\n"))
            if match := ADDRESS.search(line):
                return match.group()
        raise StreamkitError("the sample server did not start: " + "".join(output).strip())

    def _environment(self) -> dict[str, str]:
        """Return the environment of each step: colored if the tour is, although its stderr may be a pipe."""
        variables = {name: value for name, value in os.environ.items() if name not in COLOR_VARIABLES}
        color = "FORCE_COLOR" if colored(self._console.color, sys.stdout) else "NO_COLOR"
        return {**variables, "PYTHONUNBUFFERED": "1", color: "1"}


def samples() -> Path:
    """Return the folder of sample recordings: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "_recordings", package.parent / "recordings"):
        if (folder / "openai_chat").is_dir():
            return folder
    raise StreamkitError("the sample recordings are missing; reinstall the package")


def _body(name: str) -> str:
    """Return the request that a sample was recorded with, so that the server picks this sample."""
    first = (samples() / "openai_chat" / f"{name}.jsonl").read_bytes().partition(b"\n")[0]
    return orjson.dumps(orjson.loads(first)["request"]["body"]["json"]).decode()


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "streamkit", *arguments]
