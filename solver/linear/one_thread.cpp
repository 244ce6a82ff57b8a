#include <linear/one_thread.hpp>

#include <dlfcn.h>

#include <mutex>

#include <linear/cholmod_library.hpp>

namespace thalweg::inline v0_1 {
namespace {

/// Of the process, or else of CHOLMOD and what it brought.
template <class Function>
Function* look_up(const char* name) {
  void* found = dlsym(RTLD_DEFAULT, name);
  if (found == nullptr) found = dlsym(cholmod::library().handle, name);
  return reinterpret_cast<Function*>(found);
}

struct Libraries {
  int (*blas_threads)() = look_up<int()>("openblas_get_num_threads");
  void (*set_blas_threads)(int) = look_up<void(int)>("openblas_set_num_threads");
  char* (*blas_config)() = look_up<char*()>("openblas_get_config");
  int (*active_levels)() = look_up<int()>("omp_get_max_active_levels");
  void (*set_active_levels)(int) = look_up<void(int)>("omp_set_max_active_levels");

  bool have_blas() const { return blas_threads && set_blas_threads; }
  bool have_openmp() const { return active_levels && set_active_levels; }
};

const Libraries& libraries() {
  static const Libraries found;
  return found;
}

// OpenBLAS's own setting is the process's; so is who saved it.
std::mutex guard;
int guards = 0, saved_blas_threads = 1;

}  // namespace

OneThread::OneThread() {
  const Libraries& library = libraries();
  if (library.have_openmp()) {
    active_levels_ = library.active_levels();
    library.set_active_levels(0);
  }
  if (!library.have_blas()) return;
  const std::lock_guard lock(guard);
  if (guards++ > 0) return;
  saved_blas_threads = library.blas_threads();
  if (saved_blas_threads != 1) library.set_blas_threads(1);
}

OneThread::~OneThread() {
  const Libraries& library = libraries();
  if (library.have_openmp()) library.set_active_levels(active_levels_);
  if (!library.have_blas()) return;
  const std::lock_guard lock(guard);
  if (--guards == 0 && saved_blas_threads != 1) library.set_blas_threads(saved_blas_threads);
}

std::string blas_name() {
  if (!libraries().blas_config) return "another BLAS";
  const std::string config = libraries().blas_config();  // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..."
  const std::size_t word = config.find(' ');
  return config.substr(0, word == std::string::npos ? word : config.find(' ', word + 1));
}

}  // namespace thalweg::inline v0_1
