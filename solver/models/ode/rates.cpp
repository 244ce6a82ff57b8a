#include "models/ode/rates.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace thalweg::inline v0_1::ode {
namespace {

bool finite(const double* v, std::size_t n) {
  return std::all_of(v, v + n, [](double each) { return std::isfinite(each); });
}

}  // namespace

Rates::Rates(const Compiled& system, const double* p, const std::vector<int>& active)
    : system_(system),
      active_(active),
      column_of_(system.parameters.size(), -1),
      on_(system.infused.size(), 0),
      v_(system.variables()),
      value_(static_cast<std::size_t>(system.newton.functions())),
      newton_(system.newton.entries().size()),
      slope_(system.sensitivity.entries().size()) {
  for (std::size_t a = 0; a < active.size(); ++a) column_of_[static_cast<std::size_t>(active[a])] = static_cast<int>(a);
  std::copy_n(p, system.parameters.size(), v_.begin() + static_cast<std::ptrdiff_t>(system.states()));
}

const double* Rates::variables(const double* y, double t) {
  if (y)
    std::copy_n(y, states(), v_.begin());
  else
    std::fill_n(v_.begin(), states(), 0.0);
  v_.back() = t;
  return v_.data();
}

bool Rates::derivatives(double t, const double* y, double* slope) {
  system_.newton.evaluate(variables(y, t), value_.data(), scratch_);
  std::copy_n(value_.begin(), states(), slope);
  for (std::size_t k = 0; k < on_.size(); ++k)
    if (on_[k] != 0) slope[system_.infused[k]] += on_[k] * value_[states() + k];
  return finite(slope, states());
}

void Rates::jacobian(double t, const double* y, double* J) {
  const std::size_t n = states();
  system_.newton.evaluate(variables(y, t), value_.data(), newton_.data(), scratch_);
  for (std::size_t k = 0; k < newton_.size(); ++k) {
    const auto [function, variable] = system_.newton.entries()[k];
    const auto f = static_cast<std::size_t>(function), column = static_cast<std::size_t>(variable) * n;
    if (f < n)
      J[column + f] += newton_[k];
    else if (on_[f - n] != 0)
      J[column + static_cast<std::size_t>(system_.infused[f - n])] += on_[f - n] * newton_[k];
  }
}

bool Rates::sensitivities(double t, const double* y, const double* const* S, double* const* to) {
  const std::size_t n = states();
  system_.sensitivity.evaluate(variables(y, t), value_.data(), slope_.data(), scratch_);
  for (std::size_t a = 0; a < active_.size(); ++a) std::fill_n(to[a], n, 0.0);
  for (std::size_t k = 0; k < slope_.size(); ++k) {
    const auto [function, variable] = system_.sensitivity.entries()[k];
    auto i = static_cast<std::size_t>(function);
    const auto v = static_cast<std::size_t>(variable);
    double slope = slope_[k];
    if (i >= n) {
      if (on_[i - n] == 0) continue;
      slope *= on_[i - n];
      i = static_cast<std::size_t>(system_.infused[i - n]);
    }
    if (v < n) {
      for (std::size_t a = 0; a < active_.size(); ++a) to[a][i] += slope * S[a][v];
    } else if (const int a = column_of_[v - n]; a >= 0) {
      to[a][i] += slope;
    }
  }
  return std::all_of(to, to + active_.size(), [n](const double* each) { return finite(each, n); });
}

void Rates::stop(std::size_t state, double t, const std::string& why) const {
  std::string values;
  for (const int j : system_.read)
    values += fmt::format("{}{} = {:.6g}", values.empty() ? " with " : ", ",
                          system_.parameters[static_cast<std::size_t>(j)], v_[states() + static_cast<std::size_t>(j)]);
  throw Stopped{fmt::format("the integration of {} stopped at {} = {:.6g}{}: {}", system_.system.states[state].name,
                            system_.system.time, t, values, why)};
}

void Rates::explain_non_finite(double t, const double* y) {
  std::vector<double> slope(states());
  if (derivatives(t, y, slope.data())) return;
  for (std::size_t i = 0; i < slope.size(); ++i)
    if (!std::isfinite(slope[i])) {
      const char* const value = std::isnan(slope[i]) ? "nan" : slope[i] > 0.0 ? "inf" : "-inf";
      stop(i, t, fmt::format("its derivative '{}' is {}", system_.system.states[i].derivative, value));
    }
}

}  // namespace thalweg::inline v0_1::ode
