#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_constraints.hpp>
#include <thalweg/models/row_noise.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "models/curve/formula_curve.hpp"
#include "models/curve/orthogonal/curve.hpp"
#include "models/ode/build_ode.hpp"

namespace thalweg::inline v0_1 {
namespace {

/// (p[component] − mean) / sigma for each prior.
struct PriorResidual {
  template <class T>
  T operator()(std::span<const T> p, int component, double mean) const {
    return p[static_cast<std::size_t>(component)] - mean;
  }
};

// Numbers of a group's block at most.
constexpr std::size_t most_local = 16;

/// Of each fit parameter, in its order.
std::vector<double> starts_of(const CurveFit& fit, int start) {
  std::vector<double> values;
  std::size_t available = 1;
  for (const FitParameter& p : fit.parameters) available = std::max(available, p.starts.size());
  if (start < 1 || static_cast<std::size_t>(start) > available)
    throw Error(fmt::format("start {} of '{}' does not exist; expected 1 to {}", start, fit.file, available));
  for (const FitParameter& p : fit.parameters)
    values.push_back(p.starts[p.starts.size() == 1 ? 0 : static_cast<std::size_t>(start - 1)]);
  return values;
}

/// Of the parameters that all rows share, and of those of each row's group.
std::vector<Slot> slots_of(const CurveProblem& built, const DataSet& data) {
  std::vector<Slot> slots = group_slots(built, data);
  if (built.parameters.dimension() > 0)
    slots.insert(slots.begin(), {built.parameters.dimension(), built.parameters.offset(), {}});
  return slots;
}

/// Of x.
std::int64_t numbers_of(const CurveProblem& built) { return static_cast<std::int64_t>(built.problem.start().size()); }

/// The residuals of one data set; `ode` is null where they are those of a formula.
std::unique_ptr<ResidualGroup> residuals_of(const CurveFit& fit, const DataSet& data,
                                            const std::shared_ptr<const ode::OdeModel>& ode, CurveProblem& built) {
  const std::int64_t offset = built.parameters.offset();
  if (ode) {
    built.models.push_back(ode);
    return std::make_unique<ode::OdeResiduals>(data.name, ode, offset);
  }
  try {
    const Equation equation = Equation::parse(data.equation);
    const Symbols symbols = symbols_of(fit, data, equation);
    const auto curve = std::make_shared<const FormulaCurve>(equation, symbols, data.values, group_slots(built, data),
                                                            numbers_of(built));
    if (!data.input_errors.empty()) {
      const auto orthogonal = orthogonal::orthogonal_curve(data, curve, symbols);
      built.models.push_back(orthogonal);
      return std::make_unique<OrthogonalResiduals>(orthogonal->distances());
    }
    built.models.push_back(curve);
    return std::make_unique<FormulaResiduals>(data.name, curve->model(), slots_of(built, data));
  } catch (const FormulaError& error) {
    throw FileError(fit.file, 0, 0,
                    fmt::format("equation of '{}', column {}: {}", data.name, error.where.begin + 1, error.problem),
                    error.expected);
  }
}

void add_data_set(const CurveFit& fit, const DataSet& data, const std::shared_ptr<const ode::OdeModel>& ode,
                  CurveProblem& built) {
  built.problem.add_group(with_noise(residuals_of(fit, data, ode, built), data));
}

void add_priors(const CurveFit& fit, CurveProblem& built) {
  for (const bool per_group : {false, true}) {
    const Parameters<Dynamic>& blocks = per_group ? built.local : built.parameters;
    std::vector<int> component;
    std::vector<double> mean, sigma;
    for (std::size_t i = 0; i < fit.parameters.size(); ++i)
      if (const auto& prior = fit.parameters[i].prior; prior && fit.parameters[i].per_group == per_group) {
        component.push_back(built.place[i]);
        mean.push_back(prior->mean);
        sigma.push_back(prior->sigma);
      }
    for (int g = 0; g < blocks.count() && !component.empty(); ++g) {
      const std::string name = per_group ? "priors of " + fit.groups[static_cast<std::size_t>(g)] : "priors";
      ResidualGroup& group = built.problem.add_residuals(name, PriorResidual{}, blocks[g], component, mean);
      group.set_sigma(sigma);
      group.mark_prior();
    }
  }
}

template <int N>
Parameters<Dynamic> add_blocks(Problem& problem, const std::vector<double>& start, int count) {
  if constexpr (N > static_cast<int>(most_local)) {
    throw Error(fmt::format("{} parameters are per group; expected at most {}", start.size(), most_local));
  } else {
    if (static_cast<int>(start.size()) != N) return add_blocks<N + 1>(problem, start, count);
    const auto handle = problem.add_parameters("group", Vec<double, N>(start.data()), count);
    return {handle.offset(), N, count};
  }
}

/// The blocks, and where each parameter is in them.
void add_parameters(const CurveFit& fit, int start, CurveProblem& built) {
  const std::vector<double> starts = starts_of(fit, start);
  std::vector<double> shared, local;
  std::vector<std::string> shared_names;
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) {
    const bool own = fit.parameters[i].per_group;
    std::vector<double>& values = own ? local : shared;
    built.place.push_back(static_cast<int>(values.size()));
    values.push_back(starts[i]);
    if (!own) shared_names.push_back(fit.parameters[i].name);
  }
  built.parameters = {0, 0, 1};
  if (!shared.empty()) {
    built.parameters = built.problem.add_parameters("parameters", shared);
    built.problem.name_components(built.parameters, shared_names);
  }
  if (local.empty()) return;
  built.local = add_blocks<1>(built.problem, local, static_cast<int>(fit.groups.size()));
  std::vector<double> values;
  for (std::size_t g = 0; g < fit.groups.size(); ++g) {
    std::vector<std::string> names;
    for (const FitParameter& p : fit.parameters)
      if (p.per_group) {
        names.push_back(p.name + "[" + fit.groups[g] + "]");
        const auto own = std::find_if(p.group_starts.begin(), p.group_starts.end(),
                                      [&](const auto& each) { return each.first == fit.groups[g]; });
        values.push_back(own != p.group_starts.end() ? own->second : local[names.size() - 1]);
      }
    built.problem.name_components(built.local[static_cast<int>(g)], names);
  }
  built.problem.set_starts(built.local, values);
}

void restrict_parameters(const CurveFit& fit, CurveProblem& built) {
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) {
    const FitParameter& p = fit.parameters[i];
    const Parameters<Dynamic>& blocks = p.per_group ? built.local : built.parameters;
    built.problem.set_bounds(blocks, built.place[i], p.lower, p.upper);
    if (p.fixed) built.problem.fix(blocks, built.place[i]);
  }
}

