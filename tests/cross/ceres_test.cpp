// Ours beside Ceres: the same callable, wrapped in a Ceres cost, so that both minimise the very same function.
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/nist_models.hpp>
#include <thalweg/problem/program.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <ceres/ceres.h>
#include <doctest/doctest.h>
#include <glog/logging.h>

using namespace thalweg;

namespace {

/// One NIST problem: the file, and its columns as the compiled models take them, the response last.
struct Data {
  CurveFit file;
  std::vector<std::vector<double>> columns;

  explicit Data(const std::string& name) : file(read_curve_fit(THALWEG_SOURCE_DIR "/problems/nist/" + name + ".toml")) {
    const DataSet& set = file.data.front();
    std::vector<double> response;
    for (std::size_t k = 0; k < set.columns.size(); ++k) {
      if (set.columns[k] == "y") {
        response = set.values[k];
      } else {
        columns.push_back(set.values[k]);
      }
    }
    columns.push_back(response);
  }
  int rows() const { return static_cast<int>(columns.back().size()); }
  std::vector<double> start(std::size_t k) const {
    std::vector<double> x;
    for (const FitParameter& p : file.parameters) x.push_back(p.starts.at(k));
    return x;
  }
};

template <class Model, class P>
auto residual(const Data& data, const P& b, int row) {
  const auto i = static_cast<std::size_t>(row);
  const auto& c = data.columns;
  if constexpr (Model::predictors == 1) {
    return Model{}(b, c[0][i], c[1][i]);
  } else {
    return Model{}(b, c[0][i], c[1][i], c[2][i]);
  }
}

/// All rows of the callable, differentiated by ceres::Jet.
template <class Model>
class JetCost final : public ceres::SizedCostFunction<ceres::DYNAMIC, Model::parameters> {
  static constexpr int n = Model::parameters;

 public:
  explicit JetCost(const Data& data) : data_(data) { this->set_num_residuals(data.rows()); }
  bool Evaluate(const double* const* b, double* r, double** J) const override {
    using Jet = ceres::Jet<double, n>;
    std::array<Jet, n> p;
    for (int j = 0; j < n; ++j) p[static_cast<std::size_t>(j)] = Jet(b[0][j], j);
    for (int i = 0; i < data_.rows(); ++i) {
      if (J && J[0]) {
        const Jet value = residual<Model>(data_, p, i);
        r[i] = value.a;
        for (int j = 0; j < n; ++j) J[0][i * n + j] = value.v[j];
      } else {
        r[i] = residual<Model>(data_, b[0], i);
      }
    }
    return true;
  }

