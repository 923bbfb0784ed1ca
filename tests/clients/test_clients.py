"""Repeat the measurements of docs/clients.md with the clients in the environments created by `make clients`.

    STREAMKIT_CLIENTS=1 pytest -m clients

Opt-in, because the behaviour of clients changes with their versions.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from streamkit.faults import FAULTS as CATALOGUE
from streamkit.faults import parse_faults
from streamkit.rules import RULES, measured, measurements
from tests.clients.cases import Case, cases
from tests.clients.environments import CLIENTS, Client, is_made, make
from tests.clients.faults import FAULTS, uses
from tests.clients.matrix import measured as measured_again
from tests.clients.matrix import prepared
from tests.clients.measuring import FAULT_DATA, FEATURE_DATA, VARIABLE_DATA, read
from tests.clients.variables import PROVIDERS_OF
from tests.rules.test_docs import part

JUDGED = [client for client in CLIENTS if client.rules]
DOCS = Path(__file__).parents[2] / "docs"
Key = tuple[str, str, str, tuple[str, ...]]


def rows() -> dict[Key, dict[str, Any]]:
    return {(row["rule"], row["api"], row["stream"], tuple(row["edits"])): row for row in measurements()["cases"]}


def key(case: Case) -> Key:
    return case.rule, case.api, case.stream, case.edits


@pytest.mark.clients
@pytest.mark.skipif(not os.environ.get("STREAMKIT_CLIENTS"), reason="STREAMKIT_CLIENTS is not set")
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("client", JUDGED, ids=lambda client: client.name)
def test_the_client_behaves_as_measured(client: Client, tmp_path: Path) -> None:
    if not is_made(client):
        pytest.skip("its environment does not exist: make clients")
    entry = measurements()["clients"][client.name]
    if make(client, upgrade=False) != entry["versions"]:
        pytest.skip(f"the installed version differs from the measured one ({entry['versions']})")
    known = rows()
    served = prepared([case for case in cases() if key(case) in known])
    found = {
        (key(served.cases[cell.case]), f"{cell.client} {cell.call}"): cell.outcome
        for cell in measured_again([client], served, tmp_path / "log")
    }
    changed = {
        place: outcome for place, outcome in found.items() if known[place[0]]["outcomes"].get(place[1]) != outcome
    }
    assert not changed


def test_every_row_has_an_existing_rule_and_stream() -> None:
    known = rows()
    here = {key(case): case for case in cases()}
    assert {row["rule"] for row in known.values()} <= set(RULES)
    assert len(known.keys() - here.keys()) <= len(known) // 20, "streams have changed since: make clients"
    assert all(set(here[at].paths) >= set(row["paths"]) for at, row in known.items() if at in here)


def test_the_page_matches_the_measurements() -> None:
    assert (DOCS / "clients.md").read_text(encoding="utf-8") == part("_clients").page(), "run: make docs"


@pytest.mark.parametrize("name", [client.name for client in JUDGED])
def test_every_client_was_measured(name: str) -> None:
    entry = measurements()["clients"][name]
    assert all(version[0].isdigit() for version in entry["versions"].values())
    calls = [
        call for call in entry["calls"] if any(f"{name} {call}" in row["outcomes"] for row in measurements()["cases"])
    ]
    assert calls


def test_the_behaviour_of_one_providers_client_is_not_claimed_for_others() -> None:
    sentences = [
        sentence
        for rule in RULES
        for claim in measured(rule)
        if claim.api == "openai_chat"
        for sentence in claim.sentences
    ]
    assert not [sentence for sentence in sentences if "cohere" in sentence or "anthropic" in sentence]


def test_the_page_of_faults_matches_the_measurements() -> None:
    assert (DOCS / "faults-and-clients.md").read_text(encoding="utf-8") == part("_fault_clients").page(), (
        "run: make docs"
    )


def test_every_fault_was_played_to_every_client() -> None:
    rows = read(FAULT_DATA)["cases"]
    assert {row["client"] for row in rows} == {client.name for client in CLIENTS}
    assert {fault for row in rows for fault in row["outcomes"]} == set(FAULTS)
    assert {planned.fault.name for fault in FAULTS for planned in parse_faults(fault.replace("=T", "=2"))} == set(
        CATALOGUE
    )


def test_retries_of_a_client_are_counted() -> None:
    """With a server that fails once and openai-python, whose two retries are documented."""
    [row] = [
        row
        for row in read(FAULT_DATA)["cases"]
        if (row["client"], row["call"], row["api"]) == ("openai-python", ".stream()", "openai_chat")
    ]
    assert row["outcomes"]["status:code=500,times=1"] == {"requests": 2}
    assert row["outcomes"]["status:code=500"]["requests"] == 3
    assert row["outcomes"]["cut:event=T,by=reset"]["requests"] == 1


def test_every_feature_is_the_same_through_the_proxy_and_recorded_byte_for_byte() -> None:
    rows = read(FEATURE_DATA)["cases"]
    assert {row["client"] for row in rows} == {client.name for client in CLIENTS}
    cells = [(row["client"], row["call"], name, result) for row in rows for name, result in row["features"].items()]
    assert len(cells) >= 300
    assert not [cell for cell in cells if "proxy" in cell[3] or "bytes" in cell[3]]


def test_there_are_twenty_clients_and_each_reads_streams_and_plain_responses() -> None:
    rows = read(FEATURE_DATA)["cases"]
    assert len({row["client"] for row in rows}) >= 20
    assert {row["client"] for row in rows if "plain" in row["features"]} == {
        client.name for client in CLIENTS if client.plain
    }
    explained = {(client.name, name) for client in CLIENTS for name in client.explained}
    for row in rows:
        for name in {"stream", "tools", "reasoning", "plain"} & row["features"].keys():
            assert row["features"][name] == {"requests": 1} or (row["client"], name) in explained, (name, row)


def test_every_client_raises_when_the_connection_is_cut() -> None:
    for row in read(FEATURE_DATA)["cases"]:
        assert "raises" in row["features"]["cut"], row


# SDKs that read no base URL from their environment, by their source.
WITHOUT_VARIABLE = {
    ("mistralai", "chat.stream()"),
    ("mistralai", "conversations.start_stream()"),
    ("@mistralai/mistralai", "chat.stream()"),
    ("huggingface_hub", "chat_completion(stream=True)"),
    ("cohere-ai", "chatStream()"),
    ("ollama-js", "chat({stream: true})"),
    ("ai", "@ai-sdk/openai-compatible"),
    ("ai", "@ai-sdk/google"),
    ("ai", "@ai-sdk/cohere"),
}


def test_every_other_client_needs_no_base_url_in_code() -> None:
    rows = read(VARIABLE_DATA)["cases"]
    of_providers = {client.name for client, _, api in uses(CLIENTS) if api in PROVIDERS_OF}
    assert {row["client"] for row in rows} == of_providers
    unread = {
        (row["client"], row["call"])
        for row in rows
        if not any(result.get("answered") for result in row["variables"].values())
    }
    assert unread == WITHOUT_VARIABLE
