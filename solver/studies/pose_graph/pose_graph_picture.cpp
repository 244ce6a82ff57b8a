// What the page of a pose graph draws.
#include <algorithm>

#include <thalweg/base/error.hpp>
#include <thalweg/studies/pose_graph_section.hpp>

namespace thalweg::inline v0_1 {
namespace {

bool has_all(const std::vector<char>& given) { return std::find(given.begin(), given.end(), 0) == given.end(); }

std::string title_of(Initialization how) {
  switch (how) {
    case Initialization::file:
      return "The file's start";
    case Initialization::tree:
      return "The tree's start";
    case Initialization::chordal:
    case Initialization::automatic:
      break;
  }
  return "The chordal start";
}

}  // namespace

PoseGraphPicture picture_of(const PoseGraph& file, const PoseGraph& begun, Initialization used, const PoseGraph& solved,
                            const Loss& loss) {
  const bool plane = solved.kind == PoseGraph::Kind::se2;
  PoseGraphPicture picture{plane ? "x" : "longest extent",
                           plane ? "y" : "next extent",
                           solved.pose_ids,
                           {},
                           solved.edges.from,
                           solved.edges.to};
  const auto add = [&](const PoseGraph& graph, std::string key, std::string title) {
    PoseGraphView view = view_of(graph, solved);
    picture.stages.push_back({std::move(key), std::move(title), &graph == &begun, pose_graph_cost(graph, loss),
                              std::move(view.x), std::move(view.y)});
  };
  for (const Initialization how : {Initialization::file, Initialization::tree, Initialization::chordal}) {
    if (how == used) {
      add(begun, std::string(to_string(how)), title_of(how));
    } else if (how == Initialization::file && has_all(file.pose_given) && has_all(file.landmark_given)) {
      add(file, "file", title_of(how));
    } else if (how == Initialization::chordal) {
      try {
        PoseGraph chordal = file;
        initialize(chordal, how, loss);
        add(chordal, "chordal", title_of(how));
      } catch (const Error&) {  // poses that hang together by landmarks alone have none
      }
    }
  }
  add(solved, "solution", "The solution");
  return picture;
}

}  // namespace thalweg::inline v0_1
