"""Faults: ways to break a stream on purpose, one per module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from streamkit.faults._body import PLACE as PLACE
    from streamkit.faults._fault import COMMON as COMMON
    from streamkit.faults._fault import FAULTS as FAULTS
    from streamkit.faults._fault import Argument as Argument
    from streamkit.faults._fault import DoesNotApply as DoesNotApply
    from streamkit.faults._fault import Fault as Fault
    from streamkit.faults._fault import Given as Given
    from streamkit.faults._fault import PlannedFault as PlannedFault
    from streamkit.faults._fault import chance as chance
    from streamkit.faults._fault import duration as duration
    from streamkit.faults._fault import inject as inject
    from streamkit.faults._fault import one_of as one_of
    from streamkit.faults._fault import parse_faults as parse_faults
    from streamkit.faults._fault import share as share
    from streamkit.faults._fault import whole as whole
    from streamkit.faults._inject import WHERE as WHERE
    from streamkit.faults._inject import injector as injector

_PLACES = {
    "Argument": "_fault",
    "COMMON": "_fault",
    "DoesNotApply": "_fault",
    "FAULTS": "_fault",
    "Fault": "_fault",
    "Given": "_fault",
    "PLACE": "_body",
    "PlannedFault": "_fault",
    "WHERE": "_inject",
    "chance": "_fault",
    "duration": "_fault",
    "inject": "_fault",
    "injector": "_inject",
    "one_of": "_fault",
    "parse_faults": "_fault",
    "share": "_fault",
    "whole": "_fault",
}

__getattr__, __dir__ = door(__name__, _PLACES)
