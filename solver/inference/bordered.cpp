#include "inference/bordered.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include <boost/math/distributions/chi_squared.hpp>

#include <math/dense_decompositions.hpp>
#include <thalweg/base/aligned.hpp>
#include <thalweg/problem/problem.hpp>

#include "inference/errors.hpp"
#include "inference/fit_quality.hpp"
#include "inference/rank.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr std::int64_t most_dense = 500;   // columns
constexpr std::int64_t most_shared = 200;  // columns
constexpr int most_local = 16;             // columns of a block
constexpr std::int64_t strip = 4096;       // items evaluated at once
constexpr double negligible = 1e-12;       // of a block's columns of length 1

using Eigen::Index;
using Matrix = Eigen::MatrixXd;

/// The set of the local blocks; null where there is none.
const Problem::BlockSet* local_set(const Problem& problem) {
  const Problem::BlockSet* largest = nullptr;
  for (const Problem::BlockSet& set : problem.sets())
    if (largest == nullptr || set.count > largest->count) largest = &set;
  return largest;
}

bool is_local(const Problem::BlockSet& set, std::int64_t offset) { return offset >= set.offset && offset < set.end(); }

/// The rows of all residuals, each of the local columns of its block, the shared columns and r, in the order of blocks.
class Rows {
 public:
  Rows(const Problem& problem, const std::vector<double>& x) : local_(*local_set(problem)), x_(x) {
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(x.size()); ++i)
      if (!is_local(local_, i)) shared_.push_back(i);
    place_.assign(x.size(), -1);
    for (std::size_t k = 0; k < shared_.size(); ++k)
      place_[static_cast<std::size_t>(shared_[k])] = local_.dimension + static_cast<int>(k);
    width_ = static_cast<std::size_t>(local_.dimension) + shared_.size() + 1;
    for (const auto& group : problem.groups()) append(*group);
    sort();
  }

  const std::vector<std::int64_t>& shared() const { return shared_; }
  std::size_t rows() const { return block_.size(); }
  std::size_t width() const { return width_; }
  /// Rows of a block, −1: of those that read none, as a matrix rows × width.
  Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> of(
      std::int64_t block) const {
    const auto at = static_cast<std::size_t>(block + 1);
    return {sorted_.data() + first_[at] * width_, static_cast<Index>(first_[at + 1] - first_[at]),
            static_cast<Index>(width_)};
  }
  bool finite() const {
    return std::all_of(sorted_.begin(), sorted_.end(), [](double v) { return std::isfinite(v); });
  }
  /// Of all residuals, in the order of groups, items and components.
  const std::vector<double>& residuals() const { return residuals_; }

 private:
  void append(const ResidualGroup& group) {
    const auto d = static_cast<std::size_t>(group.dimension()), c = static_cast<std::size_t>(group.columns());
    std::vector<double> values(static_cast<std::size_t>(strip) * d * (c + 1));
    std::vector<double*> residual, jacobian;
    for (std::size_t k = 0; k < d; ++k) residual.push_back(values.data() + k * strip);
    for (std::size_t k = 0; k < d * c; ++k) jacobian.push_back(values.data() + (d + k) * strip);
    for (std::int64_t begin = 0; begin < group.items(); begin += strip) {
      const std::int64_t end = std::min(begin + strip, group.items());
      group.evaluate(x_.data(), {.begin = begin, .end = end, .residual = residual.data(), .jacobian = jacobian.data()});
      for (std::int64_t i = begin; i < end; ++i)
        for (std::size_t k = 0; k < d; ++k)
          append_row(group, i, residual[k][i - begin],
                     [&](std::size_t column) { return jacobian[k * c + column][i - begin]; });
    }
  }

  template <class Slope>
  void append_row(const ResidualGroup& group, std::int64_t item, double r, const Slope& slope) {
    unsorted_.resize(unsorted_.size() + width_, 0.0);
    double* const row = unsorted_.data() + (unsorted_.size() - width_);
    std::int64_t block = -1;
    std::size_t column = 0;
    for (const Slot& slot : group.slots())
      for (int e = 0; e < slot.dimension; ++e, ++column) {
        const std::int64_t number = slot.offset(item) + e;
        const bool own = is_local(local_, number);
        if (own) block = (number - local_.offset) / local_.dimension;
        const auto at = static_cast<std::size_t>(own ? (number - local_.offset) % local_.dimension
                                                     : place_[static_cast<std::size_t>(number)]);
        row[at] += slope(column);
      }
    row[width_ - 1] = r;
    residuals_.push_back(r);
    block_.push_back(block);
  }

  void sort() {
    first_.assign(static_cast<std::size_t>(local_.count) + 2, 0);
    std::vector<std::size_t> count(static_cast<std::size_t>(local_.count) + 1);
    for (const std::int64_t b : block_) ++count[static_cast<std::size_t>(b + 1)];
    std::partial_sum(count.begin(), count.end(), first_.begin() + 1);
    std::vector<std::size_t> next = first_;
    sorted_.resize(unsorted_.size());
    for (std::size_t row = 0; row < block_.size(); ++row)
      std::copy_n(
          unsorted_.begin() + static_cast<std::ptrdiff_t>(row * width_), width_,
          sorted_.begin() + static_cast<std::ptrdiff_t>(next[static_cast<std::size_t>(block_[row] + 1)]++ * width_));
    unsorted_.clear();
  }

  const Problem::BlockSet& local_;
  const std::vector<double>& x_;
  std::vector<std::int64_t> shared_;
  std::vector<int> place_;  // of each number of x that is shared: its column
  std::size_t width_ = 0;
  std::vector<std::int64_t> block_;  // of each row
  std::vector<std::size_t> first_;   // row of each block, those of block −1 first
  std::vector<double> unsorted_, sorted_, residuals_;
};

