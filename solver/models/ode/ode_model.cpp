#include "models/ode/ode_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1::ode {
namespace {

std::vector<std::string> state_names(const Compiled& system) {
  std::vector<std::string> names;
  for (const OdeState& state : system.system.states) names.push_back(state.name);
  return names;
}

/// The formulas of an equation by parameters, states and columns.
FormulaSystem observed(const Equation& equation, const Compiled& system, Symbols symbols) {
  symbols.parameters = system.parameters;
  for (const std::string& state : state_names(system)) symbols.parameters.push_back(state);
  std::vector<int> all(symbols.parameters.size());
  std::iota(all.begin(), all.end(), 0);
  return FormulaSystem({equation.model, equation.response}, symbols, all);
}

}  // namespace

OdeModel::OdeModel(const Equation& equation, Symbols symbols, std::vector<std::vector<double>> data,
                   std::shared_ptr<const Experiment> experiment)
    : equation_(equation),
      symbols_(std::move(symbols)),
      data_(std::move(data)),
      experiment_(std::move(experiment)),
      m_(experiment_->system().parameters.size()),
      n_(experiment_->system().states()),
      observed_(observed(equation, experiment_->system(), symbols_)) {
  for (const double t : data_[time()]) place_.push_back(experiment_->place(t));
}

std::size_t OdeModel::time() const {
  const std::vector<std::string>& columns = symbols_.columns;
  const auto found = std::find(columns.begin(), columns.end(), experiment_->system().system.time);
  return static_cast<std::size_t>(found - columns.begin());
}

void OdeModel::fill(const Experiment::Solution& solution, const double* p, std::size_t row,
                    std::vector<double>& v) const {
  v.resize(m_ + n_ + data_.size());
  std::copy_n(p, m_, v.begin());
  std::copy_n(solution.trajectory.state.data() + place_[row] * n_, n_, v.data() + m_);
  for (std::size_t c = 0; c < data_.size(); ++c) v[m_ + n_ + c] = data_[c][row];
}

void OdeModel::evaluate(const double* p, std::int64_t begin, std::int64_t end, double* residual,
                        double* const* jacobian) const {
  const std::vector<char>& held = experiment_->held();
  bool all = false;
  for (const int j : experiment_->system().read)
    all = all || (jacobian && jacobian[j] && held[static_cast<std::size_t>(j)]);
  const auto solution = experiment_->at(p, all);
  const std::vector<int>& active = solution->active;
  std::vector<double> v, slope(observed_.entries().size()), gradient(m_);
  FormulaSystem::Scratch scratch;
  double value[2];
  for (std::int64_t row = begin; row < end; ++row) {
    const auto i = static_cast<std::size_t>(row);
    fill(*solution, p, i, v);
    if (!jacobian) {
      observed_.evaluate(v.data(), value, scratch);
      residual[row - begin] = value[0] - value[1];
      continue;
    }
    observed_.evaluate(v.data(), value, slope.data(), scratch);
    residual[row - begin] = value[0] - value[1];
    std::fill(gradient.begin(), gradient.end(), 0.0);
    const double* const S = solution->trajectory.sensitivity.data() + place_[i] * active.size() * n_;
    for (std::size_t k = 0; k < slope.size(); ++k) {
      const auto [function, variable] = observed_.entries()[k];
      const auto at = static_cast<std::size_t>(variable);
      const double g = function == 0 ? slope[k] : -slope[k];
      if (at < m_) {
        gradient[at] += g;
      } else {
        for (std::size_t a = 0; a < active.size(); ++a)
          gradient[static_cast<std::size_t>(active[a])] += g * S[a * n_ + at - m_];
      }
    }
    for (std::size_t j = 0; j < m_; ++j)
      if (jacobian[j]) jacobian[j][row - begin] = gradient[j];
  }
}

