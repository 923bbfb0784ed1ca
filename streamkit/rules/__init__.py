"""The catalogue of rules, and the types of which a rule consists.

A folder is a family of rules (`framing`, `schema`, …), and a module in it one rule. A rule in another package uses the names
that this package exports, and is found through an entry point in the group `streamkit.rules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from streamkit.rules._baseline import Stale as Stale
    from streamkit.rules._baseline import apply_baseline as apply_baseline
    from streamkit.rules._baseline import baseline_text as baseline_text
    from streamkit.rules._baseline import read_baseline as read_baseline
    from streamkit.rules._catalogue import RULES as RULES
    from streamkit.rules._catalogue import rule_row as rule_row
    from streamkit.rules._claims import Claim as Claim
    from streamkit.rules._claims import measured as measured
    from streamkit.rules._claims import measurements as measurements
    from streamkit.rules._contract import Contract as Contract
    from streamkit.rules._contract import contract_of as contract_of
    from streamkit.rules._contract import contracts as contracts
    from streamkit.rules._edits import edited as edited
    from streamkit.rules._effects import effect as effect
    from streamkit.rules._fix import Fixed as Fixed
    from streamkit.rules._fix import fix as fix
    from streamkit.rules._lint import lint as lint
    from streamkit.rules._manual import Manuals as Manuals
    from streamkit.rules._rule import Check as Check
    from streamkit.rules._rule import Fix as Fix
    from streamkit.rules._rule import Rule as Rule
    from streamkit.rules._rule import Sighting as Sighting
    from streamkit.rules._rule import SightingSource as SightingSource
    from streamkit.rules._rule import rule as rule
    from streamkit.rules._select import check_known as check_known
    from streamkit.rules._select import matches as matches
    from streamkit.rules._select import selected as selected
    from streamkit.rules._sources import broken as broken
    from streamkit.rules._sources import damage as damage
    from streamkit.rules._sources import misfits as misfits
    from streamkit.rules._sources import missteps as missteps
    from streamkit.rules._sources import repairs as repairs

_PLACES = {
    "Check": "_rule",
    "Claim": "_claims",
    "Contract": "_contract",
    "Fix": "_rule",
    "Fixed": "_fix",
    "Manuals": "_manual",
    "RULES": "_catalogue",
    "Rule": "_rule",
    "Sighting": "_rule",
    "SightingSource": "_rule",
    "Stale": "_baseline",
    "apply_baseline": "_baseline",
    "baseline_text": "_baseline",
    "broken": "_sources",
    "check_known": "_select",
    "contract_of": "_contract",
    "contracts": "_contract",
    "damage": "_sources",
    "edited": "_edits",
    "effect": "_effects",
    "fix": "_fix",
    "lint": "_lint",
    "matches": "_select",
    "measured": "_claims",
    "measurements": "_claims",
    "misfits": "_sources",
    "missteps": "_sources",
    "read_baseline": "_baseline",
    "repairs": "_sources",
    "rule": "_rule",
    "rule_row": "_catalogue",
    "selected": "_select",
}

__getattr__, __dir__ = door(__name__, _PLACES)