/// What is known of a block once its columns are eliminated.
struct Block {
  std::vector<int> free;  ///< its columns that move
  Matrix inverse, Z;      ///< R_L⁻¹ and R_L⁻¹ R_LS, rows in the order of `free`
  bool determined = true;
};

class Elimination {
 public:
  Elimination(const Rows& rows, const Problem& problem, const FitStatistics& s)
      : rows_(rows), set_(*local_set(problem)), free_(problem.start().size()) {
    for (std::size_t i = 0; i < free_.size(); ++i)
      free_[i] = problem.moves(static_cast<std::int64_t>(i)) && !s.parameters[i].at_bound && !s.parameters[i].at_kink;
    for (std::size_t k = 0; k < rows.shared().size(); ++k)
      if (free_[static_cast<std::size_t>(rows.shared()[k])]) {
        shared_.push_back(static_cast<int>(k));
        shared_columns_.push_back(set_.dimension + static_cast<Index>(k));
      }
    below_ = rows.of(-1)(Eigen::all, shared_columns_);
    for (std::int64_t b = 0; b < set_.count; ++b) blocks.push_back(eliminate(b));
    compress();
  }

  std::vector<Block> blocks;
  std::int64_t rank = 0;  ///< of the blocks' columns
  /// Which of the shared columns move, and what is left of them below the blocks.
  const std::vector<int>& shared() const { return shared_; }
  const Matrix& below() const { return below_; }

 private:
  Block eliminate(std::int64_t b) {
    Block block;
    std::vector<Index> columns;
    for (int d = 0; d < set_.dimension; ++d)
      if (free_[static_cast<std::size_t>(set_.offset + b * set_.dimension + d)]) {
        block.free.push_back(d);
        columns.push_back(d);
      }
    const auto all = rows_.of(b);
    const Matrix S = all(Eigen::all, shared_columns_);
    if (columns.empty() || all.rows() == 0) {
      block.determined = columns.empty();
      append(S);
      return block;
    }
    Matrix L = all(Eigen::all, columns);
    // Columns of length 1: what rounding makes of zero does not depend on the parameters' units.
    const Eigen::VectorXd scale =
        L.colwise().stableNorm().unaryExpr([](double length) { return length > 0.0 ? length : 1.0; }).transpose();
    L *= scale.cwiseInverse().asDiagonal();
    Eigen::ColPivHouseholderQR<Matrix> qr(L);
    qr.setThreshold(negligible);
    const Matrix T = qr.householderQ().transpose() * S;
    const Index n = L.cols(), r = qr.rank();
    rank += r;
    append(T.bottomRows(T.rows() - r));
    block.determined = r == n;
    if (!block.determined) return block;
    const Matrix R = qr.matrixR().topLeftCorner(n, n).template triangularView<Eigen::Upper>();
    const auto& P = qr.colsPermutation();
    block.inverse = scale.cwiseInverse().asDiagonal() *
                    (P * Matrix(R.triangularView<Eigen::Upper>().solve(Matrix::Identity(n, n))));
    block.Z = block.inverse * T.topRows(n);
    return block;
  }

  void append(const Matrix& rows) {
    const Index old = below_.rows();
    below_.conservativeResize(old + rows.rows(), Eigen::NoChange);
    below_.bottomRows(rows.rows()) = rows;
    if (below_.rows() > 64 + 4 * below_.cols()) compress();
  }
  void compress() {
    const Index n = below_.cols();
    if (below_.rows() <= n || n == 0) return;
    const Eigen::HouseholderQR<Matrix> qr(below_);
    below_ = Matrix(qr.matrixQR().topRows(n).template triangularView<Eigen::Upper>());
  }

  const Rows& rows_;
  const Problem::BlockSet& set_;
  std::vector<char> free_;
  std::vector<int> shared_;
  std::vector<Index> shared_columns_;  // of the rows
  Matrix below_;
};

DenseMatrix dense(const Matrix& from) {
  DenseMatrix to(from.rows(), from.cols());
  for (std::int64_t j = 0; j < to.columns(); ++j) {
    std::fill_n(to.column(j), to.stride(), 0.0);
    for (std::int64_t i = 0; i < to.rows(); ++i) to(i, j) = from(i, j);
  }
  return to;
}

