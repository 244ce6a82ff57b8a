#include <algorithm>
#include <cmath>
#include <mutex>
#include <thalweg/formula/formula.hpp>
#include <thalweg/math/pack.hpp>

#include "formula/graph/derivative.hpp"
#include "formula/graph/diagnose.hpp"
#include "formula/graph/lower.hpp"
#include "formula/graph/saturation.hpp"
#include "formula/tape/run.hpp"
#include "formula/tape/tape.hpp"
#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1 {
namespace {

using formula::Binding;
using formula::Columns;
using formula::Graph;
using formula::Id;
using formula::Results;
using formula::Tape;

/// Rows that first_non_finite evaluates at once.
constexpr std::int64_t search_block = 1024;

void check_symbols(const Symbols& symbols, const std::vector<std::vector<double>>& columns) {
  std::vector<std::string> names = symbols.parameters;
  names.insert(names.end(), symbols.columns.begin(), symbols.columns.end());
  names.insert(names.end(), symbols.varying.begin(), symbols.varying.end());
  for (const Definition& definition : symbols.definitions) names.push_back(definition.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    throw Error("formula: the name '" + *twice +
                "' is given twice; parameters, columns and definitions must have "
                "distinct names");
  }
  if (columns.size() != symbols.columns.size()) {
    throw Error("formula: " + std::to_string(symbols.columns.size()) + " columns are named but " +
                std::to_string(columns.size()) + " arrays of data are given");
  }
  for (std::size_t i = 1; i < columns.size(); ++i) {
    if (columns[i].size() == columns[0].size()) continue;
    throw Error("formula: column '" + symbols.columns[i] + "' has " + std::to_string(columns[i].size()) +
                " rows but column '" + symbols.columns[0] + "' has " + std::to_string(columns[0].size()));
  }
}

/// In their order. Throws FormulaError for one that reads an unknown name.
std::vector<Definition> checked_definitions(const Symbols& symbols) {
  std::vector<Definition> ordered = in_order(symbols.definitions);
  for (std::size_t k = 0; k < ordered.size(); ++k) {
    try {
      formula::bind(ordered[k].formula.substituted(std::span(ordered).first(k)), symbols);
    } catch (const FormulaError& error) {
      throw FormulaError(error.where, "in the definition of '" + ordered[k].name + "': " + error.problem,
                         error.expected);
    }
  }
  return ordered;
}

/// `definitions` in their order.
void check_all_orders(const Equation& equation, const Symbols& symbols, const std::vector<Definition>& definitions) {
  std::vector<std::string> depending = symbols.parameters;
  depending.insert(depending.end(), symbols.varying.begin(), symbols.varying.end());
  depending = depending_names(std::move(depending), definitions);
  for (const Definition& definition : definitions) {
    try {
      check_orders(definition.formula, depending);
    } catch (const FormulaError& error) {
      throw FormulaError(error.where, "in the definition of '" + definition.name + "': " + error.problem,
                         error.expected);
    }
  }
  check_orders(equation.response, depending);
  check_orders(equation.model, depending);
}

}  // namespace

struct FormulaModel::Impl {
  Impl(const Equation& equation, const Symbols& names, const std::vector<std::vector<double>>& data, std::int64_t rows);

  /// The tape of the curvature, made when first asked for.
  const Tape& curvature();
  /// Those of the residual with its first and second derivatives by the varying parameters, and of the second ones by
  /// them and the others.
  const Tape& varying();
  const Tape& mixed();
  /// The second derivatives, lower triangle by rows.
  std::vector<Id> second_derivatives();
  std::optional<NonFiniteFormula> non_finite_at(const double* p, std::int64_t row) const;

  Equation written;
  Symbols symbols;
  Formula response_formula, model_formula;  // with the definitions in their place
  std::vector<Binding> response_bindings, model_bindings;
  int parameters;
  Graph graph;
  Columns columns;
  bool response_has_parameters = false;
  Id residual = formula::no_id;
  std::vector<Id> slopes;
  std::vector<char> bends;  // known once curvature() was called
  Tape residual_tape, jacobian_tape, model_tape, response_tape;

 private:
  int fixed_count() const { return static_cast<int>(symbols.parameters.size()); }

  std::mutex making_;  // tapes of one graph
  std::once_flag curvature_once_, varying_once_, mixed_once_;
  Tape curvature_tape_, varying_tape_, mixed_tape_;
};

