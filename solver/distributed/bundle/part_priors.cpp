// Priors of a bundle that processes hold in parts.
#include <algorithm>
#include <utility>

#include <distributed/routing.hpp>
#include <thalweg/distributed/bundle_part.hpp>

namespace thalweg::inline v0_1 {
namespace {

using routing::at;

std::int32_t number_of(const PlacePrior& p) { return p.called >= 0 ? p.called : p.number; }

/// Numbers of the file and the local ones, rising.
using Places = std::vector<std::pair<std::int64_t, std::int32_t>>;
Places places_of(const std::vector<std::int64_t>& numbers) {
  Places places;
  for (std::size_t i = 0; i < numbers.size(); ++i) places.emplace_back(numbers[i], static_cast<std::int32_t>(i));
  std::sort(places.begin(), places.end());
  return places;
}
/// −1: it is not here.
std::int32_t local_number(const Places& places, std::int64_t number) {
  const auto found = std::lower_bound(places.begin(), places.end(), std::pair(number, std::int32_t{0}));
  return found != places.end() && found->first == number ? found->second : -1;
}

/// Of cameras, or points, with priors: their numbers by whoever owns them, and whether they are observed.
void gather_blocks(const Communicator& communicator, const std::vector<PlacePrior>& priors,
                   const std::vector<PlacePrior>& local, const std::vector<double>& from, std::size_t size,
                   const std::vector<std::int32_t>& seen, std::vector<double>& to,
                   std::vector<std::int32_t>& observed) {
  std::vector<char> is_seen(from.size() / size);
  for (const std::int32_t i : seen) is_seen[at(i)] = 1;
  std::vector<double> all((size + 1) * priors.size());
  std::size_t next = 0;  // `local` is in the order of `priors`
  for (std::size_t i = 0; i < priors.size() && next < local.size(); ++i) {
    if (number_of(local[next]) != number_of(priors[i])) continue;
    const std::size_t number = at(local[next++].number);
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(size * number), size,
                all.begin() + static_cast<std::ptrdiff_t>((size + 1) * i));
    all[(size + 1) * i + size] = is_seen[number];
  }
  communicator.sum(std::span<double>(all));
  for (std::size_t i = 0; i < priors.size(); ++i) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>((size + 1) * i);
    to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(size));
    if (all[(size + 1) * i + size] > 0.0) observed.push_back(static_cast<std::int32_t>(i));
  }
}

void number_anew(std::vector<PlacePrior>& priors) {
  for (std::size_t i = 0; i < priors.size(); ++i) {
    priors[i].called = number_of(priors[i]);
    priors[i].number = static_cast<std::int32_t>(i);
  }
}

}  // namespace

BundlePriors local_priors(const Communicator& communicator, const BundlePart& part, const BundlePriors& priors) {
  const auto rank = at(communicator.rank());
  const auto here = [](const std::vector<PlacePrior>& all, const Places& places, auto owned,
                       std::vector<PlacePrior>& to) {
    for (PlacePrior prior : all) {
      prior.called = number_of(prior);
      prior.number = local_number(places, prior.called);
      if (prior.number >= 0 && owned(prior.number)) to.push_back(prior);
    }
  };
  BundlePriors local;
  here(
      priors.cameras, places_of(part.cameras),
      [&](std::int32_t c) {
        return part.shared[at(c)] >= part.first_camera[rank] && part.shared[at(c)] < part.first_camera[rank + 1];
      },
      local.cameras);
  here(
      priors.points, places_of(part.points), [](std::int32_t) { return true; }, local.points);
  return local;
}

Bundle with_priors(const Communicator& communicator, const BundlePart& part, BundlePriors& priors) {
  const BundlePriors local = local_priors(communicator, part, priors);
  Bundle few;
  few.file = part.local.file;
  gather_blocks(communicator, priors.cameras, local.cameras, part.local.cameras, 9, part.local.camera_of, few.cameras,
                few.camera_of);
  gather_blocks(communicator, priors.points, local.points, part.local.points, 3, part.local.point_of, few.points,
                few.point_of);
  number_anew(priors.cameras);
  number_anew(priors.points);
  return few;
}

}  // namespace thalweg::inline v0_1
