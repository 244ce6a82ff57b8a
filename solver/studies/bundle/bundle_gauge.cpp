#include "studies/bundle/bundle_gauge.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <Eigen/Eigenvalues>

namespace thalweg::inline v0_1::studies {
namespace {

using Row = Eigen::Matrix<double, 7, 1>;
using Gram = Eigen::Matrix<double, 7, 7>;

// Of the squared length of what is held, relative to the largest: below it a direction moves nothing held.
constexpr double rounding = 1e-14;

/// The gauge directions among the parameters of the problem, of about one length.
std::vector<FreeDirection> all_of(const Bundle& b, const SharedIntrinsics& shared) {
  std::vector<FreeDirection> directions;
  for (GaugeDirection& d : gauge_directions(b)) {
    Bundle change = b;
    const auto points = d.direction.begin() + static_cast<std::ptrdiff_t>(b.cameras.size());
    std::copy(d.direction.begin(), points, change.cameras.begin());
    std::copy(points, d.direction.end(), change.points.begin());
    directions.push_back({std::move(d.name), parameters_of(change, shared)});
  }
  return directions;
}

double length(const std::vector<double>& v) {
  double s = 0.0;
  for (const double a : v) s += a * a;
  return std::sqrt(s);
}

/// What the seven directions move of a component, as a row of one length or none.
void hold(const Row& row, Gram& held) {
  if (const double n = row.norm(); n > 0.0) held += row * row.transpose() / (n * n);
}

/// A point X moves by e, e × X and X: translation, rotation and scale.
void hold_place(const Eigen::Vector3d& X, const Row& scale, Gram& held) {
  for (int k = 0; k < 3; ++k) {
    Row row = Row::Zero();
    row[k] = 1.0;
    for (int axis = 0; axis < 3; ++axis) row[3 + axis] = Eigen::Vector3d::Unit(axis).cross(X)[k];
    row[6] = X[k];
    hold(row.cwiseQuotient(scale), held);
  }
}

}  // namespace

std::vector<FreeDirection> free_directions(const Problem& problem, const Bundle& b, const SharedIntrinsics& shared,
                                           const BundlePriors& priors) {
  std::vector<FreeDirection> all = all_of(b, shared);
  Row scale;
  for (int d = 0; d < 7; ++d) scale[d] = std::max(length(all[static_cast<std::size_t>(d)].direction), 1e-300);
  Gram held = Gram::Zero();
  for (std::size_t i = 0; i < problem.start().size(); ++i) {
    if (problem.moves(static_cast<std::int64_t>(i))) continue;
    Row row;
    for (int d = 0; d < 7; ++d) row[d] = all[static_cast<std::size_t>(d)].direction[i] / scale[d];
    hold(row, held);
  }
  for (const PlacePrior& prior : priors.cameras)
    hold_place(Eigen::Vector3d(centre_of(b, prior.number).data()), scale, held);
  for (const PlacePrior& prior : priors.points)
    hold_place(Eigen::Map<const Eigen::Vector3d>(b.points.data() + 3 * static_cast<std::size_t>(prior.number)), scale,
               held);
  const Eigen::SelfAdjointEigenSolver<Gram> eigen(held);
  const double largest = eigen.eigenvalues()[6];
  if (largest == 0.0) return all;
  std::vector<FreeDirection> left;
  while (left.size() < 7 && eigen.eigenvalues()[static_cast<Eigen::Index>(left.size())] <= rounding * largest) {
    const Row mix = eigen.eigenvectors().col(static_cast<Eigen::Index>(left.size())).cwiseQuotient(scale);
    FreeDirection& combined = left.emplace_back(
        FreeDirection{"change of the world that moves nothing held, number " + std::to_string(left.size() + 1),
                      std::vector<double>(problem.start().size())});
    for (std::size_t i = 0; i < combined.direction.size(); ++i)
      for (int d = 0; d < 7; ++d) combined.direction[i] += mix[d] * all[static_cast<std::size_t>(d)].direction[i];
  }
  return left;
}

}  // namespace thalweg::inline v0_1::studies
