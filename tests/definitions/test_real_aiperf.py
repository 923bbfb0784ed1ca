"""The real AIPerf measures our server; our definition of AIPerf, fed with what AIPerf itself recorded, gives the same
numbers.

Opt-in, because AIPerf is large and runs for seconds: name its program in STREAMKIT_AIPERF, and in TIKTOKEN_CACHE_DIR a
folder with the o200k_base vocabulary, which it loads even if it does not count with it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from streamkit.apis import interpret
from streamkit.definitions import DEFINITIONS, compute
from streamkit.formats import read
from streamkit.model.recording import write
from tests.metrics.making import exchange, plain
from tests.processes import started

AIPERF = os.environ.get("STREAMKIT_AIPERF", "")
REQUESTS = 3
WITHIN = 2

pytestmark = [
    pytest.mark.skipif(not AIPERF, reason="STREAMKIT_AIPERF does not name the program of AIPerf"),
    pytest.mark.skipif("TIKTOKEN_CACHE_DIR" not in os.environ, reason="TIKTOKEN_CACHE_DIR holds no vocabulary"),
]


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """The folder with AIPerf's own records of some requests to a recording that we serve."""
    recording, prompts = tmp_path / "served.jsonl", tmp_path / "in.jsonl"
    recording.write_bytes(b"".join(write(exchange(plain(10)))))
    prompts.write_bytes(b'{"text": "hello one"}\n')
    command = [sys.executable, "-m", "streamkit", "serve", str(recording), "--port", "0", "--match", "any"]
    with started(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        address = re.search(r"http://\S+", server.stderr.readline())
        assert address is not None
        subprocess.run(
            [
                *(
                    AIPERF,
                    "profile",
                    "-m",
                    "m-1",
                    "--url",
                    address.group(),
                    "--endpoint-type",
                    "chat",
                    "--streaming",
                ),
                *("--input-file", str(prompts), "--custom-dataset-type", "single_turn"),
                *("--request-count", str(REQUESTS), "--concurrency", "1", "--use-server-token-count"),
                *("--tokenizer", "builtin", "--export-level", "raw", "--artifact-dir", str(tmp_path / "out")),
                *("--ui", "none", "--no-gpu-telemetry", "--no-server-metrics"),
            ],
            env={**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"},
            capture_output=True,
            timeout=120,
            check=True,
        )
    return tmp_path / "out"


def test_our_definition_of_aiperf_matches_aiperf(exported: Path) -> None:
    reported = {
        record["metadata"]["x_request_id"]: record["metrics"]
        for record in map(orjson.loads, (exported / "profile_export.jsonl").read_bytes().splitlines())
    }
    raw = exported / "profile_export_raw.jsonl"
    ids = [orjson.loads(line)["metadata"]["x_request_id"] for line in raw.read_bytes().splitlines()]
    exchanges = list(read(str(raw)))
    assert len(exchanges) == len(reported) == REQUESTS
    for name, one in zip(ids, exchanges, strict=True):
        ours, theirs = compute(DEFINITIONS["aiperf"], interpret(one)), reported[name]
        for mine, metric in (
            (ours.ttft, "time_to_first_token"),
            (ours.end, "request_latency"),
            (ours.per_token, "inter_token_latency"),
            (ours.also["time_to_second_token_ns"], "time_to_second_token"),
            (ours.also["time_to_first_output_token_ns"], "time_to_first_output_token"),
        ):
            assert mine is not None, metric
            assert abs(round(mine) - theirs[metric]["value"] * 1e6) <= WITHIN, metric
        assert ours.tokens == theirs["output_sequence_length"]["value"]
        assert ours.gaps is not None
        gaps = theirs["inter_chunk_latency"]["value"]
        assert len(ours.gaps) == len(gaps)
        assert all(abs(mine - given * 1e6) <= WITHIN for mine, given in zip(ours.gaps, gaps, strict=True))
