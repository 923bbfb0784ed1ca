"""Items in runs of one form."""

from __future__ import annotations

from streamkit.wire.runs import FormRuns
from streamkit.wire.templates import Form


def form(example: bytes) -> Form:
    return Form(example, "message", 6, 2, empty=(False,), has_numbers=False)


def test_forms_of_items_are_kept_in_runs() -> None:
    one, two = form(b"1"), form(b"2")
    forms = FormRuns()
    forms.add(one, 2)
    forms.add(two, 0)
    forms.add_each([one, None, None, two])
    assert list(forms) == [(one, 0, 3), (None, 3, 5), (two, 5, 6)]
    assert [forms[item] for item in range(len(forms))] == [one, one, one, None, None, two]
    assert list(forms.between(2, 5)) == [(one, 0, 1), (None, 1, 3)]
