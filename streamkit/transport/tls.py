"""TLS settings of clients."""

from __future__ import annotations

import ssl

from streamkit.errors import UsageError


def client_context(cacert: str | None = None, *, insecure: bool = False) -> ssl.SSLContext:
    """Return a context that trusts the system's certificates or those of a file, or with `insecure` verifies nothing.

    Raises UsageError for an unusable certificate file.
    """
    try:
        context = ssl.create_default_context(cafile=cacert)
    except OSError as error:
        raise UsageError(f"--cacert {cacert}: {error.strerror or error}") from None
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context
