// Writes pages with everything that a page can show into the folder that it is given, for a browser to look at.
#include <fstream>
#include <string>

#include <thalweg/report/html.hpp>

#include "support/example_reports.hpp"

namespace {

const std::string problems = std::string(THALWEG_SOURCE_DIR) + "/problems/";
const thalweg::Provenance provenance = {
    {"command", "thalweg solve problems/curves/gaussian_peak.toml --report peak.html"},
    {"version", "0.1.0"},
    {"options", "method = levenberg-marquardt, seed = 1"}};

void write(const std::string& path, const std::string& page) { std::ofstream(path, std::ios::binary) << page; }

/// A parameter with a hostile name and title, a certified value, minima, a profile.
thalweg::Report with_everything() {
  const std::string file = problems + "nist/rat43.toml";
  thalweg::Report report = example_reports::solved(file, 1);
  const thalweg::CurveProblem built = thalweg::build_problem(thalweg::read_curve_fit(file), 1);
  report.profile = thalweg::profile(built.problem, report.result, report.statistics);
  report.multistart = thalweg::multistart(built.problem, {}, {.starts = 12}).minima;
  report.certified = {10.87, "b2"};
  report.problem.title = "Growth <script>alert('page')</script> & \"quotes\" of onions";
  return report;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::string folder = std::string(arguments[1]) + "/";
  write(folder + "peak.html", to_html(example_reports::solved(problems + "curves/gaussian_peak.toml"), provenance));
  write(folder + "sets.html", to_html(example_reports::solved(problems + "curves/shared_decay.toml"), provenance));
  write(folder + "everything.html", to_html(with_everything(), provenance));
  write(folder + "many.html", to_html(example_reports::solved(problems + "nist/gauss1.toml"), provenance));
  write(folder + "valley.html", to_html(example_reports::valley(), provenance));
  write(folder + "several.html", to_html(example_reports::several_problems(), provenance));
}
