// Every process runs the same test cases in the same order; the first one prints.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <sstream>

#include "distributed/world.hpp"

namespace test_support {
const thalweg::Communicator* the_world = nullptr;
}

int main(int argc, char** argv) {
  const thalweg::MpiSession session;
  test_support::the_world = &session.world();
  doctest::Context context(argc, argv);
  std::ostringstream unseen;
  if (session.world().rank() > 0) context.setCout(&unseen);
  const int code = context.run();
  const bool any = session.world().any(code != 0);
  if (code != 0 && session.world().rank() > 0)
    std::fprintf(stderr, "process %d:\n%s\n", session.world().rank(), unseen.str().c_str());
  return any ? 1 : 0;
}
