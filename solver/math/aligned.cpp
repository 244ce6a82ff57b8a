#include <thalweg/math/aligned.hpp>

#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace thalweg::detail {

double* allocate_numbers(std::size_t bytes) {
  constexpr std::size_t line = 64, page = std::size_t{2} << 20;
  const bool large = bytes >= page / 4;
  const std::size_t unit = large ? page : line, size = (bytes + unit - 1) / unit * unit;
  void* const memory = std::aligned_alloc(unit, size);
  if (!memory) throw std::bad_alloc();
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  if (large) madvise(memory, size, MADV_HUGEPAGE);  // a wish; without it all works the same
#endif
  return static_cast<double*>(memory);
}

}  // namespace thalweg::detail
