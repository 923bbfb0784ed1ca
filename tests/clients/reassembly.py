"""What the clients of application protocols make of the streams of real producers in `tests/specs/producers`.

    python -m tests.clients.reassembly [CLIENT…]

runs each client's own reassembly over the streams of its protocol, in the environments of `make clients`, and writes
`tests/specs/producers/API.json`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients.environments import ASSEMBLING, CLIENTS, DRIVERS, Client, make

PRODUCERS = Path(__file__).parents[1] / "specs" / "producers"


@dataclass(frozen=True, slots=True)
class Referee:
    """The client of a protocol, how it is called, and the script that prints what it makes of each file."""

    api: str
    client: str
    call: str
    script: str
    prefix: str = ""  # of the names of its files; an API may have several clients

    @property
    def data(self) -> Path:
        """The committed measurement."""
        return PRODUCERS / f"{self.prefix or self.api}.json"

    @property
    def files(self) -> list[Path]:
        """The streams of its protocol."""
        return sorted((PRODUCERS / self.api).glob(f"{self.prefix}*"))


REFEREES = (
    Referee("ai_sdk_ui", "ai-ui", "useChat", "reassemble_ai_ui.mjs"),
    Referee("ai_data_stream", "@ai-sdk/ui-utils", "callChatApi()", "reassemble_ai_data.mjs"),
    Referee("ag_ui", "@ag-ui/client", "HttpAgent.runAgent()", "reassemble_ag_ui.mjs"),
    Referee("a2a", "a2a-sdk", "stream into TaskManager", "reassemble_a2a.py"),
    Referee("langgraph", "langgraph-sdk", "runs.stream()", "reassemble_langgraph.py"),
    Referee("langgraph", "langserve", "RemoteRunnable.stream()", "reassemble_langserve.py", prefix="langserve"),
    Referee("mcp", "mcp", "call_tool()", "reassemble_mcp.py"),
)


def client_of(referee: Referee) -> Client:
    """Return the entry in the table of clients."""
    [client] = [client for client in (*CLIENTS, *ASSEMBLING) if client.name == referee.client]
    return client


def measured(referee: Referee) -> dict[str, Any]:
    """Return what the client makes of each stream, by file name."""
    client = client_of(referee)
    command = (
        ["node", str(client.folder / referee.script)]
        if client.node
        else [str(client.folder / "bin" / "python"), str(DRIVERS / referee.script)]
    )
    paths = list(map(str, referee.files))
    done = subprocess.run([*command, *paths], check=True, capture_output=True, text=True, timeout=300)
    lines = [json.loads(line) for line in done.stdout.split("\n") if line]
    return {path.name: line for path, line in zip(referee.files, lines, strict=True)}


def main(names: list[str]) -> None:
    """Measure all clients or those named, and write the results."""
    for referee in REFEREES:
        if not names or referee.client in names:
            versions = make(client_of(referee))
            rows = ",\n".join(
                f"  {json.dumps(name)}: {json.dumps(result, ensure_ascii=False, sort_keys=True)}"
                for name, result in measured(referee).items()
            )
            head = f' "call": {json.dumps(referee.call)},\n "versions": {json.dumps(versions)}'
            referee.data.write_text(f'{{\n{head},\n "streams": {{\n{rows}\n }}\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
