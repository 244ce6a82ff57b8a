#include <thalweg/linear/sparse_cholesky.hpp>

#if THALWEG_CHOLMOD
#include <cholmod.h>

#include <linear/one_thread.hpp>
#endif

namespace thalweg {

bool sparse_cholesky_available() { return THALWEG_CHOLMOD != 0; }

std::string sparse_cholesky_libraries() {
#if THALWEG_CHOLMOD
  int version[3];
  cholmod_l_version(version);
  return "CHOLMOD " + std::to_string(version[0]) + '.' + std::to_string(version[1]) + '.' + std::to_string(version[2]) +
         " on " + blas_name();
#else
  return {};
#endif
}

}  // namespace thalweg
