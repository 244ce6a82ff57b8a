#!/usr/bin/env bash
# Every relative link of the pages leads somewhere, and every command that README.md shows in an indented block runs.
#   check.sh ROOT THALWEG
set -euo pipefail
root=$1 thalweg=$2
bad=0

while IFS= read -r page; do
  folder=$(dirname "$page")
  while IFS= read -r link; do
    [[ $link == http* || $link == \#* || -z $link ]] && continue
    if [[ ! -e $folder/${link%%#*} ]]; then
      echo "$page: the link to '$link' leads nowhere"
      bad=1
    fi
  done < <(awk '/^```/{code = !code} !code' "$page" | grep -oE '\]\([^) ]+\)' | sed -E 's/^\]\(//; s/\)$//')
done < <(find "$root" -name '*.md' -not -path "$root/build/*" -not -path "$root/.git/*")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ln -s "$root/problems" problems
ln -s "$thalweg" thalweg
PATH=$work:$PATH
for t in 0 0.5 1 1.5 2 3 4 5; do awk -v t=$t 'BEGIN { printf "%s,%.3f\n", t, 3 * exp(-0.7 * t) + 0.01 * cos(9 * t) }'; done >rows
{ echo x,y; cat rows; } >data.csv
{ echo well,x,y; sed 's/^/A1,/' rows; sed 's/^/A2,/' rows; } >plate.csv
printf '%%%%MatrixMarket matrix coordinate real symmetric\n3 3 5\n1 1 2\n2 2 2\n3 3 2\n2 1 -1\n3 2 -1\n' >A.mtx
printf '%%%%MatrixMarket matrix array real general\n3 1\n1\n0\n1\n' >b.mtx
commands=$(sed -nE 's/^    (thalweg .*)$/\1/p' "$root/README.md")
if (($(wc -l <<<"$commands") < 5)); then
  echo "README.md shows fewer than five commands"
  bad=1
fi
while IFS= read -r command; do
  if ! bash -c "$command" >log 2>&1 </dev/null; then
    echo "README.md: '$command' failed:"
    tail -n 5 log
    bad=1
  fi
done <<<"$commands"
exit $bad
