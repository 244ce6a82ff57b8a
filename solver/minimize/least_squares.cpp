#include <minimize/least_squares.hpp>

#include <algorithm>
#include <cmath>

#include <math/dense_kernels.hpp>

namespace thalweg {

LeastSquares::LeastSquares(const Program& program, std::vector<double> x, const Options& options)
    : Objective(program.columns()),
      program_(program),
      curvature_(options.curvature),
      threads_(options.threads),
      state_(program),
      product_(static_cast<std::size_t>(program.rows())) {
  state_.x = std::move(x);
}

void LeastSquares::place(std::span<const double> z) const {
  for (std::size_t j = 0; j < z.size(); ++j)
    state_.x[static_cast<std::size_t>(program_.component_of(static_cast<std::int64_t>(j)))] = z[j];
}

double LeastSquares::value(std::span<const double> z) const {
  place(z);
  linearized_at_.clear();
  return program_.evaluate(state_.x.data(), state_.residual.data(), threads_);
}

void LeastSquares::linearize(std::span<const double> z) const {
  if (std::equal(z.begin(), z.end(), linearized_at_.begin(), linearized_at_.end())) return;
  place(z);
  state_.cost = program_.evaluate(state_.x.data(), state_.residual.data(), state_.jacobian, threads_);
  linearized_at_.assign(z.begin(), z.end());
}

double LeastSquares::gradient(std::span<const double> z, std::span<double> g) const {
  linearize(z);
  kernels::multiply_transposed(state_.jacobian, state_.residual.data(), g.data());
  return state_.cost;
}

void LeastSquares::hessian(std::span<const double> z, std::span<double> H) const {
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
  std::vector<double> z(static_cast<std::size_t>(program_.columns()));
  for (std::size_t j = 0; j < z.size(); ++j)
    z[j] = x[static_cast<std::size_t>(program_.component_of(static_cast<std::int64_t>(j)))];
  return z;
}

std::vector<double> LeastSquares::expanded(std::span<const double> z) const {
  std::vector<double> x = state_.x;
  for (std::size_t j = 0; j < z.size(); ++j)
    x[static_cast<std::size_t>(program_.component_of(static_cast<std::int64_t>(j)))] = z[j];
  return x;
}

Box LeastSquares::box() const { return {reduced(program_.problem().lower()), reduced(program_.problem().upper())}; }

}  // namespace thalweg
