"""What could be wrong with this installation and this machine: one check per thing that users run into.

Nothing is sent anywhere, and no value of a key is read into a result.
"""

from __future__ import annotations

import os
import platform
import re
import ssl
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from streamkit.frozen import dataclass
from streamkit.providers import PROVIDERS

Status = Literal["ok", "note", "problem"]

PACKAGE = "llm-streamkit"
_IMPORT_NAME = "streamkit"
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)[^>;]*(?:>=(?P<least>[\d.]+))?[^;]*(?:;(?P<marker>.*))?")
_EXTRA = re.compile(r"extra\s*==\s*['\"](?P<extra>[\w-]+)['\"]")
_COARSE_CLOCK_S = 0.001


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check. A `problem` breaks something; a `note` is something to know. `remedy` is empty if all is well."""

    name: str
    status: Status
    detail: str
    remedy: str = ""


def check_all(environment: Mapping[str, str] = os.environ, folder: str = ".") -> Iterator[CheckResult]:
    """Yield every check, in the order in which it is worth reading them.

    `folder` is where recordings would be written.
    """
    yield python()
    yield from packages()
    yield from extras()
    yield import_name()
    yield certificates(environment)
    yield from proxies(environment)
    yield clock()
    yield kernel_timestamps()
    yield writing(folder)
    yield keys(environment)


def python(version: Sequence[int] = sys.version_info[:3]) -> CheckResult:
    """Python's version, and faults of it that can matter here (CPython gh-106052, gh-100061)."""
    detail = (
        f"{platform.python_implementation()} {'.'.join(map(str, version))}, {platform.system()} {platform.machine()}"
    )
    if tuple(version) < (3, 11, 5):
        remedy = (
            "this version matches nested possessive quantifiers wrongly: avoid them in --redact, or use 3.11.5 or later"
        )
        return CheckResult("Python", "note", detail, remedy)
    return CheckResult("Python", "ok", detail)


def packages(find: Callable[[str], str] = metadata.version) -> Iterator[CheckResult]:
    """Every required package, with its version; a problem if it is missing or too old."""
    for name, least, extra in requirements():
        if not extra:
            yield _package(name, least, find, f"reinstall: pip install --upgrade '{name}>={least}'")


def extras(find: Callable[[str], str] = metadata.version) -> Iterator[CheckResult]:
    """Every optional package; a note if it is missing, a problem if it is installed and too old."""
    for name, least, extra in requirements():
        if extra:
            check = _package(name, least, find, f"pip install '{PACKAGE}[{extra}]'")
            missing = check.detail == "not installed"
            yield CheckResult(
                f"extra {extra}", "note" if missing else check.status, f"{name} {check.detail}", check.remedy
            )


def requirements() -> Iterator[tuple[str, str, str]]:
    """Yield the name, lowest version and extra ("" if required) of each package that this installation may use."""
    for line in metadata.requires(PACKAGE) or ():
        match = _REQUIREMENT.fullmatch(line)
        assert match is not None, line
        extra = _EXTRA.search(match["marker"] or "")
        applies = "python_version" not in (match["marker"] or "") or sys.version_info < (3, 14)
        if applies:
            yield match["name"], match["least"] or "0", extra["extra"] if extra else ""


def _package(name: str, least: str, find: Callable[[str], str], remedy: str) -> CheckResult:
    try:
        version = find(name)
    except metadata.PackageNotFoundError:
        return CheckResult(name, "problem", "not installed", remedy)
    if _numbers(version) < _numbers(least):
        return CheckResult(name, "problem", f"{version}, older than {least}", remedy)
    return CheckResult(name, "ok", version)


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, match.group().split("."))) if match else ()


def import_name(owners: Mapping[str, Sequence[str]] | None = None) -> CheckResult:
    """Whether another installed package provides the module `streamkit` too: the one imported depends on the installation order."""
    found = metadata.packages_distributions() if owners is None else owners
    others = sorted(set(found.get(_IMPORT_NAME, ())) - {PACKAGE})
    if others:
        remedy = f"pip uninstall {' '.join(others)}, then reinstall {PACKAGE}"
        return CheckResult(
            "import name", "problem", f"{', '.join(others)} also provides the module {_IMPORT_NAME}", remedy
        )
    return CheckResult("import name", "ok", f"{_IMPORT_NAME} belongs to {PACKAGE} alone")


