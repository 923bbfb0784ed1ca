"""The times in a log: before its lines, or in its documents. Exact to the nanosecond, and never invented."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from datetime import UTC, datetime, timedelta, timezone

from streamkit.frozen import dataclass

_SECOND = 1_000_000_000
_DAY = 86_400 * _SECOND
_FRACTION = r"(?:[.,](\d{1,9}))?"
_CLOCK = rf"(\d\d):(\d\d):(\d\d){_FRACTION}"

# Patterns are compiled on first use: most input has none of these times, and compiling takes milliseconds.
# RFC 3339 and its relatives: Docker, Kubernetes, Python's logging, Go's log.
_DATED = rf"(?<!\d)(\d{{4}})[-/](\d\d)[-/](\d\d)[T ]{_CLOCK}\d*\s?(Z|[+-]\d\d:?\d\d)?"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# syslog, `ts`: no year.
_SYSLOG = rf"\W*({'|'.join(_MONTHS)}) {{1,2}}(\d{{1,2}}) {_CLOCK}\b"
# `ts -s`, `ts -i`, `curl --trace-time`.
_TIME_OF_DAY = rf"[\[(<|\s]*{_CLOCK}\b"
# `ts %.s`, and epochs in milliseconds.
_EPOCH = r"[\[(<|\s]*(\d{10})\.(\d{1,9})\b"
# Epochs in milli-, micro- and nanoseconds.
_EPOCH_WHOLE = r"[\[(<|\s]*(1\d{12}(?:\d{3}){0,2})\b(?!\.)"
# The kernel's log: seconds since the machine started.
_KERNEL = r"\s*\[\s{0,8}(\d{1,9})\.(\d{3,9})\]"
# klog and glog: level, month and day, time.
_KLOG = rf"\s*[IWEF](\d\d)(\d\d) {_CLOCK}\b"
# The month first and half days, as in the United States.
_AMERICAN = rf"[\[(<|\s]*(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}),? (\d{{1,2}}):(\d\d):(\d\d){_FRACTION} ?([AaPp])\.?[Mm]\b"
_HALF_DAY = rf"[\[(<|\s]*(\d{{1,2}}):(\d\d):(\d\d){_FRACTION} ?([AaPp])\.?[Mm]\b"
# `t=1.25`, `t=+1.25s`: seconds if there is a fraction and no unit.
_NAMED = r"[\[(<|\s]*t=\+?(\d{1,9})(?:\.(\d{1,9}))?(ns|us|µs|ms|s)?(?![\w.:-])"
_SINCE = r"(?:[\[(]\s*\+?|\s*\+)\s*(\d{1,9})(?:\.(\d{1,9}))?\s?(ns|us|µs|ms|s)\b"
_UNITS = {"ns": 1, "us": 1000, "µs": 1000, "ms": 1_000_000, "s": _SECOND}


@dataclass(frozen=True, slots=True)
class Stamp:
    """One time as a log has it, in nanoseconds: since 1970 (`wall`, in UTC where `zoned`), since midnight (`day`), or
    since a moment of the log's own (`since`). `step` is the value of its last digit, in nanoseconds."""

    ns: int
    kind: str
    zoned: bool = False
    step: int = field(default=1, compare=False)


def stamp(text: str) -> Stamp | None:
    """Return the first time in a line's prefix, or None."""
    if match := re.search(_DATED, text):
        return _dated(match)
    if match := re.match(_EPOCH, text):
        return Stamp(int(match[1]) * _SECOND + _fraction(match[2]), "wall", zoned=True, step=_step(match[2]))
    if match := re.match(_EPOCH_WHOLE, text):
        unit = int(10 ** (19 - len(match[1])))
        return Stamp(int(match[1]) * unit, "wall", zoned=True, step=unit)
    if match := re.match(_SYSLOG, text):
        return _syslog(match)
    if match := re.match(_HALF_DAY, text):
        hour, minute, second, fraction, half = match.groups()
        clock = _of_half_day(hour, half)
        if not clock:
            return None
        return Stamp(_time_of_day(clock, minute, second, fraction), "day", step=_step(fraction))
    if match := re.match(_TIME_OF_DAY, text):
        return Stamp(_time_of_day(*match.groups()), "day", step=_step(match[4]))
    return _rarer(text)


