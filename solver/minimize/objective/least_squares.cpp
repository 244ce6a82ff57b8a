#include <minimize/objective/least_squares.hpp>

#include <algorithm>
#include <cmath>

#include <math/dense_kernels.hpp>

namespace thalweg::inline v0_1 {

LeastSquares::LeastSquares(const Program& program, std::vector<double> x, const Options& options)
    : Objective(program.columns()),
      program_(program),
      curvature_(options.curvature),
      threads_(options.threads),
      state_(program),
      product_(static_cast<std::size_t>(program.rows())) {
  state_.x = std::move(x);
  if (!program.is_curved()) return;
  center_ = state_.x;
  for (auto* v : {&center_coordinates_, &step_}) v->resize(static_cast<std::size_t>(program.columns()));
  program.coordinates(center_.data(), center_coordinates_.data());
}

void LeastSquares::place(std::span<const double> z, std::vector<double>& x) const {
  if (!program_.is_curved()) {
    for (std::size_t j = 0; j < z.size(); ++j)
      x[static_cast<std::size_t>(program_.component_of(static_cast<std::int64_t>(j)))] = z[j];
    return;
  }
  // The numbers of blocks on manifolds are overwritten by the retraction.
  x = center_;
  for (std::size_t j = 0; j < z.size(); ++j) {
    x[static_cast<std::size_t>(program_.component_of(static_cast<std::int64_t>(j)))] = z[j];
    step_[j] = z[j] - center_coordinates_[j];
  }
  program_.retract_curved(center_.data(), step_.data(), x.data());
}

bool LeastSquares::recenter(std::span<double> z, std::span<double> gradient) const {
  if (!program_.is_curved()) return false;
  linearize(z);
  center_ = state_.x;
  program_.coordinates(center_.data(), center_coordinates_.data());
  std::copy(center_coordinates_.begin(), center_coordinates_.end(), z.begin());
  linearized_at_ = center_coordinates_;
  std::fill(step_.begin(), step_.end(), 0.0);
  kernels::multiply_transposed(state_.jacobian, state_.residual.data(), gradient.data());
  return true;
}

double LeastSquares::value(std::span<const double> z) const {
  place(z, state_.x);
  linearized_at_.clear();
  return program_.evaluate(state_.x.data(), state_.residual.data(), threads_);
}

void LeastSquares::linearize(std::span<const double> z) const {
  if (std::equal(z.begin(), z.end(), linearized_at_.begin(), linearized_at_.end())) return;
  place(z, state_.x);
  state_.cost = program_.evaluate(state_.x.data(), state_.residual.data(), state_.jacobian, threads_);
  linearized_at_.assign(z.begin(), z.end());
}

double LeastSquares::gradient(std::span<const double> z, std::span<double> g) const {
  linearize(z);
  kernels::multiply_transposed(state_.jacobian, state_.residual.data(), g.data());
  if (program_.is_curved()) {
    for (std::size_t j = 0; j < z.size(); ++j) step_[j] = z[j] - center_coordinates_[j];
    program_.pull_back(center_.data(), step_.data(), state_.x.data(), g.data());
  }
  return state_.cost;
}

void LeastSquares::expect_center(std::span<const double> z) const {
  if (program_.is_curved() && !std::equal(z.begin(), z.end(), center_coordinates_.begin()))
    throw Error("second derivatives on a manifold were asked for away from the center of its coordinates");
}

void LeastSquares::hessian(std::span<const double> z, std::span<double> H) const {
  expect_center(z);
  linearize(z);
  const DenseMatrix& J = state_.jacobian;
  const std::int64_t n = J.columns();
  if (curvature_ == Curvature::exact)
    program_.curvature(state_.x.data(), state_.residual.data(), H.data());
  else
    std::fill(H.begin(), H.end(), 0.0);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j <= i; ++j) {
      const double product = kernels::dot(J.column(i), J.column(j), J.stride());
      H[static_cast<std::size_t>(i * n + j)] += product;
      if (i != j) H[static_cast<std::size_t>(j * n + i)] += product;
    }
}

void LeastSquares::hessian_product(std::span<const double> z, std::span<const double> v, std::span<double> Hv) const {
  expect_center(z);
  if (curvature_ == Curvature::exact) return Objective::hessian_product(z, v, Hv);
  linearize(z);
  kernels::multiply(state_.jacobian, v.data(), product_.data());
  kernels::multiply_transposed(state_.jacobian, product_.data(), Hv.data());
}

bool LeastSquares::scale(std::span<double> D) const {
  const DenseMatrix& J = state_.jacobian;
  for (std::int64_t j = 0; j < J.columns(); ++j)
    D[static_cast<std::size_t>(j)] = std::sqrt(kernels::dot(J.column(j), J.column(j), J.stride()));
  return true;
}

std::vector<double> LeastSquares::reduced(const std::vector<double>& x) const {
  if (program_.is_curved()) {
    center_ = x;
    program_.coordinates(center_.data(), center_coordinates_.data());
    linearized_at_.clear();
    return center_coordinates_;
  }
  std::vector<double> z(static_cast<std::size_t>(program_.columns()));
  for (std::size_t j = 0; j < z.size(); ++j)
    z[j] = x[static_cast<std::size_t>(program_.component_of(static_cast<std::int64_t>(j)))];
  return z;
}

std::vector<double> LeastSquares::expanded(std::span<const double> z) const {
  std::vector<double> x = state_.x;
  place(z, x);
  return x;
}

Box LeastSquares::box() const {
  const Problem& problem = program_.problem();
  Box box;
  for (std::int64_t j = 0; j < program_.columns(); ++j) {
    const auto i = static_cast<std::size_t>(program_.component_of(j));
    box.lower.push_back(problem.lower()[i]);
    box.upper.push_back(problem.upper()[i]);
  }
  return box;
}

}  // namespace thalweg::inline v0_1