 private:
  const Data& data_;
};

/// ½‖r‖² by one code for both solutions.
template <class Model>
double cost_at(const Data& data, const std::vector<double>& x) {
  double sum = 0.0;
  for (int i = 0; i < data.rows(); ++i) {
    const double r = residual<Model>(data, x.data(), i);
    sum += r * r;
  }
  return 0.5 * sum;
}

template <class Model>
Problem our_problem(const Data& data, const std::vector<double>& start, bool use_simd) {
  Problem problem;
  const Vec<double, Model::parameters> first = Eigen::Map<const Vec<double, Model::parameters>>(start.data());
  const auto b = problem.add_parameters("b", first);
  const auto add = [&](auto f) {
    if constexpr (Model::predictors == 1) {
      problem.add_residuals("r", f, b, data.columns[0], data.columns[1]);
    } else {
      problem.add_residuals("r", f, b, data.columns[0], data.columns[1], data.columns[2]);
    }
  };
  if (use_simd) {
    add(simd(Model{}));
  } else {
    add(Model{});
  }
  return problem;
}

struct CeresEnd {
  std::vector<double> x;
  bool converged = false;
};

template <class Model>
CeresEnd solve_with_ceres(const Data& data, std::vector<double> x) {
  FLAGS_minloglevel = google::GLOG_FATAL;
  ceres::Problem problem;
  problem.AddResidualBlock(new JetCost<Model>(data), nullptr, x.data());
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.logging_type = ceres::SILENT;
  options.function_tolerance = options.gradient_tolerance = options.parameter_tolerance = 1e-15;
  options.max_num_iterations = 10000;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  return {x, summary.termination_type == ceres::CONVERGENCE};
}

/// Two costs are called equal within 1e-9 relative. Lanczos1 needs more room: its data are exact to 14 digits, so the
/// minimum, ½Σr² = 7e-26, consists of rounding alone (r ≈ 1e-13, of data around 1), and no two codes can agree on its
/// digits. 1e-22 there still asks for residuals of at most 3e-12. The next smallest minimum, Lanczos2's 1.1e-11, has
/// no use for that room: 1e-9 of it is a hundred times more.
constexpr double relative_room = 1e-9, absolute_room = 1e-22;
bool no_worse(double cost, double other) { return cost <= other * (1.0 + relative_room) + absolute_room; }

template <class Model>
void compare_from(const Data& data, const std::string& name, std::size_t k) {
  const std::vector<double> start = data.start(k);
  const CeresEnd theirs = solve_with_ceres<Model>(data, start);
  const Problem problem = our_problem<Model>(data, start, true);
  const Result ours = solve(problem);
  CAPTURE(name);
  CAPTURE(k + 1);
  CHECK(ours.converged());

  const double certified = 0.5 * data.file.certified_residual_sum_of_squares;
  const double our_cost = cost_at<Model>(data, ours.x), their_cost = cost_at<Model>(data, theirs.x);
  CAPTURE(our_cost);
  CAPTURE(their_cost);
  CAPTURE(certified);
  CHECK(std::abs(ours.final_cost - our_cost) <= relative_room * our_cost + absolute_room);
  // What the file certifies is the minimum, to the digits printed.
  CHECK(our_cost <= certified * (1.0 + 1e-6) + absolute_room);
  // Never worse than Ceres, wherever that ended.
  CHECK(no_worse(our_cost, their_cost));
  if (their_cost <= certified * (1.0 + 1e-6) + absolute_room) {
    CHECK(theirs.converged);
    CHECK(no_worse(their_cost, our_cost));
  } else {
    MESSAGE(name << " start " << k + 1 << ": Ceres ends at " << their_cost << ", ours at " << our_cost);
  }
}

/// J of one of our problems beside Ceres's, at x. An entry may differ by rounding of the sum that it comes from, so
/// differences count relative to the column's largest entry too.
template <class Model>
double jacobian_difference(const Data& data, const Problem& problem, const std::vector<double>& x) {
  constexpr int n = Model::parameters;
  const Program program(problem);
  AlignedArray r(program.rows());
  DenseMatrix J(program.rows(), program.columns());
  program.evaluate(x.data(), r.data(), J, 1);

  const int m = data.rows();
  std::vector<double> their_r(static_cast<std::size_t>(m)), their_J(static_cast<std::size_t>(m * n));
  const double* block = x.data();
  double* by_row = their_J.data();
  JetCost<Model>(data).Evaluate(&block, their_r.data(), &by_row);

  double worst = 0.0;
  for (int j = 0; j < n; ++j) {
    double largest = 0.0, difference = 0.0;
    for (int i = 0; i < m; ++i) {
      largest = std::max(largest, std::abs(by_row[i * n + j]));
      difference = std::max(difference, std::abs(J(i, j) - by_row[i * n + j]));
    }
    if (difference > 0.0) worst = std::max(worst, difference / largest);
  }
  return worst;
}

}  // namespace

TEST_CASE("NIST: ours and Ceres reach the same cost from all 54 starts, or ours the lower") {
  nist::for_each_problem([](const char* name, auto model) {
    const Data data(name);
    for (const std::size_t k : {0u, 1u}) compare_from<decltype(model)>(data, name, k);
  });
}

TEST_CASE("NIST: Jacobians by SIMD duals, scalar duals and the formula equal those of ceres::Jet") {
  nist::for_each_problem([](const char* name, auto model) {
    using Model = decltype(model);
    const Data data(name);
    std::vector<double> certified;
    for (const FitParameter& p : data.file.parameters) certified.push_back(p.certified.value().value);
    const Problem scalar = our_problem<Model>(data, certified, false);
    const Problem packs = our_problem<Model>(data, certified, true);
    const CurveProblem formula = build_problem(data.file);
    CAPTURE(name);
    for (const auto& x : {data.start(0), data.start(1), certified}) {
      CHECK(jacobian_difference<Model>(data, scalar, x) <= 1e-12);
      CHECK(jacobian_difference<Model>(data, packs, x) <= 1e-12);
      CHECK(jacobian_difference<Model>(data, formula.problem, x) <= 1e-12);
    }
  });
}
