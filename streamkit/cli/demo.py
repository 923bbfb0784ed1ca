"""Take the tour: serve samples, record from them, lint, reassemble and measure, without a key or a network."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import orjson

from streamkit.cli._output import Sink
from streamkit.cli.options import COLOR_VARIABLES, Console, colored, talk_options
from streamkit.errors import StreamkitError

ADDRESS = re.compile(r"http://[\w.\[\]:-]+:\d+")
STOPPED_WITHIN_S = 20.0


@click.command("demo")
@talk_options
def command(console: Console) -> int:
    """Take the tour: serve samples, record from them, lint, reassemble and measure.

    Everything happens on this machine, in a folder that is removed at the end; no key, no network. Each command is
    printed before its output, so that you can run it yourself.

    \b
    Example:
      streamkit demo
    """
    with tempfile.TemporaryDirectory(prefix="streamkit-demo-") as folder:
        return Tour(Path(folder), console).run()


class Tour:
    """The commands of the tour, run one after another in one folder as a user would."""

    def __init__(self, folder: Path, console: Console) -> None:
        self._folder = folder
        self._console = console
        self._sink = Sink(console=console)
        (folder / "recordings").symlink_to(samples())

    def run(self) -> int:
        """Run the tour; 0 when every step ended as it should."""
        as_expected = True
        self._tell("A recording can be a server. Any SDK would do as its client; here it is streamkit itself.")
        with self._served("recordings/openai_chat/plain.jsonl", "recordings/openai_chat/cut-off.jsonl") as url:
            self._tell("Record a stream as it arrives: every byte, and when it came.")
            as_expected &= self._step(
                [
                    "record",
                    f"{url}/v1/chat/completions",
                    "--json",
                    _body("plain"),
                    "--show",
                    "text",
                    "-o",
                    "answer.jsonl",
                ]
            )
            self._tell("Record one that breaks off. That is a recording too, and the exit code says what it is.")
            as_expected &= self._step(
                [
                    "record",
                    f"{url}/v1/chat/completions",
                    "--json",
                    _body("cut-off"),
                    "--show",
                    "text",
                    "-o",
                    "broken.jsonl",
                ],
                1,
            )
        self._tell("Is the stream what clients expect? Which of them break, and how?")
        as_expected &= self._step(["lint", "answer.jsonl", "broken.jsonl"], 1)
        self._tell("What would the API have answered without streaming?")
        as_expected &= self._step(["reassemble", "answer.jsonl"])
        self._tell("How long did it take, and how do we know?")
        as_expected &= self._step(["stats", "answer.jsonl", "broken.jsonl"])
        self._tell("What arrived when?")
        as_expected &= self._step(["inspect", "answer.jsonl"])
        self._tell("Next: streamkit record --help, streamkit serve recordings/, streamkit rule")
        if not as_expected:
            self._console.complain("a step of the tour did not end as it should; please report it")
        return 0 if as_expected else 1

    def _tell(self, text: str) -> None:
        self._sink.line("\n" + self._sink.paint("accent", f"# {text}"))

    def _shown(self, words: list[str]) -> None:
        self._sink.line(self._sink.paint("head", "$ " + shlex.join(["streamkit", *words])))

    def _step(self, words: list[str], expected: int = 0) -> bool:
        self._shown(words)
        # Both streams in one, so that a tour written to a file reads as it does in a terminal.
        done = subprocess.run(
            _command(words), cwd=self._folder, env=self._environment(), stderr=subprocess.STDOUT, check=False
        )
        code = done.returncode
        if expected:
            self._sink.line(self._sink.paint("quiet", f"[exit code {code}]"))
        return code == expected

    @contextmanager
    def _served(self, *paths: str) -> Iterator[str]:
        words = ["serve", *paths, "--port", "0"]
        self._shown(words)
        server = subprocess.Popen(
            _command(words), cwd=self._folder, env=self._environment(), stderr=subprocess.PIPE, text=True
        )
        try:
            yield self._address(server)
        finally:
            server.terminate()
            server.communicate(timeout=STOPPED_WITHIN_S)

    def _address(self, server: subprocess.Popen[str]) -> str:
        """The address that the server tells on its ready line."""
        assert server.stderr is not None
        told = []
        for line in server.stderr:
            told.append(line)
            self._sink.line(line.removesuffix("\n"))
            if found := ADDRESS.search(line):
                return found.group()
        raise StreamkitError("the sample server did not start: " + "".join(told).strip())

    def _environment(self) -> dict[str, str]:
        """The variables of each step: they have color where the tour has, though their stderr may be a pipe."""
        variables = {name: value for name, value in os.environ.items() if name not in COLOR_VARIABLES}
        color = "FORCE_COLOR" if colored(self._console.color, sys.stdout) else "NO_COLOR"
        return {**variables, "PYTHONUNBUFFERED": "1", color: "1"}


def samples() -> Path:
    """The folder of sample recordings: in the wheel beside the code, in a checkout beside the package."""
    package = Path(__file__).parents[1]
    for folder in (package / "_recordings", package.parent / "recordings"):
        if (folder / "openai_chat").is_dir():
            return folder
    raise StreamkitError("the sample recordings are not installed; install the package again")


def _body(name: str) -> str:
    """The request that a sample was recorded with, so that the server knows which one is asked for."""
    first = (samples() / "openai_chat" / f"{name}.jsonl").read_bytes().partition(b"\n")[0]
    return orjson.dumps(orjson.loads(first)["request"]["body"]["json"]).decode()


def _command(words: list[str]) -> list[str]:
    return [sys.executable, "-m", "streamkit", *words]
