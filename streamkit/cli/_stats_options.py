"""What the options of `stats` exclude, and what they take from the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.errors import UsageError

if TYPE_CHECKING:
    from streamkit.reporters import Reporter


def reject_conflicting_options(format_name: str | None, output: str | None, options: dict[str, Any]) -> None:
    """Raise UsageError for options that conflict: a gate that is not evaluated would appear to pass."""
    other = next((name for name in ("definitions", "compare") if options[name]), None)
    if other == "definitions" and options["compare"]:
        raise UsageError("--definitions cannot be used with --compare; run stats a second time")
    for name in ("fail_if", "slo", "by", "sort", "percentiles", "per_stream", "plot", "explain", "prices"):
        if other and options[name]:
            raise UsageError(f"--{name.replace('_', '-')} cannot be used with --{other}; run stats a second time")
    for name in ("definitions", "compare", "fail_if", "sort", "plot", "explain", "html_file", "otlp_endpoint"):
        if options["follow"] and options[name]:
            option = name.removesuffix("_file").replace("_", "-")
            raise UsageError(f"--{option} cannot be used with --follow, which runs until it is interrupted")
    if options["otlp_endpoint"] and (other or output or options["html_file"] or format_name not in (None, "otlp")):
        raise UsageError("--otlp-endpoint sends what --format otlp writes, and cannot be used with another output")
    if options["html_file"] and (other == "definitions" or output or format_name not in (None, "html")):
        conflict = "--definitions" if other == "definitions" else "-o" if output else f"--format {format_name}"
        raise UsageError(f"--html cannot be used with {conflict}; run stats a second time")


def reject_what_is_not_drawn(reporter: Reporter, options: dict[str, Any]) -> None:
    """Raise UsageError for options of the table if another format was chosen."""
    for name in ("plot", "explain"):
        if options[name] and reporter.content != "prose":
            raise UsageError(f"--{name} goes with --format table alone, not with {reporter.name}")


def fill_from_config(options: dict[str, Any]) -> None:
    """Fill in the defaults of `[tool.streamkit.stats]` for options that are not given."""
    from streamkit.cli._config import load_table

    config = load_table("stats")
    options["fail_if"] = options["fail_if"] or tuple(config.texts("fail-if"))
    options["slo"] = options["slo"] or tuple(config.texts("slo"))
    options["allow_missing"] = options["allow_missing"] or config.flag("allow-missing")
    for key in ("tokenizer", "metrics", "by"):
        options[key] = options[key] or config.text(key)


def split_words(text: str | None) -> list[str]:
    """Return the words of a list that is separated by commas."""
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def ranks(text: str | None) -> list[float]:
    """Return the percentiles of `--percentiles`. Raises UsageError."""
    try:
        found = [float(word.lower().removeprefix("p")) for word in split_words(text)]
    except ValueError:
        raise UsageError(
            f"invalid --percentiles {text!r}: expected numbers from 0 to 100, separated by commas"
        ) from None
    if not all(0 <= rank <= 100 for rank in found):
        raise UsageError(f"invalid --percentiles {text!r}: expected numbers from 0 to 100, separated by commas")
    return found