void OdeModel::predict(const double* p, std::int64_t begin, std::int64_t end, double* value) const {
  const auto solution = experiment_->at(p, false);
  std::vector<double> v;
  FormulaSystem::Scratch scratch;
  double both[2];
  for (std::int64_t row = begin; row < end; ++row) {
    fill(*solution, p, static_cast<std::size_t>(row), v);
    observed_.evaluate(v.data(), both, scratch);
    value[row - begin] = both[0];
  }
}

FormulaModel OdeModel::as_formula(const std::vector<std::vector<double>>& columns) const {
  Symbols symbols{experiment_->system().parameters, state_names(experiment_->system()), symbols_.definitions};
  symbols.columns.insert(symbols.columns.end(), symbols_.columns.begin(), symbols_.columns.end());
  return FormulaModel(equation_, symbols, columns);
}

std::vector<double> OdeModel::response() const {
  const Formula response = equation_.response.substituted(symbols_.definitions);
  for (const std::string& state : state_names(experiment_->system()))
    for (const Formula::Name& name : response.names())
      if (name.name == state)
        throw Error("the response '" + reading::shortened(equation_.response.text()) + "' depends on the state '" +
                    state + "', so it has no value without parameters");
  std::vector<std::vector<double>> columns(n_, std::vector<double>(place_.size()));
  columns.insert(columns.end(), data_.begin(), data_.end());
  return as_formula(columns).response();
}

// The solution may depend on what it reads in any way; the formula that observes it says the rest.
std::vector<char> OdeModel::bends() const {
  const std::vector<std::vector<double>> row(n_ + data_.size(), std::vector<double>(1, 1.0));
  std::vector<char> bends = as_formula(row).bends();
  for (const int read : experiment_->system().read)
    for (std::size_t k = 0; k < m_; ++k) {
      const auto j = static_cast<std::size_t>(read);
      bends[j * m_ + k] = bends[k * m_ + j] = 1;
    }
  return bends;
}

std::unique_ptr<CurveModel> OdeModel::on(const std::vector<std::vector<double>>& columns) const {
  auto there = std::make_shared<const Experiment>(experiment_->shared_system(), columns[time()], experiment_->held());
  const Equation alone{equation_.text, Formula::parse("0"), equation_.model};
  return std::make_unique<OdeModel>(alone, symbols_, columns, std::move(there));
}

std::string OdeModel::explain_non_finite(const double* p, std::int64_t row) const {
  const auto solution = experiment_->at(p, false);
  const auto i = static_cast<std::size_t>(row);
  const double* const y = solution->trajectory.state.data() + place_[i] * n_;
  if (!std::all_of(y, y + n_, [](double each) { return std::isfinite(each); })) return solution->trajectory.failure;
  std::vector<std::vector<double>> columns;
  for (std::size_t k = 0; k < n_; ++k) columns.push_back({y[k]});
  for (const std::vector<double>& column : data_) columns.push_back({column[i]});
  const auto found = as_formula(columns).non_finite_at(p, 0);
  if (!found) return {};
  const char* const value = std::isnan(found->value) ? "nan" : found->value > 0.0 ? "inf" : "-inf";
  return "'" + reading::shortened(found->subexpression) + "' is " + value;
}

OdeResiduals::OdeResiduals(std::string name, std::shared_ptr<const OdeModel> model, std::int64_t offset)
    : ResidualGroup(std::move(name), 1, model->rows(), {{model->parameters(), offset, {}}}), model_(std::move(model)) {}

void OdeResiduals::compute(const double* x, const ResidualOutput& out) const {
  model_->evaluate(x + slots()[0].shared_offset, out.begin, out.end, out.residual[0], out.jacobian);
}

std::string OdeResiduals::explain_non_finite(const double* x, std::int64_t item) const {
  const std::string why = model_->explain_non_finite(x + slots()[0].shared_offset, item);
  return why.empty() ? why : name() + ", row " + std::to_string(item + 1) + ": " + why;
}

}  // namespace thalweg::inline v0_1::ode
