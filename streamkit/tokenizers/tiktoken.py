"""tiktoken, if it is installed and its vocabulary file is cached already: otherwise it would download the file."""

from __future__ import annotations

import hashlib
import importlib
import os
import tempfile
from pathlib import Path
from typing import Any

from streamkit.tokenizers import Count, Tokenizer

# The URLs that its cache files are named after, and the digests that it expects (tiktoken_ext/openai_public.py, 0.14).
_HOST = "https://openaipublic.blob.core.windows.net/encodings/"
_DIGESTS = {
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
}


def open_vocabulary(name: str) -> Count | None:
    """Return the counting function of a vocabulary whose file is in tiktoken's cache, complete and unchanged."""
    if name not in _DIGESTS or not _cached(name):
        return None
    try:
        library: Any = importlib.import_module("tiktoken")
    except ImportError:
        return None
    encode = library.get_encoding(name).encode_ordinary
    return lambda text: len(encode(text))


def _cached(name: str) -> bool:
    """Return whether tiktoken would use its cached file. It deletes a changed one and downloads it again, so check the digest."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    if folder == "":
        return False
    where = Path(folder) if folder is not None else Path(tempfile.gettempdir()) / "data-gym-cache"
    address = f"{_HOST}{name}.tiktoken"
    file = where / hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == _DIGESTS[name]
    except OSError:
        return False


TOKENIZER = Tokenizer("tiktoken", open_vocabulary, order=20)
