#include <minimize/system/blocks/block_assembly.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {

bool BlockAssembly::close(int threads) {
  finish(threads);
  const auto g = gradient(), norms = column_norms();
  double largest = 0.0, zero = 0.0;  // not zero where a number is not finite
#pragma omp simd reduction(max : largest) reduction(+ : zero)
  for (std::size_t j = 0; j < g.size(); ++j) {
    largest = std::max(largest, std::abs(g[j]));
    zero += 0.0 * g[j] + 0.0 * norms[j];
  }
  gradient_norm_ = largest;
  return zero == 0.0;
}

NormalAssembly::NormalAssembly(BlockProgram& program, NormalEquations& equations)
    : program_(program), equations_(equations) {
  const auto parts = static_cast<std::size_t>(equations.layout().parts);
  for (std::size_t p = 0; p < parts; ++p) scratch_.emplace_back(program);
  part_squares_.resize(parts);
}

double NormalAssembly::evaluate(const double* x, int threads) {
  const NormalLayout& layout = equations_.layout();
  x_ = x;
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

void NormalAssembly::finish(int threads) {
  equations_.close(threads);
  if (!equations_.outgrows_rows()) return;
  equations_.keep_rows_exactly();
  evaluate(x_, threads);
  equations_.close(threads);
}

RowAssembly::RowAssembly(BlockProgram& program, JacobianRows& rows, int threads) : program_(program), rows_(rows) {
  const auto& groups = program.structure().groups;
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::int64_t i = 0; i < groups[g].items; i += BlockProgram::strip_items)
      strips_.push_back({g, i, std::min(groups[g].items, i + BlockProgram::strip_items)});
  squares_.resize(strips_.size());
  for (int t = 0; t < resolve_threads(threads); ++t) scratch_.emplace_back(program);
}

double RowAssembly::evaluate(const double* x, int threads) {
  constexpr std::int64_t strips_a_chunk = 8;
  program_.fill_tables(x);
  parallel_chunks(static_cast<std::int64_t>(strips_.size()), strips_a_chunk, threads,
                  [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                    BlockProgram::Scratch& scratch = scratch_[static_cast<std::size_t>(current_thread())];
                    ResidualStrip strip;
                    for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k) {
                      squares_[k] =
                          program_.linearize(strips_[k].group, strips_[k].begin, strips_[k].end, x, scratch, strip);
                      rows_.store(strips_[k].group, strip);
                    }
                  });
  return 0.5 * std::accumulate(squares_.begin(), squares_.end(), 0.0);
}

}  // namespace thalweg::inline v0_1
