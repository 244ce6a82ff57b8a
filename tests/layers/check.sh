#!/usr/bin/env bash
# Fails when a floor includes a header of a floor that it may not stand on, and when two files define a type of one name.
set -euo pipefail
cd "$1"

# extend stands on the floors that it gathers headers of.
declare -A below=(
  [extend]="base math problem linear minimize"
  [base]="base"
  [math]="base math"
  [tiny]="base math tiny"
  [problem]="base math problem"
  [linear]="base math linear"
  [minimize]="base math problem linear minimize"
  [train]="base math problem linear minimize train"
  [methods]="base math problem linear minimize train methods"
  [inference]="base math problem linear minimize inference"
  [diagnosis]="base math problem linear minimize inference diagnosis"
  [report]="base math problem linear minimize train methods inference diagnosis report"
  [io]="base io"
  [formula]="base math problem io formula"
  [batch]="base math problem linear minimize inference io formula batch"
  [table]="base math problem io formula table"
  [models]="base math problem linear io formula table models"
  [distributed]="base math problem linear minimize io formula table models distributed"
  [studies]="base math problem linear minimize train methods inference diagnosis report io formula batch table models studies"
)
bad=0
included='[<"](thalweg/)?([a-z]+)/'
for floor in "${!below[@]}"; do
  while IFS=: read -r file line include; do
    [[ $include =~ $included ]]
    used=${BASH_REMATCH[2]}
    if [[ -n "${below[$used]:-}" && " ${below[$floor]} " != *" $used "* ]]; then
      echo "$file:$line: floor '$floor' includes floor '$used'; expected one of: ${below[$floor]}"
      bad=1
    fi
  done < <(grep -rnE '#include [<"](thalweg/)?[a-z]+/' "include/thalweg/$floor" $(ls -d "solver/$floor" 2>/dev/null))
done
find solver include tools -name '*.?pp' -print0 | sort -z | xargs -0 awk -f "$(dirname "$0")/names.awk" || bad=1
# MPI and PETSc stand behind one header.
if grep -rnE --include='*.[ch]pp' '#include [<"](mpi\.h|petsc|slepc)' include solver tools | grep -v '^solver/distributed/petsc.hpp:'; then
  echo "only solver/distributed/petsc.hpp may include MPI or PETSc"
  bad=1
fi
# Two versions of the library may meet in one program: every name is in the inline namespace of its version.
version=$(awk '/VERSION_(MAJOR|MINOR)/{printf "_%s", $3}' include/thalweg/version.hpp)
if grep -rnE --include='*.[ch]pp' '^namespace thalweg' include solver | grep -vE "namespace thalweg::inline v${version#_}( |::)"; then
  echo "expected namespace thalweg::inline v${version#_}, the version of include/thalweg/version.hpp"
  bad=1
fi
# Parsing arguments, printing and exiting belong to tools alone.
if grep -rnE --include='*.[ch]pp' 'std::(cout|cerr|exit|abort)|CLI11|CLI/' include solver; then
  echo "only tools/ may print, parse arguments or exit"
  bad=1
fi
# Test cases run side by side: a temporary file of a fixed name would be shared.
if grep -rnE --include='*.[ch]pp' 'temp_directory_path|tmpnam|"/tmp/' tests | grep -v '^tests/support/folder.hpp:'; then
  echo "tests take their temporary files from support/folder.hpp"
  bad=1
fi
exit $bad
