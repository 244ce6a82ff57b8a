#include "models/regression/output_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <math/dense_kernels.hpp>
#include <thalweg/math/pack.hpp>

namespace thalweg::inline v0_1::regression {
namespace {

using P = NativePack;
constexpr std::int64_t lanes = native_lanes;

/// Σ of m numbers, in an order that m alone fixes.
double sum_of(const double* values, std::int64_t m) {
  P sum;
  std::int64_t i = 0;
  for (; i + lanes <= m; i += lanes) sum += P::load(values + i);
  double total = kernels::sum_of_lanes(sum);
  for (; i < m; ++i) total += values[i];
  return total;
}

/// y may end at m: a pack that would reach beyond repeats nothing, its other lanes are 0.
P load_part(const double* p, std::int64_t i, std::int64_t m) {
  if (i + lanes <= m) return P::load(p + i);
  P part;
  for (std::int64_t l = 0; i + l < m; ++l) part.v[l] = p[i + l];
  return part;
}

void zero_tail(double* column, std::int64_t m) { std::fill(column + m, column + padded(m), 0.0); }

// Weights p(1 − p) below this are as good as none; r̃ᵀJ̃ is the exact gradient whatever the floor.
constexpr double least_probability = 1e-280;

}  // namespace

double OutputLoss::evaluate(double* S, std::int64_t stride, const double* y, std::int64_t m) const {
  switch (kind_) {
    case Kind::logistic:
      return logistic(S, y, m, nullptr);
    case Kind::softmax:
      return softmax(S, stride, y, m, nullptr, nullptr);
    case Kind::hinge:
      return hinge(S, stride, y, m);
    case Kind::squares:
      break;
  }
  P sum;
  std::int64_t i = 0;
  for (; i + lanes <= m; i += lanes) {
    const P r = P::load(S + i) - P::load(y + i);
    sum += r * r;
  }
  double squares = kernels::sum_of_lanes(sum);
  for (; i < m; ++i) squares += (S[i] - y[i]) * (S[i] - y[i]);
  return 0.5 * squares;
}

// The logarithms of a tile are a third of the work, and the sum of them is that of one product: at most 2^(rows/lanes).
// Where all e^{−|f|} are small the product has not their digits: NaN then, the scores left alone.
double OutputLoss::logistic_sum(double* S, const double* y, std::int64_t m) const {
  constexpr double large_enough = 0.1;
  const P one(1.0), zero(0.0), keep(1.0 - smoothing_), shift(0.5 * smoothing_);
  double state[tile_rows];
  P linear, product(1.0), largest;
  for (std::int64_t i = 0; i < m; i += lanes) {
    const P f = P::load(S + i), t = keep * P::load(y + i) + shift;
    const P e = exp(-abs(f)), sum = one + e;
    (select(f < zero, e, one) / sum).store(state + i);
    linear += max(f, zero) - t * f;
    product *= sum;
    largest = max(largest, e);
  }
  bool fine = false;
  for (int l = 0; l < lanes; ++l) fine = fine || largest[l] > large_enough;
  if (!fine) return std::numeric_limits<double>::quiet_NaN();
  std::copy_n(state, m, S);
  return kernels::sum_of_lanes(linear + log(product));
}

// ℓ = max(f, 0) − y f + ln(1 + e^{−|f|}), without overflow or cancellation.
double OutputLoss::logistic(double* S, const double* y, std::int64_t m, double* cost) const {
  if (!cost && m % lanes == 0)
    if (const double sum = logistic_sum(S, y, m); !std::isnan(sum)) return sum;
  double each[tile_rows];
  double* const loss = cost ? cost : each;
  const P one(1.0), zero(0.0), keep(1.0 - smoothing_), shift(0.5 * smoothing_);
  for (std::int64_t i = 0; i < m; i += lanes) {
    const P f = load_part(S, i, m), t = keep * load_part(y, i, m) + shift;
    const P e = exp(-abs(f)), p = select(f < zero, e, one) / (one + e);
    const P l = max(f, zero) - t * f + log1p(e);
    if (i + lanes <= m) {
      p.store(S + i);
      l.store(loss + i);
    } else {
      for (std::int64_t k = 0; i + k < m; ++k) {
        S[i + k] = p[static_cast<int>(k)];
        loss[i + k] = l[static_cast<int>(k)];
      }
    }
  }
  return sum_of(loss, m);
}

// ℓ = ln Σ e^{fₖ} − Σ yₖfₖ. Beside the largest score the others are summed by themselves, so that ln(1 + ·) keeps the
// digits of a small loss.
double OutputLoss::softmax(double* S, std::int64_t stride, const double* y, std::int64_t m, double* cost,
                           double* reference) const {
  double each[tile_rows];
  double* const loss = cost ? cost : each;
  const int units = classes_ - reference_;
  const P one(1.0), zero(0.0), share(smoothing_ / classes_), keep(1.0 - smoothing_);
  for (std::int64_t i = 0; i < m; i += lanes) {
    const P label = load_part(y, i, m);
    P largest = reference_ ? zero : load_part(S, i, m);
    for (int k = 0; k < units; ++k) largest = max(largest, load_part(S + k * stride, i, m));
    P others, aligned;  // Σ of all terms but one of the largest; Σ yₖ (fₖ − largest)
    P found;            // 1 where a largest score was met
    const auto meet = [&](const P& f, int k) {
      const P e = exp(f - largest);
      const auto first = (f == largest) & (found == zero);
      others += select(first, zero, e);
      found = select(first, one, found);
      const P t = select(label == P(k), keep + share, share);
      aligned += select(t == zero, zero, t * (f - largest));
      return e;
    };
    P own;  // of the reference class
    if (reference_) own = meet(zero, 0);
    double kept[8 * native_lanes];  // the exponentials of a few outputs need not be taken twice
    for (int k = 0; k < units; ++k) {
      const P e = meet(load_part(S + k * stride, i, m), k + reference_);
      if (k < 8) e.store(kept + k * lanes);
    }
    const P total = one + others, l = log1p(others) - aligned;
    const auto put = [&](const P& value, double* to) {
      if (i + lanes <= m) return value.store(to);
      for (std::int64_t n = 0; i + n < m; ++n) to[n] = value[static_cast<int>(n)];
    };
    put(l, loss + i);
    if (reference) put(own / total, reference + i);
    for (int k = 0; k < units; ++k) {
      double* column = S + k * stride + i;
      const P e = k < 8 ? P::load(kept + k * lanes) : exp(load_part(S + k * stride, i, m) - largest);
      put(e / total, column);
    }
  }
  return sum_of(loss, m);
}

double OutputLoss::hinge(const double* S, std::int64_t stride, const double* y, std::int64_t m) const {
  double each[tile_rows];
  for (std::int64_t i = 0; i < m; ++i) {
    const auto label = static_cast<std::int64_t>(y[i]);
    const double own = S[label * stride + i];
    double sum = 0.0;
    for (std::int64_t k = 0; k < classes_; ++k)
      if (k != label) sum += std::max(0.0, S[k * stride + i] - own + 1.0);
    each[i] = sum;
  }
  return sum_of(each, m);
}

void OutputLoss::hinge_slope(const double* S, std::int64_t stride, const double* y, std::int64_t m, double* G,
                             std::int64_t apart) const {
  for (std::int64_t i = 0; i < m; ++i) {
    const auto label = static_cast<std::int64_t>(y[i]);
    const double own = S[label * stride + i];
    double count = 0.0;
    for (std::int64_t k = 0; k < classes_; ++k) {
      const bool active = k != label && S[k * stride + i] - own + 1.0 > 0.0;
      G[k * apart + i] = active ? 1.0 : 0.0;
      count += active;
    }
    G[label * apart + i] = -count;
  }
}

void OutputLoss::slope(const double* T, std::int64_t stride, const double* y, std::int64_t m, double* G,
                       std::int64_t apart) const {
  if (kind_ == Kind::hinge) {
    hinge_slope(T, stride, y, m, G, apart);
  } else if (kind_ == Kind::squares) {
    for (std::int64_t i = 0; i < m; ++i) G[i] = T[i] - y[i];
  } else if (kind_ == Kind::logistic) {
    const double keep = 1.0 - smoothing_, shift = 0.5 * smoothing_;
    for (std::int64_t i = 0; i < m; ++i) G[i] = T[i] - (keep * y[i] + shift);
  } else {
    const double share = smoothing_ / classes_, own = 1.0 - smoothing_ + share;
    for (int k = 0; k < outputs(); ++k) {
      const double label = k + reference_;
      for (std::int64_t i = 0; i < m; ++i) G[k * apart + i] = T[k * stride + i] - (y[i] == label ? own : share);
    }
  }
  for (int k = 0; k < outputs(); ++k) zero_tail(G + k * apart, m);
}

void OutputLoss::curvature(const double* T, std::int64_t stride, const double* V, std::int64_t m, double* HV,
                           std::int64_t apart) const {
  switch (kind_) {
    case Kind::squares:
      std::copy_n(V, m, HV);
      break;
    case Kind::logistic:
      for (std::int64_t i = 0; i < m; ++i) HV[i] = T[i] * (1.0 - T[i]) * V[i];
      break;
    case Kind::hinge:
      for (int k = 0; k < classes_; ++k) std::fill_n(HV + k * apart, m, 0.0);
      break;
    case Kind::softmax: {
      double mean[tile_rows] = {};
      for (int k = 0; k < outputs(); ++k)
        for (std::int64_t i = 0; i < m; ++i) mean[i] += T[k * stride + i] * V[k * apart + i];
      for (int k = 0; k < outputs(); ++k)
        for (std::int64_t i = 0; i < m; ++i) HV[k * apart + i] = T[k * stride + i] * (V[k * apart + i] - mean[i]);
    }
  }
  for (int k = 0; k < outputs(); ++k) zero_tail(HV + k * apart, m);
}

void OutputLoss::weights(const double* T, std::int64_t stride, int k, int l, std::int64_t m, double* w) const {
  const double *a = T + k * stride, *b = T + l * stride;
  switch (kind_) {
    case Kind::squares:
      std::fill_n(w, m, 1.0);
      break;
    case Kind::hinge:
      std::fill_n(w, m, 0.0);
      break;
    case Kind::logistic:
    case Kind::softmax:
      if (k == l)
        for (std::int64_t i = 0; i < m; ++i) w[i] = a[i] * (1.0 - a[i]);
      else
        for (std::int64_t i = 0; i < m; ++i) w[i] = -a[i] * b[i];
  }
  zero_tail(w, m);
}

double OutputLoss::largest_weight() const {
  switch (kind_) {
    case Kind::squares:
      return 1.0;
    case Kind::logistic:
      return 0.25;
    case Kind::softmax:
      return 0.5 * (1.0 - 1.0 / classes_);
    case Kind::hinge:
      break;
  }
  return 0.0;
}

// With L Lᵀ = diag(p) − ppᵀ, L = diag(√p) − p√pᵀ: r̃ = diag(1/√p)(p − y) has L r̃ = p − y, since its entries √p r̃ sum
// to 0.
void OutputLoss::residual(double* S, std::int64_t stride, const double* y, std::int64_t m, double* const* r,
                          double* cost) const {
  if (kind_ == Kind::squares) {
    for (std::int64_t i = 0; i < m; ++i) r[0][i] = S[i] - y[i];
  } else if (kind_ == Kind::logistic) {
    logistic(S, y, m, cost);
    for (std::int64_t i = 0; i < m; ++i) {
      const double p = S[i], t = (1.0 - smoothing_) * y[i] + 0.5 * smoothing_;
      r[0][i] = (p - t) / std::sqrt(std::max(p * (1.0 - p), least_probability));
    }
  } else {
    softmax(S, stride, y, m, cost, reference_ ? S + outputs() * stride : nullptr);
    const double share = smoothing_ / classes_, own = 1.0 - smoothing_ + share;
    for (int k = 0; k < classes_; ++k) {
      const double* p = probability(S, stride, k);
      for (std::int64_t i = 0; i < m; ++i)
        r[k][i] = (p[i] - (y[i] == k ? own : share)) / std::sqrt(std::max(p[i], least_probability));
    }
  }
}

/// Of class k, in a state that holds the reference class behind the outputs.
const double* OutputLoss::probability(const double* T, std::int64_t stride, int k) const {
  return T + (k < reference_ ? outputs() : k - reference_) * stride;
}

void OutputLoss::seed(const double* T, std::int64_t stride, std::int64_t m, int k, double* U) const {
  if (kind_ == Kind::squares) {
    std::fill_n(U, m, 1.0);
  } else if (kind_ == Kind::logistic) {
    for (std::int64_t i = 0; i < m; ++i) U[i] = std::sqrt(std::max(T[i] * (1.0 - T[i]), least_probability));
  } else {
    double root[tile_rows];
    const double* p = probability(T, stride, k);
    for (std::int64_t i = 0; i < m; ++i) root[i] = std::sqrt(std::max(p[i], least_probability));
    for (int j = 0; j < outputs(); ++j)
      for (std::int64_t i = 0; i < m; ++i)
        U[j * stride + i] = root[i] * ((j + reference_ == k ? 1.0 : 0.0) - T[j * stride + i]);
  }
  for (int j = 0; j < outputs(); ++j) zero_tail(U + j * stride, m);
}

}  // namespace thalweg::inline v0_1::regression
