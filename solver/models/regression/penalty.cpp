#include "models/regression/penalty.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::inline v0_1::regression {
namespace {

class WeightPenalty final : public Proximable {
 public:
  WeightPenalty(double l1, double max_norm, std::vector<Weights> units)
      : l1_(l1), max_norm_(max_norm), units_(std::move(units)) {}

  double value(std::span<const double> x) const override {
    double sum = 0.0;
    for (const Weights& unit : units_) {
      for (const double w : of(x, unit)) sum += std::abs(w);
      // The projection ends on the sphere to rounding.
      if (norm(of(x, unit)) > max_norm_ * (1.0 + 1e-12)) return std::numeric_limits<double>::infinity();
    }
    return l1_ > 0.0 ? l1_ * sum : 0.0;
  }

  bool indicator() const override { return l1_ == 0.0; }

  // Soft thresholding (Donoho 1995), then the projection: together the proximal step of the sum, since the projection
  // on a ball only scales and keeps every sign.
  void prox(std::span<double> x, double t) const override {
    for (const Weights& unit : units_) {
      const std::span<double> w =
          x.subspan(static_cast<std::size_t>(unit.begin), static_cast<std::size_t>(unit.end - unit.begin));
      for (double& v : w) v = std::copysign(std::max(std::abs(v) - t * l1_, 0.0), v) + 0.0;  // no −0
      const double length = norm(w);
      if (length > max_norm_)
        for (double& v : w) v *= max_norm_ / length;
    }
  }

 private:
  static std::span<const double> of(std::span<const double> x, const Weights& unit) {
    return x.subspan(static_cast<std::size_t>(unit.begin), static_cast<std::size_t>(unit.end - unit.begin));
  }
  static double norm(std::span<const double> w) {
    double squares = 0.0;
    for (const double v : w) squares += v * v;
    return std::sqrt(squares);
  }

  double l1_, max_norm_;
  std::vector<Weights> units_;
};

}  // namespace

std::shared_ptr<const Proximable> make_penalty(double l1, double max_norm, std::vector<Weights> units) {
  if (l1 == 0.0 && std::isinf(max_norm)) return nullptr;
  return std::make_shared<WeightPenalty>(l1, max_norm, std::move(units));
}

double Ridge::value(std::span<const double> x) const {
  if (lambda_ == 0.0) return 0.0;
  std::vector<double> product(x.size());
  apply(x, 0.5, product);
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += product[i] * x[i];
  return sum;
}

void Ridge::apply(std::span<const double> v, double factor, std::span<double> out) const {
  if (lambda_ == 0.0) return;
  const double scale = factor * lambda_;
  for (const Weights& unit : units_)
    for (std::int64_t i = unit.begin; i < unit.end; ++i)
      out[static_cast<std::size_t>(i)] += scale * v[static_cast<std::size_t>(i)];
  if (!reference_) return;
  const double classes = static_cast<double>(units_.size()) + 1.0;
  for (std::int64_t j = 0; j < units_[0].end - units_[0].begin; ++j) {
    double sum = 0.0;
    for (const Weights& unit : units_) sum += v[static_cast<std::size_t>(unit.begin + j)];
    for (const Weights& unit : units_) out[static_cast<std::size_t>(unit.begin + j)] -= scale * (sum / classes);
  }
}

void Ridge::add_hessian(std::span<double> H, std::int64_t n) const {
  if (lambda_ == 0.0) return;
  const double classes = static_cast<double>(units_.size()) + 1.0;
  for (const Weights& a : units_)
    for (std::int64_t j = 0; j < a.end - a.begin; ++j) {
      H[static_cast<std::size_t>((a.begin + j) * n + a.begin + j)] += lambda_;
      for (const Weights& b : units_)
        if (reference_) H[static_cast<std::size_t>((a.begin + j) * n + b.begin + j)] -= lambda_ / classes;
    }
}

void Ridge::add_diagonal(std::span<double> D) const {
  const double share = reference_ ? 1.0 / (static_cast<double>(units_.size()) + 1.0) : 0.0;
  for (const Weights& unit : units_)
    for (std::int64_t i = unit.begin; i < unit.end; ++i) D[static_cast<std::size_t>(i)] += lambda_ * (1.0 - share);
}

std::vector<Ridge::Row> Ridge::rows() const {
  std::vector<Row> all;
  const double root = std::sqrt(lambda_);
  if (!reference_) {
    for (const Weights& unit : units_)
      for (std::int64_t i = unit.begin; i < unit.end; ++i) all.push_back({{i, root}});
    return all;
  }
  // Of each class and input, √λ (wₖ − w̄); the reference comes first.
  const double share = 1.0 / (static_cast<double>(units_.size()) + 1.0);
  for (std::size_t k = 0; k <= units_.size(); ++k)
    for (std::int64_t j = 0; j < units_[0].end - units_[0].begin; ++j) {
      Row& row = all.emplace_back();
      for (std::size_t l = 0; l < units_.size(); ++l)
        row.push_back({units_[l].begin + j, root * ((k == l + 1 ? 1.0 : 0.0) - share)});
    }
  return all;
}

RidgeResiduals::RidgeResiduals(const Ridge& ridge, std::int64_t parameters)
    : ResidualGroup("l2", 1, static_cast<std::int64_t>(ridge.rows().size()), {{static_cast<int>(parameters), 0, {}}}),
      rows_(ridge.rows()) {}

void RidgeResiduals::compute(const double* x, const ResidualOutput& out) const {
  for (int c = 0; out.jacobian && c < columns(); ++c)
    if (out.jacobian[c]) std::fill_n(out.jacobian[c], out.end - out.begin, 0.0);
  for (std::int64_t i = out.begin; i < out.end; ++i) {
    double sum = 0.0;
    for (const auto& [parameter, coefficient] : rows_[static_cast<std::size_t>(i)]) {
      sum += coefficient * x[parameter];
      if (out.jacobian && out.jacobian[parameter]) out.jacobian[parameter][i - out.begin] = coefficient;
    }
    out.residual[0][i - out.begin] = sum;
  }
}

}  // namespace thalweg::inline v0_1::regression
