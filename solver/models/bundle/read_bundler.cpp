// Bundler's files (Snavely, Seitz & Szeliski 2006; version 0.3): a line of comment, two counts, of each camera f, k₁,
// k₂, R and t, of each point its place, its colour and where it was seen. Their camera model is BAL's.
#include <thalweg/models/bundle.hpp>

#include <fmt/format.h>
#include <Eigen/Geometry>

#include <thalweg/io/file_error.hpp>

#include "io/compressed_file.hpp"
#include "io/input_file.hpp"
#include "io/number_stream.hpp"
#include "models/bundle/readers.hpp"

namespace thalweg::inline v0_1 {
namespace {

using reading::NumberStream;

constexpr std::int64_t largest_count = 2147483647;  // indices have 32 bits
constexpr const char* a_bundler_file =
    "a file of Bundler: '# Bundle file v0.3', cameras and points, then their numbers";
constexpr std::string_view first_words[] = {"#", "Bundle", "file", "v0.3"};

void read_camera(NumberStream& in, std::vector<double>& to, std::vector<char>& registered) {
  const double f = in.real("a focal length"), k1 = in.real("k1"), k2 = in.real("k2");
  Eigen::Matrix3d R;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) R(i, j) = in.real("an entry of the rotation");
  Eigen::Vector3d t;
  for (int i = 0; i < 3; ++i) t[i] = in.real("a coordinate of the translation");
  registered.push_back(f != 0.0);
  Eigen::Vector3d w = Eigen::Vector3d::Zero();
  if (f != 0.0) {
    constexpr double tolerance = 0.01;
    if (!((R * R.transpose() - Eigen::Matrix3d::Identity()).cwiseAbs().maxCoeff() < tolerance && R.determinant() > 0.0))
      in.fail("the nine numbers before the translation are no rotation", "a rotation matrix, within 1 %");
    const Eigen::AngleAxisd turn{Eigen::Quaterniond(R).normalized()};
    w = turn.angle() * turn.axis();
  }
  for (const double v : {w[0], w[1], w[2], t[0], t[1], t[2], f, k1, k2}) to.push_back(v);
}

}  // namespace

Bundle bundle::read_bundler(NumberStream& in, const std::string& name) {
  Bundle b;
  b.file = name;
  for (const std::string_view expected : first_words)
    if (!in.next() || in.word() != expected)
      in.fail("the file does not begin with '# Bundle file v0.3'", a_bundler_file);
  const std::int64_t cameras = in.whole("the number of cameras", 1, largest_count);
  const std::int64_t points = in.whole("the number of points", 1, largest_count);
  std::vector<char> registered;
  for (std::int64_t c = 0; c < cameras; ++c) {
    in.now_in("camera", c, cameras);
    read_camera(in, b.cameras, registered);
  }
  for (std::int64_t p = 0; p < points; ++p) {
    in.now_in("point", p, points);
    for (int k = 0; k < 3; ++k) b.points.push_back(in.real("a coordinate"));
    for (int k = 0; k < 3; ++k) in.real("a colour");
    const std::int64_t views = in.whole("the number of views", 0, largest_count);
    for (std::int64_t v = 0; v < views; ++v) {
      const std::int64_t camera = in.whole("a camera's index", 0, cameras - 1);
      if (!registered[static_cast<std::size_t>(camera)])
        in.fail(fmt::format("the point is seen by camera {}, whose focal length is 0", camera),
                "a camera that the reconstruction has placed");
      in.whole("a key's index", 0, largest_count);
      b.camera_of.push_back(static_cast<std::int32_t>(camera));
      b.point_of.push_back(static_cast<std::int32_t>(p));
      b.u.push_back(in.real("u in pixels"));
      b.v.push_back(in.real("v in pixels"));
    }
  }
  if (in.next())
    in.fail("something stands behind the last point",
            fmt::format("the end of the file after {} cameras and {} points", cameras, points));
  if (b.u.empty()) in.fail("no point is seen", "at least one view");
  return b;
}

Bundle read_bundler(const std::string& path) {
  NumberStream numbers(path, reading::open_bytes(path, a_bundler_file));
  return bundle::read_bundler(numbers, path);
}

Bundle parse_bundler(std::string_view text, const std::string& name) {
  NumberStream numbers = reading::numbers_of(text, name);
  return bundle::read_bundler(numbers, name);
}

Bundle read_bundle(const std::string& path) {
  NumberStream numbers(path, reading::open_bytes(path, "a bundle: a file of BAL, or of Bundler"));
  const bool comment = numbers.next() && numbers.word().starts_with('#');
  numbers.put_back();
  return comment ? bundle::read_bundler(numbers, path) : bundle::read_bal(numbers, path);
}

bool looks_like_bundler(const std::string& path) {
  if (!reading::is_regular_file(path)) return path.ends_with(".out") && reading::is_pipe(path);
  const std::string first = reading::first_bytes(path, 16);
  return first.starts_with("# Bundle file") || (path.ends_with(".out") && first.starts_with('#'));
}

}  // namespace thalweg::inline v0_1