def certificates(environment: Mapping[str, str]) -> CheckResult:
    """The certificate authorities that a connection would trust."""
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        path = environment.get(variable)
        if path and not os.path.exists(path):  # noqa: PTH110
            return CheckResult(
                "certificates", "problem", f"{variable} names {path}, which does not exist", f"unset {variable}"
            )
    count = ssl.create_default_context().cert_store_stats()["x509_ca"]
    paths = ssl.get_default_verify_paths()
    if count:
        return CheckResult("certificates", "ok", f"{count} authorities, from {paths.cafile or paths.capath}")
    if paths.capath and _has_files(paths.capath):
        return CheckResult("certificates", "ok", f"authorities are looked up in {paths.capath}")
    remedy = "install your system's ca-certificates, or set SSL_CERT_FILE"
    return CheckResult("certificates", "problem", "no certificate authorities: every https URL will fail", remedy)


def _has_files(folder: str) -> bool:
    with suppress(OSError):
        return any(os.scandir(folder))
    return False


def proxies(environment: Mapping[str, str]) -> Iterator[CheckResult]:
    """The proxies that requests would use, and whether requests to this machine avoid them."""
    configured = {scheme: url for scheme, url in getproxies().items() if scheme in ("http", "https", "all")}
    if not configured:
        yield CheckResult("proxies", "ok", "none")
        return
    for scheme, url in sorted(configured.items()):
        host = urlsplit(url if "//" in url else f"//{url}")
        named = f"{host.hostname}:{host.port}" if host.hostname and host.port else host.hostname or "an invalid URL"
        status: Status = "note" if host.hostname else "problem"
        remedy = (
            "requests to APIs go through it" if host.hostname else f"set {scheme.upper()}_PROXY to a URL, or unset it"
        )
        yield CheckResult(f"{scheme} proxy", status, named, remedy)
    if not proxy_bypass("127.0.0.1"):
        current = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
        remedy = f"export NO_PROXY={','.join(filter(None, (current, '127.0.0.1,localhost,::1')))}"
        yield CheckResult(
            "NO_PROXY", "problem", "clients of serve and proxy on this machine would go through the proxy", remedy
        )


def clock(resolution: float | None = None) -> CheckResult:
    """The resolution of the clock that times frames, in seconds, as the system states it."""
    resolution = time.get_clock_info("monotonic").resolution if resolution is None else resolution
    detail = f"monotonic, resolution {resolution * 1e9:.0f} ns"
    if resolution >= _COARSE_CLOCK_S:
        return CheckResult(
            "clock", "note", detail, f"gaps under {resolution * 1e3:.0f} ms cannot be measured on this system"
        )
    return CheckResult("clock", "ok", detail)


def kernel_timestamps() -> CheckResult:
    """Whether frames are stamped by the kernel when they arrive (Linux)."""
    import asyncio

    from streamkit.transport.kernel_clock import StampedSocket, make_socket

    async def stamped() -> bool:
        import socket

        with make_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("", 0))) as made:
            return isinstance(made, StampedSocket)

    if asyncio.run(stamped()):
        return CheckResult("arrival times", "ok", "from the kernel")
    return CheckResult(
        "arrival times",
        "note",
        "from this process",
        "a busy processor delays them by milliseconds; Linux has better ones",
    )


def writing(folder: str) -> CheckResult:
    """Whether recordings can be written to the folder."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return CheckResult("write access", "ok", os.path.realpath(folder))
    except OSError as error:
        detail = f"{os.path.realpath(folder)}: {error.strerror}"
        return CheckResult("write access", "problem", detail, "change to another folder, or name one with -o or --dir")


def keys(environment: Mapping[str, str]) -> CheckResult:
    """The variables of providers' keys and base URLs that are set: their names, never their values."""
    known = {name for entry in PROVIDERS.values() for name in (*entry.keys, *(url.variable for url in entry.base_urls))}
    present = sorted(name for name in known if environment.get(name))
    if present:
        return CheckResult("API keys", "ok", f"set: {', '.join(present)}")
    return CheckResult(
        "API keys",
        "note",
        "none set",
        "only record and proxy against a provider need one; serve, lint and stats do not",
    )
