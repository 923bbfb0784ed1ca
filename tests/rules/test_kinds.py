"""Nothing that a table finds is lost: every misstep and misfit has its rule, and every such rule has a table that finds it.

An API declares what its tables can find (`Judge.misstep_kinds`, `Judge.misfit_kinds`), most of it read off the tables
themselves. What is declared is compared with the rules here, and what is found in streams (`test_fuzz.py`, and all
examples and pages) with what is declared.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from streamkit import APIS
from streamkit.apis import Api, Judge
from streamkit.model.grammar import Grammar
from streamkit.rules import RULES, SightingSource, misfits, missteps

from .examples import unclaimed
from .test_fuzz import streams

APIS_FOLDER = Path(__file__).parents[2] / "streamkit" / "apis"


def judges() -> Iterator[tuple[Api, Judge]]:
    for api in APIS.values():
        if api.judge is not None:
            yield api, api.judge()


def kinds(judge: Judge, source: SightingSource) -> frozenset[str]:
    return judge.misstep_kinds if source is missteps else judge.misfit_kinds()


@pytest.mark.parametrize("source", [missteps, misfits])
@pytest.mark.parametrize(("api", "judge"), list(judges()), ids=lambda value: getattr(value, "name", ""))
def test_everything_that_a_table_finds_has_a_rule(api: Api, judge: Judge, source: SightingSource) -> None:
    found = {rule.name for rule in RULES.values() if source in rule.finds and (not rule.apis or api.name in rule.apis)}
    assert kinds(judge, source) - found == set()


@pytest.mark.parametrize("source", [missteps, misfits])
def test_each_api_of_a_rule_has_a_table_that_finds_it(source: SightingSource) -> None:
    given = {api.name: kinds(judge, source) for api, judge in judges()}
    everything = frozenset().union(*given.values())
    for rule in RULES.values():
        if source in rule.finds:
            assert rule.name in everything, rule.code
            assert not [api for api in rule.apis if rule.name not in given.get(api, ())], rule.code


def modules_of_missteps() -> list[Path]:
    """The files of the APIs that make missteps."""
    return [path for path in sorted(APIS_FOLDER.rglob("*.py")) if "Misstep(" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", modules_of_missteps(), ids=lambda path: str(path.relative_to(APIS_FOLDER)))
def test_a_file_declares_each_misstep_that_it_names(path: Path) -> None:
    place = path.relative_to(APIS_FOLDER.parents[1]).with_suffix("")
    module = importlib.import_module(".".join(place.parts).removesuffix(".__init__"))
    named = {
        call.args[0].value
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == "Misstep"
        if isinstance(call.args[0], ast.Constant)
    }
    tables = [value.kinds for value in vars(module).values() if isinstance(value, Grammar)]
    assert named.union(*tables) <= module.KINDS


def test_there_are_files_that_make_missteps() -> None:
    assert len(modules_of_missteps()) >= 8


def test_everything_found_in_mutated_streams_is_declared_and_has_a_rule() -> None:
    declared = {api.name: judge for api, judge in judges()}
    seen = set()
    for stream in streams(seed=0, count=400):
        assert not unclaimed(stream)
        for source, found in (
            (missteps, {step.kind for step in stream.missteps}),
            (misfits, {misfit.problem for misfit in stream.misfits}),
        ):
            judged = [declared[api] for api in (stream.api, stream.judged_as) if api in declared]
            assert found <= frozenset().union(*(kinds(judge, source) for judge in judged)), stream.api
            seen |= found
    assert len(seen) > 30
