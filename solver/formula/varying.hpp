// The parameters of a formula that vary from row to row, gathered from a point x. Private to the formulas' users.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <thalweg/formula/formula.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1::formula {

/// One array for each number of the slots, of rows [begin, end), padded as FormulaModel wants it. The memory is the
/// thread's, which grows to the largest range seen: one object at a time on a thread.
class VaryingValues {
 public:
  VaryingValues(std::span<const Slot> slots, const double* x, std::int64_t begin, std::int64_t end) {
    const auto rows = static_cast<std::size_t>(end - begin), stride = rows + FormulaModel::padding;
    Memory& memory = memory_of_thread();
    std::size_t count = 0;
    for (const Slot& slot : slots) count += static_cast<std::size_t>(slot.dimension);
    if (memory.numbers.size() < count * stride) memory.numbers.resize(count * stride);
    memory.arrays.clear();
    double* to = memory.numbers.data();
    for (const Slot& slot : slots)
      for (int d = 0; d < slot.dimension; ++d, to += stride) {
        memory.arrays.push_back(to);
        for (std::int64_t i = begin; i < end; ++i) to[i - begin] = x[slot.offset(i) + d];
        std::fill_n(to + rows, FormulaModel::padding, rows > 0 ? to[rows - 1] : 0.0);
      }
  }
  const double* const* get() const { return memory_of_thread().arrays.data(); }

 private:
  struct Memory {
    std::vector<double> numbers;
    std::vector<const double*> arrays;
  };
  static Memory& memory_of_thread() {
    thread_local Memory memory;
    return memory;
  }
};

}  // namespace thalweg::inline v0_1::formula
