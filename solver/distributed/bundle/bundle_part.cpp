#include <thalweg/distributed/bundle_part.hpp>

#include <algorithm>
#include <bit>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <distributed/bundle/bundle_deal.hpp>
#include <distributed/bundle/bundle_slice.hpp>
#include <distributed/bundle/part_files.hpp>
#include <distributed/routing.hpp>

namespace thalweg::inline v0_1 {
namespace {

using routing::at;

constexpr std::uint64_t sign = std::uint64_t{1} << 63;
/// Bits whose order is that of the numbers, and back.
std::uint64_t ordered(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits & sign) != 0 ? ~bits : bits | sign;
}
double number_of(std::uint64_t key) { return std::bit_cast<double>((key & sign) != 0 ? key ^ sign : ~key); }

/// Copies in the parts of this process.
struct Links {
  std::int64_t copies = 0, most_copies = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;  ///< who holds copies, whose
};

Links links_of(const std::vector<BundlePart>& parts, std::int64_t first_piece) {
  Links links;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const std::int64_t piece = first_piece + static_cast<std::int64_t>(k);
    std::int64_t copies = 0;
    std::set<std::int64_t> owners;
    for (const std::int64_t c : parts[k].shared) {
      const auto owner = static_cast<std::int64_t>(routing::slice_with(parts[k].first_camera, c));
      copies += owner != piece;
      if (owner != piece) owners.insert(owner);
    }
    for (const std::int64_t owner : owners) links.pairs.emplace_back(piece, owner);
    links.copies += copies;
    links.most_copies = std::max(links.most_copies, copies);
  }
  return links;
}

CutFacts facts_of(const Communicator& communicator, const std::vector<BundlePart>& parts, int processes) {
  const std::vector<std::int64_t> pieces = routing::even_slices(processes, communicator.size());
  const Links links = links_of(parts, pieces[at(communicator.rank())]);
  // Each pair to who has the owner, so that neighbours are counted from either side.
  std::vector<std::vector<std::int64_t>> of(at(communicator.size()));
  std::set<std::pair<std::int64_t, std::int64_t>> all(links.pairs.begin(), links.pairs.end());
  for (const auto& [holder, owner] : links.pairs) {
    std::vector<std::int64_t>& to = of[routing::slice_with(pieces, owner)];
    to.insert(to.end(), {owner, holder});
  }
  const std::vector<std::int64_t> come = routing::joined(communicator, std::move(of));
  for (std::size_t i = 0; i < come.size(); i += 2) all.emplace(come[i], come[i + 1]);
  std::vector<std::int64_t> neighbours(at(processes));
  for (const auto& [piece, other] : all) ++neighbours[at(piece)];
  double most[] = {static_cast<double>(links.most_copies),
                   static_cast<double>(*std::max_element(neighbours.begin(), neighbours.end()))};
  communicator.max(std::span<double>(most));
  return {communicator.sum(links.copies), static_cast<std::int64_t>(most[0]), static_cast<std::int64_t>(most[1])};
}

}  // namespace

BundlePart read_bundle_part(const Communicator& communicator, const std::string& path) {
  if (looks_like_parts(path)) return read_part_file(communicator, path);
  return std::move(deal(communicator, read_bundle_slice(communicator, path), path, communicator.size())[0]);
}

CutFacts write_parts(const Communicator& communicator, const std::string& path, int processes,
                     const std::string& folder) {
  communicator.together([&] {
    if (processes < communicator.size())
      throw Error(fmt::format("{} processes cut a problem for {}; expected no more than those", communicator.size(),
                              processes));
  });
  const std::vector<BundlePart> parts = deal(communicator, read_bundle_slice(communicator, path), path, processes);
  PartWriter writer(communicator, folder, processes);
  const std::int64_t first = routing::even_slices(processes, communicator.size())[at(communicator.rank())];
  communicator.together([&] {
    for (std::size_t k = 0; k < parts.size(); ++k)
      writer.write(static_cast<int>(first + static_cast<std::int64_t>(k)), parts[k]);
  });
  writer.close();
  return facts_of(communicator, parts, processes);
}

void write_parts(const Communicator& communicator, const BundlePart& part, const std::string& folder) {
  PartWriter writer(communicator, folder, communicator.size());
  communicator.together([&] { writer.write(communicator.rank(), part); });
  writer.close();
}

BundlePart part_of(const Communicator& communicator, const Bundle& whole) {
  BundleSlice slice;
  slice.cameras = whole.camera_count();
  slice.points = whole.point_count();
  slice.observations = whole.observation_count();
  const auto cut = [&](const auto& all, std::int64_t& first) {
    const auto begins = routing::even_slices(static_cast<std::int64_t>(all.size()), communicator.size());
    first = begins[at(communicator.rank())];
    return std::decay_t<decltype(all)>(all.begin() + first, all.begin() + begins[at(communicator.rank()) + 1]);
  };
  slice.camera_of = cut(whole.camera_of, slice.first_observation);
  slice.point_of = cut(whole.point_of, slice.first_observation);
  slice.u = cut(whole.u, slice.first_observation);
  slice.v = cut(whole.v, slice.first_observation);
  slice.camera_numbers = cut(whole.cameras, slice.first_camera_number);
  slice.point_numbers = cut(whole.points, slice.first_point_number);
  return std::move(deal(communicator, std::move(slice), whole.file, communicator.size())[0]);
}

std::array<double, 3> middle_of(const Communicator& communicator, const BundlePart& part) {
  std::array<std::vector<std::uint64_t>, 3> keys;
  for (std::size_t i = 0; i < part.local.points.size(); ++i) keys[i % 3].push_back(ordered(part.local.points[i]));
  for (auto& each : keys) std::sort(each.begin(), each.end());
  const std::int64_t below_middle = part.point_count / 2;
  // The key that so many others precede, bit by bit: the largest with no more keys below it.
  std::array<std::uint64_t, 3> found{};
  for (std::uint64_t bit = std::uint64_t{1} << 63; bit != 0; bit >>= 1) {
    std::array<std::int64_t, 3> below{};
    for (std::size_t k = 0; k < 3; ++k)
      below[k] = std::lower_bound(keys[k].begin(), keys[k].end(), found[k] | bit) - keys[k].begin();
    communicator.sum(std::span<std::int64_t>(below));
    for (std::size_t k = 0; k < 3; ++k)
      if (below[k] <= below_middle) found[k] |= bit;
  }
  std::array<double, 3> middle{};
  for (std::size_t k = 0; k < 3; ++k) middle[k] = number_of(found[k]);
  return middle;
}

Share share_of(const BundlePart& part, const Loss& loss, const std::array<double, 3>& by, const BundlePriors& priors) {
  Share share{build_problem(moved(part.local, by), {}, moved(priors, by), loss), part.shared, part.first_camera};
  share.shared.resize(part.cameras.size() + part.points.size(), -1);
  return share;
}

}  // namespace thalweg::inline v0_1