/// Whether ∂²r/∂pⱼ∂pₖ is there in any data set, n × n.
std::vector<char> bends_of(const CurveProblem& built, std::size_t n) {
  std::vector<char> any(n * n);
  for (const auto& model : built.models) {
    const std::vector<char> each = model->bends();
    for (std::size_t i = 0; i < any.size(); ++i) any[i] = any[i] || each[i];
  }
  return any;
}

/// The parameters that may be eliminated together: those marked in the file, or, to be detected, a largest set by
/// greed, those with the fewest products with others first, and those with bounds, which no descent eliminates, last.
std::vector<std::size_t> linear_parameters(const CurveFit& fit, const std::vector<char>& bends) {
  const std::size_t n = fit.parameters.size();
  const auto bend = [&](std::size_t j, std::size_t k) { return bends[j * n + k] != 0; };
  std::vector<std::size_t> candidates;
  for (std::size_t j = 0; j < n; ++j) {
    const FitParameter& p = fit.parameters[j];
    if (p.linear || (fit.detect_linear && !p.fixed && !bend(j, j))) candidates.push_back(j);
  }
  if (!fit.detect_linear) {
    for (const std::size_t j : candidates)
      for (const std::size_t k : candidates)
        if (k <= j && bend(j, k))
          throw FileError(fit.file, 0, 0,
                          j == k ? fmt::format("parameter '{}' is marked linear, but an equation is not linear in it",
                                               fit.parameters[j].name)
                                 : fmt::format("parameters '{}' and '{}' are marked linear, but an equation has their "
                                               "product",
                                               fit.parameters[k].name, fit.parameters[j].name),
                          j == k ? "linear = false" : "one of the two");
    return candidates;
  }
  const auto bounded = [&](std::size_t j) {
    return !std::isinf(fit.parameters[j].lower) || !std::isinf(fit.parameters[j].upper);
  };
  const auto rank = [&](std::size_t j) {
    return std::pair(bounded(j), std::count_if(candidates.begin(), candidates.end(),
                                               [&](std::size_t k) { return bounded(k) == bounded(j) && bend(j, k); }));
  };
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  std::vector<std::size_t> chosen;
  for (const std::size_t j : candidates)
    if (std::none_of(chosen.begin(), chosen.end(), [&](std::size_t k) { return bend(j, k); })) chosen.push_back(j);
  return chosen;
}

