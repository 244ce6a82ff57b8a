#include <thalweg/models/bundle.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <thalweg/models/bundle_terms.hpp>
#include <thalweg/models/reprojection.hpp>

#include "models/bundle/centre_prior.hpp"

namespace thalweg::inline v0_1 {
namespace {

void refuse_strangers(const Bundle& b) {
  for (std::size_t i = 0; i < b.u.size(); ++i)
    if (b.camera_of[i] < 0 || b.camera_of[i] >= b.camera_count() || b.point_of[i] < 0 ||
        b.point_of[i] >= b.point_count())
      throw Error(
          fmt::format("observation {} is of camera {} and point {}; expected cameras below {} and points below {}", i,
                      b.camera_of[i], b.point_of[i], b.camera_count(), b.point_count()));
}

/// Where the block of each observation begins: `size` numbers a block, from `first` on.
template <class Number>
std::vector<std::int64_t> offsets(std::int64_t first, int size, const std::vector<std::int32_t>& of, Number number) {
  std::vector<std::int64_t> result;
  result.reserve(of.size());
  for (const std::int32_t i : of) result.push_back(first + std::int64_t{size} * number(i));
  return result;
}

/// The columns of priors that a residual reads.
struct Columns {
  std::vector<int> number;
  std::vector<double> place[3], sigma[3];
};
Columns columns_of(const std::vector<PlacePrior>& priors) {
  Columns all;
  for (const PlacePrior& prior : priors) {
    all.number.push_back(prior.number);
    for (std::size_t k = 0; k < 3; ++k) {
      all.place[k].push_back(prior.place[k]);
      all.sigma[k].push_back(prior.sigma[k]);
    }
  }
  return all;
}

template <class Residual, class Blocks>
void add_priors(Problem& problem, const char* name, const Blocks& blocks, const std::vector<PlacePrior>& priors) {
  if (priors.empty()) return;
  const Columns c = columns_of(priors);
  problem.add_residuals(name, Residual{}, blocks[c.number], c.place[0], c.place[1], c.place[2], c.sigma[0], c.sigma[1],
                        c.sigma[2]);
}

/// `count` blocks of N numbers that begin at the next numbers of `start`.
template <int N>
Parameters<N> add_blocks(Problem& problem, const char* name, std::int64_t count, const std::vector<double>& start) {
  const auto blocks = problem.add_parameters(name, Vec<double, N>(Vec<double, N>::Zero()), static_cast<int>(count));
  const auto first = start.begin() + blocks.offset();
  problem.set_starts(blocks, {first, first + N * count});
  return blocks;
}

std::unique_ptr<ResidualGroup> reprojections(const Bundle& b, const SharedIntrinsics& shared,
                                             std::int64_t first_point) {
  const auto itself = [](std::int32_t i) { return i; };
  const auto block = [&](std::int32_t i) { return shared.block_of[static_cast<std::size_t>(i)]; };
  std::vector<std::int64_t> points = offsets(first_point, 3, b.point_of, itself);
  if (!shared.any())
    return reprojection_group("reprojection", offsets(0, 9, b.camera_of, itself), std::move(points), b.u, b.v);
  return reprojection_group("reprojection", offsets(0, 6, b.camera_of, itself),
                            offsets(6 * b.camera_count(), 3, b.camera_of, block), std::move(points), b.u, b.v);
}

}  // namespace

Problem build_problem(const Bundle& b, const SharedIntrinsics& shared, const BundlePriors& priors, const Loss& loss) {
  refuse_strangers(b);
  const std::vector<double> start = parameters_of(b, shared);
  const auto cameras = static_cast<int>(b.camera_count());
  Problem problem;
  if (shared.any()) {
    add_blocks<6>(problem, "pose", cameras, start);
    add_blocks<3>(problem, "intrinsics", shared.blocks, start);
  } else {
    add_blocks<9>(problem, "camera", cameras, start);
  }
  const auto points = add_blocks<3>(problem, "point", b.point_count(), start);
  problem.eliminate(points);
  problem.add_group(reprojections(b, shared, points.offset())).set_loss(loss);
  if (shared.any())
    add_priors<CentrePrior>(problem, "camera prior", Parameters<6>(0, 6, cameras), priors.cameras);
  else
    add_priors<CentrePrior>(problem, "camera prior", Parameters<9>(0, 9, cameras), priors.cameras);
  add_priors<PointPrior>(problem, "point prior", points, priors.points);
  return problem;
}

Problem build_problem(const Bundle& b, const Loss& loss) { return build_problem(b, {}, {}, loss); }

Bundle with_solution(Bundle bundle, const std::vector<double>& x) { return with_solution(std::move(bundle), {}, x); }

}  // namespace thalweg::inline v0_1
