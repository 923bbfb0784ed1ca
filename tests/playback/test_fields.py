"""Fields that are left out of a comparison: the paths, and what they remove."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from streamkit.errors import UsageError
from streamkit.model.exchange import Body, Request
from streamkit.playback.fields import FieldPath, without_fields
from streamkit.playback.matcher import Candidate, Level, Match, Matcher, Miss

BODY = {
    "id": "r1",
    "messages": [{"role": "user", "created": 1}, {"role": "tool", "created": 2, "parts": [{"id": 7}, {"id": 8}]}],
    "odd key": 1,
    "C:\\x": 2,
}
REMOVED: dict[str, tuple[str, Any]] = {
    "a field": ("$.id", {key: value for key, value in BODY.items() if key != "id"}),
    "a field of each item": (
        "$.messages[*].created",
        {**BODY, "messages": [{"role": "user"}, {"role": "tool", "parts": [{"id": 7}, {"id": 8}]}]},
    ),
    "a field of one item": ("$.messages[0].created", {**BODY, "messages": [{"role": "user"}, BODY["messages"][1]]}),
    "an item": ("$.messages[1].parts[0]", {**BODY, "messages": [
        BODY["messages"][0], {"role": "tool", "created": 2, "parts": [{"id": 8}]}]}),
    "every item": ("$.messages[*]", {**BODY, "messages": []}),
    "every field": ("$.messages[0].*", {**BODY, "messages": [{}, BODY["messages"][1]]}),
    "a quoted name": ('$["odd key"]', {key: value for key, value in BODY.items() if key != "odd key"}),
    "a quoted name with an escape": (r'$["odd\u0020key"]', {key: value for key, value in BODY.items() if key != "odd key"}),
    "a quoted name with what is no escape": (r'$["C:\x"]', {key: value for key, value in BODY.items() if key != "C:\\x"}),
    "a field that is absent": ("$.messages[*].absent", BODY),
    "a field of a number": ("$.id.more", BODY),
    "an index that is absent": ("$.messages[9].created", BODY),
}  # fmt: skip


@pytest.mark.parametrize(("path", "left"), REMOVED.values(), ids=REMOVED)
def test_what_a_path_removes(path: str, left: Any) -> None:
    before = copy.deepcopy(BODY)
    assert without_fields(BODY, [FieldPath.of(path)]) == left
    assert before == BODY, "the value itself is not changed"


@pytest.mark.parametrize("text", ["", "$", "created", "$.", "$.a[", "$.a[x]", "$..a", "$.a b", "$.a[-1]", "$['a']"])
def test_an_invalid_path(text: str) -> None:
    with pytest.raises(UsageError) as error:
        FieldPath.of(text)
    assert str(error.value) == f"invalid field {text!r}: expected a path such as $.user or $.messages[*].created"


@pytest.mark.parametrize("level", ["exact", "body", "messages"])
def test_ignored_fields_do_not_prevent_a_match(level: Level) -> None:
    def request(created: int, content: str = "hi") -> Request:
        messages = [{"role": "user", "content": content, "created": created}]
        return Request("POST", "https://api.example.com/v1/chat/completions", (), Body("json", {"messages": messages}))

    recordings = [Candidate(request=request(1), wants_stream=None)]
    ignoring = Matcher(recordings, level=level, ignore=[FieldPath.of("$.messages[*].created")])
    assert isinstance(Matcher(recordings, level=level).choose(request(2)), Miss)
    assert isinstance(ignoring.choose(request(2)), Match)
    miss = ignoring.choose(request(2, "other"))
    assert isinstance(miss, Miss)
    assert (str(miss.first), miss.differences) == ('body.messages[0].content: recorded "hi", received "other"', 1)
