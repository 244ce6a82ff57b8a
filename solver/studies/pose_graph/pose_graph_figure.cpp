#include "studies/pose_graph/pose_graph_figure.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "report/json/downsample.hpp"

namespace thalweg::inline v0_1::html {
namespace {

using json_parts::Json;
using json_parts::rounded_numbers;

constexpr std::size_t most_poses = 3000, most_closures = 2000;
constexpr int drawn_digits = 5;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

Json drawn(const PoseGraphPicture& p, const PoseGraphPicture::Stage& stage, const std::vector<std::size_t>& poses,
           const std::vector<std::size_t>& closures) {
  const std::vector<double>&x = stage.x, &y = stage.y;
  std::vector<double> px, py;
  for (const std::size_t i : poses) {
    px.push_back(x[i]);
    py.push_back(y[i]);
  }
  Json ends = Json::array();
  for (const std::size_t e : closures) {
    const std::size_t a = at(p.from[e]), b = at(p.to[e]);
    ends.push_back(rounded_numbers(std::vector<double>{x[a], y[a], x[b], y[b]}, drawn_digits));
  }
  return {{"key", stage.key},
          {"title", stage.title},
          {"begins", stage.begins},
          {"cost", json_parts::number(stage.cost)},
          {"x", rounded_numbers(px, drawn_digits)},
          {"y", rounded_numbers(py, drawn_digits)},
          {"closures", std::move(ends)}};
}

}  // namespace

Json data_of(const PoseGraphSummary& graph) {
  if (!graph.picture) return nullptr;
  const PoseGraphPicture& p = *graph.picture;
  // steps[i]: there is an edge between pose i − 1 and pose i.
  std::vector<char> steps(p.ids.size(), 0);
  std::vector<std::size_t> others;
  for (std::size_t e = 0; e < p.from.size(); ++e) {
    if (std::abs(p.from[e] - p.to[e]) == 1)
      steps[at(std::max(p.from[e], p.to[e]))] = 1;
    else
      others.push_back(e);
  }
  const std::vector<std::size_t> poses = downsample_evenly(p.ids.size(), most_poses);
  std::vector<int> linked;
  std::vector<std::int64_t> ids;
  for (std::size_t k = 0; k < poses.size(); ++k) {
    bool whole = k > 0;
    for (std::size_t i = k > 0 ? poses[k - 1] + 1 : 0; i <= poses[k] && whole; ++i) whole = steps[i];
    linked.push_back(whole);
    ids.push_back(p.ids[poses[k]]);
  }
  std::vector<std::size_t> closures;
  for (const std::size_t i : downsample_evenly(others.size(), most_closures)) closures.push_back(others[i]);
  Json stages = Json::array();
  for (const PoseGraphPicture::Stage& stage : p.stages) stages.push_back(drawn(p, stage, poses, closures));
  return {{"axes", {p.x_axis, p.y_axis}},
          {"poses", p.ids.size()},
          {"others", others.size()},
          {"id", ids},
          {"linked", linked},
          {"stages", std::move(stages)}};
}

}  // namespace thalweg::inline v0_1::html
