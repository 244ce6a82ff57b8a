#include "ours.hpp"

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>

namespace versus {

namespace {

class OurFit final : public Fit {
 public:
  /// The problem has one parameter block, at the front of x.
  OurFit(thalweg::CurveProblem curve, thalweg::Options options)
      : curve_(std::move(curve)), options_(std::move(options)), solver_(curve_.problem) {}

  void prepare(std::span<const double> start) override {
    const int n = static_cast<int>(start.size());
    curve_.problem.set_start<thalweg::Dynamic>(
        thalweg::Parameters<thalweg::Dynamic>(0, n, 1),
        Eigen::Map<const thalweg::Vec<double, thalweg::Dynamic>>(start.data(), n));
  }
  void solve() override { result_ = solver_.solve(options_); }
  Outcome outcome() const override {
    return {result_.x, result_.evaluations.cost, result_.evaluations.jacobian, static_cast<int>(result_.iterations)};
  }

 private:
  thalweg::CurveProblem curve_;
  thalweg::Options options_;
  thalweg::Solver solver_;
  thalweg::Result result_;
};

}  // namespace

std::unique_ptr<Fit> compiled_fit(const Case& c, bool simd, const thalweg::Options& options) {
  thalweg::CurveProblem curve;
  curve.problem = c.problem(simd);
  return std::make_unique<OurFit>(std::move(curve), options);
}

std::unique_ptr<Fit> formula_fit(const Case& c, const thalweg::Options& options) {
  return std::make_unique<OurFit>(thalweg::build_problem(c.file), options);
}

}  // namespace versus