def _rarer(text: str) -> Stamp | None:
    if match := re.match(_SINCE, text):
        return _since(match[1], match[2], match[3])
    if match := re.match(_KERNEL, text):
        return _since(match[1], match[2], "s")
    if (match := re.match(_NAMED, text)) and (match[2] or match[3]):
        return _since(match[1], match[2], match[3] or "s")
    if match := re.match(_KLOG, text):
        month, day, *clock, fraction = match.groups()
        return _wall(2000, int(month), int(day), clock, fraction, timezone.utc, False)  # noqa: UP017
    if match := re.match(_AMERICAN, text):
        month, day, year, hour, minute, second, fraction, half = match.groups()
        if clocked := _of_half_day(hour, half):
            time = (clocked, minute, second)
            return _wall(int(year), int(month), int(day), time, fraction, timezone.utc, False)  # noqa: UP017
    return None


def _of_half_day(hour: str, half: str) -> str | None:
    """Return the hour of the day of `8 PM`; None if there is no such hour."""
    return str(int(hour) % 12 + 12 * (half in "Pp")) if 1 <= int(hour) <= 12 else None


def _since(whole: str, fraction: str | None, word: str) -> Stamp:
    unit = _UNITS[word]
    return Stamp(
        int(whole) * unit + _fraction(fraction) * unit // _SECOND,
        "since",
        step=max(_step(fraction) * unit // _SECOND, 1),
    )


def _step(fraction: str | None) -> int:
    """Return the value of the last digit of seconds with this fraction, in nanoseconds."""
    return int(10 ** (9 - len(fraction or "")))


def resolution(stamps: Sequence[Stamp | None]) -> int | None:
    """Return how finely these stamps are written, in nanoseconds: the finest step, as some writers drop zeros at the end."""
    return min((one.step for one in stamps if one is not None), default=None)


def offsets(stamps: Sequence[Stamp | None]) -> list[int | None] | None:
    """Return the times of a stream's frames in nanoseconds, from the first one (from the log's own zero where that is what
    they count from); None if the stamps are too few, of several kinds, all the same, or run backwards."""
    known = [one for one in stamps if one is not None]
    if len({one.ns for one in known}) < 2 or len({one.kind for one in known}) > 1:
        return None
    origin = 0 if known[0].kind == "since" else known[0].ns
    found: list[int | None] = []
    before = days = 0
    for one in stamps:
        if one is None:
            found.append(None)
            continue
        at = one.ns - origin + days
        if one.kind == "day" and before - at > _DAY // 2:
            days += _DAY
            at += _DAY
        if at < before:
            return None
        found.append(at)
        before = at
    return found


def rfc3339(ns: int) -> str:
    """Return nanoseconds since 1970 as RFC 3339 in UTC with microseconds, as recordings have it."""
    moment = datetime.fromtimestamp(ns // _SECOND, UTC) + timedelta(microseconds=ns % _SECOND // 1000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _dated(match: re.Match[str]) -> Stamp | None:
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    offset = timezone.utc  # noqa: UP017
    if zone and zone != "Z":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        if minutes >= 1440:
            return None
        offset = timezone(timedelta(minutes=minutes if zone[0] == "+" else -minutes))
    return _wall(int(year), int(month), int(day), (hour, minute, second), fraction, offset, bool(zone))


def _syslog(match: re.Match[str]) -> Stamp | None:
    month, day, hour, minute, second, fraction = match.groups()
    # A year that has a 29th of February; only differences count.
    return _wall(2000, _MONTHS.index(month) + 1, int(day), (hour, minute, second), fraction, timezone.utc, False)  # noqa: UP017


def _wall(
    year: int, month: int, day: int, clock: Sequence[str], fraction: str | None, offset: timezone, zoned: bool
) -> Stamp | None:
    hour, minute, second = map(int, clock)
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=offset)
        since = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None
    return Stamp((since + (second == 60)) * _SECOND + _fraction(fraction), "wall", zoned, _step(fraction))


def _time_of_day(hour: str, minute: str, second: str, fraction: str | None) -> int:
    return (int(hour) * 3600 + int(minute) * 60 + int(second)) * _SECOND + _fraction(fraction)


def _fraction(digits: str | None) -> int:
    return int(digits.ljust(9, "0")) if digits else 0
