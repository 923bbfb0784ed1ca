"""One word has one meaning, and names, messages and docs use the vocabulary of the Python documentation, click and ruff.

What is listed here was found in the project once, and replaced. A phrase that a page has to quote is allowed by file.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

NAMES = {
    "said": "message, output, errors",
    "told": "report, result, on_sent",
    "asked": "request, received",
    "heard": "received",
    "saying": "message",
    "spoken": "apis",
    "mend": "repair",
    "mended": "repaired",
    "passed_over": "skipped",
}
"""Variables, functions, classes and parameters, and what to call them instead: what they hold."""

KEYS = {"said", "passed_over"}
"""Keyword arguments that are keys in JSON or on disk, which do not change."""

PHRASES = {
    r"\bwho (asks|reads it|sends it) (is|are|gets)\b": "",
    r"\bfor who (reads|asks|writes|wants)\b": "for readers, for users",
    r"\bso many times\b": "N times",
    r"\bparted by\b": "separated by",
    r"\basked for by default\b": "enabled by default",
    r"\bgo(es)? on in\b": "continue in, append to",
    r"\bno (\w+) is meant by\b": "unknown …",
    r"\b(is|are) no (object|string|number|event|stream|recording|chunk|JSON|file|array|integer|key|rule|part|text) of\b": "is not",
    r"\b(besides|beside) the (selected|loopback|path|status|key)\b": "in addition to",
    r"\b(thereof|wherein|therein|whence|hereby|whilst|anew)\b": "",
    r"\bpassed? over\b(?! a stream| many)": "skip",
    r"\bis meant by\b": "",
    r"\blook for circles\b": "collect garbage",
    r"\bof which (it is|they are) a part\b": "which includes",
    r"\bnothing to judge\b": "nothing to check",
}
"""Phrases, and what to write instead."""

GENERATED = {"docs/clients.md"}
"""Pages that quote programs of others."""


def _files(pattern: str, *folders: str) -> list[str]:
    """Return the paths of the files in these folders of the project, and in the folders within them."""
    return sorted(path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).rglob(pattern))


def _identifiers(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        tokens = list(tokenize.tokenize(file.readline))
    for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.type == tokenize.NAME and not (token.string in KEYS and following.string == "="):
            yield token.start[0], token.string


@cache
def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def _lines(name: str) -> tuple[str, ...]:
    return tuple(_text(name).splitlines())


CODE = _files("*.py", "streamkit", "tests", "benchmarks", "scripts", "docs")
PROGRAMS = _files("*.py", "streamkit", "benchmarks", "scripts")
PAGES = [*(path.name for path in ROOT.glob("*.md")), *_files("*.md", "docs", "recordings", "tests")]
OWN = str(Path(__file__).relative_to(ROOT))


def test_names_are_of_what_they_hold() -> None:
    suspect = re.compile(rf"\b_*({'|'.join(NAMES)})_*\b")
    found = [
        f"{name}:{line}: {word}: {NAMES[word.strip('_')]}"
        for name in CODE
        if name != OWN and any(map(suspect.search, _lines(name)))
        for line, word in _identifiers(ROOT / name)
        if word.strip("_") in NAMES
    ]
    assert found == []


@pytest.mark.parametrize(("phrase", "instead"), PHRASES.items())
def test_phrases(phrase: str, instead: str) -> None:
    searched = re.compile(phrase)
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name in {*PROGRAMS, *PAGES} - GENERATED
        if searched.search(_text(name))
        for number, line in enumerate(_lines(name), 1)
        if searched.search(line)
    ]
    assert found == [], instead


SHARED = {
    "Chunk": "a provider's JSON object",
    "CommandT": "a type variable",
    "Decoder": "the decoder of one framing, in the module of each",
    "Draft": "an exchange while it is read",
    "Function": "a type variable",
    "Traits": "the keyword arguments of a declaration",
    "UsageChecks": "the checks of one API's token counts",
    "CompletionAssembler": "the assembler of one API's completions",
    "ResponseAssembler": "the assembler of one API's responses",
    "RunAssembler": "the assembler of one API's runs",
}
"""Public names that several modules define, all with the same meaning."""


def test_no_public_name_has_two_meanings() -> None:
    defined: defaultdict[str, set[str]] = defaultdict(set)
    for file in _files("*.py", "streamkit"):
        for node in ast.parse("\n".join(_lines(file))).body:
            if isinstance(node, ast.ClassDef):
                defined[node.name].add(file)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if name[0].isupper() and not name.isupper():
                    defined[name].add(file)
    twice = {name for name, files in defined.items() if len(files) > 1 and not name.startswith("_")}
    assert {name: sorted(defined[name]) for name in sorted(twice ^ SHARED.keys())} == {}


FUNCTIONS = {
    "apply_baseline": "the new findings or failing cases, and the stale entries",
    "baseline_text": "the text of a baseline file",
    "count": "in shapes and results: a number that counts something",
    "decode": "the items of a body",
    "duration": "nanoseconds, from a text",
    "find": "the inputs at paths, or the runs in a body: what is there",
    "headers_of": "the headers in a value",
    "integer": "an integer, or a reason why not",
    "judge": "the tables of an API, or the verdicts on its answers",
    "lint": "the findings of a stream",
    "main": "run the command line",
    "measure": "the samples of a stream",
    "measured": "a number of a metric, or what was measured of a client",
    "misfits": "those of a stream, or its sightings of them",
    "missteps": "those of a stream, or its sightings of them",
    "one_of": "a parser that accepts one of some words",
    "read": "the exchanges or events of an input",
    "read_baseline": "the content of a baseline file",
    "reason_phrase": "that of an HTTP status",
    "recognises": "whether an input begins like one of a format",
    "selected": "the entries that a user selected",
    "stats": "the statistics of a run",
    "string": "a string, or a reason why not",
    "write": "exchanges as a file",
}
"""Public functions with the same name in several packages of streamkit, and the meaning that all of them have."""


def test_no_public_function_has_two_meanings() -> None:
    defined: defaultdict[str, set[str]] = defaultdict(set)
    for file in _files("*.py", "streamkit"):
        for node in ast.parse("\n".join(_lines(file))).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                defined[node.name].add(file.split("/")[1].removesuffix(".py"))
    twice = {name for name, packages in defined.items() if len(packages) > 1}
    assert {name: sorted(defined[name]) for name in sorted(twice ^ FUNCTIONS.keys())} == {}
