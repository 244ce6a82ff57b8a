// Rows that are read again at every evaluation.
#include <thalweg/models/streamed_rows.hpp>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/base/error.hpp>
#include <thalweg/formula/formula.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/io/npy.hpp>
#include <thalweg/minimize/solve.hpp>

#include "support/folder.hpp"

using namespace thalweg;

namespace {

struct Data {
  std::vector<double> t, y, s;
  std::string file() const {
    std::vector<double> rows;
    for (std::size_t i = 0; i < t.size(); ++i) rows.insert(rows.end(), {t[i], y[i], s[i]});
    return npy_header({static_cast<std::int64_t>(t.size()), 3}) +
           std::string(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(double));
  }
};

Data decay(std::size_t rows) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal;
  Data d;
  for (std::size_t i = 0; i < rows; ++i) {
    d.t.push_back(5.0 * static_cast<double>(i) / static_cast<double>(rows));
    d.s.push_back(0.01 + 0.01 * static_cast<double>(i % 3));
    d.y.push_back(2.0 * std::exp(-0.8 * d.t.back()) + 0.3 + d.s.back() * normal(random));
  }
  return d;
}

const std::vector<std::string> names = {"a", "b", "c"};

/// The same with the rows in memory.
std::unique_ptr<ResidualGroup> held(const Data& d, const std::string& equation) {
  const Symbols symbols{names, {"t", "y"}, {}, {}};
  return std::make_unique<FormulaResiduals>(
      "data", std::make_shared<const FormulaModel>(Equation::parse(equation), symbols, std::vector{d.t, d.y}), 0);
}

}  // namespace

TEST_CASE("a formula on given rows is the formula on rows of its own") {
  const Data d = decay(1003);
  for (const std::string equation : {"y = a*exp(-b*t) + c", "log(y + 2) = log(a*exp(-b*t) + c + 2)",
                                     "y = a + b*sin(t)^2 + c*t^3", "0 = a + b + c"}) {
    CAPTURE(equation);
    const auto reference = held(d, equation);
    const RowFormula formula(Equation::parse(equation), names, {"t", "y"});
    const std::vector<double> p = {1.5, 0.7, 0.2};
    std::vector<std::vector<double>> expected(4, std::vector<double>(d.t.size())), found = expected;
    const auto evaluate = [&](auto& to, const auto& body) {
      std::vector<double*> J;
      for (std::size_t j = 1; j < 4; ++j) J.push_back(to[j].data());
      body(to[0].data(), J.data());
    };
    evaluate(expected, [&](double* r, double* const* J) {
      reference->evaluate(p.data(), {0, static_cast<std::int64_t>(d.t.size()), &r, J});
    });
    std::vector<double> t = d.t, y = d.y;  // with room behind the rows
    t.resize(1008);
    y.resize(1008);
    const double* const columns[] = {t.data(), y.data()};
    evaluate(found, [&](double* r, double* const* J) { formula.evaluate(p.data(), columns, 1003, r, J); });
    for (std::size_t k = 0; k < 4; ++k)
      for (std::size_t i = 0; i < d.t.size(); ++i) CHECK(found[k][i] == doctest::Approx(expected[k][i]).epsilon(1e-14));
  }
}

TEST_CASE("a streamed fit is the fit of the same rows in memory") {
  const test_support::Folder folder;
  const Data d = decay(20011);
  const std::string path = folder.write("rows.npy", d.file());
  for (const bool weighted : {false, true}) {
    CAPTURE(weighted);
    Problem streamed, memory;
    streamed.name_components(streamed.add_parameters("p", std::vector<double>{1, 1, 0}), names);
    memory.add_parameters("p", std::vector<double>{1, 1, 0});
    const std::string equation = weighted ? "y/s = (a*exp(-b*t) + c)/s" : "y = a*exp(-b*t) + c";
    streamed.add_group(
        std::make_unique<StreamedResiduals>("data", equation, names, npy_rows(path, {"t", "y", "s"}), 0));
    auto group = held(d, "y = a*exp(-b*t) + c");
    if (weighted) group->set_sigma(d.s);
    memory.add_group(std::move(group));
    const Result a = solve(streamed), b = solve(memory);
    CHECK(a.converged());
    for (std::size_t j = 0; j < 3; ++j) CHECK(a.x[j] == doctest::Approx(b.x[j]).epsilon(1e-9));
    const FitStatistics s = statistics(streamed, a), t = statistics(memory, b);
    for (std::size_t j = 0; j < 3; ++j)
      CHECK(s.parameters[j].standard_error == doctest::Approx(t.parameters[j].standard_error).epsilon(1e-8));
  }
}

TEST_CASE("what is wrong with streamed rows is said") {
  const test_support::Folder folder;
  Data d = decay(300);
  d.y[234] = std::nan("");
  const std::string path = folder.write("rows.npy", d.file());
  Problem problem;
  problem.add_parameters("p", std::vector<double>{1, 1, 0});
  const auto source = npy_rows(path);
  CHECK(source->columns() == std::vector<std::string>{"c1", "c2", "c3"});
  CHECK_THROWS_AS(npy_rows(path, {"t"}), Error);
  CHECK_THROWS_AS(StreamedResiduals("d", "c2 = a*z", {"a"}, source, 0), FormulaError);
  problem.add_group(std::make_unique<StreamedResiduals>("d", "c2 = a*exp(-b*c1) + c", names, source, 0));
  const Result found = solve(problem);
  CHECK(found.status == Status::non_finite_start);
  CHECK_MESSAGE(found.reason.find("d, row 235 is not finite: c2 = nan") != std::string::npos, found.reason);
}
