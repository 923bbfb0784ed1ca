"""The streams of `inspect --format html`, with their findings, and stalls as `stats` measures them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from streamkit.cli._format_option import write_output
from streamkit.cli._output import CommandOutput
from streamkit.model.stream import Stream
from streamkit.reporters import PageStream, Reporter
from streamkit.rules import RULES, lint


def show_player(streams: Iterable[Stream], reporter: Reporter, sink: CommandOutput) -> None:
    """Write the page that plays these streams. They are read one at a time."""
    assert reporter.player is not None
    manuals = {rule.code: rule.manual for rule in RULES.values()}
    write_output(sink, reporter, reporter.player(_page_streams(streams), manuals))


def _page_streams(streams: Iterable[Stream]) -> Iterator[PageStream]:
    rules = [rule for rule in RULES.values() if rule.default]
    for stream in streams:
        yield PageStream({"stalls": _stalls(stream)}, stream, list(lint(stream, rules)))


def _stalls(stream: Stream) -> list[dict[str, int]]:
    from streamkit.metrics import Timeline

    if not stream.exchange.timed:
        return []
    timeline = Timeline(stream)
    times = timeline.chunk_times
    return [{"at_ns": at, "gap_ns": gap} for chunk, gap in timeline.stalls if (at := times[chunk]) is not None]
