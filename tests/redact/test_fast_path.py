"""Skipping frames does not change the result: the frames returned by each call and the redactions equal those of a full scan.

Streams are random: keys of every shape, complete and truncated, divided between frames, deltas and escapes, in parallel texts,
in broken JSON and in lines of any kind. STREAMKIT_REDACT_STREAMS sets the number of streams (30,000 for a thorough run).
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Callable

import pytest

from streamkit.redact._prefilter import CLEAN, ENDS, INSIDE, _reversed_suspect, is_clear, suspicion_of
from streamkit.redact.redactor import BodyRedactor, Policy
from tests.redact.dummy_secrets import EVERY

COUNT = int(os.environ.get("STREAMKIT_REDACT_STREAMS", "600"))
KEYS = list(EVERY.values())
WORDS = [
    "the",
    "of",
    "a",
    "task",
    "risk-",
    "n",
    "s",
    "x-",
    "-",
    ":",
    "://",
    "https://example.com",
    "https://me:hunter42x@db.example.com/x",
    "2026",
    "42",
    "1234567890:",
    "\n",
    "\\n",
    "\\",
    '"',
    "'",
    "é",
    "。",
    "😀",
    "sk",
    "gsk_",
    "ey",
    "J",
    "eyJ",
    "AK",
    "IA",
    "-----BEGIN",
    "Bearer",
    "api_key=",
    "token",
    "API_KEY",
    "MTE",
    "\\u00",
    "Q~",
    "8Q~",
    "a",
    "I",
    "C:\\npm",
    "C:\\new",
    "/",
]
Chance = random.Random


def text_of(chance: Chance) -> str:
    """Return a text that may contain a complete or truncated key, after any other text."""
    parts = chance.choices(WORDS, k=chance.randint(0, 5))
    if chance.random() < 0.4:
        key = chance.choice(KEYS)
        parts.insert(chance.randint(0, len(parts)), key[: chance.choice([len(key), chance.randint(1, len(key))])])
    return chance.choice([" ", "", "\n"]).join(parts)


def deltas_of(chance: Chance, text: str) -> list[str]:
    places = sorted(chance.sample(range(len(text) + 1), min(len(text) + 1, chance.randint(0, 5))))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


def dumped(chance: Chance, value: object) -> str:
    separators = chance.choice([(",", ":"), (", ", ": ")])
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5, separators=separators)
    return text.replace("/", "\\/") if chance.random() < 0.1 else text


def chat(chance: Chance, delta: str, index: int) -> object:
    content: object = {"content": delta}
    if chance.random() < 0.2:
        content = {"tool_calls": [{"index": index, "function": {"arguments": json.dumps({"a": delta})[:-1]}}]}
    choice = {"delta": content, "index": index} if chance.random() < 0.5 else {"index": index, "delta": content}
    return {"id": "chatcmpl-9sk", "model": chance.choice(["gpt-x", "gpt-4o", "m"]), "choices": [choice]}


def anthropic(chance: Chance, delta: str, index: int) -> object:
    return {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": delta}}


def responses(chance: Chance, delta: str, index: int) -> object:
    number = chance.randint(1, 2000)
    return {"type": "response.output_text.delta", "sequence_number": number, "item_id": f"msg_{index}{'Ab1' * 9}",
            "delta": delta, "obfuscation": "".join(chance.choices("abcskx-123", k=4))}  # fmt: skip


def ollama(chance: Chance, delta: str, index: int) -> object:
    return {"model": "m", "created_at": f"2026-11-21T08:00:{chance.randint(10, 59)}Z", "message": {"content": delta}, "tags": [delta[:3], "x"]}  # fmt: skip


def indices(chance: Chance, delta: str, index: int) -> object:
    number = chance.choice([index, chance.randint(0, 3)])
    return {"contentIndex": index, "parts": [{"part_index": index, "text": delta}, {"text": chance.choice(WORDS), "index": number}], "logprob": -chance.random(), "id": delta}  # fmt: skip


SHAPES: list[Callable[[Chance, str, int], object]] = [chat, anthropic, responses, ollama, indices]


def body_of(chance: Chance) -> list[bytes]:
    """Return the events of a stream."""
    shape, end = chance.choice(SHAPES), chance.choice(["\n", "\n", "\r\n"])
    texts = [deltas_of(chance, text_of(chance)) for _ in range(chance.randint(1, 3))]
    if chance.random() < 0.3:
        texts = [[*more, *deltas] for deltas in texts for more in [chance.choices(WORDS, k=chance.randint(3, 12))]]
    messages = chance.random() < 0.2  # of a WebSocket, with nothing between them
    events = []
    while any(texts):
        index = chance.choice([number for number, left in enumerate(texts) if left])
        written = dumped(chance, shape(chance, texts[index].pop(0), index))
        if chance.random() < 0.06:
            place = chance.randint(0, len(written))
            written = written[:place] + chance.choice(['"', "\\", "{", "}", "\n", ""]) + written[place + 1 :]
        lines = chance.choice(
            [f"data: {written}{end}{end}"] * 8
            + [f"event: x{end}data: {written}{end}{end}", f"{written}{end}", f": {text_of(chance)}{end}{end}"]
        )
        events.append((written if messages else lines).encode("utf-8", "replace"))
    return events


def frames_of(chance: Chance, events: list[bytes]) -> list[bytes]:
    """Return the events as frames, either one each or divided anywhere."""
    if chance.random() < 0.6:
        return events
    if chance.random() < 0.3:
        return [b"".join(events[start : start + 3]) for start in range(0, len(events), 3)]
    body = b"".join(events)
    places = sorted(chance.sample(range(len(body) + 1), min(len(body) + 1, chance.randint(1, 9))))
    return [part for a, b in zip([0, *places], [*places, len(body)], strict=True) if (part := body[a:b])]


def redacted(frames: list[bytes], policy: Policy, *, exhaustive: bool) -> tuple[object, ...]:
    redactor = BodyRedactor(policy, exhaustive=exhaustive)
    given = [redactor.feed(frame, at) for at, frame in enumerate(frames)]
    return [*given, redactor.close()], redactor.redacted


def redacted_quickly(frames: list[bytes], policy: Policy) -> tuple[tuple[object, ...], int]:
    """Return the same with `clears` before every `feed`, as a recorder does it; and how many frames it cleared."""
    redactor = BodyRedactor(policy)
    given: list[object] = []
    cleared = 0
    for at, frame in enumerate(frames):
        if redactor.clears(frame):
            given.append([(frame, at)])
            cleared += 1
        else:
            given.append(redactor.feed(frame, at))
    return ([*given, redactor.close()], redactor.redacted), cleared


@pytest.mark.parametrize("part", range(4))
def test_the_prefilter_does_not_change_the_result(part: int) -> None:
    cuts = 0
    for seed in range(part, COUNT, 4):
        chance = random.Random(seed)
        frames = frames_of(chance, body_of(chance))
        policy = Policy.of(["ACME-[0-9]+", "risk"]) if chance.random() < 0.05 else Policy()
        fast = redacted(frames, policy, exhaustive=False)
        assert fast == redacted(frames, policy, exhaustive=True), f"seed {seed}: {frames}"
        assert redacted_quickly(frames, policy)[0] == fast, f"seed {seed}: {frames}"
        cuts += len(fast[1])  # type: ignore[arg-type]
    assert cuts > COUNT / 40


@pytest.mark.parametrize("shape", [chat, anthropic, responses])
def test_frames_that_are_cleared_are_those_that_change_nothing(shape: Callable[[Chance, str, int], object]) -> None:
    cleared = cuts = 0
    for seed in range(COUNT // 60):
        chance = random.Random(seed)
        deltas = chance.choices([" the", " word", ", ", ' "quoted"', ".", " Keys", "\n", *WORDS], k=100)
        for _ in range(3):
            key = deltas_of(chance, chance.choice(KEYS))
            place = chance.randint(0, len(deltas))
            deltas[place:place] = [" ", *key, " "]
        frames = [f"data: {json.dumps(shape(chance, delta, 0))}\n\n".encode() for delta in deltas]
        slow = redacted(frames, Policy(), exhaustive=True)
        quick, count = redacted_quickly(frames, Policy())
        assert quick == slow, f"seed {seed}: {frames}"
        cleared += count
        cuts += len(slow[1])  # type: ignore[arg-type]
    assert cleared > COUNT / 60 * 5
    assert cuts > COUNT / 60


def test_the_quick_test_of_a_value_finds_what_the_search_finds() -> None:
    chance = random.Random(5)
    suspicions: Counter[int] = Counter()
    unclear = 0
    for _ in range(COUNT * 10):
        value = json.dumps(text_of(chance), ensure_ascii=chance.random() < 0.5)[1:-1]
        value = chance.choice(
            [value, value.lower(), value.replace("-", ""), chance.choice(["dapi", "apikey", "bearer "]) + value]
        )
        found = [match.start() for match in _reversed_suspect().finditer(b'"' + value.encode()[::-1])]
        expected = INSIDE if any(found) or len(found) > 1 else ENDS if found else CLEAN
        assert suspicion_of(value.encode()) == expected, value
        suspicions[expected] += 1
        if is_clear(value.encode()):
            assert expected == CLEAN and not set(value) & set("\\\r\n"), value
        elif expected == CLEAN and "\\" not in value:
            unclear += 1  # `bearer` in another word
    assert set(suspicions) == {CLEAN, ENDS, INSIDE}
    assert unclear < suspicions[CLEAN] / 1000
