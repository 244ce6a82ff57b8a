// Fits of differential equations: the files of problems/ode, determinism, and integrations that stop.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include <support/ode_curves.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/toml_writer.hpp>

using namespace thalweg;

namespace {

const std::string folder = THALWEG_SOURCE_DIR "/problems/ode/";

const std::string blow_up =
    "[model]\ny = 'A'\n[parameters]\nk = 1\nA0 = 2\n[ode]\ndA = 'k * A^2'\n[ode.initial]\nA = 'A0'\n"
    "[data]\ncolumns = ['t', 'y']\nrows = [[0.1, 2.5], [0.4, 10], [1, 20]]\n";

std::string refusal(const std::string& text) {
  const Result result = solve(build_problem(read_toml(text, "f.toml", ".")).problem);
  return result.status == Status::non_finite_start ? result.reason : "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the fits of problems/ode converge to the certified values") {
  if (!ode_available()) return;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    CAPTURE(entry.path().string());
    const CurveFit fit = read_curve_fit(entry.path().string());
    const CurveProblem built = build_problem(fit);
    const Result result = solve(built.problem);
    CHECK(result.converged());
    for (std::size_t j = 0; j < fit.parameters.size(); ++j) {
      REQUIRE(fit.parameters[j].certified);
      CHECK(result.x[j] == doctest::Approx(fit.parameters[j].certified->value).epsilon(3e-7));
    }
    if (!std::isnan(fit.certified_residual_sum_of_squares))
      CHECK(2.0 * result.final_cost == doctest::Approx(fit.certified_residual_sum_of_squares).epsilon(1e-8));
    ++files;
  }
  CHECK(files >= 5);
}

TEST_CASE("a fit of the solution and of its closed form are one fit") {
  if (!ode_available()) return;
  CurveFit fit = read_curve_fit(folder + "theophylline.toml");
  const Result solved = solve(build_problem(fit).problem);
  fit.ode.reset();
  fit.data[0].equation = "conc = 4.02 * ka / (V * (ka - ke)) * (exp(-ke * t) - exp(-ka * t))";
  const Result closed = solve(build_problem(fit).problem);
  REQUIRE(closed.converged());
  for (std::size_t j = 0; j < closed.x.size(); ++j) CHECK(solved.x[j] == doctest::Approx(closed.x[j]).epsilon(1e-8));
}

TEST_CASE("the same bits at any number of threads, and with and without derivatives") {
  if (!ode_available()) return;
  const CurveFit fit = read_curve_fit(folder + "lynx_hare.toml");
  Options one, four;
  one.threads = 1;
  four.threads = 4;
  const Result a = solve(build_problem(fit).problem, one), b = solve(build_problem(fit).problem, four);
  CHECK(a.x == b.x);
  CHECK(a.final_cost == b.final_cost);
  const CurveProblem first = build_problem(fit), second = build_problem(fit);
  const std::vector<double> p = first.problem.start();
  std::vector<double> alone(21), beside(21), column(21);
  std::vector<double*> jacobian(p.size(), nullptr);
  jacobian[1] = column.data();
  first.models[0]->evaluate(p.data(), 0, 21, alone.data(), nullptr);
  second.models[0]->evaluate(p.data(), 0, 21, beside.data(), jacobian.data());
  CHECK(alone == beside);
}

TEST_CASE("derivatives by a fixed parameter are there when they are asked for") {
  if (!ode_available()) return;
  const std::string text =
      "[model]\ny = 'A'\n[parameters]\nk = { start = 0.5, fixed = true }\nA0 = 2\n[ode]\ndA = '-k * A'\n[ode.initial]\n"
      "A = 'A0'\n[data]\ncolumns = ['t', 'y']\nrows = [[1, 1], [3, 2]]\n";
  const ode_test::Values values = ode_test::values_of(text);
  ode_test::check_close(values.slope[0], {-2.0 * std::exp(-0.5), -6.0 * std::exp(-1.5)}, 1e-7);
  ode_test::check_close(values.slope[1], {std::exp(-0.5), std::exp(-1.5)}, 1e-7);
}

