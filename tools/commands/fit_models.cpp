// thalweg fit with several --model: each is fitted, and they are compared.
#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <thalweg/base/cancellation.hpp>
#include <thalweg/formula/formula.hpp>
#include <thalweg/models/model_library.hpp>
#include <thalweg/report/figure.hpp>
#include <thalweg/report/html.hpp>
#include <thalweg/report/text.hpp>
#include <thalweg/studies/model_comparison.hpp>

#include "cli/output_file.hpp"
#include "cli/progress.hpp"
#include "cli/usage.hpp"
#include "cli/wording.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {
namespace {

using Names = std::set<std::string>;

void add_names(const Formula& formula, Names& names) {
  for (const auto* list : {&formula.names(), &formula.constants()})
    for (const Formula::Name& name : *list) names.insert(name.name);
}

/// The names that a model reads, itself and through definitions and ties; none of a formula that cannot be read, which
/// its own fit says.
std::optional<Names> names_read(const std::string& model, const FitArguments& arguments, const DataTable& table) {
  Names names;
  try {
    const Equation equation = Equation::parse(expand_model(model, model_names(arguments, table)).equation);
    add_names(equation.response, names);
    add_names(equation.model, names);
    for (std::size_t before = 0; before != names.size();) {
      before = names.size();
      for (const auto* list : {&arguments.define, &arguments.tie})
        for (const NamedExpression& each : *list)
          if (names.contains(each.name)) add_names(Formula::parse(each.expression), names);
    }
  } catch (const FormulaError&) {
    return std::nullopt;
  }
  return names;
}

/// Whether all names of a derived quantity are there; one that cannot be read is left to the fits.
bool can_be_derived(const NamedExpression& quantity, const Names& names) {
  try {
    const Formula formula = Formula::parse(quantity.expression);
    return std::all_of(formula.names().begin(), formula.names().end(),
                       [&](const Formula::Name& name) { return names.contains(name.name); });
  } catch (const FormulaError&) {
    return true;
  }
}

/// Starts, bounds, fixed parameters and expressions are those of all models; what none of them uses is a mistake.
class SharedParameters {
 public:
  SharedParameters(const FitArguments& arguments, const DataTable& table) : arguments_(arguments) {
    for (const std::string& model : arguments.models) names_.push_back(names_read(model, arguments, table));
    for (const Assignment& each : arguments.start) check("--start", each.name);
    for (const Assignment& each : arguments.lower) check("--lower", each.name);
    for (const Assignment& each : arguments.upper) check("--upper", each.name);
    for (const std::string& name : arguments.fix) check("--fix", name);
    for (const NamedExpression& each : arguments.define) check("--define", each.name);
    for (const NamedExpression& each : arguments.tie) check("--tie", each.name);
    for (const NamedExpression& each : arguments.derive)
      if (std::none_of(names_.begin(), names_.end(),
                       [&](const auto& names) { return !names || can_be_derived(each, *names); }))
        throw UsageError(fmt::format("--derive: no model has all parameters of '{}'; expected those of one of them",
                                     each.expression));
    if (!arguments.constrain.empty())
      throw UsageError(
          "--constrain does not go with several models, whose criteria it leaves unset; expected one --model");
  }

  /// The arguments of one model.
  FitArguments of(std::size_t i) const {
    FitArguments own = arguments_;
    own.model = arguments_.models[i];
    own.models = {own.model};
    if (!names_[i]) return own;
    const Names& names = *names_[i];
    for (auto* list : {&own.start, &own.lower, &own.upper})
      std::erase_if(*list, [&](const Assignment& each) { return !names.contains(each.name); });
    for (auto* list : {&own.define, &own.tie})
      std::erase_if(*list, [&](const NamedExpression& each) { return !names.contains(each.name); });
    std::erase_if(own.fix, [&](const std::string& name) { return !names.contains(name); });
    std::erase_if(own.derive, [&](const NamedExpression& each) { return !can_be_derived(each, names); });
    return own;
  }

 private:
  void check(const char* option, const std::string& name) const {
    if (std::none_of(names_.begin(), names_.end(), [&](const auto& names) { return !names || names->contains(name); }))
      throw UsageError(
          fmt::format("{}: '{}' is used by none of the models; expected a parameter of one of them", option, name));
  }

  const FitArguments& arguments_;
  std::vector<std::optional<Names>> names_;
};

/// Opened before the work begins.
struct Outputs {
  Outputs(const std::string& input, const SolveArguments& a) {
    const std::pair<const char*, std::string> wanted[] = {
        {"the input", input}, {"--json", a.json == "-" ? "" : a.json}, {"--report", a.report}, {"--figure", a.figure}};
    for (const auto& [option, path] : wanted)
      for (const auto& [other, other_path] : wanted)
        if (option != other && !path.empty() && !other_path.empty() && same_file(path, other_path))
          throw UsageError(fmt::format("{} '{}' is the file of {}; expected another file", other, path, option));
    if (!a.figure.empty()) figure_format(a.figure);
    if (!a.json.empty() && a.json != "-") json = OutputFile("--json", a.json);
    if (!a.report.empty()) page = OutputFile("--report", a.report);
    if (!a.figure.empty()) figure = OutputFile("--figure", a.figure);
  }
  OutputFile json, page, figure;
};

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

/// Models whose solves did not converge, by their names.
void name_failures(const ModelComparison& comparison) {
  for (const ModelFit& fit : comparison.fits)
    if (!fit.report.result.converged())
      std::fprintf(stderr, "%s: %s: %s\n", printable(fit.model).c_str(),
                   std::string(to_string(fit.report.result.status)).c_str(),
                   printable(fit.report.result.reason).c_str());
}

}  // namespace

int fit_models(const Arguments& arguments) {
  const SolveArguments& solve = arguments.solve;
  const FitArguments& fit = arguments.fit;
  if (arguments.file == "-")
    throw UsageError("several models read the table several times; expected a file in the place of '-'");
  const CatchInterrupt interrupt;
  const SharedParameters shared(fit, DataTable::read(arguments.file, fit.table));
  std::vector<CurveFit> fits;
  for (std::size_t i = 0; i < fit.models.size(); ++i) fits.push_back(fit_from_table(arguments.file, shared.of(i)));
  Outputs outputs(arguments.file, solve);
  Request request = solve;
  request.options.interrupt = request.train.interrupt = &interrupt.flag();
  const ModelComparison comparison = compare_models(fits, fit.models, request);
  CancellationProbe::adopt(nullptr);

  const std::string json = solve.json.empty() ? "" : to_json(comparison);
  if (outputs.json.wanted()) outputs.json.commit(json);
  if (outputs.page.wanted()) outputs.page.commit(to_html(comparison, provenance_of(solve.command)));
  if (outputs.figure.wanted())
    outputs.figure.commit(
        rendered(fit_figure(picture_of(comparison), "", FigureCurves::of_models), figure_format(solve.figure)));
  if (solve.json == "-") {
    print(json);
  } else if (!solve.quiet) {
    print(to_text(comparison, solve.verbose));
  }
  name_failures(comparison);
  if (std::any_of(comparison.fits.begin(), comparison.fits.end(),
                  [](const ModelFit& each) { return each.report.result.status == Status::interrupted; }))
    return exit_interrupted;
  return comparison.all_converged() ? exit_converged : exit_stopped;
}

}  // namespace thalweg::tool
