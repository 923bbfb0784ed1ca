"""The frame of a page: one self-contained file, which allows only its own style and script, by their digests.

The policy allows only that style and that script: text of a stream that was not escaped could not load, send or run anything.
No attribute contains style or script, so that the policy need not allow it.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable, Sequence
from typing import Any

from streamkit.reporters._strict_json import dumps_fast
from streamkit.text import one_line

STYLE = """
:root{color-scheme:light dark;--back:#fff;--ink:#1c2330;--dim:#667085;--line:#d9dee7;--head:#f4f6f9;--role:#98a2b3;--reasoning:#9b6bdf;
--text:#2f7de1;--tool:#d0812b;--finish:#2f9e62;--usage:#5f9ea0;--error:#d64545;--other:#777;--wait:#c9d2e0;
--warning:#9a6700;--mark:#fff1b8;--stall:#f3c6c6}
@media screen and (prefers-color-scheme:dark){:root{--back:#14181f;--ink:#dfe5ee;--dim:#93a0b4;--line:#2d3542;--head:#1c222c;
--role:#6d7a8d;--wait:#364154;--text:#5b9bf0;--reasoning:#b48bef;--error:#f07070;
--warning:#e3b341;--mark:#4d4420;--stall:#5c2b2b}}
body{background:var(--back);color:var(--ink);font:14px/1.45 system-ui,sans-serif;margin:0 auto;max-width:1180px;padding:1.5rem}
h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1.2rem 0 .4rem}
h1,h2,h3,p,summary,li{overflow-wrap:anywhere}p{margin:.3rem 0}.dim{color:var(--dim)}.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:.2rem .6rem;text-align:right;white-space:nowrap;
border-bottom:1px solid var(--line)}th{background:var(--head);font-weight:600}th.l,td.l{text-align:left}td.l{white-space:normal;overflow-wrap:anywhere;min-width:5rem}
td.name{text-align:left}table.sortable th{cursor:pointer}td.text{white-space:pre-wrap;overflow-wrap:anywhere;text-align:left;font-family:ui-monospace,monospace;font-size:12px}
details{border:1px solid var(--line);border-radius:6px;margin:.6rem 0;padding:.4rem .8rem}summary{cursor:pointer}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--head);padding:.6rem;border-radius:6px;max-height:24rem;overflow:auto}
svg{display:block;width:100%;height:auto}svg text{fill:var(--dim);font:11px system-ui,sans-serif}
.bar{fill:var(--text)}.cdf{fill:none;stroke:var(--tool);stroke-width:1.5}.axis{stroke:var(--line)}.old,.new{fill:none;stroke-width:2}.old{stroke:var(--dim);stroke-dasharray:5 3}.new{stroke:var(--text)}.oldk{fill:var(--dim)}.newk{fill:var(--text)}.wait{fill:var(--wait)}
.gen{fill:var(--text)}.tail{fill:var(--finish)}.stall{fill:var(--error)}.bad{color:var(--error)}.warn{color:var(--warning)}.good{color:var(--finish)}td a{color:inherit}
.role{fill:var(--role)}.reasoning{fill:var(--reasoning)}.textk{fill:var(--text)}.tool{fill:var(--tool)}.finish{fill:var(--finish)}
.usage{fill:var(--usage)}.error{fill:var(--error)}.other{fill:var(--other)}
.verdict{font-size:1.25rem;font-weight:600;margin-top:.6rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.7rem;margin:.8rem 0}
.card{border:1px solid var(--line);border-radius:8px;padding:.5rem .8rem;display:flex;flex-direction:column}.card b{font-size:1.3rem}
.card .dim{font-size:12px}
figure{position:relative;margin:0}figure output{position:absolute;top:0;right:0;max-width:100%;padding:.1rem .5rem;border:1px solid var(--ink);
border-radius:4px;background:var(--back);font-size:12px;pointer-events:none}figure output:empty{display:none}
svg .on{stroke:var(--ink);stroke-width:2}:focus-visible{outline:2px solid var(--text);outline-offset:2px}
@media (max-width:950px){body{padding:.7rem}svg{min-width:900px}td,th{padding:.2rem .4rem}
td.l:first-child,th.l:first-child{position:sticky;left:0;background:var(--back)}th.l:first-child{background:var(--head)}}
@media (max-width:600px){.long{display:none}}
@media print{@page{margin:12mm}body{max-width:none;padding:0;font-size:11px}h2,h3{break-after:avoid}tr,figure,.card{break-inside:avoid}
.scroll{overflow:visible}svg{min-width:0}pre{max-height:none}th,td{padding:.1rem .35rem}*{print-color-adjust:exact}}
""".strip()

# Sorts a table by the column whose head was clicked: by the number in data-v if there is one; absent values last.
# In charts, the mark under the pointer, or selected with the arrow keys, is described beside the chart.
SCRIPT = """
document.querySelectorAll('table.sortable th').forEach(function (head) {
  head.tabIndex = 0;
  head.setAttribute('aria-sort', 'none');
  head.addEventListener('keydown', function (event) {
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); head.click(); }
  });
  head.addEventListener('click', function () {
    var table = head.closest('table'), place = head.cellIndex, down = head.dataset.down !== '1';
    table.querySelectorAll('th').forEach(function (other) { delete other.dataset.down; other.setAttribute('aria-sort', 'none'); });
    head.dataset.down = down ? '1' : '0';
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    var value = function (row) {
      var cell = row.cells[place], number = cell.dataset.v;
      return number === undefined ? cell.textContent : number === '' ? null : parseFloat(number);
    };
    var body = table.tBodies[0];
    Array.from(body.rows).sort(function (a, b) {
      var x = value(a), y = value(b);
      if (x === null || y === null) { return (x === null) - (y === null); }
      return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
    }).forEach(function (row) { body.appendChild(row); });
  });
});
function tell(chart, mark) {
  chart.querySelectorAll('.on').forEach(function (other) { other.classList.remove('on'); });
  if (mark) { mark.classList.add('on'); }
  chart.querySelector('output').textContent = mark ? mark.querySelector('title').textContent : '';
}
document.addEventListener('keydown', function (event) {
  var chart = event.target.closest('figure');
  var by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity, Escape: 0 }[event.key];
  if (!chart || by === undefined) { return; }
  var marks = Array.from(chart.querySelectorAll('title'), function (title) { return title.parentNode; });
  if (!marks.length) { return; }
  event.preventDefault();
  var place = marks.indexOf(chart.querySelector('.on')) + by;
  var mark = by === 0 ? null : marks[Math.min(Math.max(place, 0), marks.length - 1)];
  tell(chart, mark);
  if (mark) { mark.scrollIntoView({ block: 'nearest', inline: 'center' }); }
});
document.addEventListener('pointerover', function (event) {
  var chart = event.target.closest('figure');
  if (chart) { tell(chart, event.target.querySelector(':scope > title') ? event.target : null); }
});
""".strip()


def page(title: str, parts: Iterable[str], data: Any = None, *, style: str = STYLE, script: str = SCRIPT) -> str:
    """Return a whole page. `parts` are HTML that is escaped already; `data` is embedded as JSON."""
    policy = "; ".join((
        "default-src 'none'",
        f"style-src '{_digest(style)}'",
        f"script-src '{_digest(script)}'",
        "base-uri 'none'",
        "form-action 'none'",
    ))  # fmt: skip
    return "\n".join((
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">',
        f"<title>{text(title)}</title><style>{style}</style></head><body>",
        *parts,
        "" if data is None else f'<script type="application/json" id="data">{_embedded(data)}</script>',
        f"<script>{script}</script></body></html>\n",
    ))  # fmt: skip


def text(value: object) -> str:
    """Return text of a stream for a page: escaped, with control characters made visible."""
    return html.escape(one_line(str(value)), quote=True)


def lines(value: str) -> str:
    """Return the same for text of several lines."""
    return "\n".join(text(line) for line in value.split("\n"))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1, sortable: bool = False) -> str:
    """Return a table. Cells are HTML: made by `cell`, or escaped text, which becomes a cell."""
    head = "".join(f"<th{_side(index, left)}>{text(name)}</th>" for index, name in enumerate(heads))
    body = "".join(
        "<tr>"
        + "".join(
            value if value.startswith("<td") else f"<td{_side(index, left)}>{value}</td>"
            for index, value in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    kind = ' class="sortable"' if sortable else ""
    return f'<div class="scroll"><table{kind}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def cell(shown: str, number: float | None) -> str:
    """Return a cell with its sort key."""
    return f'<td data-v="{"" if number is None else number}">{text(shown)}</td>'


def _side(index: int, left: int) -> str:
    return ' class="l"' if index < left else ""


def _digest(part: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()


def _embedded(data: Any) -> str:
    """Return JSON for a script element, without `<`, with which a text could end the element."""
    return dumps_fast(data).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
