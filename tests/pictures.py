"""python -m tests.pictures [FOLDER]: draw the pictures of the README in FOLDER (default: docs/pictures), each light and dark.

They are pictures of pages that streamkit writes: the report of a load test against `streamkit serve`, and a recording in the
player. Needs Chromium. The picture of the tour is drawn by `scripts/picture.py`; `make picture` draws all.
"""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.browser import CHROMIUM, Page, chromium

ROOT = Path(__file__).parents[1]
RECORDINGS = ROOT / "recordings"
WIDTH, REPORT_HEIGHT, PLAYER_HEIGHT = 1100, 1010, 860  # CSS pixels
QUALITY = 80
MOST_BYTES = 200_000
STREAMKIT = [sys.executable, "-m", "streamkit"]
SERVE = [
    "serve", str(RECORDINGS / "openai_chat" / "plain.jsonl"), "-q", "--port", "0", "--match", "any", "--seed", "7",
    "--ttft", "lognormal:120ms:170ms", "--itl", "lognormal:22ms:29ms", "--fault", "cut:event=9,rate=0.05",
    "--fault", "stall:event=12,for=600ms,rate=0.05",
]  # fmt: skip
RECORD = 'exec "$0" -m streamkit record "$OPENAI_BASE_URL/chat/completions" --model model-s --prompt Hi -n 200 -c 6 -q --show none -o "$1"'
READY = """new Promise(done => {
    const look = () => document.documentElement.dataset.ready ? done(1) : setTimeout(look, 5)
    look()
})"""


def report(folder: Path) -> Path:
    """Return the report of 200 requests, of which some are cut off or stall."""
    run, page = folder / "run.jsonl", folder / "report.html"
    child = ["sh", "-c", RECORD, sys.executable, str(run)]
    # Exit code 1: some streams were cut off.
    subprocess.run([*STREAMKIT, *SERVE, "--", *child], check=False, capture_output=True, timeout=300)
    subprocess.run([*STREAMKIT, "stats", "--html", str(page), str(run)], check=True)
    return page


def player(folder: Path) -> Path:
    """Return the player with a recording that has reasoning, text and a tool call."""
    page = folder / "player.html"
    recording = "anthropic_messages/thinking-and-tool.jsonl"
    subprocess.run([*STREAMKIT, "inspect", "--html", str(page), recording], check=True, cwd=RECORDINGS)
    return page


def pictures(page: Page, height: int) -> Iterator[tuple[str, bytes]]:
    """Yield what the page looks like (WebP), light and dark, with the end of its file's name."""
    for end, dark in (("", False), ("-dark", True)):
        page.screenshot(width=WIDTH, height=height, dark=dark)  # sets the size and the colors
        shot = page.call("Page.captureScreenshot", format="webp", quality=QUALITY)
        yield end, base64.b64decode(shot["data"])


def main(arguments: list[str]) -> int:
    """Draw the pictures. Return the exit code."""
    target = Path(arguments[0] if arguments else ROOT / "docs" / "pictures")
    if CHROMIUM is None:
        sys.stderr.write("no Chromium is installed (apt install chromium)\n")
        return 2
    with tempfile.TemporaryDirectory() as temporary, chromium(Path(temporary)) as browser:
        folder = Path(temporary)
        page = browser.open(report(folder).as_uri())
        drawn = {f"report{end}": data for end, data in pictures(page, REPORT_HEIGHT)}
        page = browser.open(player(folder).as_uri() + "#t=0.33")
        page.evaluate(READY)
        drawn |= {f"player{end}": data for end, data in pictures(page, PLAYER_HEIGHT)}
    for name, data in drawn.items():
        (target / f"{name}.webp").write_bytes(data)
        sys.stdout.write(f"{target / name}.webp: {len(data):,} bytes\n")
    return 0 if max(map(len, drawn.values())) < MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
