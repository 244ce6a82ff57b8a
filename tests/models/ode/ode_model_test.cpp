// Solutions of differential equations and their derivatives by parameters, against closed forms.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <support/ode_curves.hpp>
#include <thalweg/formula/formula.hpp>
#include <thalweg/models/ode.hpp>

using namespace thalweg;
using namespace ode_test;

namespace {

const std::vector<double> times = {5, 0, 0.25, 1, 2.5, 2.5, 12, 30};  // in no order, one of them twice

/// The same equation in closed form.
Values closed(const std::string& formula, const Symbols& parameters, const std::vector<double>& p,
              const std::vector<double>& t = times) {
  Symbols symbols{parameters.parameters, {"t", "y"}};
  const FormulaModel model(Equation::parse("y = " + formula), symbols, {t, std::vector<double>(t.size())});
  Values values{std::vector<double>(t.size()), {p.size(), std::vector<double>(t.size())}};
  std::vector<double*> columns;
  for (auto& column : values.slope) columns.push_back(column.data());
  model.evaluate(p.data(), 0, model.rows(), values.curve.data(), columns.data());
  return values;
}

void check_same(const Values& got, const Values& expected) {
  check_close(got.curve, expected.curve, 1e-7);
  for (std::size_t j = 0; j < expected.slope.size(); ++j) {
    CAPTURE(j);
    check_close(got.slope[j], expected.slope[j], 1e-6);
  }
}

}  // namespace

TEST_CASE("decay, whose initial value is a formula of parameters") {
  if (!ode_available()) return;
  for (const char* method : {"bdf", "adams"})
    check_same(values_of("[model]\ny = 's * A + b'\n[parameters]\nk = 0.5\nA0 = 3\ns = 2\nb = 0.1\n[ode]\nmethod = '" +
                         std::string(method) + "'\ndA = '-k * A'\n[ode.initial]\nA = 'A0^2'\n" + observed_at(times)),
               closed("s * A0^2 * exp(-k * t) + b", {{"k", "A0", "s", "b"}, {}}, {0.5, 3, 2, 0.1}));
}

TEST_CASE("one compartment with absorption is Bateman's function") {
  if (!ode_available()) return;
  check_same(
      values_of("[model]\ny = 'C / V'\n[parameters]\nka = 1.5\nke = 0.1\nV = 30\n[ode]\ndA = '-ka * A'\n"
                "dC = 'ka * A - ke * C'\n[ode.initial]\nA = 320\nC = 0\n" +
                observed_at(times)),
      closed("320 * ka / (V * (ka - ke)) * (exp(-ke * t) - exp(-ka * t))", {{"ka", "ke", "V"}, {}}, {1.5, 0.1, 30}));
}

TEST_CASE("the time and conditions in right-hand sides") {
  if (!ode_available()) return;
  check_same(values_of("[model]\ny = 'A'\n[parameters]\na = 0.5\nw = 2\n[ode]\ndA = 'a * cos(w * t) + 0 * A'\n"
                       "[ode.initial]\nA = 1\n" +
                       observed_at(times)),
             closed("1 + a / w * sin(w * t)", {{"a", "w"}, {}}, {0.5, 2}));
}

TEST_CASE("repeated doses are the sum of shifted single ones, and a dose counts at its own time") {
  if (!ode_available()) return;
  const std::vector<double> at = {0, 1, 6, 7, 12, 18, 29};
  check_same(
      values_of("[model]\ny = 'A'\n[parameters]\nk = 0.2\ndose = 5\nfirst = 2\n[ode]\ndA = '-k * A'\n"
                "[ode.initial]\nA = 'first'\n[[ode.event]]\nstate = 'A'\nadd = 'dose'\ntime = 6\nevery = 6\n"
                "count = 3\n" +
                observed_at(at)),
      closed("first * exp(-k * t) + (t >= 6 ? dose * exp(-k * (t - 6)) : 0) + (t >= 12 ? dose * exp(-k * (t - 12)) "
             ": 0) + (t >= 18 ? dose * exp(-k * (t - 18)) : 0)",
             {{"k", "dose", "first"}, {}}, {0.2, 5, 2}, at));
}

TEST_CASE("a state is set, also to what depends on states") {
  if (!ode_available()) return;
  const std::vector<double> at = {1, 3, 4, 9};
  check_same(values_of("[model]\ny = 'A'\n[parameters]\nk = 0.3\nf = 0.25\n[ode]\ndA = '-k * A'\n[ode.initial]\nA = 8\n"
                       "[[ode.event]]\nstate = 'A'\nset = 'f * A + t'\ntime = 3\n" +
                       observed_at(at)),
             closed("t < 3 ? 8 * exp(-k * t) : (8 * f * exp(-3 * k) + 3) * exp(-k * (t - 3))", {{"k", "f"}, {}},
                    {0.3, 0.25}, at));
}

