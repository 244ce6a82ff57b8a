#include <thalweg/models/orthogonal_residuals.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <Eigen/LU>

#include "models/curve/orthogonal/foot_points.hpp"
#include "models/curve/orthogonal/kept_points.hpp"

namespace thalweg::inline v0_1 {
namespace {

using orthogonal::chunk;
using orthogonal::FootPoints;

/// Calls f with foot points of k inputs, of this thread.
template <class F>
void with_foot_points(int k, const F& f) {
  const auto call = [&]<int K>() {
    thread_local FootPoints<K> feet;
    f(feet);
  };
  if (k == 1) call.template operator()<1>();
  if (k == 2) call.template operator()<2>();
  if (k == 3) call.template operator()<3>();
}

/// Calls f(from, to) for the pieces of [begin, end).
template <class F>
void in_chunks(std::int64_t begin, std::int64_t end, const F& f) {
  for (std::int64_t from = begin; from < end; from += std::int64_t{chunk})
    f(from, std::min(from + std::int64_t{chunk}, end));
}

void check(const std::string& name, const FormulaModel& model, const InputErrors& errors) {
  const auto k = static_cast<std::size_t>(model.varying());
  if (k < 1 || k > static_cast<std::size_t>(most_uncertain_inputs) || model.parameters() == model.varying())
    throw Error("'" + name + "' has " + std::to_string(k) + " inputs with errors; expected 1 to 3, and parameters");
  const auto rows = static_cast<std::size_t>(model.rows());
  const auto fits = [&](const std::vector<double>& column) { return column.size() == rows; };
  if (errors.measured.size() != k || errors.factor.size() != k * (k + 1) / 2 ||
      !std::all_of(errors.measured.begin(), errors.measured.end(), fits) ||
      !std::all_of(errors.factor.begin(), errors.factor.end(), fits) ||
      (!errors.residual_sigma.empty() && errors.residual_sigma.size() != rows))
    throw Error("'" + name + "': the arrays of inputs and errors do not fit the formula; expected one value per row");
  const auto positive = [](double v) { return v > 0.0 && std::isfinite(v); };
  for (std::size_t row = 0; row < rows; ++row) {
    bool right = errors.residual_sigma.empty() || positive(errors.residual_sigma[row]);
    for (std::size_t a = 0; a < k; ++a) right = right && positive(errors.factor[(a + 1) * (a + 2) / 2 - 1][row]);
    if (!right)
      throw Error("'" + name + "', row " + std::to_string(row + 1) +
                  ": a standard deviation is not positive; expected finite positive numbers");
  }
}

/// ∂u/∂p of a foot point, K × n, from the derivatives of its conditions u + λa = 0 and g − σ²λ = 0.
template <int K>
Eigen::Matrix<double, K, Eigen::Dynamic> foot_slopes(const FootPoints<K>& feet, std::size_t i,
                                                     const Eigen::MatrixXd& a_p, const Eigen::RowVectorXd& g_p) {
  const auto& at = feet.local(i);
  const double lambda = feet.distance(i) / feet.normal(i);
  Eigen::Matrix<double, K + 1, K + 1> M;
  M.template topLeftCorner<K, K>() = Eigen::Matrix<double, K, K>::Identity() + lambda * at.H;
  M.template topRightCorner<K, 1>() = at.a;
  M.template bottomLeftCorner<1, K>() = at.a.transpose();
  M(K, K) = -feet.variance(i);
  Eigen::Matrix<double, K + 1, Eigen::Dynamic> right(K + 1, g_p.size());
  right.template topRows<K>() = -lambda * a_p;
  right.row(K) = -g_p;
  return Eigen::Matrix<double, K + 1, Eigen::Dynamic>(M.partialPivLu().solve(right)).template topRows<K>();
}

}  // namespace

OrthogonalResiduals::OrthogonalResiduals(std::string name, std::shared_ptr<const FormulaModel> model,
                                         std::int64_t offset, InputErrors errors)
    : ResidualGroup(std::move(name), 1, model->rows(), {{model->parameters() - model->varying(), offset, {}}}),
      model_(std::move(model)),
      errors_(std::make_shared<const InputErrors>(std::move(errors))),
      kept_(std::make_shared<orthogonal::KeptPoints>(model_->rows(), model_->varying(), columns())) {
  check(this->name(), *model_, *errors_);
}
OrthogonalResiduals::~OrthogonalResiduals() = default;

void OrthogonalResiduals::compute(const double* x, const ResidualOutput& out) const {
  const double* const p = x + slots()[0].shared_offset;
  const auto n = static_cast<std::size_t>(columns());
  std::vector<double*> jacobian(static_cast<std::size_t>(model_->parameters()));
  std::array<double, chunk> unused, unit, weight;
  with_foot_points(model_->varying(), [&](auto& feet) {
    in_chunks(out.begin, out.end, [&](std::int64_t from, std::int64_t to) {
      kept_->find(feet, *model_, *errors_, p, from, to);
      const std::int64_t done = from - out.begin;
      const auto rows = static_cast<std::size_t>(to - from);
      double* const residual = out.residual[0] + done;
      unit.fill(1.0);
      if (has_sigma())
        for (std::size_t i = 0; i < rows; ++i) unit[i] = 1.0 / inverse_sigma()[static_cast<std::size_t>(from) + i];
#pragma omp simd
      for (std::size_t i = 0; i < rows; ++i) residual[i] = unit[i] * feet.distances()[i];
      if (!out.jacobian) return;
      for (std::size_t i = 0; i < chunk; ++i) weight[i] = unit[i] / feet.normals()[i];
      for (std::size_t j = 0; j < n; ++j) jacobian[j] = out.jacobian[j] ? out.jacobian[j] + done : nullptr;
      model_->evaluate(p, from, to, unused.data(), jacobian.data(), feet.inputs().data());
      for (std::size_t j = 0; j < n; ++j) {
        double* const column = jacobian[j];
        if (!column) continue;
#pragma omp simd
        for (std::size_t i = 0; i < rows; ++i) column[i] *= weight[i];
      }
    });
  });
}

// d = λN, N = √(σ² + ‖a‖²), ∂d = g_p / N along the foot points u(p), so
//   ∂²d = (g_pp + a_pᵀ u_p) / N − g_pᵀ aᵀ(H u_p + a_p) / N³.
void OrthogonalResiduals::compute_curvature(const double* x, std::int64_t begin, std::int64_t end,
                                            const double* const* weight, double* S) const {
  const double* const p = x + slots()[0].shared_offset;
  const int n = columns(), k = model_->varying();
  const auto all = static_cast<std::size_t>(n + k);
  std::vector<double> unused(chunk), weights(chunk), sums(all * all);
  std::vector<std::vector<double>> g_p(static_cast<std::size_t>(n), std::vector<double>(chunk));
  std::vector<std::vector<double>> mixed(static_cast<std::size_t>(n * k), std::vector<double>(chunk));
  std::vector<double*> to_g(all), to_mixed;
  for (std::size_t j = 0; j < g_p.size(); ++j) to_g[j] = g_p[j].data();
  for (auto& column : mixed) to_mixed.push_back(column.data());
  Eigen::MatrixXd rest = Eigen::MatrixXd::Zero(n, n);
  with_foot_points(k, [&](auto& feet) {
    in_chunks(begin, end, [&](std::int64_t from, std::int64_t to) {
      feet.find(*model_, *errors_, p, from, to);
      const auto inputs = feet.inputs();
      model_->evaluate(p, from, to, unused.data(), to_g.data(), inputs.data());
      model_->evaluate_mixed(p, from, to, to_mixed.data(), inputs.data());
      for (std::int64_t row = from; row < to; ++row) {
        const auto i = static_cast<std::size_t>(row - from);
        const double unit = has_sigma() ? 1.0 / inverse_sigma()[static_cast<std::size_t>(row)] : 1.0;
        const double w = weight[0][row - begin] * unit, N = feet.normal(i);
        weights[i] = w == 0.0 ? 0.0 : w / N;
        if (w == 0.0) continue;
        Eigen::RowVectorXd slope(n);
        Eigen::MatrixXd by_input(k, n);
        for (int j = 0; j < n; ++j) {
          slope[j] = g_p[static_cast<std::size_t>(j)][i];
          for (int a = 0; a < k; ++a) by_input(a, j) = mixed[static_cast<std::size_t>(a * n + j)][i];
        }
        const Eigen::MatrixXd a_p = feet.factor(i).transpose() * by_input;
        const auto u_p = foot_slopes(feet, i, a_p, slope);
        const Eigen::RowVectorXd N_p = feet.local(i).a.transpose() * (feet.local(i).H * u_p + a_p);
        rest += w * (a_p.transpose() * u_p / N - slope.transpose() * N_p / (N * N * N));
      }
      model_->add_curvature(p, from, to, weights.data(), sums.data(), inputs.data());
    });
  });
  for (int j = 0; j < n; ++j)
    for (int l = 0; l < n; ++l)
      S[j * n + l] +=
          sums[static_cast<std::size_t>(j) * all + static_cast<std::size_t>(l)] + 0.5 * (rest(j, l) + rest(l, j));
}

std::vector<std::vector<double>> OrthogonalResiduals::true_inputs(const double* x) const {
  const double* const p = x + slots()[0].shared_offset;
  std::vector<std::vector<double>> inputs(static_cast<std::size_t>(model_->varying()));
  with_foot_points(model_->varying(), [&](auto& feet) {
    in_chunks(0, items(), [&](std::int64_t from, std::int64_t to) {
      feet.find(*model_, *errors_, p, from, to);
      const auto found = feet.inputs();
      for (std::size_t a = 0; a < inputs.size(); ++a)
        for (std::int64_t i = 0; i < to - from; ++i)
          inputs[a].push_back(std::isfinite(feet.distance(static_cast<std::size_t>(i)))
                                  ? found[a][i]
                                  : std::numeric_limits<double>::quiet_NaN());
    });
  });
  return inputs;
}

std::string OrthogonalResiduals::explain_non_finite(const double* x, std::int64_t item) const {
  std::vector<double> p(x + slots()[0].shared_offset, x + slots()[0].shared_offset + columns());
  const auto row = static_cast<std::size_t>(item);
  for (const auto& column : errors_->measured) p.push_back(column[row]);
  const std::string where = name() + ", row " + std::to_string(item + 1) + ": ";
  const auto found = model_->non_finite_at(p.data(), item);
  if (!found) return where + "no point of the curve was found near the measured one";
  const char* const value = std::isnan(found->value) ? "nan" : found->value > 0.0 ? "inf" : "-inf";
  return where + "'" + found->subexpression + "' is " + value;
}

std::unique_ptr<ResidualGroup> OrthogonalResiduals::permuted(std::span<const std::int64_t> order) const {
  const auto moved = [&](const std::vector<double>& column) {
    std::vector<double> result;
    if (column.empty()) return result;
    for (const std::int64_t row : order) result.push_back(column[static_cast<std::size_t>(row)]);
    return result;
  };
  InputErrors errors;
  for (const auto& column : errors_->measured) errors.measured.push_back(moved(column));
  for (const auto& column : errors_->factor) errors.factor.push_back(moved(column));
  errors.residual_sigma = moved(errors_->residual_sigma);
  return std::make_unique<OrthogonalResiduals>(name(), std::make_shared<const FormulaModel>(model_->reordered(order)),
                                               slots()[0].shared_offset, std::move(errors));
}

}  // namespace thalweg::inline v0_1
