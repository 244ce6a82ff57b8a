#!/usr/bin/env bash
# Installs the library, builds programs against the installed tree, and runs them: what one side allocates and the other
# frees must agree.
#
#   check.sh CMAKE BUILD SOURCE NATIVE      NATIVE: whether BUILD is for this machine's processor (ON) or for any (OFF)
#
# Two builds of the library, for this machine's processor and for any x86-64 (by Clang, where that has been built), each
# meet a program compiled for either.
set -euo pipefail
cmake=$1 build=$2 source=$3 native=$4
root=$source/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# quietly COMMAND...: what it prints is shown only where it fails.
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }; }

# run PROGRAM...: each with the plain allocator, then with glibc's checks. The address sanitizer replaces the allocator,
# and Eigen has another one under it: it does not see what this looks for.
checks=$(c++ -print-file-name=libc_malloc_debug.so.0)
[[ $checks == /* ]] || { echo "libc_malloc_debug.so.0 is not there; expected glibc 2.34 or later"; exit 1; }
run() {
  for program in "$@"; do
    (cd "$work" && "$program") || { echo "$program failed beside a library with NATIVE=$library"; exit 1; }
    (cd "$work" && LD_PRELOAD=$checks MALLOC_CHECK_=3 MALLOC_PERTURB_=165 GLIBC_TUNABLES=glibc.malloc.check=3 "$program") ||
      { echo "$program failed under glibc's checks beside a library with NATIVE=$library"; exit 1; }
  done
}

# The other build of the library: one whose tests are built, too, serves; else the libraries alone are built.
other=$build/package
targets=(thalweg_studies thalweg_batch)
if [[ $native == ON ]]; then opposite=OFF; else opposite=ON; fi
if [[ $native == ON && -x $root/build/clang-test/thalweg ]]; then
  other=$root/build/clang-test
  targets+=(thalweg_tool)
else
  quietly "$cmake" -S "$root" -B "$other" -G Ninja -DCMAKE_BUILD_TYPE=Release -DTHALWEG_NATIVE=$opposite \
    -DTHALWEG_TOOLS=OFF
fi
quietly "$cmake" --build "$other" --target "${targets[@]}"

# The second library is installed over the first: headers stay, so that the programs are only linked again.
for library in "$native" "$opposite"; do
  if [[ $library == "$native" ]]; then from=$build; else from=$other; fi
  quietly "$cmake" --install "$from" --prefix "$work/prefix"
  bash "$source/interface.sh" "$work/prefix"
  quietly "$cmake" -S "$source" -B "$work/release" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_PREFIX_PATH="$work/prefix" -DCONTAINERS=ON
  quietly "$cmake" --build "$work/release"
  run "$work/release/containers_generic" "$work/release/containers_native"
done

# What the page on C++ shows, and every way to state a residual, under the address sanitizer.
"$cmake" -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_CXX_FLAGS="-Wall -Wextra -fsanitize=address -fno-omit-frame-pointer" >"$work/configure.log"
quietly "$cmake" --build "$work/build"
"$work/build/consumer"
for snippet in snippet batch tiny manifolds bundle graph extend; do "$work/build/$snippet"; done

# The page on C++ shows the snippets that were just run, in this order.
number=0
page=$root/include/thalweg/README.md
for file in snippet batch tiny manifolds bundle graph extend; do
  number=$((number + 1))
  awk -v wanted=$number '/^```cpp/{++block; inside=1; next} /^```/{inside=0} inside && block == wanted' \
    "$page" >"$work/readme.cpp"
  diff "$work/readme.cpp" "$source/$file.cpp" || { echo "$page and tests/package/$file.cpp differ"; exit 1; }
done
if (($(grep -c '^```cpp' "$page") != number)); then
  echo "$page has more C++ than is tested; expected a file of tests/package for each snippet"
  exit 1
fi
