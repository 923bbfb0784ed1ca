"""Dummy secrets, assembled at run time so that no secret scanner finds one in this repository."""

from __future__ import annotations

import base64
import random
import string

ALNUM = string.ascii_letters + string.digits
WORD = ALNUM + "-_"
HEX = "0123456789abcdef"

_RECIPES: dict[str, list[str | tuple[str, int]]] = {
    "anthropic api": ["sk-", "ant-", "api03-", (WORD, 93), "AA"],
    "anthropic oauth": ["sk-", "ant-", "oat01-", (WORD, 80)],
    "openai project": ["sk-", "proj-", (WORD, 74), "T3Blbk", "FJ", (WORD, 74)],
    "openai service account": ["sk-", "svcacct-", (WORD, 60)],
    "openai legacy": ["sk-", (ALNUM, 20), "T3Blbk", "FJ", (ALNUM, 20)],
    "openrouter": ["sk-", "or-v1-", (HEX, 64)],
    "deepseek": ["sk-", (HEX, 32)],
    "google api": ["AI", "za", (WORD, 35)],
    "google oauth": ["ya", "29.", (WORD, 60)],
    "hugging face": ["h", "f_", (string.ascii_letters, 34)],
    "groq": ["gs", "k_", (ALNUM, 52)],
    "xai": ["xa", "i-", (ALNUM, 80)],
    "perplexity": ["pp", "lx-", (ALNUM, 48)],
    "aws": ["AK", "IA", (string.ascii_uppercase + "234567", 16)],
    "github": ["gh", "p_", (ALNUM, 36)],
    "github fine-grained": ["github", "_pat_", (ALNUM, 22), "_", (ALNUM, 59)],
    "gitlab": ["gl", "pat-", (WORD, 20)],
    "slack": ["xo", "xb-", (string.digits, 12), "-", (ALNUM, 24)],
    "stripe": ["sk_", "live_", (ALNUM, 24)],
    "bearer": ["Bea", "rer ", (ALNUM, 40)],
    "google auth": ["AQ", ".", "Ab8RN6", (WORD, 44)],
    "together": ["tgp", "_v1_", (WORD, 43)],
    "cerebras": ["cs", "k-", (string.ascii_lowercase + string.digits, 48)],
    "jina": ["ji", "na_", (HEX, 32), (WORD, 28)],
    "voyage": ["pa", "-", (WORD, 43)],
    "pinecone": ["pcsk", "_", (ALNUM, 5), "_", (ALNUM, 63)],
    "langfuse": ["sk-", "lf-", (HEX, 8), "-", (HEX, 4), "-4", (HEX, 3), "-a", (HEX, 3), "-", (HEX, 12)],
    "elevenlabs": ["sk", "_", (HEX, 48)],
    "vercel": ["vc", "k_", (ALNUM, 56)],
    "bedrock": ["AB", "SK", (ALNUM + "+/", 128)],
    "azure": [(ALNUM, 52), "JQQ", "J99B", (string.ascii_uppercase, 1), "AC", (ALNUM, 12), "AAAB", (ALNUM, 7)],
    "azure client": [(ALNUM, 3), "8", "Q~", (WORD, 34)],
    "slack app": [
        "xa",
        "pp-1-",
        (string.ascii_uppercase + string.digits, 11),
        "-",
        (string.digits, 13),
        "-",
        (HEX, 64),
    ],
    "stripe test": ["sk_", "test_", (ALNUM, 99)],
    "webhook": ["wh", "sec_", (ALNUM, 32)],
    "pypi": ["py", "pi-", "AgEIcHlwaS5vcmc", (WORD, 150)],
    "telegram": [(string.digits, 10), ":", "AA", (WORD, 33)],
    "discord": ["MTEy", "MzQ1", "Njc4OTAxMjM0NTY3", ".", "G", (WORD, 5), ".", (WORD, 12), "7x", (WORD, 24)],
    "digitalocean": ["dop", "_v1_", (HEX, 64)],
    "cloudflare": ["cf", "ut_", (ALNUM, 40), (HEX, 8)],
    "supabase": ["sb", "p_", (HEX, 40)],
    "huggingface org": ["api", "_org_", (string.ascii_letters, 34)],
    "vault": ["hv", "s.", (WORD, 90)],
}


def secret(name: str, seed: int = 0) -> str:
    """Return a dummy secret of this shape, the same one for the same seed."""
    chance = random.Random(f"{name}{seed}")
    made = []
    for part in _RECIPES[name]:
        made.append(part if isinstance(part, str) else "".join(chance.choices(part[0], k=part[1])))
    return "".join(made)


def json_web_token() -> str:
    """Return a token of three parts, the first two of which are JSON in base64."""
    head, claims = (
        base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"HS256"}', b'{"sub":"1234567890"}')
    )
    return f"{head}.{claims}." + "".join(random.Random(1).choices(WORD, k=43))


def private_key(kind: str = "RSA ") -> str:
    """Return lines that look like a private key in PEM format; without a kind, in that of PKCS #8."""
    chance = random.Random(2)
    lines = ["".join(chance.choices(ALNUM + "+/", k=64)) for _ in range(20)]
    return "\n".join([f"-----BEGIN {kind}" + "PRIVATE KEY-----", *lines, f"-----END {kind}" + "PRIVATE KEY-----"])


NAMES = list(_RECIPES)
# Keys without a fixed beginning: when they arrive in short pieces, they cannot be recognized in time.
UNMARKED = ["azure", "azure client"]
MARKED = [name for name in NAMES if name not in UNMARKED]
EVERY = {name: secret(name) for name in NAMES} | {
    "json web token": json_web_token(),
    "private key": private_key(),
    "private key of PKCS #8": private_key(""),
}
