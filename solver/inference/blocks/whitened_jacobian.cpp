#include "inference/blocks/whitened_jacobian.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <math/dense_decompositions.hpp>
#include <thalweg/base/cancellation.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Matrix = Eigen::MatrixXd;

constexpr std::int64_t strip_items = BlockProgram::strip_items;
// Rows of ĴV that are brought into its R at once.
constexpr Eigen::Index rows_at_once = 256;
// Singular values of a block's columns, scaled to length 1, below this many roundings are zero; and a component of a
// null vector below the second number is rounding.
constexpr double roundings = 100.0, negligible = 1e-6;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// R, d × d and upper triangular by columns, becomes that of [R; row], by Givens rotations; the row is destroyed.
void fold(double* R, int d, double* row) {
  for (int c = 0; c < d; ++c) {
    if (row[c] == 0.0) continue;
    const double length = std::hypot(R[c * d + c], row[c]);
    const double cosine = R[c * d + c] / length, sine = row[c] / length;
    for (int k = c; k < d; ++k) {
      const double upper = R[k * d + c];
      R[k * d + c] = cosine * upper + sine * row[k];
      row[k] = cosine * row[k] - sine * upper;
    }
  }
}

/// The R of [R; rows], of which `used` count.
void fold(Matrix& R, Matrix& rows, Eigen::Index used) {
  if (used == 0) return;
  Matrix both(R.rows() + used, R.cols());
  both << R, rows.topRows(used);
  const Eigen::HouseholderQR<Eigen::Ref<Matrix>> qr(both);
  R = both.topRows(R.rows()).triangularView<Eigen::Upper>();
}

}  // namespace

WhitenedJacobian::WhitenedJacobian(const BlockProgram& program, const double* x, std::span<const char> held)
    : program_(program), x_(x), held_(held), scratch_(program) {
  const BlockStructure& structure = program.structure();
  std::int64_t numbers = 0;
  for (const int d : structure.dimension) {
    first_.push_back(numbers);
    numbers += std::int64_t{d} * d;
  }
  units_.resize(at(numbers));
  zero_.resize(at(structure.columns()));
  unseen_.resize(zero_.size());
  int widest = 0;
  for (const ResidualPattern& group : structure.groups) {
    rows_ += group.items * group.dimension;
    widest = std::max(widest, group.dimension * group.columns());
  }
  whitened_.resize(at(widest) * at(strip_items));
  for (int k = 0; k < widest; ++k) pointers_.push_back(whitened_.data() + k * strip_items);
  triangularize();
  for (std::int64_t b = 0; b < structure.blocks(); ++b) invert(b);
}

Eigen::Map<const Matrix> WhitenedJacobian::units(std::int64_t block) const {
  const int d = program_.structure().dimension[at(block)];
  return {units_.data() + first_[at(block)], d, d};
}

bool WhitenedJacobian::is_held(std::int64_t column) const {
  return program_.holds(column) || (!held_.empty() && held_[at(column)] != 0);
}

ResidualStrip WhitenedJacobian::strip(std::size_t group, std::int64_t begin, std::int64_t end) {
  CancellationProbe::poll();
  ResidualStrip strip;
  program_.linearize(group, begin, end, x_, scratch_, strip);
  return strip;
}

/// f(group, begin, end) of every run of items.
template <class F>
void WhitenedJacobian::each_strip(F&& f) {
  const auto& groups = program_.structure().groups;
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::int64_t i = 0; i < groups[g].items; i += strip_items) f(g, i, std::min(groups[g].items, i + strip_items));
}

/// R of each block's columns into units_. A block that a residual reads twice has the sum of both slots' derivatives.
void WhitenedJacobian::triangularize() {
  std::vector<double> row;
  each_strip([&](std::size_t g, std::int64_t begin, std::int64_t end) {
    const ResidualPattern& group = program_.structure().groups[g];
    const ResidualStrip s = strip(g, begin, end);
    const int columns = group.columns();
    for (std::int64_t i = begin; i < end; ++i)
      for (std::size_t slot = 0, column = 0; slot < group.slots.size();
           column += at(group.slots[slot].dimension), ++slot) {
        const auto block_of = [&](std::size_t other) { return group.slots[other].block[at(i)]; };
        const std::int32_t block = block_of(slot);
        const int d = group.slots[slot].dimension;
        bool earlier = block < 0;
        for (std::size_t other = 0; other < slot; ++other) earlier = earlier || block_of(other) == block;
        if (earlier) continue;
        for (int k = 0; k < group.dimension; ++k) {
          row.assign(at(d), 0.0);
          for (std::size_t other = slot, from = column; other < group.slots.size();
               from += at(group.slots[other].dimension), ++other)
            if (block_of(other) == block)
              for (int c = 0; c < d; ++c) row[at(c)] += s.jacobian[at(k * columns + c) + from][i - begin];
          fold(units_.data() + first_[at(block)], d, row.data());
        }
      }
  });
}

