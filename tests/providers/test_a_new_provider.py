"""A new provider is one file, in this package or in another, and every command knows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ACME = """
from streamkit.providers import ALNUM, Auth, BaseUrl, Provider, key_shape

PROVIDER = Provider(
    name="acme",
    title="Acme",
    hosts=("llm.acme.example",),
    url="https://llm.acme.example",
    prefix="/acme/v1",
    dialects=("groq",),
    keys=("ACME_KEY",),
    auth=Auth("x-acme-key", scheme=""),
    key_shapes=(key_shape("acme-key", "acme~", (ALNUM, 20)),),
    base_urls=(BaseUrl(variable="ACME_URL", suffix="/acme/v1", read_by=("acme 1.0",)),),
    aliases=("acme_corp",),
)
"""

ASK = """
import json, sys
if len(sys.argv) > 1:
    import streamkit.providers
    streamkit.providers.__path__.append(sys.argv[1])
from streamkit.apis import interpret
from streamkit.service.prompting import key_header, prompted
from streamkit.model.exchange import Exchange, Frame, Frames, Request
from streamkit.redact.redactor import redact_text
from streamkit.service.environment import base_urls, dummy_keys, upstreams

chunk = b'data: {"id":"c","object":"chat.completion.chunk","choices":[]}\\n\\n'
request = Request("POST", "https://llm.acme.example/acme/v1/chat/completions")
print(json.dumps({
    "key": key_header("https://llm.acme.example/x", []),
    "prompt": prompted("https://llm.acme.example", "m", "hi")[0],
    "url": base_urls("http://h:1", {"acme-corp": "/a"})["ACME_URL"],
    "dummy": dummy_keys({})["ACME_KEY"],
    "upstream": upstreams({})["acme"],
    "cut": redact_text("it is acme~" + "aB3dE5gH" * 4)[1],
    "dialect": interpret(Exchange(frames=Frames.of([Frame(chunk)]), request=request)).dialect,
}))
"""

EXPECTED = {
    "key": ["x-acme-key", "k"],
    "prompt": "https://llm.acme.example/acme/v1/chat/completions",
    "url": "http://h:1/a/acme/v1",
    "dummy": "streamkit",
    "upstream": "https://llm.acme.example",
    "cut": ["acme-key"],
    "dialect": "groq",
}


def run_with(path: Path, *arguments: str) -> object:
    """Return what a new process knows, with `path` on its module path."""
    environment = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(path)]), "ACME_KEY": "k"}
    done = subprocess.run(
        [sys.executable, "-c", ASK, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_file_in_the_providers_folder(tmp_path: Path) -> None:
    (tmp_path / "acme.py").write_text(ACME, encoding="utf-8")
    assert run_with(tmp_path, str(tmp_path)) == EXPECTED


@pytest.mark.parametrize("what", ["acme_streams", "acme_streams:PROVIDER"])
def test_an_entry_point_of_another_package(tmp_path: Path, what: str) -> None:
    (tmp_path / "acme_streams.py").write_text(ACME, encoding="utf-8")
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[streamkit.providers]\nacme = {what}\n", encoding="utf-8")
    assert run_with(tmp_path) == EXPECTED
