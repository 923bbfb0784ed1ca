"""Recognise frames that differ from earlier ones only in a few fields, as nearly all frames of a stream do.

What was learned from the frames of one body is kept for the bodies that follow: streams of an API are alike.
"""

from __future__ import annotations

import re

from streamkit.redact._frame_template import TEXT, FrameFit, FrameTemplate, Value, values_of
from streamkit.redact._prefilter import Hit
from streamkit.redact._strings import one_text

_MAX_TEMPLATES = 8  # templates that are kept: a stream has a few kinds of frames
_MAX_LESSONS = 64  # frames of a body that are compared with earlier ones
_MAX_FRAME = 2048  # bytes of a frame from which a template is learned
_MAX_KINDS = 16  # kinds of frames of one sort, in all bodies
_MAX_SORTS = 128  # types or beginnings of frames, in all bodies
_TYPE = re.compile(rb'"type"\s*:\s*"[^"]*"')
_FROM = 2  # the frame of a sort with which learning begins: it costs as much as searching several frames


class _Kind:
    """Frames that are equal but for their values: those of the last one, which have varied, and the template."""

    __slots__ = ("last", "template", "varying")

    def __init__(self, last: list[Value]) -> None:
        self.last = last
        self.varying: set[int] = set()
        self.template: FrameTemplate | None = None

    def compare(self, data: bytes, values: list[Value], hits: list[Hit]) -> FrameTemplate | None:
        """Return the template for this frame and those before, or None if something suspicious is in the shared bytes."""
        self.varying |= {index for index, value in enumerate(values) if value.raw != self.last[index].raw}
        for hit in hits:
            self.varying |= {index for index, value in enumerate(values) if _contains(value, hit)}
        self.last = values
        chosen = [values[index] for index in sorted(self.varying)]
        clean = all(any(_contains(value, hit) for value in chosen) for hit in hits)
        self.template = FrameTemplate(data, chosen) if clean else None
        return self.template


class _Sort:
    """Frames with the same type or beginning: how many were seen, their kinds and their templates, the last used first."""

    __slots__ = ("kinds", "seen", "templates")

    def __init__(self) -> None:
        self.seen = 0
        self.kinds: dict[bytes, _Kind] = {}
        self.templates: list[FrameTemplate] = []

    def learn(self, data: bytes, hits: list[Hit]) -> None:
        values, shape = values_of(data)
        kind = self.kinds.pop(shape, None)
        if kind is None:
            if len(self.kinds) >= _MAX_KINDS:
                self.kinds.pop(list(self.kinds)[0], None)  # noqa: RUF015
            self.kinds[shape] = _Kind(values)
            return
        templates = [known for known in self.templates if known is not kind.template]
        template = kind.compare(data, values, hits)
        self.templates = templates if template is None else [template, *templates[: _MAX_KINDS - 1]]
        self.kinds[shape] = kind


class _Library:
    """What was learned from all bodies of this process: streams of an API are alike.

    Threads need no lock: a kind is taken out while it is changed, and lists of templates are replaced, never changed.
    """

    def __init__(self) -> None:
        self._sorts: dict[bytes, _Sort] = {}

    def learn(self, data: bytes, hits: list[Hit]) -> bool:
        """Compare a frame with earlier ones of its sort; return False if there was none or it is not suitable."""
        sort = self._sort(data)
        sort.seen += 1
        if sort.seen < _FROM or not _is_plain(data):
            return False
        sort.learn(data, hits)
        return True

    def _sort(self, data: bytes) -> _Sort:
        """Return the sort of a frame. The least recently used is forgotten when there are too many."""
        begin = _begin(data)
        sort = self._sorts.pop(begin, None) or _Sort()
        self._sorts[begin] = sort
        if len(self._sorts) > _MAX_SORTS:
            # A list is made in one step: an iterator would fail where another thread adds a sort.
            self._sorts.pop(list(self._sorts)[0], None)  # noqa: RUF015
        return sort

    def find(self, data: bytes) -> FrameFit | None:
        """Return how a frame fits a template, or None."""
        sort = self._sorts.get(_begin(data))
        for template in sort.templates if sort is not None else ():
            fit = template.fit(data)
            if fit is not None:
                return fit
        return None


