// The residual functions behind Function: any callable of thalweg/models/nist_models.hpp with
// Ceres's dual numbers, or a residual group or a whole problem of ours.
#pragma once

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <ceres/jet.h>
#include <thalweg/math/dual.hpp>
#include <thalweg/problem/problem.hpp>
#include <thalweg/problem/program.hpp>

#include "fit.hpp"

namespace versus {

/// The callable on doubles and on ceres::Jet. `columns`: the predictors, then the response.
template <class Model>
class JetFunction final : public Function {
  static constexpr int n = Model::parameters;

 public:
  explicit JetFunction(std::vector<std::vector<double>> columns) : columns_(std::move(columns)) {}
  int parameters() const override { return n; }
  int rows() const override { return static_cast<int>(columns_[0].size()); }
  bool has_second_derivative() const override { return true; }

 protected:
  void compute(const double* b, double* r) override {
    for (int i = 0; i < rows(); ++i) r[i] = call(b, i);
  }

  void compute_jacobian(const double* b, double* r, double* J, Order order) override {
    if (order == Order::by_row) {
      sweep(b, r, [J](int i, const Jet& value) {
        for (int j = 0; j < n; ++j) J[i * n + j] = value.v[j];
      });
    } else {
      sweep(b, r, [J, m = rows()](int i, const Jet& value) {
        for (int j = 0; j < n; ++j) J[j * m + i] = value.v[j];
      });
    }
  }

  void compute_second(const double* b, const double* v, double* rvv) override {
    using Inner = thalweg::Dual<double, 1>;
    using Outer = thalweg::Dual<Inner, 1>;
    std::array<Outer, n> p;
    for (int j = 0; j < n; ++j) {
      Inner value(b[j]);
      value.tangent[0] = v[j];
      p[static_cast<std::size_t>(j)] = Outer(value);
      p[static_cast<std::size_t>(j)].tangent[0] = Inner(v[j]);
    }
    for (int i = 0; i < rows(); ++i) rvv[i] = call(p, i).tangent[0].tangent[0];
  }

 private:
  using Jet = ceres::Jet<double, n>;

  template <class P>
  auto call(const P& b, int row) const {
    const auto i = static_cast<std::size_t>(row);
    if constexpr (Model::predictors == 1) {
      return Model{}(b, columns_[0][i], columns_[1][i]);
    } else {
      return Model{}(b, columns_[0][i], columns_[1][i], columns_[2][i]);
    }
  }

  template <class Sink>
  void sweep(const double* b, double* r, Sink sink) const {
    std::array<Jet, n> p;
    for (int j = 0; j < n; ++j) p[static_cast<std::size_t>(j)] = Jet(b[j], j);
    for (int i = 0; i < rows(); ++i) {
      const Jet value = call(p, i);
      if (r) r[i] = value.a;
      sink(i, value);
    }
  }

  std::vector<std::vector<double>> columns_;
};

/// The first residual group of one of our problems: the same callable, evaluated several rows at
/// once. Lends our evaluation to a peer; by column only.
class GroupFunction final : public Function {
 public:
  explicit GroupFunction(thalweg::Problem problem) : problem_(std::move(problem)) {}
  int parameters() const override { return group().columns(); }
  int rows() const override { return static_cast<int>(group().items()); }
  bool has_second_derivative() const override { return false; }

 protected:
  void compute(const double* b, double* r) override {
    group().evaluate(b, {.begin = 0, .end = rows(), .residual = &r});
  }
  void compute_jacobian(const double* b, double* r, double* J, Order order) override;

 private:
  const thalweg::ResidualGroup& group() const { return *problem_.groups().front(); }
  thalweg::Problem problem_;
  std::vector<double> spare_;
};

/// All residuals of one of our problems, as its Program evaluates them, without the padding.
class ProgramFunction final : public Function {
 public:
  explicit ProgramFunction(thalweg::Problem problem);
  int parameters() const override { return static_cast<int>(program_.columns()); }
  int rows() const override { return rows_; }
  bool has_second_derivative() const override { return false; }

 protected:
  void compute(const double* b, double* r) override;
  void compute_jacobian(const double* b, double* r, double* J, Order order) override;

 private:
  void copy_rows(const double* padded, double* to, int stride) const;

  thalweg::Problem problem_;
  thalweg::Program program_;
  int rows_;
  thalweg::AlignedArray residual_;
  thalweg::DenseMatrix jacobian_;
};

}  // namespace versus
