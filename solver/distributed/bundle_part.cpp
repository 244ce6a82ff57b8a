#include <thalweg/distributed/bundle_part.hpp>

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <distributed/bundle_slice.hpp>
#include <distributed/halo.hpp>
#include <distributed/part_files.hpp>

namespace thalweg::inline v0_1 {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// Bins of points by whose observations the cuts are found.
constexpr std::int64_t most_bins = 1 << 20;

using Cuts = std::vector<std::int64_t>;

/// Of rising cuts, which interval holds `value`.
std::size_t interval(const Cuts& cuts, std::int64_t value) {
  return at(std::upper_bound(cuts.begin(), cuts.end(), value) - cuts.begin() - 1);
}

/// Where the points of each of `pieces` pieces begin.
Cuts cut(const Communicator& communicator, const BundleSlice& slice, int pieces) {
  const std::int64_t each = (slice.points + most_bins - 1) / most_bins, bins = (slice.points + each - 1) / each;
  std::vector<std::int64_t> observations(at(bins));
  for (const std::int32_t p : slice.point_of) ++observations[at(p / each)];
  communicator.sum(std::span<std::int64_t>(observations));
  Cuts begins;
  communicator.together([&] { begins = cut_points(observations, pieces); });
  for (std::int64_t& b : begins) b = std::min(b * each, slice.points);
  return begins;
}

/// Numbers `first`, `first` + 1, ... of blocks of `size`, to who owns the block; the numbers that come here, of the
/// blocks [owned, owned + blocks).
std::vector<double> to_owners(const Communicator& communicator, std::int64_t first, const std::vector<double>& numbers,
                              int size, const Cuts& owners) {
  std::vector<std::vector<double>> of(at(communicator.size()));
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    const std::int64_t number = first + static_cast<std::int64_t>(k);
    std::vector<double>& to = of[interval(owners, number / size)];
    if (to.empty()) to.push_back(static_cast<double>(number));  // exact: numbers are below 2⁵³
    to.push_back(numbers[k]);
  }
  std::vector<Communicator::Bytes> sent;
  for (const auto& each : of) sent.push_back(as_bytes(std::span<const double>(each)));
  const auto rank = at(communicator.rank());
  std::vector<double> mine(at((owners[rank + 1] - owners[rank]) * size));
  for (const Communicator::Bytes& each : communicator.exchange(sent)) {
    const std::vector<double> piece = from_bytes<double>(each);
    if (piece.empty()) continue;
    const auto begin = static_cast<std::int64_t>(piece[0]) - owners[rank] * size;
    std::copy(piece.begin() + 1, piece.end(), mine.begin() + begin);
  }
  return mine;
}

struct Observation {
  std::int32_t camera, point;
  double u, v;
};

/// Observations to who has their points, in the order of the file.
std::vector<Observation> to_points(const Communicator& communicator, const BundleSlice& slice, const Cuts& points) {
  std::vector<std::vector<Observation>> of(at(communicator.size()));
  for (std::size_t i = 0; i < slice.u.size(); ++i)
    of[interval(points, slice.point_of[i])].push_back({slice.camera_of[i], slice.point_of[i], slice.u[i], slice.v[i]});
  std::vector<Communicator::Bytes> sent;
  for (auto& each : of) {
    sent.push_back(as_bytes(std::span<const Observation>(each)));
    each = {};
  }
  std::vector<Observation> all;
  for (const Communicator::Bytes& each : communicator.exchange(sent)) {
    const std::vector<Observation> piece = from_bytes<Observation>(each);
    all.insert(all.end(), piece.begin(), piece.end());
  }
  return all;
}

/// Cameras that observations of a process name, and those that it owns; rising.
std::vector<std::int64_t> cameras_of(const std::vector<Observation>& observations, std::int64_t begin,
                                     std::int64_t end) {
  std::vector<std::int64_t> cameras(at(end - begin));
  std::iota(cameras.begin(), cameras.end(), begin);
  cameras.reserve(cameras.size() + observations.size());
  for (const Observation& o : observations) cameras.push_back(o.camera);
  std::sort(cameras.begin(), cameras.end());
  cameras.erase(std::unique(cameras.begin(), cameras.end()), cameras.end());
  cameras.shrink_to_fit();
  return cameras;
}