_library = _Library()


class _Known:
    """A template that fitted a body: the values then, those that differed between frames, and a variant for the others.

    `settled` is the variant, or the template if all values differ; None until that is known.
    """

    __slots__ = ("_values", "_varying", "narrow", "settled", "template")

    def __init__(self, template: FrameTemplate) -> None:
        self.template = template
        self.narrow: FrameTemplate | None = None
        self.settled: FrameTemplate | None = None
        self._values: list[Value] = []
        self._varying: set[int] = set()

    def add(self, data: bytes, fit: FrameFit) -> None:
        """Compare a frame that fits the template, but not the variant, with the one before."""
        if len(self._varying) == len(fit.spans):
            return
        values = self.template.values(data, fit)
        if self._values:
            self._varying |= {index for index, value in enumerate(values) if value.raw != self._values[index].raw}
        else:
            self._varying = {index for index, value in enumerate(values) if value.joined}
        if self._values and len(self._varying) < len(values):
            chosen = [values[index] for index in sorted(self._varying)]
            self.narrow = FrameTemplate(data, chosen, self.template)
        else:
            self.narrow = None
        self.settled = self.narrow or (self.template if len(self._varying) == len(values) else None)
        self._values = values


class Templates:
    """The templates that fitted one body, and how many frames of it may still be learned from.

    `settled` is the template that the last frame fitted, or its variant, as soon as that is known (see `_Known`).
    """

    __slots__ = ("_known", "_lessons_left", "settled")

    def __init__(self) -> None:
        self._known: list[_Known] = []
        self.settled: FrameTemplate | None = None
        self._lessons_left = _MAX_LESSONS

    def fit(self, data: bytes, *, wide: bool = False) -> FrameFit | None:
        """Return how a frame, which begins outside all values, fits a template, or None.

        With `wide` no variant is tried: that saves time if the texts are needed, which only the template itself knows.
        """
        everything = self._known
        for index, known in enumerate(everything if not wide else ()):
            if known.narrow is not None and (fit := known.narrow.fit(data)) is not None:
                if index:
                    everything.insert(0, everything.pop(index))
                self.settled = known.settled
                return fit
        for index, known in enumerate(everything):
            if (fit := known.template.fit(data)) is not None:
                if not wide:
                    known.add(data, fit)
                if index:
                    everything.insert(0, everything.pop(index))
                self.settled = known.settled
                return fit
        fit = _library.find(data)
        if fit is not None:
            everything.insert(0, _Known(fit.template))
            everything[0].add(data, fit)
            self.settled = everything[0].settled
            del everything[_MAX_TEMPLATES:]
        return fit

    def learn(self, data: bytes, hits: list[Hit]) -> None:
        """Compare a frame with earlier ones; `hits` are its suspicious values. It has to begin and end outside all values."""
        if self._lessons_left and len(data) <= _MAX_FRAME:
            self._lessons_left -= _library.learn(data, hits)


def _begin(data: bytes) -> bytes:
    """Return what identifies the kind of a frame: the first type in it, or its beginning."""
    match = _TYPE.search(data, 0, 200)
    return data[:12] if match is None else match[0]


def _contains(value: Value, hit: Hit) -> bool:
    """Whether the hit is in this string value, or its closing quotation mark."""
    return value.kind == TEXT and value.start <= hit[0] and hit[1] <= value.start + len(value.raw) + 1


def _is_plain(data: bytes) -> bool:
    """Whether a frame is a JSON object in one line, or is without JSON: then its strings are certain."""
    first, last = data.find(b"{"), data.rfind(b"}") + 1
    if any(mark in data[: max(first, 0)] + data[last:] for mark in (b'"', b"[", b"]")) or b"\n" in data[first:last]:
        return False
    return first == -1 == last - 1 or one_text(data[first:last])
