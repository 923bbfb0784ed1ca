"""Compare the shapes of secrets with public lists, in both directions.

`PUBLIC` holds facts from gitleaks (config/gitleaks.toml), detect-secrets 1.5.0 (its plugins) and TruffleHog (pkg/detectors): the
prefix of a key, and the alphabets and lengths of the rest. Samples are generated at run time.
"""

from __future__ import annotations

import random
import re
import string

import pytest

from streamkit.providers import PROVIDERS
from streamkit.redact import redactor
from streamkit.redact.known_secrets import KEY_SHAPES

ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + "234567"
WORD = ALNUM + "-_"
B64 = ALNUM + "+/"

# The list, the prefix of a key, then alphabets with their lengths, and fixed text between them.
PUBLIC: list[tuple[str, str, list[str | tuple[str, int]]]] = [
    ("gitleaks", "A3-", [(UPPER, 6), "-", (UPPER, 11), "-", (UPPER, 5), "-", (UPPER, 5), "-", (UPPER, 5)]),
    ("gitleaks", "ops_eyJ", [(B64, 250)]), ("gitleaks", "p8e-", [(LOWER, 32)]),
    ("gitleaks", "AGE-SECRET-KEY-1", [("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)]), ("gitleaks", "LTAI", [(LOWER, 20)]),
    ("gitleaks", "sk-ant-admin01-", [(WORD, 93), "AA"]), ("gitleaks", "sk-ant-api03-", [(WORD, 93), "AA"]),
    ("gitleaks", "AKCp", [(ALNUM, 69)]), ("gitleaks", "ATATT3", [(ALNUM + "_-=", 186)]), ("gitleaks", "A3TA", [(UPPER, 16)]),
    ("gitleaks", "AKIA", [(UPPER, 16)]), ("gitleaks", "ASIA", [(UPPER, 16)]), ("gitleaks", "ABIA", [(UPPER, 16)]),
    ("gitleaks", "ACCA", [(UPPER, 16)]), ("gitleaks", "CLOJARS_", [(LOWER, 60)]),
    ("gitleaks", "v1.0-", [(HEX, 24), "-", (HEX, 146)]), ("gitleaks", "dapi", [(HEX, 32)]),
    ("gitleaks", "doo_v1_", [(HEX, 64)]), ("gitleaks", "dop_v1_", [(HEX, 64)]), ("gitleaks", "dor_v1_", [(HEX, 64)]),
    ("gitleaks", "dp.pt.", [(LOWER, 43)]), ("gitleaks", "sl.", [(LOWER + "-=_", 135)]),
    ("gitleaks", "duffel_test_", [(LOWER + "_-=", 43)]), ("gitleaks", "dt0c01.", [(LOWER, 24), ".", (LOWER, 64)]),
    ("gitleaks", "EZAK", [(LOWER, 54)]), ("gitleaks", "EZTK", [(LOWER, 54)]), ("gitleaks", "EAAM", [(LOWER, 100)]),
    ("gitleaks", "FLWSECK_TEST-", [("abcdefgh0123456789", 12)]), ("gitleaks", "fo1_", [(WORD, 43)]),
    ("gitleaks", "fm1a_", [(B64, 100)]), ("gitleaks", "fm2_", [(B64, 100)]), ("gitleaks", "fio-u-", [(LOWER + "-_=", 64)]),
    ("gitleaks", "AIza", [(WORD, 35)]), ("gitleaks", "ghp_", [(ALNUM, 36)]), ("gitleaks", "gho_", [(ALNUM, 36)]),
    ("gitleaks", "ghu_", [(ALNUM, 36)]), ("gitleaks", "ghs_", [(ALNUM, 36)]), ("gitleaks", "ghr_", [(ALNUM, 36)]),
    ("gitleaks", "github_pat_", [(ALNUM + "_", 82)]), ("gitleaks", "glcbt-", [(ALNUM, 2), "_", (ALNUM, 20)]),
    ("gitleaks", "gldt-", [(WORD, 20)]), ("gitleaks", "glffct-", [(WORD, 20)]), ("gitleaks", "glft-", [(WORD, 20)]),
    ("gitleaks", "glimt-", [(WORD, 25)]), ("gitleaks", "glagent-", [(WORD, 50)]), ("gitleaks", "gloas-", [(WORD, 64)]),
    ("gitleaks", "glpat-", [(WORD, 20)]), ("gitleaks", "glptt-", [(HEX, 40)]), ("gitleaks", "GR1348941", [(WORD, 20)]),
    ("gitleaks", "glrt-", [(WORD, 20)]), ("gitleaks", "lin_api_", [(LOWER, 40)]),
    ("gitleaks", "NRII-", [(LOWER + "-", 32)]), ("gitleaks", "NRAK-", [(LOWER, 27)]),
    ("gitleaks", "ntn_", [(string.digits, 11), (ALNUM, 35)]), ("gitleaks", "npm_", [(LOWER, 36)]),
    ("gitleaks", "API-", [(UPPER, 26)]), ("gitleaks", "sk-proj-", [(WORD, 74), "T3BlbkFJ", (WORD, 74)]),
    ("gitleaks", "sk-", [(ALNUM, 20), "T3BlbkFJ", (ALNUM, 20)]), ("gitleaks", "sha256~", [(WORD, 43)]),
    ("gitleaks", "pplx-", [(ALNUM, 48)]), ("gitleaks", "ico-", [(ALNUM, 32)]), ("gitleaks", "hvs.", [(WORD, 90)]),
    ("gitleaks", "hvb.", [(WORD, 138)]), ("gitleaks", "ABSK", [(B64, 109)]),
    ("gitleaks", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t", [(B64, 40)]), ("gitleaks", "HRKU-AA", [(WORD, 58)]),
    ("gitleaks", "tk-us-", [(WORD, 48)]), ("gitleaks", "pul-", [(HEX, 40)]), ("gitleaks", "pscale_pw_", [(ALNUM + "_.=-", 32)]),
    ("gitleaks", "hf_", [(string.ascii_letters, 34)]), ("gitleaks", "api_org_", [(string.ascii_letters, 34)]),
    ("gitleaks", "glc_", [(B64, 60)]), ("gitleaks", "glsa_", [(ALNUM, 32), "_", (HEX, 8)]),
    ("gitleaks", "sntryu_", [(HEX, 64)]), ("gitleaks", "sntrys_eyJ", [(B64, 60), "_", (B64, 43)]),
    ("gitleaks", "PMAK-", [(HEX, 24), "-", (HEX, 34)]), ("gitleaks", "sgp_", [(HEX, 40)]), ("gitleaks", "pnu_", [(LOWER, 36)]),
    ("gitleaks", "rdme_", [(LOWER, 70)]), ("gitleaks", "rubygems_", [(HEX, 48)]), ("gitleaks", "tfp_", [(LOWER + "-_.=", 59)]),
    ("gitleaks", "shpat_", [(HEX, 32)]), ("gitleaks", "shpca_", [(HEX, 32)]), ("gitleaks", "sq0atp-", [(WORD, 22)]),
    ("gitleaks", "shippo_live_", [(HEX, 40)]), ("gitleaks", "xkeysib-", [(HEX, 64), "-", (LOWER, 16)]),
    ("gitleaks", "xoxb-", [(string.digits, 12), "-", (string.digits, 12), "-", (ALNUM, 24)]),
    ("gitleaks", "xapp-1-", [(UPPER, 11), "-", (string.digits, 13), "-", (LOWER, 64)]),
    ("gitleaks", "sk_live_", [(ALNUM, 24)]), ("gitleaks", "sk_test_", [(ALNUM, 24)]), ("gitleaks", "rk_prod_", [(ALNUM, 24)]),
    ("gitleaks", "SK", [(HEX, 32)]), ("gitleaks", "SG.", [(WORD, 22), ".", (WORD, 43)]),
    ("gitleaks", "pypi-AgEIcHlwaS5vcmc", [(WORD, 50)]),
    ("detect-secrets", "AccountKey=", [(B64, 86), "=="]), ("detect-secrets", "glsoat-", [(WORD, 20)]),
    ("detect-secrets", "MTEyMzQ1Njc4OTAxMjM0NTY3", [".", (WORD, 6), ".", (WORD, 26), "7"]),
    ("detect-secrets", "1234567890:AA", [(WORD, 33)]), ("detect-secrets", "postgres://me:", [(ALNUM, 12), "@host/db"]),
    ("TruffleHog", "csk-", [(LOWER, 48)]), ("TruffleHog", "pcsk_", [(ALNUM, 5), "_", (ALNUM, 63)]),
    ("TruffleHog", "lsv2_pt_", [(HEX, 32), "_", (HEX, 10)]), ("TruffleHog", "wandb_v1_", [(ALNUM, 27), "_", (ALNUM, 49)]),
    ("TruffleHog", "cfk_", [(ALNUM, 40), (HEX, 8)]), ("TruffleHog", "phx_", [(ALNUM, 43)]),
    ("TruffleHog", "dckr_pat_", [(WORD, 27)]), ("TruffleHog", "figd_", [(WORD, 40)]), ("TruffleHog", "CCIPAT_", [(ALNUM, 22), "_", (HEX, 40)]),
    ("TruffleHog", "apify_api_", [(ALNUM, 36)]), ("TruffleHog", "pat-na1-", [(LOWER, 8), "-", (LOWER, 4), "-", (LOWER, 4), "-", (LOWER, 4), "-", (LOWER, 12)]),
    ("TruffleHog", "gsk_", [(ALNUM, 52)]), ("TruffleHog", "xai-", [(ALNUM, 80)]), ("TruffleHog", "r8_", [(ALNUM, 37)]),
    ("TruffleHog", "nvapi-", [(WORD, 64)]), ("TruffleHog", "sk-or-v1-", [(HEX, 64)]), ("TruffleHog", "sk-lf-", [(HEX, 8), "-", (HEX, 4), "-", (HEX, 4), "-", (HEX, 4), "-", (HEX, 12)]),
    ("TruffleHog", "sbp_", [(HEX, 40)]), ("TruffleHog", "jina_", [(ALNUM, 60)]), ("TruffleHog", "tskey-auth-", [(ALNUM, 12), "-", (ALNUM, 32)]),
]  # fmt: skip


def sample(prefix: str, parts: list[str | tuple[str, int]], seed: int) -> str:
    chance = random.Random(f"{prefix}{seed}")
    made = [part if isinstance(part, str) else "".join(chance.choices(part[0], k=part[1])) for part in parts]
    return prefix + "".join(made)


@pytest.mark.parametrize(
    ("source", "prefix", "parts"), PUBLIC, ids=[f"{source} {prefix}" for source, prefix, _ in PUBLIC]
)
def test_keys_from_the_public_lists_are_redacted(source: str, prefix: str, parts: list[str | tuple[str, int]]) -> None:
    for seed in range(20):
        key = sample(prefix, parts, seed)
        text = f"it is {key}, from {source}"
        assert redactor.find_secrets(text), key
        left = redactor.redact_text(text)[0].removeprefix("it is ").removesuffix(f", from {source}")
        assert left in ("[redacted]", "postgres://[redacted]@host/db"), key


# Shapes from the services' own documentation, which no public list has.
DOCUMENTED = {
    "google-auth-key", "together-key", "vercel-key", "minimax-key", "voyage-key", "fireworks-key", "openai-client-secret",
    "google-oauth-token", "google-client-secret", "tavily-key", "sk-key", "webhook-secret", "resend-key", "e2b-key", "runpod-key",
    "cursor-key", "firecrawl-key", "mailgun-key", "jwt", "private-key", "bearer-token", "basic-credentials",
    "artifactory-token", "bitbucket-token", "buildkite-token", "contentful-token", "rootly-key", "sonarcloud-token", "ramp-secret",
}  # fmt: skip


def test_every_shape_is_on_a_public_list_or_documented() -> None:
    ours = {shape for provider in PROVIDERS.values() for shape in provider.key_shapes} | set(KEY_SHAPES)
    listed = {found.rule for _, prefix, parts in PUBLIC for found in redactor.find_secrets(sample(prefix, parts, 0))}
    unknown = {shape.name for shape in ours} - listed - DOCUMENTED
    assert unknown == set()
    assert DOCUMENTED - {shape.name for shape in ours} == set()


@pytest.mark.parametrize("text", [
    "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "request_id: 3f2504e0-4f89-41d3-9a0c-0305e82c3301", "commit da39a3ee5e6b4b0d3255bfef95601890afd80709",
])  # fmt: skip
def test_bare_numbers_without_a_key_name_are_kept(text: str) -> None:
    assert redactor.find_secrets(text) == []


@pytest.mark.parametrize(
    "name", ['"api_key":"{}"', 'api_key = "{}"', "XI_API_KEY={}", '{{\\"apiKey\\": \\"{}\\"}}', "x-api-key: {}"]
)
@pytest.mark.parametrize("key", ["3f2504e0-4f89-41d3-9a0c-0305e82c3301", "d41d8cd98f00b204e9800998ecf8427e"])
def test_bare_numbers_with_a_key_name_are_redacted(name: str, key: str) -> None:
    text, rules = redactor.redact_text(name.format(key))
    assert text == name.format("[redacted]")
    assert rules == ["named-key"]


@pytest.mark.parametrize(("text", "cut"), [
    ("postgres://me:hunter42@db/x", "postgres://[redacted]@db/x"),
    ("redis:\\/\\/:hunter42@db", "redis:\\/\\/[redacted]@db"),
    ("postgres://user:password@localhost/db", None), ("http://user:pass@host", None), ("https://me@host/x:y@z", None),
    ("mongodb://${USER}:${PASSWORD}@host", None), ("http://[::1]:8080/a@b", None), ("https://host:8080/@scope/name", None),
])  # fmt: skip
def test_a_password_in_a_url_is_redacted(text: str, cut: str | None) -> None:
    assert redactor.redact_text(text)[0] == (cut or text)


def test_prefixes_are_printable_ascii() -> None:
    for shape in KEY_SHAPES:
        assert re.fullmatch(r"[ -~]+", shape.prefix)


def test_a_name_ends_with_what_it_is() -> None:
    kinds = {shape.name.rpartition("-")[2] for shape in KEY_SHAPES}
    assert kinds == {"key", "token", "secret", "credentials", "jwt"}
