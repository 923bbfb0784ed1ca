"""Every Python example in the prose is run by a test: those of these pages here, the others where the second table says."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.plugin.nested import run

pytest_plugins = ("pytester",)

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(python|ini)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# A name that each script defines, and its value at the end.
SCRIPTS = {
    "docs/reassemble.md": (
        "growing",
        "Streams are rivers of small words. Each token drifts by in its own time, and together they say something.",
    ),
    "docs/serve.md": ("len(server.unplayed)", 1),
}
HERE = {"README.md", "CONTRIBUTING.md", "docs/test-without-a-key.md", "docs/websocket.md", *SCRIPTS}
ELSEWHERE = {
    "docs/pytest.md": "tests/plugin/test_plugin.py",
    "docs/python.md": "tests/test_python_page.py",
    "docs/extending.md": "tests/test_extending.py",
}


def blocks(page: str, language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")) if kind == language]


def test_every_page_with_python_is_run() -> None:
    found = {str(page.relative_to(ROOT)) for page in PAGES if blocks(str(page.relative_to(ROOT)), "python")}
    assert found == HERE | set(ELSEWHERE)
    for page, test in ELSEWHERE.items():
        assert Path(page).name in (ROOT / test).read_text(encoding="utf-8"), f"{test} does not mention {page}"


def test_the_examples_of_the_readme(pytester: pytest.Pytester) -> None:
    (pytester.path / "recordings").symlink_to(ROOT / "recordings")
    in_python, in_pytest = blocks("README.md", "python")
    printed = "def test_it(capsys):\n    assert capsys.readouterr().out == ''\n    exec(EXAMPLE)\n"
    checked = "    assert capsys.readouterr().out.startswith('complete Streams are rivers')\n"
    pytester.makepyfile(test_python=f"EXAMPLE = {in_python!r}\n{printed}{checked}", test_marker=in_pytest)
    run(pytester).assert_outcomes(passed=2)


def test_the_way_to_a_test_without_a_key(pytester: pytest.Pytester) -> None:
    app, test = blocks("docs/test-without-a-key.md", "python")
    [settings] = blocks("docs/test-without-a-key.md", "ini")
    pytester.makeini(settings)
    pytester.makepyfile(app=app, test_app=test)
    folder = pytester.mkdir("recordings")
    (folder / "answer.jsonl").write_bytes((ROOT / "recordings" / "openai_chat" / "plain.jsonl").read_bytes())
    run(pytester).assert_outcomes(passed=2)


@pytest.mark.parametrize(("page", "expression", "value"), [(page, *seen) for page, seen in SCRIPTS.items()])
def test_a_script(page: str, expression: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    [script] = blocks(page, "python")
    names: dict[str, object] = {}
    exec(script, names)  # noqa: S102
    assert eval(expression, names) == value  # noqa: S307


def test_the_rule_of_contributing(monkeypatch: pytest.MonkeyPatch) -> None:
    [source] = blocks("CONTRIBUTING.md", "python")
    module = ModuleType("repeated_role")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(source, vars(module))  # noqa: S102
    assert (module.RULE.code, module.RULE.summary) == ("SEQ402", "Repeated role.")


def test_the_client_of_a_websocket(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openai")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    [example] = blocks("docs/websocket.md", "python")
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102
    assert names["client"].websocket_base_url == "ws://127.0.0.1:8787/v1"
