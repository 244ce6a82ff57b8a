// How much memory there is to plan with.
#pragma once

#include <new>
#include <string>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {

/// Bytes that this process may still take: what the machine has available, the control group's limit and the process's
/// own limits (ulimit -v, -d) leave. Reads some small files: some 50 µs.
double available_memory();

[[noreturn]] void throw_out_of_memory();

/// "1.3 GB".
std::string in_bytes(double bytes);

/// Calls f(), and throws MemoryError where the memory gives out, with how much there is left.
template <class F>
decltype(auto) within_memory(const F& f) {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    throw_out_of_memory();
  }
}

}  // namespace thalweg::inline v0_1
