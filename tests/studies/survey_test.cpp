// Surveys: read, adjusted, written, refused.
#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <studies/survey/survey.hpp>
#include <support/folder.hpp>
#include <thalweg/io/file_error.hpp>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;
using studies::read_survey;

namespace {

const std::string three_towers =
    "point A 0 0 fixed\npoint B 10 0 fixed  # metres\npoint C 0 10 fixed\npoint P 1 1\n\n"
    "distance A P 5 0.01\ndistance P B 8.06225774829855 0.02\ndistance C P 6.708203932499369 0.01\n";

std::string error_of(const std::string& text) {
  const test_support::Folder folder;
  const std::string file = folder.write("f.survey", text);
  try {
    (void)read_survey(file);
  } catch (const FileError& error) {
    return std::string(error.what()).substr(file.size());
  }
  return "no error";
}

}  // namespace

TEST_CASE("a survey: a point is where exact distances from three others put it") {
  const test_support::Folder folder;
  const Problem problem = build_problem(read_survey(folder.write("f.survey", three_towers)));
  const Result result = solve(problem);
  CHECK(result.status == Status::converged);
  CHECK(result.x[6] == doctest::Approx(3.0).epsilon(1e-9));
  CHECK(result.x[7] == doctest::Approx(4.0).epsilon(1e-9));
  CHECK(problem.parameter_name(6) == "P.x");
}

TEST_CASE("a survey in space, and its text") {
  const test_support::Folder folder;
  const std::string text =
      "point A 0 0 0 fixed\npoint B 1 0 0 fixed\npoint C 0 1 0 fixed\npoint P 0.5 0.5 2\n"
      "distance A P 1.5 0.01\ndistance B P 1.5 0.01\ndistance C P 1.5 0.01\n";
  const studies::Survey survey = read_survey(folder.write("f.survey", text));
  CHECK(write_survey(survey) == text);
  const Result result = solve(build_problem(survey));
  CHECK(result.x[9] == doctest::Approx(0.5));
  CHECK(result.x[11] == doctest::Approx(std::sqrt(1.75)));
}

TEST_CASE("what is wrong with a survey is said at its place") {
  CHECK(error_of("point A 0 0\n") ==
        ": there is no distance; expected a survey: lines 'point NAME x y [z] [fixed]' and 'distance FROM TO value "
        "sigma'");
  CHECK(error_of("point A 0 0\npoint A 1 1\n") == ":2:7: there is a point 'A' already; expected another name");
  CHECK(error_of("pont A 0 0\n") == ":1:1: 'pont' begins no line of a survey; expected point or distance");
  CHECK(error_of("point A 0 nord\n") == ":1:11: 'nord' is no number; expected a coordinate of the point");
  CHECK(error_of("point A 0\n") == ":1:10: the line ends; expected a coordinate of the point");
  CHECK(error_of("point A 0 0 1 2 fixed\n") == ":1:15: '2' is one word too many; expected the end");
  CHECK(error_of("point A 0 0\ndistance A B 1 1\n") ==
        ":2:12: there is no point 'B'; expected a point of a line above");
  CHECK(error_of("point A 0 0\ndistance A A 1 1\n") ==
        ":2:12: the distance is from a point to itself; expected another point");
  CHECK(error_of("point A 0 0\npoint B 1 1\ndistance A B -1 1\n") ==
        ":3:14: -1 is not positive; expected a distance > 0");
}
