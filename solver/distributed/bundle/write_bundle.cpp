// A bundle that processes hold in parts, as one file of BAL.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>

#include <fmt/format.h>
#include <distributed/routing.hpp>
#include <thalweg/distributed/bundle_part.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Text of a process that passes to process 0 at once.
constexpr std::size_t most_at_once = std::size_t{64} << 20;

/// Shortest texts that read back as the same numbers.
void put(fmt::memory_buffer& text, double value) { fmt::format_to(std::back_inserter(text), "{}\n", value); }

/// Lets process after process hand its text to process 0, which writes it. `next`: appends some text; false when there
/// is no more.
void write_in_turn(const Communicator& communicator, std::ofstream& file,
                   const std::function<bool(fmt::memory_buffer&)>& next) {
  for (int p = 0; p < communicator.size(); ++p) {
    bool more = true;
    while (more) {
      fmt::memory_buffer text;
      if (communicator.rank() == p)
        while (more && text.size() < most_at_once) more = next(text);
      std::vector<Communicator::Bytes> to(static_cast<std::size_t>(communicator.size()));
      to[0] = as_bytes(std::span<const char>(text.data(), text.size()));
      const std::vector<Communicator::Bytes> come = communicator.exchange(to);
      if (communicator.rank() == 0)
        file.write(reinterpret_cast<const char*>(come[static_cast<std::size_t>(p)].data()),
                   static_cast<std::streamsize>(come[static_cast<std::size_t>(p)].size()));
      more = communicator.any(communicator.rank() == p && more);
    }
  }
}

using routing::at;
using routing::even_slices;

// Numbered as in the file.
struct Observation {
  std::int64_t number, camera, point;
  double u, v;
};
template <int size>
struct Block {
  std::int64_t number;
  double x[size];
};

/// The slice of this process of `count` items that the processes hold in any order.
template <class T>
std::vector<T> slice_of(const Communicator& communicator, const std::vector<T>& items, std::int64_t count) {
  const std::vector<std::int64_t> begins = even_slices(count, communicator.size());
  std::vector<std::vector<T>> of(at(communicator.size()));
  for (const T& item : items) of[routing::slice_with(begins, item.number)].push_back(item);
  std::vector<T> slice = routing::joined(communicator, std::move(of));
  std::sort(slice.begin(), slice.end(), [](const T& a, const T& b) { return a.number < b.number; });
  return slice;
}

std::vector<Observation> observations_of(const Communicator& communicator, const BundlePart& part) {
  const Bundle& b = part.local;
  std::vector<Observation> mine;
  for (std::size_t i = 0; i < b.u.size(); ++i)
    mine.push_back(
        {part.observations[i], part.cameras[at(b.camera_of[i])], part.points[at(b.point_of[i])], b.u[i], b.v[i]});
  return slice_of(communicator, mine, part.observation_count);
}

std::vector<Block<9>> cameras_of(const Communicator& communicator, const BundlePart& part) {
  const auto rank = at(communicator.rank());
  std::vector<Block<9>> mine;
  for (std::size_t c = 0; c < part.cameras.size(); ++c) {
    if (part.shared[c] < part.first_camera[rank] || part.shared[c] >= part.first_camera[rank + 1]) continue;
    std::copy_n(part.local.cameras.begin() + static_cast<std::ptrdiff_t>(9 * c), 9,
                mine.emplace_back(Block<9>{part.cameras[c], {}}).x);
  }
  return slice_of(communicator, mine, part.camera_count);
}

std::vector<Block<3>> points_of(const Communicator& communicator, const BundlePart& part) {
  std::vector<Block<3>> mine;
  for (std::size_t p = 0; p < part.points.size(); ++p)
    std::copy_n(part.local.points.begin() + static_cast<std::ptrdiff_t>(3 * p), 3,
                mine.emplace_back(Block<3>{part.points[p], {}}).x);
  return slice_of(communicator, mine, part.point_count);
}

template <int size>
void write_blocks(const Communicator& communicator, std::ofstream& file, const std::vector<Block<size>>& blocks) {
  std::size_t next = 0;
  write_in_turn(communicator, file, [&](fmt::memory_buffer& text) {
    if (next == blocks.size()) return false;
    for (const double x : blocks[next].x) put(text, x);
    return ++next < blocks.size();
  });
}

}  // namespace

void write_bal(const Communicator& communicator, const BundlePart& part, const std::string& path) {
  const std::string temporary = path + ".writing";
  std::ofstream file;
  const auto expect_written = [&] {
    if (communicator.rank() == 0 && !file)
      throw Error(fmt::format("'{}' cannot be written: {}", path, std::strerror(errno)));
  };
  if (communicator.rank() == 0) {
    file.open(temporary, std::ios::trunc);
    file << part.camera_count << ' ' << part.point_count << ' ' << part.observation_count << '\n';
  }
  communicator.together(expect_written);
  {
    const std::vector<Observation> observations = observations_of(communicator, part);
    std::size_t next = 0;
    write_in_turn(communicator, file, [&](fmt::memory_buffer& text) {
      if (next == observations.size()) return false;
      const Observation& o = observations[next];
      fmt::format_to(std::back_inserter(text), "{} {} {} {}\n", o.camera, o.point, o.u, o.v);
      return ++next < observations.size();
    });
  }
  write_blocks(communicator, file, cameras_of(communicator, part));
  write_blocks(communicator, file, points_of(communicator, part));
  if (communicator.rank() == 0) file.close();
  communicator.together(expect_written);
  communicator.together([&] {
    if (communicator.rank() == 0 && std::rename(temporary.c_str(), path.c_str()) != 0)
      throw Error(fmt::format("'{}' cannot be written: {}", path, std::strerror(errno)));
  });
}

Bundle whole_of(const Communicator& communicator, const BundlePart& part) {
  Bundle whole;
  whole.file = part.local.file;
  const auto each = [&](const auto& slice, auto take) {
    using Item = typename std::decay_t<decltype(slice)>::value_type;
    for (const Communicator::Bytes& bytes : communicator.gather(std::as_bytes(std::span<const Item>(slice))))
      for (const Item& item : from_bytes<Item>(bytes)) take(item);
  };
  each(observations_of(communicator, part), [&](const Observation& o) {
    whole.camera_of.push_back(static_cast<std::int32_t>(o.camera));
    whole.point_of.push_back(static_cast<std::int32_t>(o.point));
    whole.u.push_back(o.u);
    whole.v.push_back(o.v);
  });
  each(cameras_of(communicator, part),
       [&](const Block<9>& b) { whole.cameras.insert(whole.cameras.end(), b.x, b.x + 9); });
  each(points_of(communicator, part),
       [&](const Block<3>& b) { whole.points.insert(whole.points.end(), b.x, b.x + 3); });
  return whole;
}

}  // namespace thalweg::inline v0_1