FormulaModel::Impl::Impl(const Equation& equation, const Symbols& names, const std::vector<std::vector<double>>& data,
                         std::int64_t rows)
    : written(equation),
      symbols(names),
      parameters(static_cast<int>(symbols.parameters.size() + symbols.varying.size())),
      columns(data, data.empty() ? rows : static_cast<std::int64_t>(data[0].size())) {
  const std::vector<Definition> definitions = checked_definitions(symbols);
  check_all_orders(equation, symbols, definitions);
  response_formula = equation.response.substituted(definitions);
  model_formula = equation.model.substituted(definitions);
  response_bindings = formula::bind(response_formula, symbols);
  model_bindings = formula::bind(model_formula, symbols);
  graph.set_first_varying(static_cast<int>(symbols.parameters.size()));
  const Id response = lower(response_formula.tree(), response_bindings, graph);
  response_has_parameters = graph.depends_on_parameters(response);
  const Id model = lower(model_formula.tree(), model_bindings, graph);
  residual = graph.subtract(model, response);
  for (const Id value : {residual, model, response}) formula::decide_fusion(graph, value);
  slopes = formula::gradient(graph, residual, parameters);
  std::vector<Id> results = slopes;
  results.insert(results.begin(), residual);
  residual_tape = make_tape(graph, columns, {residual}, Results::outputs);
  jacobian_tape = make_tape(graph, columns, results, Results::outputs);
  model_tape = make_tape(graph, columns, {model}, Results::outputs);
  response_tape = make_tape(graph, columns, {response}, Results::outputs);
}

std::vector<Id> FormulaModel::Impl::second_derivatives() {
  std::vector<Id> entries;
  for (int j = 0; j < parameters; ++j) {
    const std::vector<Id> row = formula::gradient(graph, slopes[static_cast<std::size_t>(j)], j + 1);
    entries.insert(entries.end(), row.begin(), row.end());
  }
  return entries;
}

const Tape& FormulaModel::Impl::curvature() {
  std::call_once(curvature_once_, [this] {
    const std::lock_guard lock(making_);
    const std::vector<Id> entries = second_derivatives();
    curvature_tape_ = make_tape(graph, columns, entries, Results::accumulators);
    const auto m = static_cast<std::size_t>(parameters);
    bends.resize(m * m);
    std::size_t at = 0;
    for (std::size_t j = 0; j < m; ++j)
      for (std::size_t k = 0; k <= j; ++k, ++at)
        bends[j * m + k] = bends[k * m + j] = !graph.is_constant(entries[at], 0.0);
  });
  return curvature_tape_;
}

const Tape& FormulaModel::Impl::varying() {
  std::call_once(varying_once_, [this] {
    const std::lock_guard lock(making_);
    std::vector<Id> results = {residual}, second;
    for (int a = fixed_count(); a < parameters; ++a) {
      const Id slope = slopes[static_cast<std::size_t>(a)];
      results.push_back(slope);
      const std::vector<Id> row = formula::gradient(graph, slope, a + 1);
      second.insert(second.end(), row.begin() + fixed_count(), row.end());
    }
    results.insert(results.end(), second.begin(), second.end());
    varying_tape_ = make_tape(graph, columns, results, Results::outputs);
  });
  return varying_tape_;
}

const Tape& FormulaModel::Impl::mixed() {
  std::call_once(mixed_once_, [this] {
    const std::lock_guard lock(making_);
    std::vector<Id> results;
    for (int a = fixed_count(); a < parameters; ++a) {
      const std::vector<Id> row = formula::gradient(graph, slopes[static_cast<std::size_t>(a)], fixed_count());
      results.insert(results.end(), row.begin(), row.end());
    }
    mixed_tape_ = make_tape(graph, columns, results, Results::outputs);
  });
  return mixed_tape_;
}

std::optional<NonFiniteFormula> FormulaModel::Impl::non_finite_at(const double* p, std::int64_t row) const {
  std::vector<double> values;
  for (int i = 0; i < columns.count(); ++i) values.push_back(columns.data(i)[row]);
  const formula::RowValues at{p, &values};
  const auto search = [&](const Formula& f, const std::vector<Binding>& bindings) {
    std::optional<NonFiniteFormula> found;
    if (const auto part = find_non_finite(f.tree(), bindings, at)) {
      const auto begin = static_cast<std::size_t>(part->where.begin);
      const auto size = static_cast<std::size_t>(part->where.end) - begin;
      found = NonFiniteFormula{row, f.text().substr(begin, size), part->value};
    }
    return found;
  };
  const auto in_response = search(response_formula, response_bindings);
  return in_response ? in_response : search(model_formula, model_bindings);
}

FormulaModel::FormulaModel(const Equation& equation, const Symbols& symbols,
                           const std::vector<std::vector<double>>& columns, std::int64_t rows) {
  static_assert(padding >= native_lanes);
  check_symbols(symbols, columns);
  impl_ = std::make_unique<Impl>(equation, symbols, columns, rows);
}
FormulaModel::~FormulaModel() = default;
FormulaModel::FormulaModel(FormulaModel&&) noexcept = default;
FormulaModel& FormulaModel::operator=(FormulaModel&&) noexcept = default;

std::int64_t FormulaModel::rows() const { return impl_->columns.rows(); }
int FormulaModel::parameters() const { return impl_->parameters; }
int FormulaModel::varying() const { return static_cast<int>(impl_->symbols.varying.size()); }

