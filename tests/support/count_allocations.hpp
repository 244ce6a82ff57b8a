// Counts every allocation of the process, whoever makes it: the C library's functions are replaced by ones that count.
#pragma once

#include <cstdint>

namespace thalweg::test {

/// Whether this build can count: sanitizers bring an allocator of their own.
bool can_count_allocations();
/// malloc, calloc, realloc, aligned allocations and operator new so far, of all threads.
std::int64_t allocations();

}  // namespace thalweg::test
