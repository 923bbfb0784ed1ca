"""The mutations of `make mutants`: what is changed, what is left alone, and that a page keeps its reasons."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from benchmarks import _mutants_page as page
from benchmarks._mutants_children import calls, where
from benchmarks.mutations import Mutation, mutated, mutations, room, sample
from streamkit.text import one_line, shorten


def changed(tmp_path: Path, source: str) -> list[str]:
    """Return every mutated form of a module."""
    (tmp_path / "a.py").write_text(source)
    return [ast.unparse(mutated(tmp_path, each)) for each in mutations(tmp_path, "a.py")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["a <= b"]),
        ("a >= b", ["a > b"]),
        ("a == b", ["a != b"]),
        ("a is None", ["a is not None"]),
        ("a not in b", ["a in b"]),
        ("a < b == c", ["a <= b == c", "a < b != c"]),
        ("a and b", ["a or b"]),
        ("not a", ["a"]),
        ("a + b", ["a - b"]),
        ("a // b", ["a * b"]),
        ("a = 1", ["a = 2"]),
        ("a = True", ["a = False"]),
        ("a = 'id'", ["a = 'idX'"]),
        ("a = ''", ["a = 'X'"]),
        ("a = 'a message'", []),
        ("a = None", []),
        ("f(a, b, c)", ["pass", "f(b, a, c)"]),
        ("f(a, a)", ["pass"]),
        ("f(*a, b)", ["pass"]),
        ("a.b = c", ["pass"]),
        ("a += b", ["pass"]),
        ("a = b if c else d", ["a = b if not c else d"]),
        ("if not a:\n    b", ["if a:\n    b", "if a:\n    b"]),
        ("def f():\n    return a", ["def f():\n    return None"]),
        ("def f():\n    return None", []),
        ("def f():\n    return True", ["def f():\n    return False"]),
        ("while a:\n    break", ["while a:\n    pass"]),
        ("raise a", ["pass"]),
        ('"""Text."""', []),
        ("def f(a: 'x'=1) -> 'y':\n    pass", ["def f(a: 'x'=2) -> 'y':\n    pass"]),
        ("a: Literal['x'] = b", []),
        ("if TYPE_CHECKING:\n    a = 1", []),
        ("__all__ = ['a']", []),
        ("f'{a + b} of'", []),
        ("match a:\n    case 'x':\n        b", []),
    ],
)
def test_what_is_changed(tmp_path: Path, source: str, expected: list[str]) -> None:
    assert sorted(changed(tmp_path, source)) == sorted(expected)


def test_a_mutation_names_its_outermost_function_and_its_first_line(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "X = 1\n\nclass C:\n    y = 2\n\n    @d(3)\n    def m(self, z=4):\n        def inner():\n            return 5\n        return inner\n"
    )
    found = [
        (each.line, each.function, each.function_line)
        for each in mutations(tmp_path, "a.py")
        if each.kind == "constant"
    ]
    assert found == [(1, None, 0), (4, None, 0), (7, None, 0), (9, "C.m", 6), (6, None, 0)]


@pytest.mark.parametrize(
    ("path", "expected"),
    [("streamkit/cli/lint.py", "cli"), ("streamkit/apis/openai_chat/chunks.py", "apis"), ("streamkit/text.py", "top")],
)
def test_room(path: str, expected: str) -> None:
    assert room(path) == expected


def test_a_sample_is_the_same_for_a_seed_and_even_over_rooms(tmp_path: Path) -> None:
    for name, count in (("few", 3), ("many", 300), ("more", 300)):
        (tmp_path / "streamkit" / name).mkdir(parents=True)
        (tmp_path / "streamkit" / name / "a.py").write_text("".join(f"a{number} < b\n" for number in range(count)))
    drawn = sample(tmp_path, 23, 1)
    assert drawn == sample(tmp_path, 23, 1) != sample(tmp_path, 23, 2)
    assert [sum(room(each.path) == name for each in drawn) for name in ("few", "many", "more")] == [3, 10, 10]
    assert {room(each.path) for each in sample(tmp_path, 5, 1, ["few", "more"])} == {"few", "more"}


@dataclass
class Judged:
    mutation: Mutation
    result: str


def judged(path: str, line: int, text: str, result: str) -> Judged:
    return Judged(Mutation(path=path, number=0, line=line, kind="", text=text, function=None), result)


def test_a_page_keeps_the_reasons_of_survivors_and_the_rows_of_other_rooms(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text(f"# Head\n\n{page.MARK}")
    cli = [judged("streamkit/cli/a.py", 7, "a | b → b", "survived"), judged("streamkit/cli/a.py", 8, "c → d", "killed")]
    page.write(file, [*cli, judged("streamkit/wire/b.py", 1, "e → f", "survived"), judged("streamkit/wire/b.py", 2, "g → h", "timeout")])  # type: ignore[list-item]  # fmt: skip
    text = file.read_text()
    assert "| all | 4 | 1 | 1 | 2 | 0 | 50% |" in text
    assert "| `streamkit/cli/a.py:7` | `a \\| b → b` | a test is missing |" in text
    file.write_text(
        text.replace("| `a \\| b → b` | a test is missing |", "| `a \\| b → b` | equivalent: both are empty |")
    )
    page.write(file, [judged("streamkit/cli/a.py", 9, "a | b → b", "survived"), cli[1]])  # type: ignore[list-item]
    text = file.read_text()
    assert "| `streamkit/cli/a.py:9` | `a \\| b → b` | equivalent: both are empty |" in text
    assert "| cli | 2 | 1 | 0 | 0 | 1 | 100% |" in text
    assert "| wire | 2 | 0 | 1 | 1 | 0 | 50% |" in text
    assert "| all | 4 | 1 | 1 | 1 | 1 | 67% |" in text
    assert text.count("## Survivors") == text.count("# Head") == 1


def test_which_functions_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[1])
    for _ in range(2):  # once per learning, also of functions that were called before
        into: set[str] = set()
        with calls(into):
            thread = Thread(target=one_line, args=["a"])
            thread.start()
            thread.join()
        shorten("a", 9)
        assert into & {where(one_line.__code__), where(shorten.__code__)} == {where(one_line.__code__)}
