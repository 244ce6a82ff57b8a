#include <distributed/bundle/bundle_slice.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <io/compressed_file.hpp>
#include <io/input_file.hpp>
#include <io/number_stream.hpp>

namespace thalweg::inline v0_1 {
namespace {

using reading::InputFile;
using reading::NumberStream;

constexpr std::int64_t largest_count = 2147483647;  // indices have 32 bits
constexpr std::int64_t header_words = 3, observation_words = 4, camera_words = 9, point_words = 3;
constexpr std::size_t bytes_at_once = 1 << 22;
constexpr const char* a_bal_file = "a bundle adjustment file: cameras, points, observations, then their numbers";

struct Range {
  std::int64_t begin = 0, end = 0;
  std::int64_t count() const { return std::max<std::int64_t>(end - begin, 0); }
};
Range common(const Range& a, const Range& b) { return {std::max(a.begin, b.begin), std::min(a.end, b.end)}; }
/// The part of process `rank` of `count` things.
Range slice_of(std::int64_t count, const Communicator& c) {
  return {count * c.rank() / c.size(), count * (c.rank() + 1) / c.size()};
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void read_counts(NumberStream& in, BundleSlice& slice) {
  slice.cameras = in.whole("the number of cameras", 1, largest_count);
  slice.points = in.whole("the number of points", 1, largest_count);
  slice.observations = in.whole("the number of observations", 1, largest_count);
}

void read_observation(NumberStream& in, std::int64_t i, BundleSlice& slice, bool keep) {
  in.now_in("observation", i, slice.observations);
  const auto camera = static_cast<std::int32_t>(in.whole("a camera's index", 0, slice.cameras - 1));
  const auto point = static_cast<std::int32_t>(in.whole("a point's index", 0, slice.points - 1));
  const double u = in.real("u in pixels"), v = in.real("v in pixels");
  if (!keep) return;
  slice.camera_of.push_back(camera);
  slice.point_of.push_back(point);
  slice.u.push_back(u);
  slice.v.push_back(v);
}

/// The whole file, of which a slice is kept: with the messages of the reader of one process.
BundleSlice read_all_keep_slice(const Communicator& communicator, const std::string& path) {
  BundleSlice slice;
  NumberStream in(path, reading::open_bytes(path, a_bal_file));
  read_counts(in, slice);
  const Range mine = slice_of(slice.observations, communicator);
  slice.first_observation = mine.begin;
  for (std::int64_t i = 0; i < slice.observations; ++i) read_observation(in, i, slice, i >= mine.begin && i < mine.end);
  const auto numbers = [&](std::int64_t count, std::int64_t each, const char* thing, const char* what,
                           std::int64_t& first, std::vector<double>& to) {
    const Range kept = slice_of(count * each, communicator);
    first = kept.begin;
    for (std::int64_t k = 0; k < count * each; ++k) {
      in.now_in(thing, k / each, count);
      const double value = in.real(what);
      if (k >= kept.begin && k < kept.end) to.push_back(value);
    }
  };
  numbers(slice.cameras, camera_words, "camera", "a number", slice.first_camera_number, slice.camera_numbers);
  numbers(slice.points, point_words, "point", "a coordinate", slice.first_point_number, slice.point_numbers);
  if (in.next())
    in.fail("something stands behind the last point",
            fmt::format("the end of the file after {} observations, {} cameras and {} points", slice.observations,
                        slice.cameras, slice.points));
  return slice;
}

/// Words that begin in a range of bytes.
std::int64_t count_words(const InputFile& file, const Range& bytes) {
  std::vector<char> buffer(bytes_at_once);
  std::int64_t words = 0;
  bool blank = true;
  if (char before = ' '; bytes.begin > 0 && file.read_at(&before, 1, static_cast<std::size_t>(bytes.begin - 1)) == 1)
    blank = is_blank(before);
  for (std::int64_t at = bytes.begin; at < bytes.end;) {
    const auto size = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(bytes.end - at));
    const std::size_t got = file.read_at(buffer.data(), size, static_cast<std::size_t>(at));
    if (got == 0) break;
    for (std::size_t i = 0; i < got; ++i) {
      const bool now = is_blank(buffer[i]);
      words += blank && !now;
      blank = now;
    }
    at += static_cast<std::int64_t>(got);
  }
  return words;
}

/// Numbers from the first word on that begins at this byte or later.
NumberStream stream_from(const std::string& path, const std::shared_ptr<const InputFile>& file, std::int64_t byte) {
  auto at = std::make_shared<std::size_t>(static_cast<std::size_t>(byte));
  char before = ' ';
  if (byte > 0 && file->read_at(&before, 1, *at - 1) == 1 && !is_blank(before))
    for (char c = 'x'; file->read_at(&c, 1, *at) == 1 && !is_blank(c);) ++*at;
  return NumberStream(path, [file, at](char* to, std::size_t size) {
    const std::size_t got = file->read_at(to, size, *at);
    *at += got;
    return got;
  });
}

/// What the words [words.begin, words.end) of the file are.
void read_words(NumberStream& in, const Range& words, BundleSlice& slice) {
  std::int64_t first = header_words;
  std::int64_t next = words.begin;
  const auto skip_to = [&](std::int64_t word) {
    for (; next < word; ++next)
      if (!in.next()) throw Error("the file has become shorter");
  };
  // Observations whose first word is among them, read to their ends.
  const Range observed = {
      std::max<std::int64_t>((words.begin - first + observation_words - 1) / observation_words, 0),
      std::min((words.end - first + observation_words - 1) / observation_words, slice.observations)};
  slice.first_observation = observed.begin;
  for (std::int64_t i = observed.begin; i < observed.end; ++i) {
    skip_to(first + i * observation_words);
    read_observation(in, i, slice, true);
    next += observation_words;
  }
  first += slice.observations * observation_words;
  const auto numbers = [&](std::int64_t count, std::int64_t& begin, std::vector<double>& to) {
    const Range part = common(words, {first, first + count});
    begin = part.count() > 0 ? part.begin - first : 0;
    for (std::int64_t k = part.begin; k < part.end; ++k) {
      skip_to(k);
      to.push_back(in.real("a number"));
      ++next;
    }
    first += count;
  };
  numbers(slice.cameras * camera_words, slice.first_camera_number, slice.camera_numbers);
  numbers(slice.points * point_words, slice.first_point_number, slice.point_numbers);
}

/// Empty where some process meets what is not as it should be.
std::optional<BundleSlice> read_by_bytes(const Communicator& communicator, const std::string& path,
                                         const std::shared_ptr<const InputFile>& file) {
  BundleSlice slice;
  std::vector<std::int64_t> words(static_cast<std::size_t>(communicator.size()) + 1);
  try {
    communicator.together([&] {
      NumberStream head = stream_from(path, file, 0);
      read_counts(head, slice);
    });
    const Range bytes = slice_of(static_cast<std::int64_t>(file->known_size().value_or(0)), communicator);
    const auto mine = static_cast<std::size_t>(communicator.rank()) + 1;
    communicator.together([&] { words[mine] = count_words(*file, bytes); });
    communicator.sum(std::span<std::int64_t>(words));
    for (std::size_t p = 1; p < words.size(); ++p) words[p] += words[p - 1];
    const std::int64_t expected = header_words + slice.observations * observation_words + slice.cameras * camera_words +
                                  slice.points * point_words;
    if (words.back() != expected) return std::nullopt;
    communicator.together([&] {
      NumberStream in = stream_from(path, file, bytes.begin);
      read_words(in, {words[mine - 1], words[mine]}, slice);
    });
  } catch (const CollectiveError&) {
    return std::nullopt;
  }
  return slice;
}

/// Size, beginning and end of a file, by which different ones are told apart.
std::string fingerprint(const InputFile& file) {
  const std::size_t size = file.known_size().value_or(0);
  constexpr std::size_t looked_at = 65536;
  std::vector<char> bytes(looked_at);
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a (Fowler, Noll & Vo)
  for (const std::size_t from : {std::size_t{0}, size > looked_at ? size - looked_at : std::size_t{0}}) {
    const std::size_t got = file.read_at(bytes.data(), bytes.size(), from);
    for (std::size_t i = 0; i < got; ++i) hash = (hash ^ static_cast<unsigned char>(bytes[i])) * 1099511628211ULL;
  }
  return fmt::format("{} bytes, {:016x}", size, hash);
}

}  // namespace

BundleSlice read_bundle_slice(const Communicator& communicator, const std::string& path) {
  std::shared_ptr<const InputFile> file;
  std::string print;
  bool compressed = false;
  communicator.together([&] {
    if (!reading::is_regular_file(path) && reading::is_pipe(path))
      throw Error(fmt::format("'{}' is a pipe, which several processes cannot read; expected a file", path));
    file = std::make_shared<const InputFile>(path, a_bal_file);
    print = fingerprint(*file);
    char magic[3] = {};
    file->read_at(magic, sizeof magic, 0);
    compressed = std::memcmp(magic, "BZh", 3) == 0 || std::memcmp(magic, "\x1f\x8b", 2) == 0;
  });
  communicator.expect_same(print, fmt::format("the processes have different files '{}'", path));
  if (!compressed)
    if (std::optional<BundleSlice> slice = read_by_bytes(communicator, path, file)) return std::move(*slice);
  BundleSlice slice;
  communicator.together([&] { slice = read_all_keep_slice(communicator, path); });
  return slice;
}

}  // namespace thalweg::inline v0_1
