#!/usr/bin/env bash
# Installs the library, builds a consumer against the installed tree with other flags than the library's (no
# -march=native, address sanitizer), and runs it: what the library allocates and the consumer frees must agree.
set -euo pipefail
cmake=$1 build=$2 source=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cmake" --install "$build" --prefix "$work/prefix" >"$work/install.log"
"$cmake" -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_CXX_FLAGS="-Wall -Wextra -fsanitize=address -fno-omit-frame-pointer" >"$work/configure.log"
"$cmake" --build "$work/build" >"$work/build.log" || { cat "$work/build.log"; exit 1; }
"$work/build/consumer"
"$work/build/snippet"
"$work/build/manifolds"
"$work/build/bundle"

# The README shows the snippets that were just run, in this order.
number=0
for file in snippet manifolds bundle; do
  number=$((number + 1))
  awk -v wanted=$number '/^```cpp/{++block; inside=1; next} /^```/{inside=0} inside && block == wanted' \
    "$source/../../README.md" >"$work/readme.cpp"
  diff "$work/readme.cpp" "$source/$file.cpp" || { echo "README.md and tests/package/$file.cpp differ"; exit 1; }
done