int FormulaModel::columns() const { return impl_->columns.count(); }
std::span<const double> FormulaModel::column(int index) const {
  return {impl_->columns.data(index), static_cast<std::size_t>(rows())};
}
void FormulaModel::set_columns(std::span<const double* const> columns) { impl_->columns.refill(columns); }

FormulaModel FormulaModel::reordered(std::span<const std::int64_t> order) const {
  std::vector<std::vector<double>> data(static_cast<std::size_t>(impl_->columns.count()));
  for (std::size_t c = 0; c < data.size(); ++c)
    for (const std::int64_t row : order) data[c].push_back(impl_->columns.data(static_cast<int>(c))[row]);
  return {impl_->written, impl_->symbols, data, static_cast<std::int64_t>(order.size())};
}

void FormulaModel::evaluate(const double* p, std::int64_t begin, std::int64_t end, double* residual,
                            double* const* jacobian, const double* const* varying) const {
  if (jacobian == nullptr) {
    run(impl_->residual_tape, p, varying, begin, end, residual, nullptr);
  } else {
    run(impl_->jacobian_tape, p, varying, begin, end, residual, jacobian);
  }
}

void FormulaModel::evaluate_varying(const double* p, std::int64_t begin, std::int64_t end, double* residual,
                                    double* const* slope, double* const* second, const double* const* varying) const {
  const auto k = static_cast<std::size_t>(this->varying());
  std::vector<double*> others(slope, slope + k);
  others.insert(others.end(), second, second + k * (k + 1) / 2);
  run(impl_->varying(), p, varying, begin, end, residual, others.data());
}

void FormulaModel::evaluate_mixed(const double* p, std::int64_t begin, std::int64_t end, double* const* mixed,
                                  const double* const* varying) const {
  run(impl_->mixed(), p, varying, begin, end, mixed[0], mixed + 1);
}

void FormulaModel::add_curvature(const double* p, std::int64_t begin, std::int64_t end, const double* weight, double* S,
                                 const double* const* varying) const {
  const Tape& tape = impl_->curvature();
  const auto m = static_cast<std::size_t>(impl_->parameters);
  std::vector<double> sums(m * (m + 1) / 2);
  run_sums(tape, p, varying, begin, end, weight, sums.data());
  const double* sum = sums.data();
  for (std::size_t j = 0; j < m; ++j) {
    for (std::size_t k = 0; k <= j; ++k, ++sum) {
      S[j * m + k] += *sum;
      if (k != j) S[k * m + j] += *sum;
    }
  }
}

std::vector<char> FormulaModel::bends() const {
  impl_->curvature();
  return impl_->bends;
}

void FormulaModel::predict(const double* p, std::int64_t begin, std::int64_t end, double* value,
                           const double* const* varying) const {
  run(impl_->model_tape, p, varying, begin, end, value, nullptr);
}

std::vector<double> FormulaModel::response() const {
  if (impl_->response_has_parameters) {
    throw Error("formula: the response '" + reading::shortened(impl_->response_formula.text()) +
                "' depends on parameters, so it has no value without them");
  }
  std::vector<double> values(static_cast<std::size_t>(rows()));
  run(impl_->response_tape, nullptr, nullptr, 0, rows(), values.data(), nullptr);
  return values;
}

std::optional<NonFiniteFormula> FormulaModel::non_finite_at(const double* p, std::int64_t row) const {
  return impl_->non_finite_at(p, row);
}

std::optional<SaturatedFormula> FormulaModel::saturated(const double* p) const {
  if (varying() > 0) return std::nullopt;
  const Formula& model = impl_->model_formula;
  const auto found = formula::find_saturation(model.tree(), impl_->model_bindings,
                                              std::vector<double>(p, p + impl_->parameters), impl_->columns);
  if (!found) return std::nullopt;
  const auto begin = static_cast<std::size_t>(found->where.begin);
  return SaturatedFormula{model.text().substr(begin, static_cast<std::size_t>(found->where.end) - begin), found->value,
                          found->parameter, found->size};
}

// Blocks whose residuals are finite are passed over; only suspicious rows are interpreted.
std::optional<NonFiniteFormula> FormulaModel::first_non_finite(const double* p) const {
  std::vector<double> residual(static_cast<std::size_t>(std::min(rows(), search_block)));
  for (std::int64_t begin = 0; begin < rows(); begin += search_block) {
    const std::int64_t end = std::min(begin + search_block, rows());
    evaluate(p, begin, end, residual.data(), nullptr);
    for (std::int64_t row = begin; row < end; ++row) {
      if (std::isfinite(residual[static_cast<std::size_t>(row - begin)])) continue;
      if (auto found = impl_->non_finite_at(p, row)) return found;
    }
  }
  return std::nullopt;
}

}  // namespace thalweg::inline v0_1
