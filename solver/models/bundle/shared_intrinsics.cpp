// Cameras that share one f, k₁, k₂.
#include <thalweg/models/bundle_terms.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

double median(std::vector<double> values) {
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), half, values.end());
  return *half;
}

/// Of each block its cameras, or where some have observations those.
std::vector<std::vector<std::size_t>> judges(const Bundle& b, const SharedIntrinsics& shared) {
  std::vector<char> observed(at(b.camera_count()), 0);
  for (const std::int32_t c : b.camera_of) observed[at(c)] = 1;
  std::vector<std::vector<std::size_t>> cameras(at(shared.blocks)), seeing(at(shared.blocks));
  for (std::size_t c = 0; c < shared.block_of.size(); ++c) {
    cameras[at(shared.block_of[c])].push_back(c);
    if (observed[c]) seeing[at(shared.block_of[c])].push_back(c);
  }
  for (std::size_t k = 0; k < cameras.size(); ++k)
    if (!seeing[k].empty()) cameras[k] = std::move(seeing[k]);
  return cameras;
}

}  // namespace

SharedIntrinsics share_intrinsics(const Bundle& b, const std::vector<std::vector<std::int32_t>>& groups) {
  SharedIntrinsics shared;
  std::vector<std::int32_t> group_of(at(b.camera_count()), -1);
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (const std::int32_t c : groups[g]) {
      if (c < 0 || c >= b.camera_count())
        throw Error(fmt::format("there is no camera {}; expected numbers below {}", c, b.camera_count()));
      if (group_of[at(c)] >= 0)
        throw Error(fmt::format("camera {} is in two groups that share intrinsics; expected one", c));
      group_of[at(c)] = static_cast<std::int32_t>(g);
    }
  // Blocks in the order in which the cameras meet them.
  std::vector<std::int32_t> block_of_group(groups.size(), -1);
  for (const std::int32_t g : group_of) {
    const bool known = g >= 0 && block_of_group[at(g)] >= 0;
    const auto block = known ? block_of_group[at(g)] : static_cast<std::int32_t>(shared.blocks++);
    if (g >= 0) block_of_group[at(g)] = block;
    shared.block_of.push_back(block);
  }
  return shared;
}

Bundle with_shared_start(Bundle b, const SharedIntrinsics& shared) {
  if (!shared.any()) return b;
  const auto cameras = judges(b, shared);
  for (int k = 6; k < 9; ++k) {
    std::vector<double> middle;
    for (const std::vector<std::size_t>& block : cameras) {
      std::vector<double> values;
      for (const std::size_t c : block) values.push_back(b.cameras[9 * c + static_cast<std::size_t>(k)]);
      middle.push_back(median(std::move(values)));
    }
    for (std::size_t c = 0; c < shared.block_of.size(); ++c)
      b.cameras[9 * c + static_cast<std::size_t>(k)] = middle[at(shared.block_of[c])];
  }
  return b;
}

std::vector<double> parameters_of(const Bundle& b, const SharedIntrinsics& shared) {
  std::vector<double> x;
  x.reserve(b.cameras.size() + b.points.size());
  if (!shared.any()) {
    x = b.cameras;
  } else {
    std::vector<double> intrinsics(at(3 * shared.blocks));
    std::vector<char> known(at(shared.blocks), 0);
    for (std::size_t c = 0; c < shared.block_of.size(); ++c) {
      const double* const camera = b.cameras.data() + 9 * c;
      x.insert(x.end(), camera, camera + 6);
      const std::int32_t k = shared.block_of[c];
      double* const block = intrinsics.data() + 3 * at(k);
      if (!known[at(k)]) std::copy_n(camera + 6, 3, block);
      if (!std::equal(block, block + 3, camera + 6))
        throw Error(
            fmt::format("camera {} shares its intrinsics with others and differs from them; expected the same", c));
      known[at(k)] = 1;
    }
    x.insert(x.end(), intrinsics.begin(), intrinsics.end());
  }
  x.insert(x.end(), b.points.begin(), b.points.end());
  return x;
}

Bundle with_solution(Bundle b, const SharedIntrinsics& shared, const std::vector<double>& x) {
  const std::size_t points = x.size() - b.points.size();
  if (!shared.any()) {
    std::copy_n(x.begin(), b.cameras.size(), b.cameras.begin());
  } else {
    const double* const intrinsics = x.data() + 6 * b.camera_count();
    for (std::size_t c = 0; c < shared.block_of.size(); ++c) {
      std::copy_n(x.data() + 6 * c, 6, b.cameras.data() + 9 * c);
      std::copy_n(intrinsics + 3 * shared.block_of[c], 3, b.cameras.data() + 9 * c + 6);
    }
  }
  std::copy(x.begin() + static_cast<std::ptrdiff_t>(points), x.end(), b.points.begin());
  return b;
}

}  // namespace thalweg::inline v0_1
