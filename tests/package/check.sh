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

# The README shows the snippets that were just run, in this order.
awk '/^```cpp/{inside=1; next} /^```/{inside=0} inside' "$source/../../README.md" >"$work/readme.cpp"
cat "$source/snippet.cpp" "$source/manifolds.cpp" >"$work/run.cpp"
diff "$work/readme.cpp" "$work/run.cpp" || { echo "README.md and the snippets of tests/package differ"; exit 1; }
