#!/usr/bin/env bash
# What the action runs: annotations, a SARIF file, a step summary, and the exit code of the lint itself.
# Reads STREAMKIT_PATHS, STREAMKIT_ARGUMENTS, STREAMKIT_FAIL_ON; GitHub sets RUNNER_TEMP, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY.
set -u
PATH="$RUNNER_TEMP/streamkit/bin:$RUNNER_TEMP/streamkit/Scripts:$PATH"

paths=()
while IFS= read -r path || [ -n "$path" ]; do
  path="${path%$'\r'}"
  if [ -n "$path" ]; then
    paths+=("$path") # patterns are for streamkit to expand
  fi
done <<<"$STREAMKIT_PATHS"

# Split as a shell would, quotes included, but nothing in them is run.
if ! words="$(python -c 'import os, shlex; print("\n".join(shlex.split(os.environ.get("STREAMKIT_ARGUMENTS", ""))))' 2>&1)"; then
  echo "::error::arguments: ${words##*$'\n'}"
  exit 2
fi
options=()
while IFS= read -r word; do
  if [ -n "$word" ]; then
    options+=("${word%$'\r'}")
  fi
done <<<"$words"

case "${STREAMKIT_FAIL_ON:-}" in
  "") ;; # the project's own configuration decides
  never) options+=(--exit-zero) ;;
  *) options+=(--fail-on "$STREAMKIT_FAIL_ON") ;;
esac
sarif="$RUNNER_TEMP/streamkit.sarif"

streamkit lint ${options[@]+"${options[@]}"} --format github -- ${paths[@]+"${paths[@]}"}
code=$?
if [ "$code" -gt 1 ]; then
  exit "$code"
fi
streamkit lint ${options[@]+"${options[@]}"} --exit-zero --quiet --format sarif --force -o "$sarif" -- ${paths[@]+"${paths[@]}"}
echo "sarif-file=$sarif" >>"$GITHUB_OUTPUT"
{
  echo "### streamkit lint"
  echo
  # What a model wrote is in the report: fenced longer than any run of backquotes that one line of it may hold.
  echo '``````````text'
  streamkit lint ${options[@]+"${options[@]}"} --exit-zero --quiet --color never -- ${paths[@]+"${paths[@]}"} | head -c 900000
  echo '``````````'
} >>"$GITHUB_STEP_SUMMARY"
exit "$code"
