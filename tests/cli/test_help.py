"""Help: options in groups, the same option explained in the same words, and examples that run."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from itertools import takewhile
from pathlib import Path

import click
import pytest

from streamkit.cli._groups import GroupedCommand
from streamkit.cli.main import COMMANDS, GROUPS, streamkit
from tests.clicking import CliRunner

ROOT = Path(__file__).parents[2]
# Options that mean something else in another command, or take other values.
DIFFERENT = {
    "--format", "--follow", "--strict", "--max-gap", "--max-time", "--seed", "--fault", "--append", "--diff", "--label",
    "--no-redact", "--redact", "--port", "--keep", "--model", "--concurrency", "--output", "--force", "--api", "--select",
    "--ignore", "--compare", "--baseline", "--write-baseline", "--html", "--explain", "--idle-timeout",
}  # fmt: skip
# These need a network or run until they are stopped.
NOT_RUN = re.compile(r"https?://|serve |proxy |record |--follow|record -|demo|probe ")


# How the help of an option begins: with what the option does.
VERB = re.compile(
    "(Accept|Add|Allow|Append|After|Also|Build|Check|Compare|Count|Disable|Do|Draw|Enable|Exit|Fix|Follow|Forward|Group"
    "|Ignore|Inject|Judge|Keep|Leave|Listen|List|Make|Measure|Only|Overwrite|Pass|Play|Print|Read|Record|Redact|Reduce"
    "|Reject|Remove|Rename|Repeat|Report|Require|Run|Send|Set|Shorten|Show|Sort|Stop|Store|Trust|Use|Wait|Wrap|Write) .*[.]"
)


def command_named(name: str) -> click.Command:
    command = streamkit.get_command(click.Context(streamkit), name)
    assert command is not None
    return command


def test_every_command_is_listed_in_a_group() -> None:
    lines = CliRunner().invoke(streamkit, ["--help"]).output.splitlines()
    for heading, names in GROUPS.items():
        start = lines.index(f"{heading}:")
        listed = [line.split()[0] for line in lines[start + 1 :] if re.match(r"  \w", line)]
        assert tuple(listed[: len(names)]) == names


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_an_option_says_what_it_does(name: str) -> None:
    options = [
        option for option in command_named(name).params if isinstance(option, click.Option) and not option.hidden
    ]
    texts = [option.help or "" for option in options]
    assert [text for text in texts if not VERB.fullmatch(text)] == []


@pytest.mark.parametrize("width", [80, 120])
def test_the_summaries_of_commands_are_whole(width: int) -> None:
    shown = CliRunner().invoke(streamkit, ["--help"], terminal_width=width).output.partition("\nRecord:\n")[2]
    entries = re.split(r"^  (?=\w)", re.sub(r"^\w.*:$", "", shown, flags=re.MULTILINE), flags=re.MULTILINE)[1:]
    assert [entry.split()[0] for entry in entries] == list(COMMANDS)
    assert [entry for entry in entries if not entry.rstrip().endswith(".") or entry.rstrip().endswith("...")] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_one_group(name: str) -> None:
    command = command_named(name)
    assert isinstance(command, GroupedCommand), (
        f"streamkit/cli/{name}.py: expected click.command(…, cls=GroupedCommand)"
    )
    grouped = [parameter for names in command.groups.values() for parameter in names]
    shown = [option.name for option in command.params if isinstance(option, click.Option) and not option.hidden]
    assert len(grouped) == len(set(grouped)), "an option is in two groups"
    if len(shown) > 8:
        assert not set(shown) - set(grouped), "an option of no group"
    text = CliRunner().invoke(streamkit, [name, "--help"]).output
    assert "Show this message and exit." in text
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert text.count(f" {max(option.opts[:2], key=len)} ") + text.count(f" {option.opts[0]}, ") >= 1, (
                option.opts
            )


@pytest.mark.parametrize("name", COMMANDS)
def test_a_group_names_options_of_its_command(name: str) -> None:
    from streamkit.cli._groups import SHARED

    command = command_named(name)
    assert isinstance(command, GroupedCommand)
    own = {option.name for option in command.params}
    for heading, names in command.groups.items():
        assert set(names) - set(SHARED.get(heading, ())) <= own, heading


def test_the_same_option_is_explained_in_the_same_words() -> None:
    texts: dict[str, set[str | None]] = defaultdict(set)
    for name in COMMANDS:
        for option in command_named(name).params:
            if isinstance(option, click.Option) and not option.hidden:
                texts[option.opts[0] if option.opts[0].startswith("--") else option.opts[-1]].add(option.help)
    assert {name: found for name, found in texts.items() if len(found) > 1 and name not in DIFFERENT} == {}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that the examples name."""
    (tmp_path / "recordings").symlink_to(ROOT / "recordings")
    plain = (ROOT / "recordings" / "openai_chat" / "plain.jsonl").read_bytes()
    for name in ("run", "old", "yesterday", "today", "capture"):
        (tmp_path / f"{name}.jsonl").write_bytes(plain + plain if name == "run" else plain)
    (tmp_path / "recording.jsonl").write_bytes(
        plain.replace(rb"\"finish_reason\":\"stop\"", rb"\"finish_reason\":null")
    )
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_two_examples_run(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    text = CliRunner().invoke(streamkit, [name, "--help"], terminal_width=200).output
    examples = re.findall(r"^    (.*\bstreamkit .*)$", text, re.MULTILINE)
    assert len(examples) >= 2, f"streamkit/cli/{name}.py: expected two examples in the docstring of the command"
    for example in examples:
        if not NOT_RUN.search(example):
            _, *words = takewhile(
                lambda word: word not in (">", "|"), shlex.split(example.removeprefix("source <(").rstrip(")"))
            )
            result = CliRunner().invoke(streamkit, words, standalone_mode=False, obj={})
            assert result.exception is None, f"{example}: {result.exception!r}"
            assert result.return_value in (0, 1, None), f"{example}: {result.stderr}"
