// Exits 0 when everything is right; glibc's checks of the heap end the program where it was corrupted.
#include "containers.hpp"

#include <cstdio>

namespace containers {

static int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("wrong: %s\n", what);
  ++failures;
}

}  // namespace containers

int main() {
  using namespace containers;
  try {
    for (const auto part : {own_matrices, problems, linear, minimizers, training, reports, files, regressions, scenes,
                            studies, own_matrices})
      part();
  } catch (const thalweg::Error& error) {
    std::printf("wrong: %s\n", error.what());
    return 1;
  }
  return failures;
}
