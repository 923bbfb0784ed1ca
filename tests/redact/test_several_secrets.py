"""All secrets of one text are found, each once, and what is masked keeps its length."""

from __future__ import annotations

import json
import random
import re

import pytest

from streamkit.redact._secret_scanner import SecretSpan
from streamkit.redact.redactor import BodyRedactor, Policy, find_secrets, redact_text
from tests.redact.dummy_secrets import secret

KEYS = [secret(name, random.Random(seed)) for seed, name in enumerate(("groq", "aws", "anthropic api", "github"))]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_all_of_several_secrets_are_found(count: int) -> None:
    text = " and ".join(KEYS[:count])
    found = find_secrets(text)
    assert [text[one.start : one.end] for one in found] == KEYS[:count]
    redacted, _ = redact_text(text, Policy())
    assert not [key for key in KEYS[:count] if key in redacted]


@pytest.mark.parametrize(
    ("text", "patterns", "found"),
    [
        ("abc abc", ["abc"], ["abc", "abc"]),
        ("abcdef", ["abc", "cdef"], ["abc"]),
        ("abcdef", ["bcd", "abcdef"], ["abcdef"]),
        ("abcdef", ["abc", "def"], ["abc", "def"]),
        ("abcdef", ["abcd", "ab", "ef"], ["abcd", "ef"]),
        ("abc", ["x*"], []),
    ],
)
def test_secrets_do_not_overlap_and_the_first_and_longest_wins(
    text: str, patterns: list[str], found: list[str]
) -> None:
    policy = Policy(default=False, patterns=tuple(map(re.compile, patterns)))
    assert [text[one.start : one.end] for one in find_secrets(text, policy)] == found


@pytest.mark.parametrize("ending", ["sk-", "sk-ant-", "AKIA", "é sk-", "日本 gsk_", "\n sk-"])
@pytest.mark.parametrize("before", [0, 1, 3])
def test_masked_frames_are_as_long_as_what_they_stand_for(ending: str, before: int) -> None:
    def frame(text: str) -> bytes:
        delta = {"choices": [{"index": 0, "delta": {"content": text}}]}
        return b"data: %b\n\n" % json.dumps(delta, ensure_ascii=False).encode()

    redactor = BodyRedactor(Policy())
    for number in range(before):
        list(redactor.feed(frame(f"word {number}"), number))
    frames = []
    for piece in (frame(ending), frame("ant")):
        list(redactor.feed(piece, 9))
        frames.append(piece)
        masked = redactor.masked()
        assert [len(one) for one in masked] == [len(one) for one in frames[len(frames) - len(masked) :]]
        assert all(json.loads(one.removeprefix(b"data: ")) for one in masked)


@pytest.mark.parametrize("joined", ["\n", " "], ids=["a frame each", "one frame"])
def test_each_secret_is_compared_with_few_others(joined: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of many secrets grows with their number, not with its square."""
    compared = 0
    contains = SecretSpan.contains

    def counting(secret: SecretSpan, other: SecretSpan) -> bool:
        nonlocal compared
        compared += 1
        return contains(secret, other)

    monkeypatch.setattr(SecretSpan, "contains", counting)
    redactor = BodyRedactor()
    made = [f"number {number}: {secret('groq', random.Random(number))}" for number in range(200)]
    for line in joined.join(made).splitlines(keepends=True):
        redactor.feed(line.encode(), None)
    redactor.close()
    assert len(redactor.redacted) == 200
    assert compared <= 200
