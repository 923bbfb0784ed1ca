"""What each benchmark tool would report of a whole run: the same streams, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import quantiles

from streamkit.reporters._html_charts import svg, ticks
from streamkit.reporters._html_page import cell, table, text
from streamkit.reporters._units import readable

_LEFT, _WIDTH, _RIGHT, _ROW = 190, 900, 40, 22
_HEADS = (("ttft_ns", "TTFT"), ("per_token_ns", "Per token"), ("end_ns", "Duration"))

Reported = Mapping[str, Sequence[Mapping[str, float | None]]]


def side_by_side(definitions: Reported) -> Iterator[str]:
    """Yield the time to first token by each tool's definition as a picture, and the medians of its numbers, in milliseconds."""
    count = max(map(len, definitions.values()), default=0)
    if count < 2:
        return
    spreads = {tool: _spread([one["ttft_ns"] for one in reported]) for tool, reported in definitions.items()}
    ours = next(iter(spreads.values()))
    rows = []
    for tool, reported in definitions.items():
        medians = [_spread([one[key] for one in reported]) for key, _ in _HEADS]
        change = spreads[tool][1] - ours[1] if spreads[tool] and ours else None
        numbers = [cell(_ms(spread[1]), spread[1]) if spread else cell("-", None) for spread in medians]
        rows.append(
            [text(tool), numbers[0], cell("-" if change is None else f"{change / 1e6:+,.2f}", change), *numbers[1:]]
        )
    yield (
        f'<h2>What each tool would report <span class="dim">(medians of {count:,} complete streams, in ms)</span></h2>'
        f"{_picture({tool: spread for tool, spread in spreads.items() if spread})}"
    )
    yield table(["Tool", "TTFT", "against ours", *(head for _, head in _HEADS[1:])], rows, sortable=True)


def _spread(values: Sequence[float | None]) -> Sequence[float]:
    """Return the 5th percentile, the median and the 95th percentile (linear); nothing without values."""
    known = [value for value in values if value is not None]
    if not known:
        return ()
    if len(known) == 1:
        return known[0], known[0], known[0]
    cuts = quantiles(known, n=20, method="inclusive")
    return cuts[0], cuts[9], cuts[18]


def _picture(spreads: Mapping[str, Sequence[float]]) -> str:
    if not spreads:
        return ""
    most = max(spread[2] for spread in spreads.values()) or 1.0
    room, bottom = _WIDTH - _LEFT - _RIGHT, len(spreads) * _ROW + 8
    parts = []
    for tick in ticks(0, most):
        x = _LEFT + room * tick / most
        parts.append(f'<line class="axis" x1="{x:.1f}" y1="4" x2="{x:.1f}" y2="{bottom}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{tick / 1e6:,.4g} ms</text>')
    for place, (tool, spread) in enumerate(spreads.items()):
        low, middle, high = (_LEFT + room * value / most for value in spread)
        y = place * _ROW + 18
        name = f"{tool}: median {readable(spread[1], 'ns')}, nine in ten from {readable(spread[0], 'ns')} to {readable(spread[2], 'ns')}"
        parts.append(
            f'<text x="0" y="{y + 4}">{text(tool)}</text><g><title>{text(name)}</title>'
            f'<rect class="wait" x="{low:.1f}" y="{y - 3}" width="{max(high - low, 1):.1f}" height="6"/>'
            f'<circle class="bar" cx="{middle:.1f}" cy="{y}" r="5"/></g>'
        )
    return svg(
        bottom + 24, parts, f"time to first token as {len(spreads)} tools define it: median, and nine in ten streams"
    )


def _ms(value: float) -> str:
    return f"{value / 1e6:,.2f}"
