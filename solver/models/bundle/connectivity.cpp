// Who is seen by whom, and too little.
#include <thalweg/models/bundle.hpp>

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "models/bundle/number_list.hpp"

namespace thalweg::inline v0_1 {
namespace {

/// Observations, of two numbers each.
int enough_for(int numbers) { return (numbers + 1) / 2; }

/// Of the cameras that see something.
std::vector<std::vector<std::int32_t>> pieces_of(const Bundle& b) {
  std::vector<std::int32_t> parent(static_cast<std::size_t>(b.camera_count() + b.point_count()));
  std::iota(parent.begin(), parent.end(), 0);
  const auto find = [&](std::int32_t v) {
    while (parent[static_cast<std::size_t>(v)] != v) {
      std::int32_t& up = parent[static_cast<std::size_t>(v)];
      v = up = parent[static_cast<std::size_t>(up)];
    }
    return v;
  };
  const auto cameras = static_cast<std::int32_t>(b.camera_count());
  std::vector<char> sees(static_cast<std::size_t>(cameras), 0);
  for (std::size_t i = 0; i < b.u.size(); ++i) {
    parent[static_cast<std::size_t>(find(b.camera_of[i]))] = find(cameras + b.point_of[i]);
    sees[static_cast<std::size_t>(b.camera_of[i])] = 1;
  }
  std::map<std::int32_t, std::vector<std::int32_t>> of;
  for (std::int32_t c = 0; c < cameras; ++c)
    if (sees[static_cast<std::size_t>(c)]) of[find(c)].push_back(c);
  std::vector<std::vector<std::int32_t>> pieces;
  for (auto& [root, members] : of) pieces.push_back(std::move(members));
  if (pieces.size() < 2) pieces.clear();
  std::stable_sort(pieces.begin(), pieces.end(), [](const auto& x, const auto& y) { return x.size() < y.size(); });
  return pieces;
}

}  // namespace

BundleConnectivity connectivity(const Bundle& b, int camera_numbers) {
  std::vector<std::int64_t> of_camera(static_cast<std::size_t>(b.camera_count())),
      of_point(static_cast<std::size_t>(b.point_count()));
  // A point that one camera saw twice is still seen from one place.
  std::vector<std::int32_t> first(of_point.size(), -1);
  std::vector<char> twice(of_point.size(), 0);
  for (std::size_t i = 0; i < b.u.size(); ++i) {
    const auto p = static_cast<std::size_t>(b.point_of[i]);
    ++of_camera[static_cast<std::size_t>(b.camera_of[i])];
    if (first[p] < 0) first[p] = b.camera_of[i];
    if (first[p] != b.camera_of[i]) twice[p] = 1;
  }
  BundleConnectivity c;
  c.camera_numbers = camera_numbers;
  c.pieces = pieces_of(b);
  for (std::size_t p = 0; p < first.size(); ++p)
    if (!twice[p]) (first[p] < 0 ? c.unseen_points : c.points_seen_once).push_back(static_cast<std::int32_t>(p));
  for (std::size_t k = 0; k < of_camera.size(); ++k)
    if (of_camera[k] < enough_for(camera_numbers))
      (of_camera[k] == 0 ? c.unobserved_cameras : c.short_cameras).push_back(static_cast<std::int32_t>(k));
  return c;
}

std::vector<std::string> in_words(const BundleConnectivity& c) {
  std::vector<std::string> sentences;
  const auto say = [&](const std::vector<std::int32_t>& list, const char* one, const char* many,
                       const std::string& what) {
    if (!list.empty())
      sentences.push_back(
          fmt::format("{} {} {} ({})", list.size(), list.size() == 1 ? one : many, what, bundle::number_list(list)));
  };
  say(c.unseen_points, "point is", "points are", "seen by no camera: they stay where they are");
  say(c.points_seen_once, "point is", "points are",
      "seen by one camera only: nothing fixes how far away, and they move no farther than they must");
  say(c.unobserved_cameras, "camera has", "cameras have", "no observations: they stay where they are");
  say(c.short_cameras, "camera has", "cameras have",
      fmt::format(
          "fewer than {} observations: nothing fixes all its {} numbers, and they move no farther than they must",
          enough_for(c.camera_numbers), c.camera_numbers == 9 ? "nine" : "six"));
  if (!c.pieces.empty())
    sentences.push_back(
        fmt::format("the cameras fall into {} pieces that no point ties to each other, each with a place, rotation and "
                    "scale of its "
                    "own; the smallest is camera{} {}",
                    c.pieces.size(), c.pieces[0].size() == 1 ? "" : "s", bundle::number_list(c.pieces[0])));
  return sentences;
}

}  // namespace thalweg::inline v0_1