/// From R to T = D⁻¹ V Σ⁻¹ of R D⁻¹ = UΣVᵀ, D the lengths of the columns.
void WhitenedJacobian::invert(std::int64_t block) {
  const int d = program_.structure().dimension[at(block)];
  const std::int64_t first = program_.structure().first[at(block)];
  Eigen::Map<Matrix> R(units_.data() + first_[at(block)], d, d);
  Eigen::VectorXd shrink(d);
  for (int c = 0; c < d; ++c) {
    const double length = R.col(c).stableNorm();
    const bool moves = length > 0.0 && !is_held(first + c);
    shrink[c] = moves ? 1.0 / length : 0.0;
    R.col(c) *= shrink[c];
  }
  const Eigen::JacobiSVD<Matrix> svd(R, Eigen::ComputeFullV);
  const double smallest =
      roundings * std::numeric_limits<double>::epsilon() * std::sqrt(static_cast<double>(d)) * svd.singularValues()[0];
  Matrix T = Matrix::Zero(d, d);
  for (int c = 0; c < d; ++c) {
    const double sigma = svd.singularValues()[c];
    const bool determined = sigma > smallest;
    zero_[at(first + c)] = !determined;
    rank_ += determined;
    if (determined) T.col(c) = shrink.cwiseProduct(svd.matrixV().col(c)) / sigma;
    for (int i = 0; i < d && !determined; ++i)
      if (!is_held(first + i) && std::abs(svd.matrixV()(i, c)) > negligible) unseen_[at(first + i)] = 1;
  }
  R = T;
}

/// The strip with the columns of Ĵ in place of J's.
ResidualStrip WhitenedJacobian::whitened(std::size_t g, std::int64_t begin, std::int64_t end) {
  const ResidualPattern& group = program_.structure().groups[g];
  ResidualStrip s = strip(g, begin, end);
  const int columns = group.columns();
  int column = 0;
  for (const ResidualPattern::Slot& slot : group.slots) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int32_t block = slot.block[at(i)];
      const double* const T = block < 0 ? nullptr : units_.data() + first_[at(block)];
      for (int k = 0; k < group.dimension; ++k) {
        const int row = k * columns + column;
        for (int c = 0; c < slot.dimension; ++c) {
          double sum = 0.0;
          for (int l = 0; l < slot.dimension && T; ++l)
            sum += s.jacobian[row + l][i - begin] * T[c * slot.dimension + l];
          whitened_[at((row + c) * strip_items + i - begin)] = sum;
        }
      }
    }
    column += slot.dimension;
  }
  s.jacobian = pointers_.data();
  return s;
}

void WhitenedJacobian::assemble(NormalEquations& equations, int threads) {
  const NormalLayout& layout = equations.layout();
  for (int p = 0; p < layout.parts; ++p) {
    equations.open(p);
    for (std::size_t g = 0; g < layout.groups.size(); ++g) {
      const std::int64_t end = layout.groups[g].part_begin[at(p) + 1];
      for (std::int64_t i = layout.groups[g].part_begin[at(p)]; i < end; i += strip_items)
        equations.add(p, g, whitened(g, i, std::min(end, i + strip_items)));
    }
  }
  equations.close(threads);
}

Vectors WhitenedJacobian::product(const Vectors& V, Matrix* R) {
  Vectors G = Vectors::Zero(V.rows(), V.cols());
  Matrix rows(R ? rows_at_once : 0, V.cols());
  Eigen::Index used = 0;
  Eigen::RowVectorXd w(V.cols());
  if (R) R->setZero(V.cols(), V.cols());
  each_strip([&](std::size_t g, std::int64_t begin, std::int64_t end) {
    const ResidualPattern& group = program_.structure().groups[g];
    const ResidualStrip s = whitened(g, begin, end);
    const int columns = group.columns();
    for (std::int64_t i = begin; i < end; ++i)
      for (int k = 0; k < group.dimension; ++k) {
        const auto each_entry = [&](auto&& f) {
          int column = k * columns;
          for (const ResidualPattern::Slot& slot : group.slots) {
            const std::int32_t block = slot.block[at(i)];
            for (int c = 0; c < slot.dimension && block >= 0; ++c)
              f(program_.structure().first[at(block)] + c, s.jacobian[column + c][i - begin]);
            column += slot.dimension;
          }
        };
        w.setZero();
        each_entry([&](std::int64_t j, double J) { w += J * V.row(j); });
        each_entry([&](std::int64_t j, double J) { G.row(j) += J * w; });
        if (!R) continue;
        rows.row(used++) = w;
        if (used < rows_at_once) continue;
        fold(*R, rows, used);
        used = 0;
      }
  });
  if (R) fold(*R, rows, used);
  return G;
}

}  // namespace thalweg::inline v0_1
