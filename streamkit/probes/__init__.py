"""Probes: the cases that are asked of an endpoint. A folder is an API, and a module in it one case.

A case in another package uses the names that this package exports, and is found through an entry point in the group
`streamkit.probes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from streamkit.probes._baseline import StaleCase as StaleCase
    from streamkit.probes._baseline import apply_baseline as apply_baseline
    from streamkit.probes._baseline import baseline_text as baseline_text
    from streamkit.probes._baseline import read_baseline as read_baseline
    from streamkit.probes._expect import agree as agree
    from streamkit.probes._expect import arrives_in_pieces as arrives_in_pieces
    from streamkit.probes._expect import at as at
    from streamkit.probes._expect import content_type as content_type
    from streamkit.probes._expect import counts_are_numbers as counts_are_numbers
    from streamkit.probes._expect import ends_at_limit as ends_at_limit
    from streamkit.probes._expect import fields as fields
    from streamkit.probes._expect import finish as finish
    from streamkit.probes._expect import has_role as has_role
    from streamkit.probes._expect import has_text as has_text
    from streamkit.probes._expect import json_text as json_text
    from streamkit.probes._expect import lists_model as lists_model
    from streamkit.probes._expect import only as only
    from streamkit.probes._expect import quoted as quoted
    from streamkit.probes._expect import same_connection as same_connection
    from streamkit.probes._expect import stops_at as stops_at
    from streamkit.probes._expect import uncompressed as uncompressed
    from streamkit.probes._expect import usage_adds_up as usage_adds_up
    from streamkit.probes._expect import whole_characters as whole_characters
    from streamkit.probes._expect import without as without
    from streamkit.probes._expect_calls import calls_have_ids as calls_have_ids
    from streamkit.probes._expect_calls import calls_nothing as calls_nothing
    from streamkit.probes._expect_calls import calls_tool as calls_tool
    from streamkit.probes._expect_calls import uses_result as uses_result
    from streamkit.probes._judge import judge as judge
    from streamkit.probes._probe import COPY as COPY
    from streamkit.probes._probe import COPY_WORDS as COPY_WORDS
    from streamkit.probes._probe import GROUPS as GROUPS
    from streamkit.probes._probe import MODEL as MODEL
    from streamkit.probes._probe import PROBES as PROBES
    from streamkit.probes._probe import SECTIONS as SECTIONS
    from streamkit.probes._probe import WRONG_KEY as WRONG_KEY
    from streamkit.probes._probe import Answer as Answer
    from streamkit.probes._probe import Ask as Ask
    from streamkit.probes._probe import Expectation as Expectation
    from streamkit.probes._probe import Flaw as Flaw
    from streamkit.probes._probe import Probe as Probe
    from streamkit.probes._probe import each as each
    from streamkit.probes._probe import filled as filled
    from streamkit.probes._probe import sections as sections
    from streamkit.probes._refusals import error_object as error_object
    from streamkit.probes._refusals import never_fails as never_fails
    from streamkit.probes._refusals import refuses as refuses
    from streamkit.probes._select import selected as selected

_PLACES = {
    "agree": "_expect",
    "Answer": "_probe",
    "apply_baseline": "_baseline",
    "arrives_in_pieces": "_expect",
    "Ask": "_probe",
    "at": "_expect",
    "baseline_text": "_baseline",
    "calls_have_ids": "_expect_calls",
    "calls_nothing": "_expect_calls",
    "calls_tool": "_expect_calls",
    "content_type": "_expect",
    "counts_are_numbers": "_expect",
    "COPY": "_probe",
    "COPY_WORDS": "_probe",
    "each": "_probe",
    "ends_at_limit": "_expect",
    "error_object": "_refusals",
    "Expectation": "_probe",
    "fields": "_expect",
    "filled": "_probe",
    "finish": "_expect",
    "Flaw": "_probe",
    "GROUPS": "_probe",
    "has_role": "_expect",
    "has_text": "_expect",
    "json_text": "_expect",
    "lists_model": "_expect",
    "judge": "_judge",
    "MODEL": "_probe",
    "never_fails": "_refusals",
    "only": "_expect",
    "Probe": "_probe",
    "PROBES": "_probe",
    "quoted": "_expect",
    "read_baseline": "_baseline",
    "refuses": "_refusals",
    "same_connection": "_expect",
    "stops_at": "_expect",
    "SECTIONS": "_probe",
    "sections": "_probe",
    "selected": "_select",
    "StaleCase": "_baseline",
    "uncompressed": "_expect",
    "usage_adds_up": "_expect",
    "uses_result": "_expect_calls",
    "whole_characters": "_expect",
    "without": "_expect",
    "WRONG_KEY": "_probe",
}

__getattr__, __dir__ = door(__name__, _PLACES)
