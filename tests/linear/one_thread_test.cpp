#include <doctest/doctest.h>

#if THALWEG_CHOLMOD
#include <dlfcn.h>

#include <linear/cholmod_library.hpp>
#include <linear/one_thread.hpp>
#include <string>
#include <thread>

using namespace thalweg;

namespace {

/// Of the process, or else of CHOLMOD and what it brings.
void* look_up(const char* name) {
  void* const found = dlsym(RTLD_DEFAULT, name);
  return found != nullptr ? found : dlsym(cholmod::library().handle, name);
}

/// One library's number and how it is set; absent where the process does not have the library.
struct Setting {
  int (*get)();
  void (*set)(int);
  Setting(const char* getter, const char* setter)
      : get(reinterpret_cast<int (*)()>(look_up(getter))), set(reinterpret_cast<void (*)(int)>(look_up(setter))) {}
};

}  // namespace

TEST_CASE("OpenBLAS is held at one thread by the first guard and released by the last, on whichever threads") {
  const Setting blas("openblas_get_num_threads", "openblas_set_num_threads");
  if (!blas.get) {
    MESSAGE("skipped: this process has a BLAS other than OpenBLAS");
    CHECK(blas_name() == "another BLAS");
    return;
  }
  CHECK(blas_name().starts_with("OpenBLAS 0."));
  const int before = blas.get();
  blas.set(2);
  {
    const OneThread outer;
    CHECK(blas.get() == 1);
    std::thread([&] {
      const OneThread inner;
      CHECK(blas.get() == 1);
    }).join();
    CHECK(blas.get() == 1);
  }
  CHECK(blas.get() == 2);
  blas.set(before);
}

TEST_CASE("parallel regions of OpenMP are held at one thread on the guarded thread") {
  const Setting openmp("omp_get_max_active_levels", "omp_set_max_active_levels");
  if (!openmp.get) {
    MESSAGE("skipped: this process has no OpenMP");
    return;
  }
  const int before = openmp.get();
  openmp.set(3);
  {
    const OneThread outer;
    CHECK(openmp.get() == 0);
    {
      const OneThread inner;
      CHECK(openmp.get() == 0);
    }
    CHECK(openmp.get() == 0);
  }
  CHECK(openmp.get() == 3);
  openmp.set(before);
}
#endif
