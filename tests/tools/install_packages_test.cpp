// tools/install-packages, as far as it goes without installing anything.
#include <doctest/doctest.h>

#include "run.hpp"

using command_test::Outcome;
using command_test::run_command;

TEST_CASE("install-packages refuses what it could not check") {
  const Outcome none = run_command("bash tools/install-packages");
  CHECK(none.code == 2);
  CHECK(none.out.empty());
  CHECK(none.err == "tools/install-packages: no purpose; expected some of: build test mpi bench clang format tidy\n");
  const Outcome unknown = run_command("bash tools/install-packages build tset");
  CHECK(unknown.code == 2);
  CHECK(unknown.out.empty());
  CHECK(unknown.err ==
        "tools/install-packages: unknown purpose 'tset'; expected some of: build test mpi bench clang format tidy\n");
}
