#!/bin/sh
# install.sh VENV PIP_ARGUMENTS...: install into the environment VENV, with uv if available, or else pip.
set -eu
venv=$1
shift
if command -v uv >/dev/null 2>&1; then
  exec uv pip install -q --python "$venv/bin/python" "$@"
fi
# uv makes environments without pip, and it may have been available when this one was made.
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1 && ! "$venv/bin/python" -m ensurepip >/dev/null 2>&1; then
  echo "make: $venv has neither pip nor ensurepip, and uv is not on PATH: remove $venv, or install uv" >&2
  exit 1
fi
# Groups are read from pyproject.toml: pip supports --group since 25.1, so it is upgraded first.
case " $* " in
*" --group "*) "$venv/bin/python" -m pip install -q --disable-pip-version-check -U "pip>=25.1" ;;
esac
exec "$venv/bin/python" -m pip install -q --disable-pip-version-check "$@"
