#include <minimize/sparse/block_assembly.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <thalweg/math/parallel.hpp>

namespace thalweg {

BlockAssembly::BlockAssembly(BlockProgram& program, NormalEquations& equations)
    : program_(program), equations_(equations) {
  const auto parts = static_cast<std::size_t>(equations.layout().parts);
  for (std::size_t p = 0; p < parts; ++p) scratch_.emplace_back(program);
  part_squares_.resize(parts);
}

double BlockAssembly::evaluate(const double* x, int threads) {
  const NormalLayout& layout = equations_.layout();
  program_.fill_tables(x);
  parallel_chunks(layout.parts, 1, threads, [&](std::int64_t p, std::int64_t, std::int64_t) {
    const auto part = static_cast<std::size_t>(p);
    equations_.open(static_cast<int>(p));
    ResidualStrip strip;
    double squares = 0.0;
    for (std::size_t g = 0; g < layout.groups.size(); ++g) {
      const std::int64_t end = layout.groups[g].part_begin[part + 1];
      for (std::int64_t i = layout.groups[g].part_begin[part]; i < end; i += BlockProgram::strip_items) {
        squares += program_.linearize(g, i, std::min(end, i + BlockProgram::strip_items), x, scratch_[part], strip);
        equations_.add(static_cast<int>(p), g, strip);
      }
    }
    part_squares_[part] = squares;
  });
  return 0.5 * std::accumulate(part_squares_.begin(), part_squares_.end(), 0.0);
}

bool BlockAssembly::close(int threads) {
  equations_.close(threads);
  gradient_norm_ = 0.0;
  bool finite = true;
  for (const double g : equations_.gradient()) {
    gradient_norm_ = std::max(gradient_norm_, std::abs(g));
    finite = finite && std::isfinite(g);
  }
  for (const double d : equations_.column_norms()) finite = finite && std::isfinite(d);
  return finite;
}

}  // namespace thalweg
