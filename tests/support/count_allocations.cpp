#include "support/count_allocations.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define THALWEG_COUNTS_ALLOCATIONS 1
#else
#define THALWEG_COUNTS_ALLOCATIONS 0
#endif

namespace {
std::atomic<std::int64_t> count{0};
}

namespace thalweg::test {
bool can_count_allocations() { return THALWEG_COUNTS_ALLOCATIONS != 0; }
std::int64_t allocations() { return count.load(); }
}  // namespace thalweg::test

#if THALWEG_COUNTS_ALLOCATIONS
extern "C" {
// glibc's own, under the names that stay when a program replaces the public ones.
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  ++count;
  return __libc_malloc(size);
}
void* calloc(std::size_t n, std::size_t size) {
  ++count;
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t size) {
  ++count;
  return __libc_realloc(p, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  ++count;
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++count;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** to, std::size_t alignment, std::size_t size) {
  ++count;
  *to = __libc_memalign(alignment, size);
  return *to ? 0 : ENOMEM;
}
}
#endif
