"""Identify a finding in every run, even if lines move: by its rule, the name of its file, and its path without indices."""

from __future__ import annotations

import hashlib
import re

from streamkit.model.finding import Finding


def fingerprint(finding: Finding) -> str:
    """32 hexadecimal digits, the same for the same defect of the same exchange of a file of the same name."""
    name = re.split(r"[/\\]", finding.file)[-1]
    path = re.sub(r"\[\d+\]", "[]", finding.place.path or "")
    whole = "\0".join((finding.code, finding.severity, name, str(finding.exchange), path))
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:32]


def sentence(finding: Finding) -> str:
    """Return the message with its count and the client that breaks, for readers who see nothing else."""
    count = f" ({finding.count} times)" if finding.count > 1 else ""
    return finding.message + count + (f". Breaks: {'; '.join(finding.breaks)}" if finding.breaks else "")
