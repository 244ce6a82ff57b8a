#!/usr/bin/env bash
# Opens every example page in headless Chromium, light and dark, has it check itself, and fails on any error.
#   check.sh report_pages chromium
set -euo pipefail
pages=$1 chromium=$2
here=$(dirname "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$pages" "$folder"

before="<script>$(cat "$here/before.js")</script></head>"
after="<script>$(cat "$here/colours.js" "$here/batch.js" "$here/after.js")</script></body></html>"
bad=0
for file in "$folder"/*.html; do
  page=$(cat "$file")
  printf '%s' "${page%%</head>*}$before${page#*</head>}" >"$file"
  page=$(cat "$file")
  printf '%s' "${page%</body>*}$after" >"$file"
  for scheme in light dark; do
    name="$(basename "$file") $scheme"
    number=1 background='rgb(255, 255, 255)'
    [[ $scheme == dark ]] && number=0 background='rgb(20, 23, 27)'
    # A fresh profile per run: none waits for another's lock.
    timeout 100 "$chromium" --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
      --user-data-dir="$folder/profile-$scheme" --window-size=1200,2000 --enable-logging=stderr --dump-dom \
      --blink-settings=preferredColorScheme=$number --virtual-time-budget=20000 "file://$file" \
      >"$folder/dom" 2>"$folder/log" || { echo "$name: chromium failed"; tail -n 5 "$folder/log"; bad=1; continue; }
    verdict=$(grep -o 'data-self-check="[^"]*"' "$folder/dom" | head -n 1) || verdict='no verdict'
    if [[ $verdict != 'data-self-check="passed"' ]]; then echo "$name: $verdict"; bad=1; fi
    if ! grep -q "data-scheme=\"$scheme $background\"" "$folder/dom"; then
      echo "$name: $(grep -o 'data-scheme="[^"]*"' "$folder/dom" || echo 'no scheme'); expected $scheme $background"
      bad=1
    fi
    if grep CONSOLE "$folder/log"; then bad=1; fi
  done
done
((bad == 0)) && echo "every page passed, light and dark"
exit $bad
