#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>

#include <fmt/format.h>

#include "mgh.hpp"
#include "model.hpp"
#include "problems.hpp"

#include <thalweg/table/table.hpp>

namespace sweep {
namespace {

struct FieldCase {
  const char *table, *equation;
  std::vector<std::pair<const char*, double>> start;
};

/// Fits that users reported as misleading; tables in tests/field/curves.
const std::vector<FieldCase>& field_cases() {
  static const std::vector<FieldCase> cases = {
      {"diode.csv", "y = b1*(exp(x/b2)-1)", {{"b1", 1e-3}, {"b2", 0.015}}},
      {"viral.csv", "V2 = v0*(1-epi+epi*exp(-cl*(T2-t0)))", {{"v0", 1e7}, {"epi", 0.9}, {"cl", 6.2}, {"t0", 8.7}}},
      {"lsq155.csv", "y = p1*exp(p2*t)", {{"p1", 0.03}, {"p2", 16}}},
      {"cmb.csv", "B = 2*6.626e-34/(3e8)^2*nu^3/(exp(6.626e-34/1.38e-23*nu/T)-1)", {{"T", 1}}},
      {"ast1e-44.csv", "f = A*exp(-0.5*(w-m)^2/s^2)", {{"A", 1e-44}, {"m", 1.5}, {"s", 0.2}}},
      {"piece.csv",
       "y = x < x0 ? k1*x+y0-k1*x0 : k2*x+y0-k2*x0",
       {{"x0", 9000}, {"y0", 0.9}, {"k1", 1e-5}, {"k2", 1e-5}}},
      {"g4.2e2.csv", "y = p0*exp(-(x-p1)^2/p2^2)", {{"p0", 1}, {"p1", 200}, {"p2", 40}}},
      {"disperse.csv", "Retention = exp(b0*exp(b1*Area^th))", {{"b0", 3.82}, {"b1", 0.02}, {"th", 0.01}}},
      {"damped.txt", "c2 = A*exp(-a*c1)*cos(b*c1)", {{"a", 0.005}, {"b", 0.07}, {"A", 400}}},
      {"unix.csv", "temp = m+a*sin(w*ts+p)", {{"m", 15}, {"a", 3}, {"w", 7.27e-5}, {"p", 1}}},
  };
  return cases;
}

SweepProblem read_field_case(const std::string& folder, const FieldCase& c) {
  const thalweg::Table table = thalweg::read_table(folder + "/" + c.table);
  thalweg::CurveFit fit;
  fit.file = fit.title = c.table;
  fit.data.push_back(data_set(c.equation, table.columns, table.values));
  for (const auto& [name, start] : c.start) fit.parameters.push_back(parameter(name, start));
  return {c.table, thalweg::check_curve_fit(std::move(fit))};
}

std::vector<std::string> files_of(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".toml") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

thalweg::DataSet data_set(std::string equation, std::vector<std::string> columns,
                          std::vector<std::vector<double>> values) {
  thalweg::DataSet data;
  data.name = "data";
  data.equation = std::move(equation);
  data.columns = std::move(columns);
  data.values = std::move(values);
  return data;
}

thalweg::FitParameter parameter(std::string name, double start) {
  thalweg::FitParameter p;
  p.name = std::move(name);
  p.starts = {start};
  return p;
}

Random::Random(std::uint64_t seed, std::uint64_t index) {
  std::seed_seq words{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                      static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32)};
  bits_.seed(words);
}

double Random::uniform() { return (static_cast<double>(bits_() >> 12) + 0.5) * 0x1p-52; }

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log(uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

Library::Library(const std::string& nist, const std::string& curves) : functions_(mgh_fits()) {
  for (const FieldCase& c : field_cases()) fits_.push_back(read_field_case(curves, c));
  for (const std::string& path : files_of(nist))
    fits_.push_back({std::filesystem::path(path).stem().string(), thalweg::read_curve_fit(path)});
}

SweepProblem Library::scattered(Random& random, Kind kind) const {
  const std::vector<SweepProblem>& from = kind == Kind::functions ? functions_ : fits_;
  SweepProblem problem = from[static_cast<std::size_t>(random.below(static_cast<int>(from.size())))];
  const int which = random.below(2);
  constexpr int attempts = 20;
  std::vector<double> x;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    x.clear();
    for (const thalweg::FitParameter& p : problem.fit.parameters) {
      const double origin = p.starts[p.starts.size() > 1 ? static_cast<std::size_t>(which) : 0];
      x.push_back(std::clamp(origin * std::pow(10.0, 0.8 * random.normal()), p.lower, p.upper));
    }
    if (finite_at(problem.fit, x)) break;
  }
  for (std::size_t j = 0; j < x.size(); ++j) {
    problem.fit.parameters[j].starts = {x[j]};
    problem.fit.parameters[j].certified.reset();
  }
  problem.fit.certified_residual_sum_of_squares = std::numeric_limits<double>::quiet_NaN();
  return problem;
}

bool finite_at(const thalweg::CurveFit& fit, const std::vector<double>& x) {
  Model model(fit);
  const RealVector r =
      model.evaluate(Eigen::Map<const Eigen::VectorXd>(x.data(), model.parameters()).cast<Real>(), 0).r;
  // The sum of squares must be a number in double too.
  return r.allFinite() && r.norm() < 1e150L;
}

SweepProblem make_problem(const Library& library, std::uint64_t seed, std::uint64_t index) {
  Random random(seed, index);
  return index % 5 == 0    ? library.scattered(random, Library::Kind::fits)
         : index % 20 == 3 ? library.scattered(random, Library::Kind::functions)
                           : random_problem(random);
}

}  // namespace sweep
