// thalweg solve, check and compare of a survey.
#include <string>

#include "tools/run.hpp"

using namespace command_test;

TEST_CASE("a survey is solved, written, checked and compared as any other problem") {
  const Folder folder;
  const std::string file = THALWEG_SOURCE_DIR "/problems/survey/quadrilateral.survey";
  const Outcome solved = run("solve " + file + " --output s.survey", folder.path());
  CHECK(solved.code == 0);
  CHECK(contains(solved.out, "Survey of 4 points by 5 distances\n"));
  CHECK(contains(solved.out, "\n  D.y        781.7038  ± 0.0084 "));
  CHECK(contains(solved.out, "\n  degrees of freedom           1\n"));
  const Outcome again = run("solve s.survey --json -", folder.path());
  CHECK(contains(again.out, "\"kind\": \"survey\""));
  CHECK(run("check " + file).code == 0);
  CHECK(run("compare " + file + " --methods lm,newton").code == 0);
  CHECK(run("solve " + file + " --init tree").err ==
        "thalweg: error: --init is for pose graphs, and '" + file + "' is none\n");
  CHECK(run("solve " + file + " --start 2").err ==
        "thalweg: error: --start does not go with '" + file + "', a survey: it has one start\n");
}
