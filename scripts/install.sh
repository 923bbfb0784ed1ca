#!/bin/sh
# install.sh VENV PIP_ARGUMENTS...: installs into the environment VENV, by uv where it is present and by pip else.
set -eu
venv=$1
shift
if command -v uv >/dev/null 2>&1; then
  exec uv pip install -q --python "$venv/bin/python" "$@"
fi
# Groups are read from pyproject.toml: pip knows --group from 25.1 on, and brings itself up to that first.
case " $* " in
*" --group "*) "$venv/bin/python" -m pip install -q --disable-pip-version-check -U "pip>=25.1" ;;
esac
exec "$venv/bin/python" -m pip install -q --disable-pip-version-check "$@"
