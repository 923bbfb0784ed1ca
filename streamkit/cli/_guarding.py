"""Which clients may use a server or proxy: the options and the guard created from them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from streamkit.errors import UsageError

if TYPE_CHECKING:
    from streamkit.transport.guard import Guard

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

TOKEN_VARIABLE = "STREAMKIT_TOKEN"


def guard_options(command: CommandT) -> CommandT:
    """Add `--allow-host`, `--listen-public` and `--token` to a command."""
    for option in reversed(
        (
            click.option(
                "--allow-host", "allowed", multiple=True, metavar="NAME", help="Accept requests for this host name too."
            ),
            click.option(
                "--listen-public", is_flag=True, help="Allow a --host that other machines can reach; requires a token."
            ),
            click.option(
                "--token", envvar=TOKEN_VARIABLE, help=f"Require this token from clients [${TOKEN_VARIABLE}]."
            ),
        )
    ):
        command = option(command)
    return command


def guard_of(host: str, allowed: tuple[str, ...], listen_public: bool, token: str | None) -> Guard:
    """Return the guard for a server on `host`. Raises UsageError for an address that other machines can reach, unless allowed.

    A generated token is put into the environment, for other workers.
    """
    from streamkit.transport.guard import Guard, is_loopback

    if listen_public:
        token = token or secrets.token_urlsafe(18)
        os.environ[TOKEN_VARIABLE] = token
    elif not is_loopback(host):
        raise UsageError(f"--host {host} is not a loopback address; add --listen-public to accept other machines")
    return Guard.of(host, allowed, token)
