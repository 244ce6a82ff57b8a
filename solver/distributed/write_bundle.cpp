// A bundle that processes hold in parts, as one file of BAL.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>

#include <fmt/format.h>
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
  const Bundle& b = part.local;
  std::size_t at = 0;
  write_in_turn(communicator, file, [&](fmt::memory_buffer& text) {
    if (at == b.u.size()) return false;
    fmt::format_to(std::back_inserter(text), "{} {} {} {}\n", part.cameras[static_cast<std::size_t>(b.camera_of[at])],
                   part.first_point + b.point_of[at], b.u[at], b.v[at]);
    return ++at < b.u.size();
  });
  const auto rank = static_cast<std::size_t>(communicator.rank());
  std::size_t camera = 0;
  write_in_turn(communicator, file, [&](fmt::memory_buffer& text) {
    while (camera < part.cameras.size() && part.cameras[camera] < part.first_camera[rank]) ++camera;
    if (camera == part.cameras.size() || part.cameras[camera] >= part.first_camera[rank + 1]) return false;
    for (std::size_t k = 0; k < 9; ++k) put(text, b.cameras[9 * camera + k]);
    return ++camera < part.cameras.size();
  });
  at = 0;
  write_in_turn(communicator, file, [&](fmt::memory_buffer& text) {
    if (at == b.points.size()) return false;
    put(text, b.points[at]);
    return ++at < b.points.size();
  });
  if (communicator.rank() == 0) file.close();
  communicator.together(expect_written);
  communicator.together([&] {
    if (communicator.rank() == 0 && std::rename(temporary.c_str(), path.c_str()) != 0)
      throw Error(fmt::format("'{}' cannot be written: {}", path, std::strerror(errno)));
  });
}

}  // namespace thalweg::inline v0_1
