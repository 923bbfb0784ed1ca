#!/usr/bin/env bash
# Installs streamkit into an environment of its own, which the next step finds as $RUNNER_TEMP/streamkit.
# Reads ACTION_PATH, the checkout of the action; GitHub sets RUNNER_TEMP.
set -eu
environment="$RUNNER_TEMP/streamkit"
python -m venv "$environment"
programs="$environment/bin"
if [ -d "$environment/Scripts" ]; then
  programs="$environment/Scripts" # Windows
fi
"$programs/python" -m pip install --quiet --disable-pip-version-check "$ACTION_PATH"