TEST_CASE("an integration that stops at the start of a fit is refused with state, time and parameters") {
  if (!ode_available()) return;
  const std::string message = refusal(blow_up);
  CAPTURE(message);
  CHECK(contains(message, "data, row 3: the integration of A stopped at t = 0.5"));
  CHECK(contains(message, "with k = 1, A0 = 2: "));
}

TEST_CASE("an integration that stops at a trial rejects the step") {
  if (!ode_available()) return;
  std::string text = blow_up;
  text.replace(text.find("A0 = 2"), 6, "A0 = 0.2");  // 1 / (1/A0 - k t) is finite at t = 1 where k A0 < 1
  const CurveProblem built = build_problem(read_toml(text, "f.toml", "."));
  const Result result = solve(built.problem);
  CHECK(std::isfinite(result.final_cost));
  CHECK(result.final_cost < result.initial_cost);
}

TEST_CASE("a solution is predicted on other rows, and has no value before its start") {
  if (!ode_available()) return;
  const CurveFit fit = read_curve_fit(folder + "theophylline.toml");
  const CurveProblem built = build_problem(fit);
  const std::vector<double> p = {1.5, 0.1, 0.5}, times = {30, -1, 0, 2};
  std::vector<double> value(4), column(4);
  std::vector<double*> jacobian = {nullptr, nullptr, column.data()};
  model_on(fit, built, 0, {"t"}, {times})->evaluate(p.data(), 0, 4, value.data(), jacobian.data());
  const auto bateman = [](double t) { return 4.02 * 1.5 / (0.5 * 1.4) * (std::exp(-0.1 * t) - std::exp(-1.5 * t)); };
  CHECK(value[0] == doctest::Approx(bateman(30)).epsilon(1e-7));
  CHECK(std::isnan(value[1]));
  CHECK(value[2] == 0.0);
  CHECK(value[3] == doctest::Approx(bateman(2)).epsilon(1e-7));
  CHECK(column[3] == doctest::Approx(-bateman(2) / 0.5).epsilon(1e-7));
}

TEST_CASE("what is not finite is named") {
  if (!ode_available()) return;
  std::string text = blow_up;
  text.replace(text.find("'k * A^2'"), 9, "'k * log(A - 3)'");
  CHECK(contains(refusal(text),
                 "data, row 1: the integration of A stopped at t = 0 with k = 1, A0 = 2: its derivative "
                 "'k * log(A - 3)' is nan"));
  text = blow_up;
  text.replace(text.find("A = 'A0'"), 8, "A = 'log(-A0)'");
  CHECK(contains(refusal(text),
                 "the integration of A stopped at t = 0 with k = 1, A0 = 2: its initial value "
                 "'log(-A0)' is not finite"));
  text = blow_up;
  text.replace(text.find("y = 'A'"), 7, "y = 'sqrt(A - 3)'");
  CHECK(contains(refusal(text), "data, row 1: 'sqrt(A - 3)' is nan"));
}

TEST_CASE("a solution is written as it was read") {
  const std::string text = R"([model]
y = "A / V"

[parameters]
k = { start = 0.5 }
V = { start = 2 }

[ode]
dA = "-k * A"
dB = "k * A"
time = "hours"
from = -1
method = "adams"
relative_tolerance = 1e-09

[ode.initial]
A = 10
B = "2 * V"

[[ode.event]]
state = "A"
add = 5
time = 6
every = 24
count = 5

[[ode.event]]
state = "A"
rate = "V"
from = 1
to = 2.5
data = ["trial"]

[data]
name = "trial"
initial = { A = 3, B = "V" }
columns = ["hours", "y"]
rows = [
  [0, 1],
  [2, 0.5],
]
)";
  CHECK(write_toml(read_toml(text, "f.toml", ".")) == text);
}