TEST_CASE("an infusion raises the slope while it lasts") {
  if (!ode_available()) return;
  const std::vector<double> at = {0, 1, 2, 3, 5, 8, 10, 11, 20};
  check_same(
      values_of("[model]\ny = 'A'\n[parameters]\nk = 0.3\nR = 4\n[ode]\ndA = '-k * A'\n[ode.initial]\nA = 0\n"
                "[[ode.event]]\nstate = 'A'\nrate = 'R'\nfrom = 1\nto = 3\nevery = 8\ncount = 2\n" +
                observed_at(at)),
      closed(
          "R / k * ((1 - exp(-k * min(max(t - 1, 0), 2))) * exp(-k * max(t - 3, 0)) + (1 - exp(-k * min(max(t - 9, 0), "
          "2))) * exp(-k * max(t - 11, 0)))",
          {{"k", "R"}, {}}, {0.3, 4}, at));
}

TEST_CASE("a data set has initial values and events of its own") {
  if (!ode_available()) return;
  const std::string text =
      "[parameters]\nk = 0.4\nB = 7\n[ode]\ndA = '-k * A'\n[ode.initial]\nA = 1\n[[ode.event]]\nstate = 'A'\nadd = 2\n"
      "time = 1\ndata = ['second']\n[[data]]\nname = 'first'\nmodel = 'y = A'\ninitial = { A = 'B' }\n"
      "columns = ['t', 'y']\nrows = [[0, 0], [3, 0]]\n[[data]]\nname = 'second'\nmodel = 'y = 2 * A'\n"
      "columns = ['t', 'y']\nrows = [[0, 0], [3, 0]]\n";
  check_same(values_of(text, 0), closed("B * exp(-k * t)", {{"k", "B"}, {}}, {0.4, 7}, {0, 3}));
  check_same(values_of(text, 1), closed("2 * (exp(-k * t) + (t < 1 ? 0 : 2 * exp(-k * (t - 1)))) + 0 * B",
                                        {{"k", "B"}, {}}, {0.4, 7}, {0, 3}));
}

TEST_CASE("states of any magnitude keep their digits") {
  if (!ode_available()) return;
  const std::vector<double> at = {1, 5, 20};
  for (const char* scale : {"1e-9", "1", "1e9"}) {
    CAPTURE(scale);
    const double A = std::stod(scale);
    const Values got = values_of(
        "[model]\ny = 'log(A)'\n[parameters]\nk = 0.5\n[ode]\ndA = '-k * A'\n[ode.initial]\nA = " + std::string(scale) +
        "\n" + observed_at(at));
    for (std::size_t i = 0; i < at.size(); ++i)
      CHECK(got.curve[i] == doctest::Approx(std::log(A) - 0.5 * at[i]).epsilon(1e-6));
  }
}

// Hairer & Wanner, Solving Ordinary Differential Equations II, section IV.10; the digits from scipy 1.10, Radau, rtol
// 1e-12, atol 1e-18.
TEST_CASE("Robertson's stiff reaction") {
  if (!ode_available()) return;
  const auto state = [](const char* name) {
    return values_of("[model]\ny = '" + std::string(name) +
                     " + 0 * k1'\n[parameters]\nk1 = 0.04\n[ode]\ndA = '-k1 * A + 1e4 * B * C'\n"
                     "dB = 'k1 * A - 1e4 * B * C - 3e7 * B^2'\ndC = '3e7 * B^2'\n[ode.initial]\nA = 1\nB = 0\nC = 0\n" +
                     observed_at({0.4, 40, 4000}))
        .curve;
  };
  const std::vector<double> B = state("B");
  check_close(state("A"), {9.85172113860992e-01, 7.15827068719406e-01, 1.83202257776702e-01}, 1e-8);
  check_close(state("C"), {1.47940221852188e-02, 2.84163745745830e-01, 8.16796847986175e-01}, 1e-7);
  const double expected[] = {3.38639537897495e-05, 9.18553476455793e-06, 8.94237125277519e-07};
  for (std::size_t i = 0; i < 3; ++i) CHECK(B[i] == doctest::Approx(expected[i]).epsilon(1e-7));
}

TEST_CASE("definitions and tied parameters in right-hand sides, initial values, events and observations") {
  if (!ode_available()) return;
  const std::vector<double> at = {0, 1, 2, 5};
  check_same(
      values_of("[define]\nflux = 'k * A'\nconc = 'A / V + 0 * t'\n[model]\ny = 'conc'\n[parameters]\nk = 0.5\nV = 2\n"
                "A0 = { expr = '3 * V' }\n[ode]\ndA = '-flux'\n[ode.initial]\nA = 'A0'\n[[ode.event]]\n"
                "state = 'A'\nadd = 'A0 / 2'\ntime = 2\n" +
                observed_at(at)),
      closed("3 * exp(-k * t) + (t < 2 ? 0 : 1.5 * exp(-k * (t - 2))) + 0 * V", {{"k", "V"}, {}}, {0.5, 2}, at));
}
