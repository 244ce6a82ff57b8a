// The problems of the sweep: each is reproducible from (seed, index).
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <thalweg/models/curve_fit.hpp>

namespace sweep {

struct SweepProblem {
  std::string name;
  thalweg::CurveFit fit;  ///< starts included; one start per parameter
};

/// A table and its equation; a parameter with its start; all else by default.
thalweg::DataSet data_set(std::string equation, std::vector<std::string> columns,
                          std::vector<std::vector<double>> values);
thalweg::FitParameter parameter(std::string name, double start);

/// Random numbers that are the same on every platform.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t index);
  /// In (0, 1).
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double normal();  ///< Box & Muller 1958
  int below(int n) { return static_cast<int>(uniform() * n); }
  bool chance(double probability) { return uniform() < probability; }

 private:
  std::mt19937_64 bits_;
};

/// The fits of the files and the cases from the field, and Moré, Garbow & Hillstrom's functions, with the starts they
/// came with.
class Library {
 public:
  /// `nist`: the folder of NIST's problem files; `curves`: that of the tables from the field.
  Library(const std::string& nist, const std::string& curves);
  /// One of them; each parameter of the start is multiplied by 10^(0.8 N(0, 1)), a bound is kept.
  enum class Kind { fits, functions };
  SweepProblem scattered(Random& random, Kind kind) const;

 private:
  std::vector<SweepProblem> fits_, functions_;
};

/// A random formula with data made from it; the start is scattered about the true parameters in the same way.
SweepProblem random_problem(Random& random);

/// Problem `index` of the sweep with that seed: one in five is a fit of the library, one in twenty a function.
SweepProblem make_problem(const Library& library, std::uint64_t seed, std::uint64_t index);

/// Whether every residual of the fit is finite at x; in long double, so that the problems do not change with the
/// solver.
bool finite_at(const thalweg::CurveFit& fit, const std::vector<double>& x);

}  // namespace sweep
