#!/usr/bin/env bash
# smoke.sh STREAMKIT: check that an installed streamkit works. STREAMKIT is the program, or a command that runs it.
set -euo pipefail
streamkit=("$@")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

printf 'data: {"id":"c1","object":"chat.completion.chunk","created":1790000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"hello"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n' >good.sse

"${streamkit[@]}" --version
"${streamkit[@]}" --help >help.txt
[ "$("${streamkit[@]}" reassemble --text good.sse | tr -d '\r')" = hello ]
"${streamkit[@]}" lint good.sse
code=0
printf 'data: {"id":\n\n' | "${streamkit[@]}" lint - >findings.txt || code=$?
[ "$code" = 1 ]
"${streamkit[@]}" stats --format json good.sse >stats.json
"${streamkit[@]}" demo >demo.txt
grep -q reassemble demo.txt
echo "streamkit works"
