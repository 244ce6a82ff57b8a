#include "diagnosis/invariants.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include <math/dense_decompositions.hpp>
#include <thalweg/base/cancellation.hpp>

#include "diagnosis/invariant_text.hpp"

namespace thalweg::inline v0_1 {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

// More parameters than this are tried with one coordinate for all.
constexpr std::size_t most_mixed = 6, most_mixed_of_all = 4;
// Larger choices of pivots are left to elimination.
constexpr int most_choices = 500;
constexpr int most_denominator = 12, most_common_denominator = 60;
constexpr double most_numerator = 1000.0;
// What a coefficient that is no small fraction counts where the simplest formulas are looked for.
constexpr double ugly = 1e4;

double derivative(Coordinate c, double x) {
  switch (c) {
    case Coordinate::plain:
      return 1.0;
    case Coordinate::logarithm:
      return 1.0 / x;
    case Coordinate::inverse:
      return -1.0 / (x * x);
    case Coordinate::square:
      break;
  }
  return 2.0 * x;
}

/// Every assignment of a coordinate to each parameter that is worth a try, the simplest first.
std::vector<Coordinates> assignments(std::size_t k) {
  std::vector<Coordinates> all;
  const auto mixed = [&](int kinds) {
    Coordinates each(k, Coordinate::plain);
    for (;;) {
      if (std::find(all.begin(), all.end(), each) == all.end()) all.push_back(each);
      std::size_t i = 0;
      for (; i < k; ++i) {
        const int next = static_cast<int>(each[i]) + 1;
        each[i] = next < kinds ? static_cast<Coordinate>(next) : Coordinate::plain;
        if (next < kinds) break;
      }
      if (i == k) return;
    }
  };
  for (const Coordinate c : {Coordinate::plain, Coordinate::logarithm, Coordinate::inverse, Coordinate::square})
    all.emplace_back(k, c);
  if (k <= most_mixed) mixed(2);
  if (k <= most_mixed_of_all) mixed(4);
  return all;
}

/// What makes the coordinates of one size: a change by 1 of uⱼ times this changes the residuals by about 1.
Vector scale_of(const NullSpace& reference, const Coordinates& coordinates) {
  Vector scale(reference.x.size());
  for (Eigen::Index j = 0; j < scale.size(); ++j)
    scale[j] = reference.length[j] / derivative(coordinates[static_cast<std::size_t>(j)], reference.x[j]);
  return scale;
}

/// Orthonormal rows that vanish on the directions of all points, which must be the same; in units of `scale`.
std::optional<Matrix> common_complement(const std::vector<NullSpace>& points, const Coordinates& coordinates,
                                        const Vector& scale, double tolerance) {
  const Eigen::Index k = scale.size(), d = points[0].directions.cols();
  Matrix all(k, d * static_cast<Eigen::Index>(points.size()));
  for (std::size_t p = 0; p < points.size(); ++p) {
    Matrix here = points[p].directions;
    for (Eigen::Index j = 0; j < k; ++j)
      here.row(j) *=
          scale[j] * derivative(coordinates[static_cast<std::size_t>(j)], points[p].x[j]) / points[p].length[j];
    if (!here.allFinite()) return std::nullopt;
    all.middleCols(static_cast<Eigen::Index>(p) * d, d) =
        Eigen::HouseholderQR<Matrix>(here).householderQ() * Matrix::Identity(k, d);
  }
  const Eigen::JacobiSVD<Matrix> svd(all, Eigen::ComputeFullU);
  const Vector sigma = svd.singularValues();
  if (sigma.size() > d && sigma[d] > tolerance * sigma[0]) return std::nullopt;
  return Matrix(svd.matrixU().rightCols(k - d).transpose());
}

/// The nearest p/q with a small q; none when it is not near.
std::optional<std::pair<int, int>> rational(double v, double tolerance) {
  for (int q = 1; q <= most_denominator; ++q) {
    const double p = std::round(v * q);
    if (std::abs(v * q - p) <= tolerance * std::abs(v) * q && std::abs(p) < most_numerator)
      return std::pair(static_cast<int>(p), q);
  }
  return std::nullopt;
}

/// Which coefficients should be whole numbers: the exponents, where there are some, beside which those within exp()
/// may be anything; else all.
std::vector<char> should_be_whole(const LinearForm& form, const Coordinates& coordinates) {
  std::vector<char> is_exponent(form.size());
  for (std::size_t j = 0; j < form.size(); ++j)
    is_exponent[j] = form[j] != 0.0 && coordinates[j] == Coordinate::logarithm;
  const bool any = std::find(is_exponent.begin(), is_exponent.end(), 1) != is_exponent.end();
  return any ? is_exponent : std::vector<char>(form.size(), 1);
}

/// The form times what makes those coefficients whole and small, if anything does, and the first of them positive.
LinearForm tidied(LinearForm form, const Coordinates& coordinates, double tolerance, double& ugliness) {
  const std::vector<char> whole = should_be_whole(form, coordinates);
  double unit = 0.0;
  for (std::size_t j = 0; j < form.size() && unit == 0.0; ++j)
    if (whole[j]) unit = form[j];
  int common = 1;
  for (std::size_t j = 0; j < form.size() && common > 0; ++j) {
    form[j] = form[j] == 0.0 ? 0.0 : form[j] / unit;
    if (!whole[j]) continue;
    const auto fraction = rational(form[j], tolerance);
    common = fraction ? std::lcm(common, fraction->second) : 0;
    if (common > most_common_denominator) common = 0;
  }
  if (common == 0) ugliness += ugly;
  for (std::size_t j = 0; j < form.size(); ++j) {
    double& v = form[j];
    if (common > 0) v = whole[j] ? std::round(v * common) : v * common;
    if (!whole[j] && !rational(v, tolerance)) ugliness += ugly;
    ugliness += std::abs(v) + (v < 0.0 ? 0.5 : 0.0);
  }
  return form;
}

/// The rows, combined so that each has a pivot column of its own, in the units of u; none when these pivots are poor.
std::optional<std::vector<LinearForm>> reduced(const Matrix& rows, const std::vector<Eigen::Index>& pivots,
                                               const Coordinates& coordinates, const Vector& scale, double tolerance,
                                               double& ugliness) {
  const auto n = static_cast<Eigen::Index>(pivots.size());
  Matrix square(n, n);
  for (Eigen::Index i = 0; i < n; ++i) square.col(i) = rows.col(pivots[static_cast<std::size_t>(i)]);
  const Eigen::FullPivLU<Matrix> lu(square);
  if (lu.rank() < n || lu.rcond() < 1e-4) return std::nullopt;
  const Matrix solved = lu.solve(rows);
  std::vector<LinearForm> forms;
  for (Eigen::Index i = 0; i < n; ++i) {
    LinearForm form;
    const double unit = scale[pivots[static_cast<std::size_t>(i)]];
    for (Eigen::Index j = 0; j < solved.cols(); ++j)
      form.push_back(std::abs(solved(i, j)) < 10.0 * tolerance ? 0.0 : solved(i, j) * scale[j] / unit);
    forms.push_back(tidied(std::move(form), coordinates, 10.0 * tolerance, ugliness));
  }
  return forms;
}

/// The simplest forms that span the rows, and how far from simple they are.
std::vector<LinearForm> simplest(const Matrix& rows, const Coordinates& coordinates, const Vector& scale,
                                 double tolerance, double& least) {
  std::vector<LinearForm> best;
  least = std::numeric_limits<double>::infinity();
  std::vector<int> chosen(static_cast<std::size_t>(rows.cols()), 0);
  std::fill_n(chosen.begin(), rows.rows(), 1);
  for (int tried = 0; tried < most_choices; ++tried) {
    CancellationProbe::poll();
    std::vector<Eigen::Index> pivots;
    for (std::size_t j = 0; j < chosen.size(); ++j)
      if (chosen[j]) pivots.push_back(static_cast<Eigen::Index>(j));
    double ugliness = 0.0;
    if (auto forms = reduced(rows, pivots, coordinates, scale, tolerance, ugliness); forms && ugliness < least) {
      least = ugliness;
      best = std::move(*forms);
    }
    if (!std::prev_permutation(chosen.begin(), chosen.end())) break;
  }
  return best;
}

}  // namespace

Invariants invariants(const std::vector<NullSpace>& points, const std::vector<std::string>& names, double tolerance) {
  Invariants result;
  if (points.size() < 3) return result;  // two points have much in common
  for (const Coordinates& coordinates : assignments(names.size())) {
    CancellationProbe::poll();
    const Vector scale = scale_of(points[0], coordinates);
    if (!scale.allFinite()) continue;
    const auto rows = common_complement(points, coordinates, scale, tolerance);
    if (!rows) continue;
    double ugliness = 0.0;
    for (const LinearForm& form : simplest(*rows, coordinates, scale, tolerance, ugliness))
      result.formulas.push_back(in_words(form, coordinates, names));
    result.simple = ugliness < ugly;
    return result;
  }
  return result;
}

}  // namespace thalweg::inline v0_1
