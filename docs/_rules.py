"""The pages that are made from the rules' docstrings: docs/rules/ (a page a rule, and a list), docs/grammars.md.

    python docs/_rules.py

writes them; a test holds them to what it would write.
"""

from __future__ import annotations

from pathlib import Path

from streamkit.apis import APIS
from streamkit.apis.dialects import DIALECTS
from streamkit.model.grammar import diagram
from streamkit.rules import RULES, Rule

FOLDER = Path(__file__).parent

FAMILIES = {
    "SSE": "the wire: lines, events, `[DONE]`",
    "JSN": "the data of an event as JSON",
    "SCH": "the shape of a chunk",
    "SEQ": "the order of chunks, tool calls, errors",
    "USG": "token counts",
    "TIM": "time, where it was measured",
    "ANT": "Anthropic Messages",
    "RSP": "OpenAI Responses",
    "GEM": "Gemini",
    "LOG": "pasted logs",
    "REC": "recordings",
}


def pages() -> dict[str, str]:
    """Every page by its path below docs/."""
    made = {f"rules/{rule.code}.md": rule_page(rule) for rule in RULES.values()}
    return {**made, "rules/README.md": list_page(), "grammars.md": grammars_page()}


def rule_page(rule: Rule) -> str:
    """One rule's manual, with what its declaration says."""
    first, _, rest = rule.manual.partition("\n")
    asked = "enabled by default" if rule.default else "asked for only with `--select` or `--extend-select`"
    lawful = [dialect.title for dialect in DIALECTS.values() if rule.code in dialect.lawful]
    also = f" (in some cases {' or '.join(rule.also)})" if rule.also else ""
    facts = [f"Severity: **{rule.severity}**{also}, {asked}."]
    if rule.apis:
        facts.append(f"APIs: {', '.join(f'`{api}`' for api in rule.apis)}.")
    if rule.breaks:
        facts.append(f"Breaks: {rule.breaks}.")
    if lawful:
        facts.append(f"Lawful in: {', '.join(lawful)}.")
    if rule.whole:
        facts.append("Needs a whole stream: silent on an excerpt.")
    if rule.framing:
        facts.append("Is about the wire: silent on a log that did not keep it.")
    told = "\n".join(f"* {fact}" for fact in facts)
    return f"# {rule.code} {rule.name}\n\n{first}\n\n{told}\n{rest.rstrip()}\n"


def list_page() -> str:
    """Every rule in a line, by family."""
    lines = [
        "# The rules",
        "",
        f"{len(RULES)} rules. Those in brackets are lawful oddities, asked for only with `--select` or",
        "`--extend-select`. Severity is measured: an *error* makes a mainstream client of today raise, or hand its user",
        "other content, tool calls, finish or usage than was sent; a *warning* is mishandled by some; [clients.md](../clients.md)",
        "has the measurements. These pages are made from the files of `streamkit/rules`, a file a rule.",
        "",
    ]
    for family, subject in FAMILIES.items():
        lines += [f"## {family}: {subject}", "", "| code | name | severity | what it finds |", "|---|---|---|---|"]
        for rule in RULES.values():
            if rule.code.startswith(family):
                severity = " or ".join((rule.severity, *rule.also))
                severity = severity if rule.default else f"({severity})"
                lines.append(f"| [{rule.code}]({rule.code}.md) | {rule.name} | {severity} | {rule.summary} |")
        lines.append("")
    return "\n".join(lines)


def grammars_page() -> str:
    """The tables of lawful order, drawn."""
    lines = [
        "# The order of events",
        "",
        "Lint walks each stream along these tables, once. A step in brackets is a misstep, and the word in the brackets is",
        "the rule that tells of it. What is about values and not about order (ids, indices, texts that are said twice) is",
        "checked beside the walk. This page is drawn from the tables themselves.",
        "",
    ]
    judges = [api.judge() for api in APIS.values() if api.judge is not None]
    for grammar in (grammar for judge in judges for grammar in judge.grammars):
        lines += [f"## {grammar.name[:1].upper()}{grammar.name[1:]}", "", "```mermaid", diagram(grammar), "```", ""]
    return "\n".join(lines)


def main() -> None:
    """Write the pages, and remove those of rules that are no more."""
    (FOLDER / "rules").mkdir(exist_ok=True)
    made = pages()
    for page in (FOLDER / "rules").glob("*.md"):
        if f"rules/{page.name}" not in made:
            page.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
