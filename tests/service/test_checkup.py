"""Checks of the installation and the machine: what each finds, and the remedy it gives."""

from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path

import pytest

from streamkit.service import checkup
from streamkit.service.checkup import CheckResult, check_all


def test_this_environment_has_no_problem(tmp_path: Path) -> None:
    found = list(check_all({}, str(tmp_path)))
    assert [check for check in found if check.status == "problem"] == []
    assert {"Python", "click", "aiohttp", "extra tokens", "certificates", "clock", "write access"} <= {
        check.name for check in found
    }


def test_what_is_not_ok_has_a_remedy() -> None:
    for check in check_all({}, "."):
        assert bool(check.remedy) == (check.status != "ok"), check


def test_a_python_with_a_known_fault() -> None:
    assert checkup.python((3, 11, 2)).status == "note"
    assert "possessive" in checkup.python((3, 11, 4)).remedy
    assert checkup.python((3, 11, 5)).status == "ok"


def test_the_lowest_version_of_every_package_is_known() -> None:
    found = {name: (least, extra) for name, least, extra in checkup.requirements()}
    assert found["click"] == ("8.1.8", "")
    assert found["splintr-rs"] == ("0.22", "tokens")
    assert "pytest" not in found


def versions(**given: str | None) -> object:
    def find(name: str) -> str:
        version = given.get(name, "99")
        if version is None:
            raise metadata.PackageNotFoundError(name)
        return version

    return find


PACKAGES = {
    "missing": (
        None,
        CheckResult("click", "problem", "not installed", "reinstall: pip install --upgrade 'click>=8.1.8'"),
    ),
    "too old": (
        "8.1.7",
        CheckResult("click", "problem", "8.1.7, older than 8.1.8", "reinstall: pip install --upgrade 'click>=8.1.8'"),
    ),
    "the lowest": ("8.1.8", CheckResult("click", "ok", "8.1.8")),
    "newer, of two numbers": ("8.2", CheckResult("click", "ok", "8.2")),
    "a release candidate": ("9.0rc1", CheckResult("click", "ok", "9.0rc1")),
}


@pytest.mark.parametrize(("version", "expected"), PACKAGES.values(), ids=PACKAGES)
def test_a_required_package(version: str | None, expected: CheckResult) -> None:
    found = {check.name: check for check in checkup.packages(versions(click=version))}  # type: ignore[arg-type]
    assert found["click"] == expected


def test_an_extra() -> None:
    found = {check.name: check for check in checkup.extras(versions(brotli=None, pyyaml="1.0"))}  # type: ignore[arg-type]
    assert found["extra br"] == CheckResult(
        "extra br", "note", "brotli not installed", "pip install 'llm-streamkit[br]'"
    )
    assert found["extra yaml"].status == "problem"
    assert found["extra schema"].status == "ok"


def test_another_package_with_the_same_module() -> None:
    found = checkup.import_name({"streamkit": ["streamkit", "llm-streamkit"]})
    assert (found.status, found.remedy) == ("problem", "pip uninstall streamkit, then reinstall llm-streamkit")
    assert checkup.import_name({"streamkit": ["llm-streamkit"]}).status == "ok"


def test_a_certificate_file_that_is_missing(tmp_path: Path) -> None:
    missing = str(tmp_path / "ca.pem")
    found = checkup.certificates({"SSL_CERT_FILE": missing})
    assert (found.status, found.remedy) == ("problem", "unset SSL_CERT_FILE")
    assert missing in found.detail


PROXIES = {
    "none": ({}, [("proxies", "ok", "none")]),
    "one, with a password, and no exception for this machine": (
        {"https_proxy": "http://user:pw@proxy.corp:3128"},
        [
            ("https proxy", "note", "proxy.corp:3128"),
            ("NO_PROXY", "problem", "clients of serve and proxy on this machine would go through the proxy"),
        ],
    ),
    "one, with an exception": (
        {"http_proxy": "proxy.corp", "no_proxy": "127.0.0.1,localhost"},
        [("http proxy", "note", "proxy.corp")],
    ),
    "not a URL": (
        {"https_proxy": "http://", "no_proxy": "127.0.0.1"},
        [("https proxy", "problem", "an invalid URL")],
    ),
}


@pytest.mark.parametrize(("variables", "expected"), PROXIES.values(), ids=PROXIES)
def test_proxies(
    variables: dict[str, str], expected: list[tuple[str, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = list(checkup.proxies(variables))
    assert [(check.name, check.status, check.detail) for check in found] == expected
    assert not any("pw" in check.detail for check in found)


def test_the_remedy_keeps_the_exceptions_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.corp")
    monkeypatch.setenv("no_proxy", "corp")
    *_, last = checkup.proxies({"no_proxy": "corp"})
    assert last.remedy == "export NO_PROXY=corp,127.0.0.1,localhost,::1"


def test_a_coarse_clock() -> None:
    assert checkup.clock(0.015625).remedy == "gaps under 16 ms cannot be measured on this system"
    assert checkup.clock(1e-9) == CheckResult("clock", "ok", "monotonic, resolution 1 ns")


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    found = checkup.writing(str(tmp_path / "missing"))
    assert found.status == "problem"
    assert "No such file or directory" in found.detail


def test_names_of_keys_and_never_their_values() -> None:
    found = checkup.keys({"OPENAI_API_KEY": "sk-secret", "ANTHROPIC_BASE_URL": "http://x", "HOME": "/"})
    assert found == CheckResult("API keys", "ok", "set: ANTHROPIC_BASE_URL, OPENAI_API_KEY")
