#include <thalweg/linear/sparse_cholesky.hpp>

#if THALWEG_CHOLMOD
#include <linear/cholmod_library.hpp>
#include <linear/one_thread.hpp>
#endif

namespace thalweg::inline v0_1 {

bool sparse_cholesky_available() { return THALWEG_CHOLMOD != 0; }

void load_sparse_cholesky() {
#if THALWEG_CHOLMOD
  cholmod::library();
#endif
}

std::string sparse_cholesky_libraries() {
#if THALWEG_CHOLMOD
  int version[3] = {CHOLMOD_MAIN_VERSION, CHOLMOD_SUB_VERSION, CHOLMOD_SUBSUB_VERSION};
  const cholmod::Library* const library = cholmod::loaded_library();
  if (library != nullptr) library->version(version);
  return "CHOLMOD " + std::to_string(version[0]) + '.' + std::to_string(version[1]) + '.' + std::to_string(version[2]) +
         (library != nullptr ? " on " + blas_name() : " (not loaded)");
#else
  return {};
#endif
}

}  // namespace thalweg::inline v0_1
