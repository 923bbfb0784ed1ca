"""picture.py FILE [COMMAND...]: run a command in color and draw what it prints as an SVG, which scrolls like a terminal.

Default: `streamkit demo`. The pictures of the README are made by `make picture`. It uses the reader's fonts, makes no request, and
stands still for readers who have turned animations off.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html import escape
from itertools import pairwise
from pathlib import Path

ROWS, COLUMNS = 30, 112
_CHAR, _LINE, _MARGIN, _SIZE = 7.23, 17.0, 16.0, 12  # px
_SECONDS_PER_LINE, _PAUSE_S = 0.16, 1.6
_STYLE = re.compile(r"\x1b\[(\d*)m")
_CLASSES = {"1": "b", "2": "q", "31": "r", "32": "g", "33": "y", "34": "u", "35": "m", "36": "c"}
_CSS = """
text{font:%dpx ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d4d8dd;white-space:pre}
.b{font-weight:700;fill:#fff}.q{fill:#8b949e}.r{fill:#ff7b72}.g{fill:#7ee787}.y{fill:#e3b341}.u{fill:#79c0ff}.m{fill:#d2a8ff}.c{fill:#76e3ea}
#all{animation:scroll %.1fs step-end infinite}
@keyframes scroll{%s}
@media (prefers-reduced-motion:reduce){#all{animation:none}}
"""


def output_of(command: list[str]) -> list[str]:
    """Return the lines that a command prints on stdout and stderr, with color. Raises CalledProcessError for a usage error."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)}
    ran = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, text=True, check=False
    )
    if ran.returncode not in (0, 1):
        raise subprocess.CalledProcessError(ran.returncode, command, ran.stdout)
    return ran.stdout.strip("\n").split("\n")


def spans(line: str) -> str:
    """Return a line as SVG text spans: each style of the terminal is a class. Text beyond the last column is cut off."""
    parts, style, room = [], "", COLUMNS
    for number, piece in enumerate(_STYLE.split(line)):
        if number % 2:
            style = _CLASSES.get(piece, "")
        elif piece:
            text = piece if len(piece) <= room else piece[: max(room - 1, 0)] + "…" * (room > 0)
            room -= len(text)
            parts.append(f'<tspan class="{style}">{escape(text)}</tspan>' if style else escape(text))
    return "".join(parts)


def steps(lines: list[str]) -> list[int]:
    """Return the indexes of the first line on the screen, one after another: each part of the tour ends with a pause."""
    parts = [number for number, line in enumerate(lines) if _STYLE.sub("", line).startswith("# ")] + [len(lines)]
    last = max(len(lines) - ROWS, 0)
    return sorted({min(max(end - ROWS, 0), last) for end in parts} | {0, last})


def scrolling(lines: list[str]) -> tuple[float, str]:
    """Return the length of the animation in seconds, and its key frames."""
    times: list[tuple[float, int]] = []
    now = 0.0
    for start, end in pairwise([*steps(lines), steps(lines)[-1]]):
        times.append((now, start))
        now += _PAUSE_S
        for row in range(start + 1, end):
            times.append((now, row))
            now += _SECONDS_PER_LINE
    now += 2 * _PAUSE_S
    frames = "".join(f"{100 * at / now:.2f}%{{transform:translateY({-row * _LINE:g}px)}}" for at, row in times)
    return now, frames


def drawn(lines: list[str], title: str) -> str:
    """Return the SVG."""
    width, height = _CHAR * COLUMNS + 2 * _MARGIN, _LINE * min(ROWS, len(lines)) + 2 * _MARGIN
    seconds, frames = scrolling(lines)
    rows = "\n".join(
        f'<text y="{(number + 0.78) * _LINE:g}">{spans(line)}</text>'
        for number, line in enumerate(lines)
        if line.strip()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{_CSS % (_SIZE, seconds, frames)}</style>\n"
        f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>\n'
        f'<svg x="{_MARGIN:g}" y="{_MARGIN:g}" width="{width - 2 * _MARGIN:.0f}" height="{height - 2 * _MARGIN:.0f}">\n'
        f'<g id="all">\n{rows}\n</g>\n</svg>\n</svg>\n'
    )


def main(arguments: list[str]) -> int:
    """Draw the picture. Return the exit code."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    command = arguments[1:] or [sys.executable, "-m", "streamkit", "demo", "--color", "always"]
    title = " ".join(arguments[1:] or ["streamkit", "demo"])
    Path(arguments[0]).write_text(drawn(output_of(command), title), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
