#include <thalweg/formula/row_formula.hpp>

#include <algorithm>
#include <utility>

#include <thalweg/math/pack.hpp>

#include "formula/graph/derivative.hpp"
#include "formula/graph/lower.hpp"
#include "formula/tape/run.hpp"
#include "formula/tape/tape.hpp"

namespace thalweg::inline v0_1 {
namespace {

using namespace formula;

static_assert(RowFormula::padding % native_lanes == 0);

/// One row that stands for the rows to come: its arrays are what a tape's columns are told apart by.
std::vector<std::vector<double>> placeholders(std::size_t columns) {
  return std::vector<std::vector<double>>(columns, {0.0});
}

}  // namespace

struct RowFormula::Impl {
  Impl(const Equation& equation, std::vector<std::string> parameter_names, std::vector<std::string> column_names)
      : names(std::move(column_names)), columns(placeholders(names.size()), 1) {
    columns.hold_nothing();
    Symbols symbols;
    symbols.parameters = std::move(parameter_names);
    symbols.columns = names;
    parameters = static_cast<int>(symbols.parameters.size());
    check_orders(equation.response, symbols.parameters);
    check_orders(equation.model, symbols.parameters);
    Graph graph;
    const Id response = lower(equation.response.tree(), bind(equation.response, symbols), graph);
    const Id model = lower(equation.model.tree(), bind(equation.model, symbols), graph);
    const Id residual = graph.subtract(model, response);
    decide_fusion(graph, residual);
    std::vector<Id> results = gradient(graph, residual, parameters);
    results.insert(results.begin(), residual);
    residual_tape = make_tape(graph, columns, {residual}, Results::outputs);
    jacobian_tape = make_tape(graph, columns, results, Results::outputs);
    residual_order = order_of(residual_tape);
    jacobian_order = order_of(jacobian_tape);
  }

  std::vector<std::size_t> order_of(const Tape& tape) const {
    std::vector<std::size_t> order;
    for (const double* const column : tape.columns)
      for (std::size_t k = 0; k < names.size(); ++k)
        if (columns.data(static_cast<int>(k)) == column) order.push_back(k);
    return order;
  }

  std::vector<std::string> names;
  Columns columns;
  int parameters = 0;
  Tape residual_tape, jacobian_tape;
  std::vector<std::size_t> residual_order, jacobian_order;  // which column each of a tape's is
};

RowFormula::RowFormula(const Equation& equation, std::vector<std::string> parameters, std::vector<std::string> columns)
    : impl_(std::make_unique<const Impl>(equation, std::move(parameters), std::move(columns))) {}
RowFormula::~RowFormula() = default;
RowFormula::RowFormula(RowFormula&&) noexcept = default;

int RowFormula::parameters() const { return impl_->parameters; }
const std::vector<std::string>& RowFormula::columns() const { return impl_->names; }

void RowFormula::evaluate(const double* p, const double* const* columns, std::int64_t count, double* residual,
                          double* const* jacobian) const {
  const Tape& tape = jacobian ? impl_->jacobian_tape : impl_->residual_tape;
  thread_local std::vector<const double*> given;
  given.clear();
  for (const std::size_t k : jacobian ? impl_->jacobian_order : impl_->residual_order) given.push_back(columns[k]);
  run_on(tape, given.data(), p, count, residual, jacobian);
}

}  // namespace thalweg::inline v0_1