/// The slices as the parts of processes, each of which has some of `pieces` pieces.
BundlePart distribute(const Communicator& communicator, BundleSlice slice, const std::string& path, int pieces,
                      const Cuts& begins) {
  BundlePart part;
  part.camera_count = slice.cameras;
  part.point_count = slice.points;
  part.observation_count = slice.observations;
  const auto rank = at(communicator.rank());
  Cuts points;
  for (std::int64_t p = 0; p <= communicator.size(); ++p) {
    const std::int64_t piece = pieces * p / communicator.size();
    points.push_back(begins[at(piece)]);
    part.first_camera.push_back(piece * slice.cameras / pieces);
  }
  part.first_point = points[rank];
  part.local.points = to_owners(communicator, slice.first_point_number, slice.point_numbers, 3, points);
  const std::vector<double> owned =
      to_owners(communicator, slice.first_camera_number, slice.camera_numbers, 9, part.first_camera);
  const std::vector<Observation> observations = to_points(communicator, slice, points);
  slice = {};
  part.cameras = cameras_of(observations, part.first_camera[rank], part.first_camera[rank + 1]);
  part.local.file = path;
  part.local.cameras.resize(9 * part.cameras.size());
  Halo(communicator, part.cameras, part.first_camera).spread(owned.data(), part.local.cameras.data(), 9);
  for (const Observation& o : observations) {
    const auto camera = std::lower_bound(part.cameras.begin(), part.cameras.end(), o.camera) - part.cameras.begin();
    part.local.camera_of.push_back(static_cast<std::int32_t>(camera));
    part.local.point_of.push_back(static_cast<std::int32_t>(o.point - part.first_point));
    part.local.u.push_back(o.u);
    part.local.v.push_back(o.v);
  }
  return part;
}

/// Piece `piece` of those that a process has; begins and first_camera are those of all pieces.
BundlePart piece_of(const BundlePart& whole, const Cuts& begins, const Cuts& first_camera, int piece) {
  BundlePart part;
  part.camera_count = whole.camera_count;
  part.point_count = whole.point_count;
  part.observation_count = whole.observation_count;
  part.first_camera = first_camera;
  part.first_point = begins[at(piece)];
  const std::int64_t from = part.first_point - whole.first_point, to = begins[at(piece) + 1] - whole.first_point;
  const Bundle& b = whole.local;
  std::vector<Observation> observations;
  for (std::size_t i = 0; i < b.u.size(); ++i)
    if (b.point_of[i] >= from && b.point_of[i] < to)
      observations.push_back(
          {static_cast<std::int32_t>(whole.cameras[at(b.camera_of[i])]), b.point_of[i], b.u[i], b.v[i]});
  part.cameras = cameras_of(observations, first_camera[at(piece)], first_camera[at(piece) + 1]);
  part.local.file = b.file;
  const auto number = [](const std::vector<std::int64_t>& all, std::int64_t camera) {
    return std::lower_bound(all.begin(), all.end(), camera) - all.begin();
  };
  for (const std::int64_t c : part.cameras) {
    const auto first = b.cameras.begin() + 9 * number(whole.cameras, c);
    part.local.cameras.insert(part.local.cameras.end(), first, first + 9);
  }
  part.local.points.assign(b.points.begin() + 3 * from, b.points.begin() + 3 * to);
  for (const Observation& o : observations) {
    part.local.camera_of.push_back(static_cast<std::int32_t>(number(part.cameras, o.camera)));
    part.local.point_of.push_back(static_cast<std::int32_t>(o.point - from));
    part.local.u.push_back(o.u);
    part.local.v.push_back(o.v);
  }
  return part;
}

}  // namespace

BundlePart read_bundle_part(const Communicator& communicator, const std::string& path) {
  if (looks_like_parts(path)) return read_part_file(communicator, path);
  BundleSlice slice = read_bundle_slice(communicator, path);
  const Cuts begins = cut(communicator, slice, communicator.size());
  return distribute(communicator, std::move(slice), path, communicator.size(), begins);
}

void write_parts(const Communicator& communicator, const std::string& path, int processes, const std::string& folder) {
  communicator.together([&] {
    if (processes < communicator.size())
      throw Error(fmt::format("{} processes cut a problem for {}; expected no more than those", communicator.size(),
                              processes));
  });
  BundleSlice slice = read_bundle_slice(communicator, path);
  const Cuts begins = cut(communicator, slice, processes);
  const BundlePart mine = distribute(communicator, std::move(slice), path, processes, begins);
  Cuts first_camera;
  for (std::int64_t p = 0; p <= processes; ++p) first_camera.push_back(p * mine.camera_count / processes);
  PartWriter writer(communicator, folder, processes);
  const int first = processes * communicator.rank() / communicator.size(),
            last = processes * (communicator.rank() + 1) / communicator.size();
  communicator.together([&] {
    for (int p = first; p < last; ++p) writer.write(p, piece_of(mine, begins, first_camera, p));
  });
  writer.close();
}