/// Errors of the parameters of block b. `C`: covariance of the shared columns, without σ².
void set_local_errors(const Block& block, const Matrix& C, std::int64_t first, double sigma, double quantile,
                      FitStatistics& s) {
  for (std::size_t i = 0; i < block.free.size(); ++i) {
    ParameterStatistics& p = s.parameters[static_cast<std::size_t>(first + block.free[i])];
    double variance = unset;
    if (block.determined) {
      const auto row = static_cast<Index>(i);
      variance = block.inverse.row(row).squaredNorm();
      for (Index a = 0; a < C.rows(); ++a)
        for (Index b = 0; b < C.cols(); ++b)
          if (block.Z(row, a) != 0.0 && block.Z(row, b) != 0.0) variance += block.Z(row, a) * C(a, b) * block.Z(row, b);
    }
    p.determined = !std::isnan(variance);
    if (p.determined) set_error(p, sigma * std::sqrt(std::max(0.0, variance)), quantile);
  }
}

void set_quality(const Rows& rows, const Problem& problem, std::span<const double> response, double rank,
                 FitStatistics& s) {
  const std::vector<double>& r = rows.residuals();
  const double size = norm(r);
  s.residual_sum_of_squares = size * size;
  s.degrees_of_freedom = static_cast<int>(static_cast<double>(r.size()) - rank);
  if (s.degrees_of_freedom > 0) s.residual_standard_deviation = size / std::sqrt(s.degrees_of_freedom);
  s.r_squared = r_squared(problem, norm(std::span(r).first(std::min(r.size(), response.size()))), response);
  set_information_criteria(problem, static_cast<double>(r.size()), size, rank, s);
  if (s.noise == Noise::known && s.degrees_of_freedom > 0)
    s.chi_squared_probability =
        cdf(complement(boost::math::chi_squared(s.degrees_of_freedom), s.residual_sum_of_squares));
}

}  // namespace

bool is_bordered(const Problem& problem) {
  const auto columns = static_cast<std::int64_t>(problem.start().size());
  const Problem::BlockSet* const set = local_set(problem);
  if (columns <= most_dense || problem.is_curved() || set == nullptr || set->dimension > most_local) return false;
  if (columns - std::int64_t{set->dimension} * set->count > most_shared) return false;
  for (const auto& group : problem.groups()) {
    const auto& slots = group->slots();
    const auto own = std::count_if(slots.begin(), slots.end(), [&](const Slot& slot) {
      return group->items() > 0 && is_local(*set, slot.offset(0));
    });
    if (own > 1) return false;
  }
  return true;
}

FitStatistics bordered_statistics(FitStatistics s, const Problem& problem, const Result& result,
                                  std::span<const double> response) {
  for (const auto& group : problem.groups())
    if (!group->loss().is_trivial() || group->has_cost()) {
      s.left_out = "with a loss or a likelihood there are none for so many parameters";
      return s;
    }
  const Rows rows(problem, result.x);
  if (!rows.finite()) return s;
  const Elimination eliminated(rows, problem, s);
  auto inverse = invert_normal_matrix(dense(eliminated.below()), static_cast<int>(eliminated.below().rows()));
  if (!inverse) return s;
  const std::size_t n = eliminated.shared().size();
  const double rank = static_cast<double>(eliminated.rank) + static_cast<double>(n - inverse->null_space.size());
  set_quality(rows, problem, response, rank, s);
  const bool known = s.noise == Noise::known;
  const double sigma = known ? 1.0 : s.residual_standard_deviation;
  s.quantile = interval_quantile(s, s.level);

  Matrix C = Matrix::Zero(static_cast<Index>(n), static_cast<Index>(n));
  for (std::size_t k = 0; k < n; ++k) {
    s.free.push_back(static_cast<int>(rows.shared()[static_cast<std::size_t>(eliminated.shared()[k])]));
    for (std::size_t l = 0; l < n; ++l)
      C(static_cast<Index>(k), static_cast<Index>(l)) = inverse->covariance[k * n + l];
    ParameterStatistics& p = s.parameters[static_cast<std::size_t>(s.free.back())];
    p.determined = inverse->determined[k] != 0;
    if (p.determined) set_error(p, sigma * inverse->deviation[k], s.quantile);
  }
  s.partial_covariance = true;
  s.correlation = inverse->correlation;
  s.covariance = inverse->covariance;
  for (double& c : s.covariance) c *= sigma * sigma;
  const Problem::BlockSet& set = *local_set(problem);
  for (std::size_t b = 0; b < eliminated.blocks.size(); ++b)
    set_local_errors(eliminated.blocks[b], C, set.offset + static_cast<std::int64_t>(b) * set.dimension, sigma,
                     s.quantile, s);
  list_undetermined(*inverse, s);
  return s;
}

}  // namespace thalweg::inline v0_1
