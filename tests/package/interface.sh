#!/usr/bin/env bash
# interface.sh PREFIX: fails where an installed library could exchange Eigen objects that own memory with the program
# that embeds it. Eigen's allocator depends on -march: what one side allocates the other cannot free.
set -euo pipefail
prefix=$1
bad=0

# No public header names an Eigen type of run-time size, comments apart.
while IFS= read -r header; do
  if sed 's,//.*,,' "$header" |
    grep -nE '(Matrix|Vector|RowVector|Array)X[a-z]*\b|\b(Matrix|Array|Vec|Mat) *<[^<>]*(Dynamic|-1)[^<>]*>'; then
    echo "$header: an Eigen type of run-time size; expected std::vector, std::span or const double*"
    bad=1
  fi
done < <(find "$prefix/include/thalweg" -name '*.hpp')

# No symbol of the libraries speaks of Eigen: its own copy is in another namespace (tools/cmake/flags.cmake), so that
# neither an argument nor an inline function of Eigen is shared with the embedding program.
while IFS= read -r archive; do
  found=$(nm --demangle "$archive" 2>/dev/null | grep -E '\bEigen::' || true)
  if [[ -n $found ]]; then
    echo "$archive: $(wc -l <<<"$found") symbols of Eigen; expected none, but there is ${found%%$'\n'*}"
    bad=1
  fi
done < <(find "$prefix" -name 'libthalweg*.a' -o -name 'libthalweg*.so')
exit $bad
