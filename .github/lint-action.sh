#!/usr/bin/env bash
# What the action runs: annotations, a SARIF file, a step summary, and the exit code of the lint itself.
# Reads STREAMKIT_PATHS, STREAMKIT_ARGUMENTS, STREAMKIT_FAIL_ON; GitHub sets RUNNER_TEMP, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY.
set -u
set -f # patterns are streamkit's to expand, and words are split at spaces and lines
# shellcheck disable=SC2206
paths=($STREAMKIT_PATHS)
# shellcheck disable=SC2206
options=(${STREAMKIT_ARGUMENTS:-})
case "${STREAMKIT_FAIL_ON:-error}" in
  never) options+=(--exit-zero) ;;
  *) options+=(--fail-on "${STREAMKIT_FAIL_ON:-error}") ;;
esac
sarif="$RUNNER_TEMP/streamkit.sarif"

streamkit lint "${options[@]}" --format github -- "${paths[@]}"
code=$?
if [ "$code" -gt 1 ]; then
  exit "$code"
fi
streamkit lint "${options[@]}" --exit-zero --quiet --format sarif --force -o "$sarif" -- "${paths[@]}"
echo "sarif-file=$sarif" >>"$GITHUB_OUTPUT"
{
  echo "### streamkit lint"
  echo
  # What a model wrote is in the report: fenced longer than any run of backquotes that one line of it may hold.
  echo '``````````text'
  streamkit lint "${options[@]}" --exit-zero --quiet --color never -- "${paths[@]}" | head -c 900000
  echo '``````````'
} >>"$GITHUB_STEP_SUMMARY"
exit "$code"