void mark_linear(const CurveFit& fit, CurveProblem& built) {
  if (built.local.count() > 0 || !fit.constraints.empty()) return;
  const bool any = fit.detect_linear || std::any_of(fit.parameters.begin(), fit.parameters.end(),
                                                    [](const FitParameter& p) { return p.linear; });
  if (!any) return;
  for (const DataSet& data : fit.data)
    if (!data.input_errors.empty())
      throw FileError(fit.file, 0, 0, "no parameter is linear with errors in the inputs",
                      "no detection of linear ones");
  for (const std::size_t j : linear_parameters(fit, bends_of(built, fit.parameters.size())))
    built.problem.mark_linear(built.parameters, static_cast<int>(j));
}

}  // namespace

std::size_t component_of(const CurveFit& fit, const CurveProblem& built, std::size_t parameter, std::size_t group) {
  const Parameters<Dynamic>& blocks = fit.parameters[parameter].per_group ? built.local : built.parameters;
  const std::int64_t block = fit.parameters[parameter].per_group ? static_cast<std::int64_t>(group) : 0;
  return static_cast<std::size_t>(blocks.offset() + block * blocks.dimension() + built.place[parameter]);
}

std::vector<double> parameters_in_group(const CurveFit& fit, const CurveProblem& built, const std::vector<double>& x,
                                        std::size_t group) {
  std::vector<double> p;
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) p.push_back(x[component_of(fit, built, i, group)]);
  return p;
}

void add_gradient(const CurveFit& fit, const CurveProblem& built, std::size_t group,
                  std::span<const double> by_parameters, std::span<double> by_x) {
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) by_x[component_of(fit, built, i, group)] += by_parameters[i];
}

std::vector<Slot> group_slots(const CurveProblem& built, const DataSet& data) {
  if (built.local.count() == 0) return {};
  Slot slot;
  slot.dimension = built.local.dimension();
  slot.offsets.resize(data.group.size());
  for (std::size_t row = 0; row < data.group.size(); ++row)
    slot.offsets[row] = built.local.offset() + std::int64_t{data.group[row]} * built.local.dimension();
  return {slot};
}

Symbols symbols_of(const CurveFit& fit, const DataSet& data, const Equation& equation) {
  Symbols symbols{.columns = data.columns};
  for (const FitParameter& p : fit.parameters) (p.per_group ? symbols.varying : symbols.parameters).push_back(p.name);
  std::vector<Definition> definitions;
  for (const auto* expressions : {&fit.definitions, &fit.tied})
    for (const NamedExpression& e : *expressions) definitions.push_back({e.name, Formula::parse(e.expression)});
  std::vector<Formula::Name> names = equation.response.names();
  names.insert(names.end(), equation.model.names().begin(), equation.model.names().end());
  symbols.definitions = definitions_read(names, in_order(std::move(definitions)));
  return symbols;
}

std::unique_ptr<const CurveModel> model_on(const CurveFit& fit, const CurveProblem& built, std::size_t data_set,
                                           const std::vector<std::string>& columns,
                                           const std::vector<std::vector<double>>& values) {
  const DataSet& data = fit.data[data_set];
  const auto rows = values.empty() ? std::size_t{1} : values[0].size();
  if (dynamic_cast<const FormulaCurve*>(built.models[data_set].get()) == nullptr) {
    // The response does not matter; a value that was measured keeps it finite.
    std::vector<std::vector<double>> all;
    for (std::size_t c = 0; c < data.columns.size(); ++c) {
      const auto at = std::find(columns.begin(), columns.end(), data.columns[c]);
      all.push_back(at == columns.end() ? std::vector<double>(rows, data.values[c].front())
                                        : values[static_cast<std::size_t>(at - columns.begin())]);
    }
    return built.models[data_set]->on(all);
  }
  const Equation equation = Equation::parse(data.equation);
  const Equation alone{equation.text, Formula::parse("0"), equation.model};
  DataSet named;
  named.columns = columns;
  return std::make_unique<FormulaCurve>(alone, symbols_of(fit, named, alone), values, group_slots(built, data),
                                        numbers_of(built), static_cast<std::int64_t>(rows));
}

CurveProblem build_problem(const CurveFit& fit, int start) {
  CurveProblem built;
  add_parameters(fit, start, built);
  restrict_parameters(fit, built);
  const auto observed = ode::ode_models(fit);
  for (std::size_t d = 0; d < fit.data.size(); ++d) add_data_set(fit, fit.data[d], observed[d], built);
  add_priors(fit, built);
  add_constraints(fit, built);
  mark_linear(fit, built);
  built.problem.set_noise(fit.noise);
  return built;
}

}  // namespace thalweg::inline v0_1
