"""The page that plays streams: the data of each, and the scripts and the style that the package contains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

from streamkit.reporters._html_page import STYLE, page, text
from streamkit.reporters._player_data import MOST, stream_data
from streamkit.reporters._reporter import PageStream

_SCRIPTS = ("decode.js", "views.js", "timeline.js", "player.js")
_KEYS = (
    "Keys: space plays and pauses; ← and → step by item, with Shift by a second; Home and End; + and - change the speed; "
    "n goes to the next finding. Drag over the timeline to seek. The address names the moment."
)
# The meaning of each symbol.
_KEY = "¶ text · ∴ reasoning · ƒ tool call · ⊘ refusal · @ role · ■ finish · Σ usage · ✗ error · : comment · ▲ finding"


def player(streams: Iterable[PageStream], manuals: Mapping[str, str]) -> str:
    """Return a page that plays these streams. Those that do not fit into it are named."""
    shown, rules, left_out = [], dict[str, str](), list[str]()
    room = MOST
    for each in streams:
        data = stream_data(each, room)
        name = each.stream.file if each.stream.number == 1 else f"{each.stream.file}#{each.stream.number}"
        if data is None:
            left_out.append(name)
            continue
        shown.append(data)
        room -= sum(map(len, data.values()))
        rules |= {finding.code: manuals.get(finding.code, "") for finding in each.findings}
    count = len(shown) + len(left_out)
    title = f"{count} stream{'' if count == 1 else 's'}"
    parts = [
        f"<h1>{text(title)}</h1>",
        f'<p class="dim">{_KEY}</p>',
        *([f'<p class="warn">too large for this page: {text(", ".join(left_out))}</p>'] if left_out else []),
        '<main id="player"><p>loading</p></main>',
        f'<p class="dim">{_KEYS}</p>',
        "<noscript><p>This page needs JavaScript. <code>streamkit inspect FILE</code> shows the same as text.</p></noscript>",
    ]
    document = {"version": 1, "streams": shown, "rules": rules}
    return page(
        f"streamkit inspect: {title}", parts, document, style=STYLE + "\n" + _asset("player.css"), script=_script()
    )


@cache
def _script() -> str:
    return "\n".join(map(_asset, _SCRIPTS))


def _asset(name: str) -> str:
    return (resources.files("streamkit.reporters") / "_player" / name).read_text(encoding="utf-8")
