#!/bin/sh
# environment.sh VENV [PYTHON]: create a virtual environment in VENV, with Python 3.11 or newer.
#
# An existing one is kept if it works, is new enough, has not been moved, and is of PYTHON, if given. Otherwise it is
# rebuilt, with uv if available, so that leftovers of an older Python or an interrupted run do no harm.
set -eu
venv=$1
wanted=${2:-}
stamp=$venv/created

version() { "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null; }
is_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
is_of() { [ -z "$2" ] || [ "$(version "$1")" = "$(version "$2")" ]; }
is_at_home() { [ ! -s "$stamp" ] || [ "$(cat "$stamp")" = "$(pwd)" ]; }
fail() {
  echo "make: $*" >&2
  exit 1
}

if [ -n "$wanted" ]; then
  [ -n "$(version "$wanted")" ] || fail "cannot run $wanted: name a Python 3.11 or newer, such as PYTHON=python3.12"
  is_enough "$wanted" || fail "streamkit needs Python 3.11 or newer, and $wanted is $(version "$wanted"): name another, such as PYTHON=python3.12"
fi

if [ -f "$stamp" ] && is_enough "$venv/bin/python" && is_of "$venv/bin/python" "$wanted" && is_at_home; then
  exit 0
fi

python=$wanted
if [ -z "$python" ]; then
  for python in python3 python3.14 python3.13 python3.12 python3.11 ""; do
    if [ -z "$python" ] || is_enough "$python"; then break; fi
  done
  [ -n "$python" ] || fail "no Python 3.11 or newer is here (python3 is $(version python3 || echo missing)): install one, or name it with PYTHON=…"
fi

echo "Making an environment in $venv with Python $(version "$python")" >&2
rm -f "$stamp"
if command -v uv >/dev/null 2>&1; then
  uv venv -q --clear --python "$("$python" -c 'import sys; print(sys.executable)')" "$venv"
elif "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  "$python" -m venv --clear "$venv"
else
  fail "$python cannot make an environment, as its modules venv and ensurepip are missing: install them (Debian and Ubuntu: apt install python3-venv), or install uv"
fi
pwd >"$stamp"