void write_parts(const Communicator& communicator, const BundlePart& part, const std::string& folder) {
  PartWriter writer(communicator, folder, communicator.size());
  communicator.together([&] { writer.write(communicator.rank(), part); });
  writer.close();
}

std::vector<std::int64_t> cut_points(std::span<const std::int64_t> observations, int processes) {
  const auto seen = std::count_if(observations.begin(), observations.end(), [](std::int64_t n) { return n > 0; });
  if (seen < processes)
    throw Error(fmt::format("{} processes and {} points with observations; expected at most one process a point",
                            processes, seen));
  const std::int64_t all = std::accumulate(observations.begin(), observations.end(), std::int64_t{0});
  std::vector<std::int64_t> begins = {0};
  std::int64_t sum = 0, left = seen, point = 0;
  const auto points = static_cast<std::int64_t>(observations.size());
  for (int p = 1; p < processes; ++p) {
    // At least one point with observations here, and one for each process that follows.
    bool any = false;
    while (point < points && (!any || (sum * processes < all * p && left > processes - p))) {
      sum += observations[at(point)];
      left -= observations[at(point)] > 0;
      any = any || observations[at(point)] > 0;
      ++point;
    }
    begins.push_back(point);
  }
  begins.push_back(points);
  return begins;
}

BundlePart part_of(const Bundle& whole, std::span<const std::int64_t> begins, int rank) {
  const auto processes = static_cast<std::int64_t>(begins.size()) - 1;
  BundlePart part;
  part.camera_count = whole.camera_count();
  part.point_count = whole.point_count();
  part.observation_count = whole.observation_count();
  part.first_point = begins[at(rank)];
  const std::int64_t end = begins[at(rank) + 1];
  for (std::int64_t p = 0; p <= processes; ++p) part.first_camera.push_back(p * part.camera_count / processes);
  std::vector<std::int32_t> local(at(part.camera_count), -1);
  for (std::int64_t c = part.first_camera[at(rank)]; c < part.first_camera[at(rank) + 1]; ++c) local[at(c)] = 0;
  const auto here = [&](std::size_t i) { return whole.point_of[i] >= part.first_point && whole.point_of[i] < end; };
  for (std::size_t i = 0; i < whole.u.size(); ++i)
    if (here(i)) local[at(whole.camera_of[i])] = 0;
  for (std::int64_t c = 0; c < part.camera_count; ++c)
    if (local[at(c)] == 0) {
      local[at(c)] = static_cast<std::int32_t>(part.cameras.size());
      part.cameras.push_back(c);
    }
  Bundle& b = part.local;
  b.file = whole.file;
  for (const std::int64_t c : part.cameras)
    b.cameras.insert(b.cameras.end(), whole.cameras.begin() + 9 * c, whole.cameras.begin() + 9 * (c + 1));
  b.points.assign(whole.points.begin() + 3 * part.first_point, whole.points.begin() + 3 * end);
  for (std::size_t i = 0; i < whole.u.size(); ++i) {
    if (!here(i)) continue;
    b.camera_of.push_back(local[at(whole.camera_of[i])]);
    b.point_of.push_back(static_cast<std::int32_t>(whole.point_of[i] - part.first_point));
    b.u.push_back(whole.u[i]);
    b.v.push_back(whole.v[i]);
  }
  return part;
}

std::array<double, 3> middle_of(const Communicator& communicator, const BundlePart& part) {
  std::array<double, 3> middle = middle_of(part.local);
  communicator.sum(std::span<double>(middle));
  for (double& m : middle) m /= communicator.size();
  return middle;
}

Share share_of(const BundlePart& part, const Loss& loss, const std::array<double, 3>& by) {
  Share share{build_problem(moved(part.local, by), loss), part.cameras, part.first_camera};
  share.shared.resize(part.cameras.size() + at(part.local.point_count()), -1);
  return share;
}

}  // namespace thalweg::inline v0_1
