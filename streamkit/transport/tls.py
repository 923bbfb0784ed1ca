"""The TLS settings of clients: whose certificates are trusted."""

from __future__ import annotations

import ssl

from streamkit.errors import UsageError


def client_context(cacert: str | None = None, *, insecure: bool = False) -> ssl.SSLContext:
    """The system's certificates, those of a file, or none at all. Raises UsageError for a file that cannot be used."""
    try:
        context = ssl.create_default_context(cafile=cacert)
    except OSError as error:
        raise UsageError(f"--cacert {cacert}: {error.strerror or error}") from None
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context
