#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include <thalweg/models/pose_graph.hpp>

#include "io/text_numbers.hpp"
#include "models/pose_graph/groups.hpp"
#include "models/pose_graph/starts/nearness.hpp"
#include "models/pose_graph/starts/prior_anchor.hpp"
#include "models/pose_graph/starts/starts.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr double unset = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<std::pair<Initialization, std::string_view>, 4> names = {{{Initialization::automatic, "auto"},
                                                                               {Initialization::file, "file"},
                                                                               {Initialization::tree, "tree"},
                                                                               {Initialization::chordal, "chordal"}}};

/// What the file has, unless it lacks a pose.
graph::Start file_start(const PoseGraph& g) {
  const auto missing = std::find(g.pose_given.begin(), g.pose_given.end(), 0);
  if (missing == g.pose_given.end()) return {g.poses, {}, {}};
  return {{},
          fmt::format("the file has no line for pose {}",
                      g.pose_ids[static_cast<std::size_t>(missing - g.pose_given.begin())]),
          {}};
}

graph::Start start_by(Initialization how, const PoseGraph& g) {
  if (how == Initialization::file) return file_start(g);
  const auto from = [how](const PoseGraph& held) {
    return how == Initialization::tree ? graph::spanning_tree_start(held) : graph::chordal_start(held);
  };
  if (graph::is_held_by_priors(g)) {
    graph::Start start = from(graph::anchored(g));
    if (start.obstacle.empty()) graph::align_to_priors(g, start);
    return start;
  }
  const bool landmarks_only =
      gauge_pose(g) < 0 && std::none_of(g.pose_fixed.begin(), g.pose_fixed.end(), [](char f) { return f != 0; });
  if (landmarks_only) return {{}, "only landmarks are fixed, and no pose is", {}};
  return from(g);
}

/// The landmarks that go with the poses: those of the file with the file's.
std::vector<double> landmarks_for(Initialization how, const PoseGraph& g, graph::Start& start) {
  std::vector<double> landmarks =
      start.landmarks.empty() ? graph::sighted_landmarks(g, start.poses) : std::move(start.landmarks);
  const auto size = static_cast<std::size_t>(g.landmark_size());
  if (how == Initialization::file)
    for (std::size_t l = 0; l < g.landmark_ids.size(); ++l)
      if (g.landmark_given[l]) std::copy_n(g.landmarks.data() + l * size, size, landmarks.data() + l * size);
  graph::place_unseen(g, start.poses, landmarks);
  return landmarks;
}

struct Candidate {
  Initialization how;
  graph::Start start;
  std::vector<double> landmarks;
  double cost = unset;
};

std::string reason_for(const std::vector<Candidate>& tried, const Candidate& best) {
  std::string text;
  for (const Candidate& c : tried) {
    if (&c == &best) continue;
    if (!text.empty()) text += ", ";
    text += c.start.obstacle.empty() ? fmt::format("{} {:.4g}", to_string(c.how), c.cost)
                                     : fmt::format("{} is not to be had: {}", to_string(c.how), c.start.obstacle);
  }
  const bool lowest = std::none_of(tried.begin(), tried.end(), [&](const Candidate& c) { return c.cost < best.cost; });
  return fmt::format("{}, {:.4g}{}{}", lowest ? "the lowest cost" : "nearly the lowest cost", best.cost,
                     text.empty() ? "" : "; ", text);
}

/// The file's or the tree's, where it is near a minimum.
const Candidate* near_one(const PoseGraph& g, const std::vector<Candidate>& tried) {
  const Candidate& tree = tried[1];
  if (!tree.start.obstacle.empty()) return nullptr;
  for (const Candidate& c : tried)
    if (c.start.obstacle.empty() && graph::is_near(g, c.start.poses, c.cost, tree.start.poses)) return &c;
  return nullptr;
}

/// The one of the lowest cost; but the chordal one where that costs little more: descents from it end higher less
/// often. A robust loss, which the chordal system has not, leaves it to the costs.
Candidate* best_of(std::vector<Candidate>& tried, const Loss& loss) {
  constexpr double little_more = 4.0;
  Candidate* best = nullptr;
  for (Candidate& c : tried)
    if (c.start.obstacle.empty() && (!best || c.cost < best->cost || std::isnan(best->cost))) best = &c;
  Candidate& last = tried.back();
  if (best && loss.is_trivial() && last.how == Initialization::chordal && last.cost <= little_more * best->cost)
    best = &last;
  return best;
}

