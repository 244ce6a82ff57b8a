#include "peers/minpack.hpp"
#include <thalweg/minimize/solve.hpp>

#include <algorithm>

#include <cminpack.h>

namespace versus {

namespace {

int evaluate(void* function, int, int, const double* b, double* r, double* J, int, int what) {
  Function& f = *static_cast<Function*>(function);
  if (what == 1) f.residuals(b, r);
  if (what == 2) f.jacobian(b, nullptr, J, Order::by_column);
  return 0;
}

class MinpackFit final : public Fit {
 public:
  MinpackFit(std::unique_ptr<Function> f, double factor)
      : f_(std::move(f)), factor_(factor), m_(f_->rows()), n_(f_->parameters()) {
    const auto m = static_cast<std::size_t>(m_), n = static_cast<std::size_t>(n_);
    x_.resize(n);
    r_.resize(m);
    J_.resize(m * n);
    pivots_.resize(n);
    work_.resize(5 * n + m);
  }

  void prepare(std::span<const double> start) override {
    std::copy(start.begin(), start.end(), x_.begin());
    f_->residual_evaluations = f_->jacobian_evaluations = 0;
  }
  void solve() override {
    constexpr int own_scaling = 1, silent = 0;
    double* work = work_.data();
    int residual_evaluations = 0, jacobian_evaluations = 0;
    lmder(evaluate, f_.get(), m_, n_, x_.data(), r_.data(), J_.data(), m_, tight_tolerance, tight_tolerance,
          tight_tolerance, most_iterations, work, own_scaling, factor_, silent, &residual_evaluations,
          &jacobian_evaluations, pivots_.data(), work + n_, work + 2 * n_, work + 3 * n_, work + 4 * n_, work + 5 * n_);
  }
  Outcome outcome() const override {
    return {x_, f_->residual_evaluations, f_->jacobian_evaluations, f_->residual_evaluations - 1};
  }

 private:
  std::unique_ptr<Function> f_;
  double factor_;
  int m_, n_;
  std::vector<double> x_, r_, J_, work_;
  std::vector<int> pivots_;
};

}  // namespace

std::unique_ptr<Fit> minpack_fit(std::unique_ptr<Function> f, double factor) {
  return std::make_unique<MinpackFit>(std::move(f), factor);
}

}  // namespace versus
