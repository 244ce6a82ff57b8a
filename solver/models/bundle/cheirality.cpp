// Which side of the cameras the points are on.
#include <thalweg/models/bundle.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <Eigen/Geometry>

#include <thalweg/base/words.hpp>

#include "models/bundle/number_list.hpp"
#include "models/bundle/turns.hpp"

namespace thalweg::inline v0_1 {
namespace {

using Vector = Eigen::Vector3d;

}  // namespace

BundleCheirality cheirality(const Bundle& b) {
  // Beside a camera's centre: at an angle of less than this with its image plane.
  constexpr double beside = 1e-6;
  BundleCheirality found;
  std::vector<std::int64_t> seen(static_cast<std::size_t>(b.camera_count())), behind(seen.size());
  std::vector<Eigen::Matrix3d> R;
  for (std::size_t c = 0; c < seen.size(); ++c)
    R.push_back(turns::rotation(Eigen::Map<const Vector>(b.cameras.data() + 9 * c)));
  for (std::size_t i = 0; i < b.u.size(); ++i) {
    const auto c = static_cast<std::size_t>(b.camera_of[i]);
    // In the camera's frame; it looks along −z.
    const Vector P = R[c] * Eigen::Map<const Vector>(b.points.data() + 3 * static_cast<std::size_t>(b.point_of[i])) +
                     Eigen::Map<const Vector>(b.cameras.data() + 9 * c + 3);
    ++seen[c];
    if (std::abs(P[2]) <= beside * P.norm()) ++found.beside;
    if (P[2] < 0.0) continue;
    ++behind[c];
    found.behind.push_back(static_cast<std::int64_t>(i));
  }
  for (std::size_t c = 0; c < seen.size(); ++c) {
    if (seen[c] > 0 && behind[c] == seen[c]) found.flipped_cameras.push_back(static_cast<std::int32_t>(c));
    if (b.cameras[9 * c + 6] < 0.0) found.negative_focal_lengths.push_back(static_cast<std::int32_t>(c));
  }
  return found;
}

std::vector<std::string> in_words(const BundleCheirality& c, const std::string& when) {
  std::vector<std::string> sentences;
  if (!c.behind.empty())
    sentences.push_back(fmt::format(
        "{}, {} behind the camera that sees {}: its projection there is a mirror image; "
        "--cheirality drop leaves such observations out",
        when, c.behind.size() == 1 ? "1 point is" : fmt::format("the points of {} observations are", c.behind.size()),
        c.behind.size() == 1 ? "it" : "them"));
  if (c.beside > 0)
    sentences.push_back(
        fmt::format("{}, {} in a camera's image plane, or nearly: a projection is huge there, and "
                    "says little",
                    when,
                    c.beside == 1 ? "the point of 1 observation lies"
                                  : fmt::format("the points of {} observations lie", c.beside)));
  const auto cameras = [&](const std::vector<std::int32_t>& list, const char* one, const char* many) {
    if (!list.empty())
      sentences.push_back(fmt::format("{}, {} {} ({})", when, counted(static_cast<long long>(list.size()), "camera"),
                                      list.size() == 1 ? one : many, bundle::number_list(list)));
  };
  cameras(c.flipped_cameras, "has every point behind it: it looks the wrong way, or is a mirror image",
          "have every point behind them: they look the wrong way, or are mirror images");
  cameras(c.negative_focal_lengths, "has a negative focal length", "have negative focal lengths");
  return sentences;
}

Bundle without(Bundle b, const std::vector<std::int64_t>& observations) {
  std::vector<char> left_out(b.u.size(), 0);
  for (const std::int64_t i : observations) left_out.at(static_cast<std::size_t>(i)) = 1;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < left_out.size(); ++i) {
    if (left_out[i]) continue;
    b.camera_of[kept] = b.camera_of[i];
    b.point_of[kept] = b.point_of[i];
    b.u[kept] = b.u[i];
    b.v[kept++] = b.v[i];
  }
  b.camera_of.resize(kept);
  b.point_of.resize(kept);
  b.u.resize(kept);
  b.v.resize(kept);
  return b;
}

}  // namespace thalweg::inline v0_1