std::string near_reason(const Candidate& c, std::int64_t freedom) {
  return fmt::format(
      "near a minimum: χ² per degree of freedom is {:.2g}, and no edge is turned by more than half a radian",
      freedom > 0 ? 2.0 * c.cost / static_cast<double>(freedom) : 0.0);
}

}  // namespace

std::string_view to_string(Initialization how) {
  return std::find_if(names.begin(), names.end(), [&](const auto& n) { return n.first == how; })->second;
}

Initialization parse_initialization(std::string_view name) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& n) { return n.second == name; });
  if (found != names.end()) return found->first;
  std::vector<std::string> all;
  for (const auto& n : names) all.emplace_back(n.second);
  throw Error(
      fmt::format("unknown initialization {}; expected {}", reading::quoted_with_hint(name, all), reading::list(all)));
}

std::int32_t gauge_pose(const PoseGraph& g) {
  const auto fixed = [](char f) { return f != 0; };
  return g.has_prior() || std::any_of(g.pose_fixed.begin(), g.pose_fixed.end(), fixed) ||
                 std::any_of(g.landmark_fixed.begin(), g.landmark_fixed.end(), fixed)
             ? -1
             : 0;
}

std::int64_t degrees_of_freedom(const PoseGraph& g) {
  const auto held = [](const std::vector<char>& fixed) {
    return static_cast<std::int64_t>(std::count_if(fixed.begin(), fixed.end(), [](char f) { return f != 0; }));
  };
  const std::int64_t held_poses = gauge_pose(g) >= 0 ? 1 : held(g.pose_fixed);
  std::int64_t freedom = (g.edges.count() - g.pose_count() + held_poses) * g.tangent_size() +
                         (g.sightings.count() - g.landmark_count() + held(g.landmark_fixed)) * g.landmark_size();
  for (const PoseGraph::Measurement& m : g.further) freedom += g.dimension_of(m.kind);
  return freedom;
}

double pose_graph_cost(const PoseGraph& graph, const Loss& loss) {
  return graph::Cost(graph, loss)(graph.poses, graph.landmarks);
}

InitializationReport initialize(PoseGraph& g, Initialization how, const Loss& loss) {
  graph::Cost cost(g, loss);
  std::vector<Candidate> tried;
  const auto attempt = [&](Initialization by) {
    Candidate& c = tried.emplace_back(Candidate{by, start_by(by, g), {}});
    if (!c.start.obstacle.empty()) return;
    c.landmarks = landmarks_for(by, g, c.start);
    c.cost = cost(c.start.poses, c.landmarks);
  };
  const Candidate* near = nullptr;
  if (how == Initialization::automatic) {
    tried.reserve(3);
    attempt(Initialization::file);
    attempt(Initialization::tree);
    if (loss.is_trivial()) near = near_one(g, tried);
    if (!near) attempt(Initialization::chordal);
  } else {
    attempt(how);
    if (!tried[0].start.obstacle.empty())
      throw Error(fmt::format("initialization {} is not to be had: {}; expected another", to_string(how),
                              tried[0].start.obstacle));
  }
  Candidate* const best = near ? &tried[static_cast<std::size_t>(near - tried.data())] : best_of(tried, loss);
  if (!best) {
    std::string why;
    for (const Candidate& c : tried)
      why += fmt::format("{}{}: {}", why.empty() ? "" : "; ", to_string(c.how), c.start.obstacle);
    throw Error(fmt::format("no initialization is to be had ({}); expected a start for each pose in the file", why));
  }
  InitializationReport report;
  report.used = best->how;
  report.file_cost = report.tree_cost = report.chordal_cost = unset;
  for (const Candidate& c : tried)
    (c.how == Initialization::file   ? report.file_cost
     : c.how == Initialization::tree ? report.tree_cost
                                     : report.chordal_cost) = c.cost;
  report.reason = how != Initialization::automatic ? "as requested"
                  : near                           ? near_reason(*best, degrees_of_freedom(g))
                                                   : reason_for(tried, *best);
  g.poses = std::move(best->start.poses);
  g.landmarks = std::move(best->landmarks);
  std::fill(g.pose_given.begin(), g.pose_given.end(), 1);
  std::fill(g.landmark_given.begin(), g.landmark_given.end(), 1);
  return report;
}

}  // namespace thalweg::inline v0_1
