// Files of Bundle Adjustment in the Large: a line of three counts, a line for each observation, then nine numbers for
// each camera and three for each point.
#include <thalweg/models/bundle.hpp>

#include <algorithm>
#include <charconv>
#include <sstream>

#include <fmt/format.h>

#include <thalweg/models/curve_fit.hpp>

#include "io/compressed_file.hpp"
#include "io/input_file.hpp"
#include "io/number_stream.hpp"
#include "models/bundle/readers.hpp"

namespace thalweg::inline v0_1 {
namespace {

using reading::NumberStream;

constexpr std::int64_t largest_count = 2147483647;  // indices have 32 bits
constexpr const char* a_bal_file = "a bundle adjustment file: cameras, points, observations, then their numbers";

/// Whether the word that comes next, and stays to be read, is a whole number.
bool whole_number(NumberStream& in, std::int64_t& n) {
  in.next();
  const std::string_view word = in.word();
  in.put_back();
  const auto read = std::from_chars(word.data(), word.data() + word.size(), n);
  return read.ec != std::errc::invalid_argument && read.ptr == word.data() + word.size();
}

}  // namespace

Bundle bundle::read_bal(NumberStream& in, const std::string& name) {
  Bundle b;
  b.file = name;
  if (!in.next()) in.fail("the file is empty", a_bal_file);
  in.put_back();
  if (std::int64_t n = 0; !whole_number(in, n)) in.fail("the first word is not a number of cameras", a_bal_file);
  const std::int64_t cameras = in.whole("the number of cameras", 1, largest_count);
  const std::int64_t points = in.whole("the number of points", 1, largest_count);
  const std::int64_t observations = in.whole("the number of observations", 1, largest_count);
  const auto ends = [&](const char* what, std::int64_t i, std::int64_t count) {
    in.fail(fmt::format("the file ends after {} of {} {}", i, count, what),
            fmt::format("{} observations, then 9 numbers for each of {} cameras and 3 for each of {} points",
                        observations, cameras, points));
  };
  for (std::int64_t i = 0; i < observations; ++i) {
    if (!in.next()) ends("observations", i, observations);
    in.put_back();
    in.now_in("observation", i, observations);
    b.camera_of.push_back(static_cast<std::int32_t>(in.whole("a camera's index", 0, cameras - 1)));
    b.point_of.push_back(static_cast<std::int32_t>(in.whole("a point's index", 0, points - 1)));
    b.u.push_back(in.real("u in pixels"));
    b.v.push_back(in.real("v in pixels"));
  }
  const auto numbers = [&](std::vector<double>& to, std::int64_t count, int each, const char* thing, const char* things,
                           const char* expected) {
    for (std::int64_t i = 0; i < count * each; ++i) {
      if (!in.next()) ends(things, i / each, count);
      in.put_back();
      in.now_in(thing, i / each, count);
      to.push_back(in.real(expected));
    }
  };
  numbers(b.cameras, cameras, 9, "camera", "cameras", "a number");
  numbers(b.points, points, 3, "point", "points", "a coordinate");
  if (in.next())
    in.fail("something stands behind the last point",
            fmt::format("the end of the file after {} observations, {} cameras and {} points", observations, cameras,
                        points));
  return b;
}

Bundle read_bal(const std::string& path) {
  NumberStream numbers(path, reading::open_bytes(path, a_bal_file));
  return bundle::read_bal(numbers, path);
}

Bundle parse_bal(std::string_view text, const std::string& name) {
  NumberStream numbers = reading::numbers_of(text, name);
  return bundle::read_bal(numbers, name);
}

bool looks_like_bal(const std::string& path) {
  const bool named_so = path.ends_with(".txt") || compression_of(path) != Compression::none;
  if (named_so || !reading::is_regular_file(path))
    return named_so && (reading::is_regular_file(path) || reading::is_pipe(path));
  const std::string first = reading::first_bytes(path, 120);
  std::istringstream words(first);
  std::string word;
  for (int i = 0; i < 3; ++i) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!(words >> word) || !std::all_of(word.begin(), word.end(), digit)) return false;
  }
  return true;
}

}  // namespace thalweg::inline v0_1
