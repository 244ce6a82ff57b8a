#include <linear/rows/jacobian_rows.hpp>

#include <algorithm>
#include <cmath>

#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Items of a product with J, blocks of one with its transpose, that a thread takes at a time.
constexpr std::int64_t items_a_chunk = 1024, blocks_a_chunk = 64;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

JacobianRows::JacobianRows(const BlockStructure& structure) : structure_(structure) {
  std::int64_t values = 0;
  for (const ResidualPattern& pattern : structure.groups) {
    Group& group = groups_.emplace_back(Group{&pattern, pattern.columns(), rows_, values, {}});
    int column = 0;
    for (const ResidualPattern::Slot& slot : pattern.slots) {
      group.first_column.push_back(column);
      column += slot.dimension;
    }
    rows_ += pattern.items * pattern.dimension;
    values += pattern.items * pattern.dimension * group.columns;
  }
  values_.resize(at(values));
  residual_.resize(at(rows_));
  gradient_.resize(at(columns()));
  column_norms_.resize(at(columns()));
  index_readings();
}

/// By block, then group, item and slot.
void JacobianRows::index_readings() {
  reading_start_.assign(at(structure_.blocks() + 1), 0);
  const auto each = [this](const auto& body) {
    for (std::size_t g = 0; g < groups_.size(); ++g)
      for (std::int64_t i = 0; i < groups_[g].pattern->items; ++i)
        for (std::size_t s = 0; s < groups_[g].pattern->slots.size(); ++s)
          if (const std::int32_t block = groups_[g].pattern->slots[s].block[at(i)]; block >= 0)
            body(block, Reading{static_cast<std::int32_t>(g), groups_[g].first_column[s], i});
  };
  each([this](std::int32_t block, const Reading&) { ++reading_start_[at(block) + 1]; });
  for (std::size_t b = 1; b < reading_start_.size(); ++b) reading_start_[b] += reading_start_[b - 1];
  readings_.resize(at(reading_start_.back()));
  std::vector<std::int64_t> next(reading_start_.begin(), reading_start_.end() - 1);
  each([&](std::int32_t block, const Reading& reading) { readings_[at(next[at(block)]++)] = reading; });
}

void JacobianRows::store(std::size_t g, const ResidualStrip& strip) {
  const Group& group = groups_[g];
  const int dimension = group.pattern->dimension;
  for (std::int64_t i = strip.begin; i < strip.end; ++i) {
    const std::int64_t place = i - strip.begin;
    for (int k = 0; k < dimension; ++k) {
      const std::int64_t row = i * dimension + k;
      residual_[at(group.first_row + row)] = strip.residual[k][place];
      double* const to = values_.data() + group.first_value + row * group.columns;
      for (int c = 0; c < group.columns; ++c) to[c] = strip.jacobian[k * group.columns + c][place];
    }
  }
}

template <class Visit>
void JacobianRows::visit(const Reading& reading, const Visit& visit) const {
  const Group& group = groups_[at(reading.group)];
  const int dimension = group.pattern->dimension;
  for (int k = 0; k < dimension; ++k) {
    const std::int64_t row = reading.item * dimension + k;
    visit(group.first_row + row, values_.data() + group.first_value + row * group.columns + reading.column);
  }
}

void JacobianRows::close(int threads) {
  multiply_transposed(residual_.data(), gradient_.data(), threads);
  parallel_chunks(structure_.blocks(), blocks_a_chunk, threads,
                  [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                    for (std::int64_t b = begin; b < end; ++b) {
                      const int dimension = structure_.dimension[at(b)];
                      double* const norms = column_norms_.data() + structure_.first[at(b)];
                      std::fill_n(norms, dimension, 0.0);
                      for (std::int64_t k = reading_start_[at(b)]; k < reading_start_[at(b) + 1]; ++k)
                        visit(readings_[at(k)], [&](std::int64_t, const double* J) {
                          for (int c = 0; c < dimension; ++c) norms[c] += J[c] * J[c];
                        });
                      for (int c = 0; c < dimension; ++c) norms[c] = std::sqrt(norms[c]);
                    }
                  });
}

void JacobianRows::multiply(const double* x, double* y, int threads) const {
  for (const Group& group : groups_) {
    const ResidualPattern& pattern = *group.pattern;
    parallel_chunks(pattern.items, items_a_chunk, threads, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        double* const to = y + group.first_row + i * pattern.dimension;
        const double* const J = values_.data() + group.first_value + i * pattern.dimension * group.columns;
        std::fill_n(to, pattern.dimension, 0.0);
        for (std::size_t s = 0; s < pattern.slots.size(); ++s) {
          const std::int32_t block = pattern.slots[s].block[at(i)];
          if (block < 0) continue;
          const double* const from = x + structure_.first[at(block)];
          for (int k = 0; k < pattern.dimension; ++k)
            for (int c = 0; c < pattern.slots[s].dimension; ++c)
              to[k] += J[k * group.columns + group.first_column[s] + c] * from[c];
        }
      }
    });
  }
}

void JacobianRows::multiply_transposed(const double* x, double* y, int threads) const {
  parallel_chunks(structure_.blocks(), blocks_a_chunk, threads,
                  [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                    for (std::int64_t b = begin; b < end; ++b) {
                      const int dimension = structure_.dimension[at(b)];
                      double* const to = y + structure_.first[at(b)];
                      std::fill_n(to, dimension, 0.0);
                      for (std::int64_t k = reading_start_[at(b)]; k < reading_start_[at(b) + 1]; ++k)
                        visit(readings_[at(k)], [&](std::int64_t row, const double* J) {
                          for (int c = 0; c < dimension; ++c) to[c] += J[c] * x[row];
                        });
                    }
                  });
}

}  // namespace thalweg::inline v0_1
