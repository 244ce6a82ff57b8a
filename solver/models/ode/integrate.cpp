#include "models/ode/integrate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <fmt/format.h>
#include <thalweg/base/cancellation.hpp>

#include "models/ode/cvodes_solver.hpp"

namespace thalweg::inline v0_1::ode {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// One integration: what CVODES solves between stops, what happens at them, and what is recorded.
class Run {
 public:
  Run(const Compiled& system, const double* p, const std::vector<double>& times, const std::vector<int>& active)
      : system_(system), times_(times), rates_(system, p, active), n_(system.states()) {
    result_.state.assign(times.size() * n_, unknown);
    result_.sensitivity.assign(times.size() * active.size() * n_, unknown);
  }

  Trajectory operator()() && {
    try {
      start();
      follow();
    } catch (const Stopped& stopped) {
      result_.failure = stopped.sentence;
    }
    return std::move(result_);
  }

 private:
  void start() {
    y_.resize(n_);
    S_.assign(rates_.active() * n_, 0.0);
    std::vector<double> slope(system_.initial.entries().size());
    system_.initial.evaluate(rates_.variables(nullptr, system_.system.from), y_.data(), slope.data(), scratch_);
    for (std::size_t i = 0; i < n_; ++i)
      if (!std::isfinite(y_[i]))
        rates_.stop(i, system_.system.from,
                    fmt::format("its initial value '{}' is not finite", system_.initial_texts[i]));
    add_derivatives(system_.initial, slope, [](int function) { return function; });
  }

  void follow() {
    double t = system_.system.from;
    while (next_ < times_.size() && times_[next_] < t) ++next_;  // before the start: unknown
    auto stop = system_.stops.begin();
    for (; stop != system_.stops.end() && stop->time <= t; ++stop) act(*stop);
    record(t);
    const double last = times_.empty() ? t : times_.back();
    std::unique_ptr<CvodesSolver> solver;
    while (t < last) {
      CancellationProbe::poll();
      const bool stops = stop != system_.stops.end() && stop->time <= last;
      const double end = stops ? stop->time : last;
      if (solver)
        solver->restart(t, y_, S_);
      else
        solver = std::make_unique<CvodesSolver>(rates_, t, y_, S_, scale(last));
      solver->stop_at(end);
      for (; next_ < times_.size() && times_[next_] < end; ++next_) {
        solver->advance(times_[next_], y_, S_);
        store();
      }
      solver->advance(end, y_, S_);
      t = end;
      if (stops) act(*stop++);
      record(t);
    }
  }

  void record(double t) {
    for (; next_ < times_.size() && times_[next_] <= t; ++next_) store();
  }
  void store() {
    std::copy(y_.begin(), y_.end(), result_.state.begin() + static_cast<std::ptrdiff_t>(next_ * n_));
    std::copy(S_.begin(), S_.end(), result_.sensitivity.begin() + static_cast<std::ptrdiff_t>(next_ * S_.size()));
  }

  /// y⁺ = y + g(y, p, t) or g(y, p, t); S⁺ = S + g_y S + g_p or g_y S + g_p.
  void act(const Compiled::Stop& stop) {
    for (const Compiled::Action& action : stop.actions) {
      if (action.kind == Compiled::Action::Kind::begin || action.kind == Compiled::Action::Kind::end) {
        rates_.switch_infusion(action.which, action.kind == Compiled::Action::Kind::begin);
        continue;
      }
      std::vector<double> amount(static_cast<std::size_t>(system_.amounts.functions()));
      std::vector<double> slope(system_.amounts.entries().size());
      system_.amounts.evaluate(rates_.variables(y_.data(), stop.time), amount.data(), slope.data(), scratch_);
      const auto i = static_cast<std::size_t>(action.state);
      const double value = amount[static_cast<std::size_t>(action.which)];
      if (!std::isfinite(value)) rates_.stop(i, stop.time, "what an event adds or sets is not finite");
      const bool set = action.kind == Compiled::Action::Kind::set;
      const std::vector<double> before = S_;
      y_[i] = set ? value : y_[i] + value;
      for (std::size_t a = 0; a < rates_.active() && set; ++a) S_[a * n_ + i] = 0.0;
      add_derivatives(
          system_.amounts, slope, [&](int function) { return function == action.which ? action.state : -1; }, before);
    }
  }

  /// Adds g_y S + g_p of the functions that `state_of` gives a state.
  template <class StateOf>
  void add_derivatives(const FormulaSystem& g, const std::vector<double>& slope, const StateOf& state_of,
                       const std::vector<double>& before = {}) {
    for (std::size_t k = 0; k < slope.size(); ++k) {
      const auto [function, variable] = g.entries()[k];
      const int to = state_of(function);
      if (to < 0) continue;
      const auto i = static_cast<std::size_t>(to), v = static_cast<std::size_t>(variable);
      if (v >= n_) {
        if (const int a = rates_.column_of(v - n_); a >= 0) S_[static_cast<std::size_t>(a) * n_ + i] += slope[k];
      } else {
        for (std::size_t a = 0; a < rates_.active() && !before.empty(); ++a)
          S_[a * n_ + i] += slope[k] * before[a * n_ + v];
      }
    }
  }

  /// What the states measure: the largest that they begin with or are given; of states that begin at zero and get
  /// nothing what their first slope leads to.
  double scale(double last) {
    double largest = 0.0;
    for (const double y : y_) largest = std::max(largest, std::abs(y));
    std::vector<double> amount(static_cast<std::size_t>(system_.amounts.functions()));
    system_.amounts.evaluate(rates_.variables(y_.data(), system_.system.from), amount.data(), scratch_);
    for (const double a : amount)
      if (std::isfinite(a)) largest = std::max(largest, std::abs(a));
    if (largest > 0.0) return largest;
    std::vector<double> slope(n_);
    rates_.derivatives(system_.system.from, y_.data(), slope.data());
    for (const double s : slope) largest = std::max(largest, std::abs(s) * (last - system_.system.from));
    return largest > 0.0 && std::isfinite(largest) ? largest : 1.0;
  }

  const Compiled& system_;
  const std::vector<double>& times_;
  Rates rates_;
  std::size_t n_, next_ = 0;
  std::vector<double> y_, S_;
  FormulaSystem::Scratch scratch_;
  Trajectory result_;
};

}  // namespace

Trajectory integrate(const Compiled& system, const double* p, const std::vector<double>& times,
                     const std::vector<int>& active) {
  return Run(system, p, times, active)();
}

}  // namespace thalweg::inline v0_1::ode
