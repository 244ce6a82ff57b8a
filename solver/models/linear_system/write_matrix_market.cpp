#include <iterator>

#include <fmt/format.h>
#include <thalweg/models/matrix_market.hpp>

namespace thalweg::inline v0_1 {

std::string to_matrix_market(const SparseMatrix& A, bool symmetric) {
  std::string entries;
  std::int64_t count = 0;
  for (std::int64_t c = 0; c < A.columns; ++c)
    for (std::int64_t k = A.column_start[static_cast<std::size_t>(c)];
         k < A.column_start[static_cast<std::size_t>(c) + 1]; ++k) {
      const std::int64_t r = A.row[static_cast<std::size_t>(k)];
      if (symmetric && r < c) continue;
      fmt::format_to(std::back_inserter(entries), "{} {} {}\n", r + 1, c + 1, A.value[static_cast<std::size_t>(k)]);
      ++count;
    }
  return fmt::format("%%MatrixMarket matrix coordinate real {}\n{} {} {}\n{}", symmetric ? "symmetric" : "general",
                     A.rows, A.columns, count, entries);
}

std::string to_matrix_market(std::span<const double> x) {
  std::string text = fmt::format("%%MatrixMarket matrix array real general\n{} 1\n", x.size());
  for (const double value : x) fmt::format_to(std::back_inserter(text), "{}\n", value);
  return text;
}

}  // namespace thalweg::inline v0_1
