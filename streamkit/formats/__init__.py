"""The file formats of streams: one module per format, detected by content. `read` reads them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from streamkit.formats._blocks import block_frames as block_frames
    from streamkit.formats._blocks import cut_at as cut_at
    from streamkit.formats._blocks import framed as framed
    from streamkit.formats._documents import parse_document as parse_document
    from streamkit.formats._documents import parse_object as parse_object
    from streamkit.formats._format import FORMATS as FORMATS
    from streamkit.formats._format import Format as Format
    from streamkit.formats._format import FoundInput as FoundInput
    from streamkit.formats._format import find as find
    from streamkit.formats._format import ordered as ordered
    from streamkit.formats._format import read as read
    from streamkit.formats._format import read_at as read_at
    from streamkit.formats._format import size_of as size_of
    from streamkit.formats._format import unknown_format as unknown_format
    from streamkit.formats._format import version_of as version_of
    from streamkit.formats._http import status_and_headers as status_and_headers
    from streamkit.formats._joined import Joined as Joined
    from streamkit.formats._parts import WHOLE as WHOLE
    from streamkit.formats._parts import FileRange as FileRange
    from streamkit.formats._parts import LineCount as LineCount
    from streamkit.formats._parts import lines_before as lines_before
    from streamkit.formats._parts import parts as parts
    from streamkit.formats._parts import parts_sought as parts_sought
    from streamkit.formats._parts import read_part as read_part
    from streamkit.formats._parts import read_pieces as read_pieces
    from streamkit.formats._remote import SmallFiles as SmallFiles
    from streamkit.formats._remote import is_url as is_url
    from streamkit.formats._remote import listed_once as listed_once
    from streamkit.formats._repair import compact_json as compact_json
    from streamkit.formats._repair import literal as literal
    from streamkit.formats._repair import repair as repair
    from streamkit.formats._source import HEAD as HEAD
    from streamkit.formats._source import LARGEST_BODY as LARGEST_BODY
    from streamkit.formats._source import LONGEST_LINE as LONGEST_LINE
    from streamkit.formats._source import Source as Source
    from streamkit.formats._source import is_pattern as is_pattern
    from streamkit.formats._timestamps import Stamp as Stamp
    from streamkit.formats._timestamps import offsets as offsets
    from streamkit.formats._timestamps import rfc3339 as rfc3339
    from streamkit.formats._timestamps import stamp as stamp

_PLACES = {
    "FORMATS": "_format",
    "Format": "_format",
    "FoundInput": "_format",
    "HEAD": "_source",
    "Joined": "_joined",
    "LARGEST_BODY": "_source",
    "LONGEST_LINE": "_source",
    "FileRange": "_parts",
    "LineCount": "_parts",
    "WHOLE": "_parts",
    "SmallFiles": "_remote",
    "Source": "_source",
    "Stamp": "_timestamps",
    "compact_json": "_repair",
    "block_frames": "_blocks",
    "cut_at": "_blocks",
    "find": "_format",
    "framed": "_blocks",
    "is_pattern": "_source",
    "is_url": "_remote",
    "lines_before": "_parts",
    "listed_once": "_remote",
    "literal": "_repair",
    "repair": "_repair",
    "parse_object": "_documents",
    "offsets": "_timestamps",
    "ordered": "_format",
    "parse_document": "_documents",
    "parts": "_parts",
    "parts_sought": "_parts",
    "read": "_format",
    "read_at": "_format",
    "read_part": "_parts",
    "read_pieces": "_parts",
    "rfc3339": "_timestamps",
    "size_of": "_format",
    "stamp": "_timestamps",
    "status_and_headers": "_http",
    "unknown_format": "_format",
    "version_of": "_format",
}

__getattr__, __dir__ = door(__name__, _PLACES)
