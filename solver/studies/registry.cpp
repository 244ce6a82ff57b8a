#include <thalweg/studies/study.hpp>

#include <array>

// A line for each kind, by the name of the function that its folder defines: Kind NAME(). A file belongs to the first
// that recognises it; the last recognises all.
// clang-format off
#define THALWEG_KINDS(line) \
  line(camera_graph) \
  line(pose_graph) \
  line(catalogue) \
  line(bundle) \
  line(survey) \
  line(problem_file)
// clang-format on

namespace thalweg::inline v0_1 {
namespace studies {

#define THALWEG_DECLARE(name) Kind name();
THALWEG_KINDS(THALWEG_DECLARE)

}  // namespace studies

std::span<const Kind> kinds() {
#define THALWEG_CALL(name) studies::name(),
  static const std::array all = {THALWEG_KINDS(THALWEG_CALL)};
  return all;
}

}  // namespace thalweg::inline v0_1
