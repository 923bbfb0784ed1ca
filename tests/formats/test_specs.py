"""The pages under tests/specs/formats are both manual and test: the `input` block gives the exchanges that follow it.

An exchange is shown as a line of its properties, then one line per frame (line of the file, time in seconds, bytes),
then one line per repair, marked `~`. A rejected input is shown by its message, marked `!`.
"""

import base64
import re
from pathlib import Path

import pytest

from streamkit.errors import UnreadableInput
from streamkit.formats import FORMATS, read

PAGES = Path(__file__).parents[1] / "specs" / "formats"
BLOCK = re.compile(r"^(`{3,})(input|exchanges)( base64)?[ ]*\n(.*?)^\1[ ]*$", re.DOTALL | re.MULTILINE)


def cases():
    for page in sorted(PAGES.glob("*.md")):
        blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
        assert [kind for _, kind, _, _ in blocks] == ["input", "exchanges"] * (len(blocks) // 2), page
        for number, start in enumerate(range(0, len(blocks), 2), 1):
            (_, _, coding, given), (_, _, _, expected) = blocks[start : start + 2]
            data = base64.b64decode(given) if coding else given.encode()
            yield pytest.param(page.stem, data, expected, id=f"{page.stem}-{number}")


def shown(path, form):
    try:
        for exchange in read(str(path)):
            assert exchange.imported is None or exchange.imported.format.startswith(form.split("-")[0])
            yield from lines(exchange)
    except UnreadableInput as error:
        message, _, _ = str(error).removeprefix(str(path))[2:].partition("; tried: ")
        yield f"! {message}"


def lines(exchange):
    words = [f"exchange {exchange.origin.number}, line {exchange.origin.line}"]
    if exchange.request:
        words.append(f"{exchange.request.method} {exchange.request.url}")
    if exchange.response:
        words.append(f"{exchange.response.status} {exchange.content_type or '-'}")
    if exchange.clock != "none":
        words.append(f"clock {exchange.clock}")
    if exchange.clock == "log" and exchange.sent_at is not None and exchange.request is None:
        words.append(f"sent {exchange.sent_at / 1e9:g}")
    if exchange.end:
        words.append(exchange.end.reason)
    if exchange.imported and exchange.imported.excerpt:
        words.append("excerpt")
    yield ", ".join(words)
    for frame in exchange.frames:
        at = "-" if frame.at is None else f"{frame.at / 1e9:g}"
        yield f"{frame.line if frame.line is not None else '-'} {at} {printable(frame.data)}"
    for repair in exchange.imported.repairs if exchange.imported else ():
        yield f"~ {repair.line} {repair.kind}: {repair.message}"


def printable(data):
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "base64 " + base64.b64encode(data).decode()
    return (
        text.replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n")
        if text.isprintable() or "\n" in text
        else ascii(text)
    )


@pytest.mark.parametrize(("form", "data", "expected"), list(cases()))
def test_page(form, data, expected, tmp_path):
    path = tmp_path / "input"
    path.write_bytes(data)
    assert "\n".join(shown(path, form)) + "\n" == expected


def test_every_format_has_a_page_and_every_page_a_format():
    assert {page.stem for page in PAGES.glob("*.md")} == set(FORMATS)


def test_every_format_has_its_row_in_the_documentation():
    page = (PAGES.parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| \[`([a-z-]+)`\].*\| (.*?) ?\|$", page, re.M))
    assert rows == {
        name: f"`--to {entry.short or name}`" if entry.write else "" for name, entry in sorted(FORMATS.items())
    }
