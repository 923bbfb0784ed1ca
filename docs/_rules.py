"""Generate docs/rules/ (one page per rule, and a list) from the rules' docstrings, and docs/grammars.md.

Run `python docs/_rules.py`. A test checks that the pages are up to date.
"""

from __future__ import annotations

from pathlib import Path

from streamkit.apis import APIS
from streamkit.apis.dialects import DIALECTS
from streamkit.model.grammar import diagram
from streamkit.rules import RULES, Rule, measured

FOLDER = Path(__file__).parent

FAMILIES = {
    "SSE": "framing: lines, events, `[DONE]`",
    "JSN": "event data as JSON",
    "SCH": "the shape of a chunk",
    "SEQ": "the order of chunks, tool calls and errors",
    "USG": "token counts",
    "TIM": "arrival times",
    "ANT": "Anthropic Messages",
    "RSP": "OpenAI Responses",
    "GEM": "Gemini",
    "LOG": "pasted logs",
    "REC": "recordings",
}


def pages() -> dict[str, str]:
    """Return every page by its path in docs/."""
    made = {f"rules/{rule.code}.md": rule_page(rule) for rule in RULES.values()}
    return {**made, "rules/README.md": list_page(), "grammars.md": grammars_page()}


def rule_page(rule: Rule) -> str:
    """Return the page of a rule: its manual and its properties."""
    first, _, rest = rule.manual.partition("\n")
    enabled = "enabled by default" if rule.default else "enabled only with `--select` or `--extend-select`"
    lawful = [dialect.title for dialect in DIALECTS.values() if rule.code in dialect.lawful]
    also = f" (in some cases {' or '.join(rule.also)})" if rule.also else ""
    facts = [f"Severity: **{rule.severity}**{also}, {enabled}."]
    if rule.apis:
        facts.append(f"APIs: {', '.join(f'`{api}`' for api in rule.apis)}.")
    facts += _claims(rule)
    if lawful:
        facts.append(f"Allowed in: {', '.join(lawful)}.")
    if rule.whole:
        facts.append("Needs a complete stream: does not apply to an excerpt.")
    if rule.framing:
        facts.append("Is about bytes on the wire: does not apply to a log that did not keep them.")
    listed = "\n".join(f"* {fact}" for fact in facts)
    return f"# {rule.code} {rule.name}\n\n{first}\n\n{listed}\n{rest.rstrip()}\n"


def _claims(rule: Rule) -> list[str]:
    """Return the measured effects on clients, by API and field."""
    return [
        f"Breaks in `{claim.api}`{f', `{claim.path}`' if claim.path else ''}"
        f" ([{claim.streams} measured](../clients.md#{rule.code.lower()})): {'; '.join(claim.sentences)}."
        for claim in measured(rule.code)
    ]


def list_page() -> str:
    """Return the list of all rules, by family."""
    lines = [
        "# Rules",
        "",
        f"{len(RULES)} rules. Those with their severity in brackets are not enabled by default; use `--select` or",
        "`--extend-select`. Severity is based on measurement: an *error* makes a current mainstream client raise, or return other",
        "content, tool calls, finish reason or usage than were sent; a *warning* is mishandled by some clients.",
        "[clients.md](../clients.md) has the measurements. These pages are generated from the files in `streamkit/rules`.",
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
    """Return the page with the diagrams of all grammars."""
    lines = [
        "# The order of events",
        "",
        "Lint runs each stream through these grammars once. A step in brackets is an error in the order, and the word in the",
        "brackets is the rule that reports it. Values, as opposed to order (IDs, indices, repeated texts), are checked in addition.",
        "The diagrams are generated from the grammars.",
        "",
    ]
    judges = [api.judge() for api in APIS.values() if api.judge is not None]
    for grammar in (grammar for judge in judges for grammar in judge.grammars):
        lines += [f"## {grammar.name[:1].upper()}{grammar.name[1:]}", "", "```mermaid", diagram(grammar), "```", ""]
    return "\n".join(lines)


def main() -> None:
    """Write the pages, and remove those of rules that no longer exist."""
    (FOLDER / "rules").mkdir(exist_ok=True)
    made = pages()
    for page in (FOLDER / "rules").glob("*.md"):
        if f"rules/{page.name}" not in made:
            page.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
