"""Which rules `lint` checks, chosen by its options and by pyproject.toml."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from streamkit.cli._config import Config
from streamkit.cli._contracts import Contracts, read_contracts
from streamkit.errors import StreamkitError, UnknownEntry, UsageError
from streamkit.frozen import dataclass
from streamkit.model.units import DURATIONS

if TYPE_CHECKING:
    from streamkit.model.finding import Finding
    from streamkit.model.stream import Stream
    from streamkit.rules import Rule

SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The rules to check, their settings, and the severity that fails the run."""

    select: Sequence[str] = ()
    extend_select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    per_file: dict[str, list[str]] = field(default_factory=dict)
    relative: Callable[[str], str] = str
    strict: bool = False
    fail_on: str = "error"
    baseline: str | None = None
    max_gap: int | None = None
    contracts: Contracts = field(default_factory=Contracts)
    _of_file: dict[str, list[Rule]] = field(default_factory=dict, repr=False, compare=False)

    def rules(self, file: str = "") -> list[Rule]:
        """Return the rules for one file. Raises UnknownEntry for an unknown rule."""
        key = file if self.per_file else ""
        if key not in self._of_file:
            self._of_file[key] = self._rules(key)
        return self._of_file[key]

    def _rules(self, file: str) -> list[Rule]:
        from streamkit.rules import selected

        path = self.relative(file) if file else ""
        ignored = [word for pattern, words in self.per_file.items() if _path_matches(pattern, path) for word in words]
        rules = selected(self.select, self.ignore, self.extend_select)
        if not ignored:
            return rules
        dropped = {rule.code for rule in rules} - {rule.code for rule in selected(("ALL",), ignored)}
        return [rule for rule in rules if rule.code not in dropped]

    def findings(self, stream: Stream) -> Iterator[Finding]:
        """Return the findings of the rules for the stream's file. The stream must be judged."""
        from streamkit.rules import lint

        if self.max_gap is not None:
            stream = replace(stream, max_gap=self.max_gap)
        return lint(self.contracts.checked(stream), self.rules(stream.file))


def read_selection(config: Config, options: Mapping[str, Any]) -> Selection:
    """Read the selection. Options precede the table of pyproject.toml; `--extend-select` and `--ignore` add to it."""
    select, extend_select, ignore = (_words(options[name]) for name in ("select", "extend_select", "ignore"))
    per_file = config.lists("per-file-ignores")
    _check_all_codes(config, per_file, (*select, *extend_select, *ignore))
    fail_on = options["fail_on"] or config.text("fail-on") or "error"
    if fail_on not in SEVERITIES:
        raise UsageError(
            f"{config.named('fail-on')}: unknown severity {fail_on!r}; expected one of: {', '.join(SEVERITIES)}"
        )
    known = config.text("baseline")
    selection = Selection(
        select=select or config.texts("select"),
        extend_select=[*config.texts("extend-select"), *extend_select],
        ignore=[*config.texts("ignore"), *ignore],
        per_file=per_file,
        relative=config.relative,
        strict=options["strict"] or config.flag("strict"),
        fail_on=fail_on,
        baseline=options["baseline"] or (config.beside(known) if known else None),
        max_gap=options["max_gap"] or _gap(config),
        contracts=_contracts(options["schemas"], config),
    )
    if not selection.rules():
        raise UsageError("no rules are enabled: nothing to check")
    return selection


def _check_all_codes(config: Config, per_file: Mapping[str, Sequence[str]], given: Sequence[str]) -> None:
    """Raise UsageError for an unknown code in pyproject.toml, UnknownEntry for one in an option."""
    from streamkit.rules import check_known

    for key in ("select", "extend-select", "ignore"):
        _check_codes(config.texts(key), config.named(key))
    for pattern, codes in per_file.items():
        _check_codes(codes, f"{config.named('per-file-ignores')}.{pattern}")
    for word in given:
        check_known(word)


def _words(given: Sequence[str]) -> list[str]:
    """Split the values of a repeatable option at commas."""
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


def _contracts(schemas: Sequence[str], config: Config) -> Contracts:
    """Return the schemas of the options, or else of pyproject.toml, whose paths are relative to its folder."""
    if schemas:
        return read_contracts(schemas)
    try:
        return read_contracts(config.texts("schema"), config.folder)
    except StreamkitError as error:
        raise UsageError(f"{config.named('schema')}: {error}") from None


def _gap(config: Config) -> int | None:
    gap = config.duration("max-gap")
    if gap == 0:
        raise UsageError(f"{config.named('max-gap')}: invalid duration '0': expected {DURATIONS}, above 0")
    return gap


def _check_codes(codes: Sequence[str], named: str) -> None:
    from streamkit.rules import check_known

    for code in codes:
        try:
            check_known(code)
        except UnknownEntry as error:
            raise UsageError(f"{named}: {error}") from None


def _path_matches(pattern: str, path: str) -> bool:
    """Return whether a pattern of per-file-ignores matches the path of a file, the end of the path, or its name."""
    return bool(path) and any(fnmatch.fnmatch(path, glob) for glob in (pattern, f"*/{pattern}"))
