#include "models/curve/checks/parameters.hpp"

#include <cmath>
#include <string>
#include <unordered_set>

#include "models/curve/checks/expressions.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

template <class Wrong>
void check_parameter(FitParameter& parameter, const Wrong& wrong) {
  const double lower = parameter.lower, upper = parameter.upper;
  if (parameter.starts.empty()) wrong("has no start", "start = a number");
  if (std::isnan(lower) || std::isnan(upper)) wrong("has a bound that is nan", "a number");
  if (lower > upper) {
    wrong("has lower " + to_text(lower) + " above upper " + to_text(upper), "lower <= upper");
  }
  for (const double start : parameter.starts) {
    if (!std::isfinite(start)) {
      wrong("has the start " + to_text(start), "a finite number");
    }
    if (start < lower || start > upper) {
      wrong("starts at " + to_text(start) + ", outside its bounds",
            "a start from " + to_text(lower) + " to " + to_text(upper));
    }
  }
  if (lower == upper) parameter.fixed = true;
  if (parameter.prior) {
    if (parameter.fixed) wrong("is fixed and has a prior", "one of the two");
    if (!std::isfinite(parameter.prior->mean)) {
      wrong("has a prior with mean " + to_text(parameter.prior->mean), "a finite number");
    }
    if (!(parameter.prior->sigma > 0.0) || !std::isfinite(parameter.prior->sigma)) {
      wrong("has a prior with sigma " + to_text(parameter.prior->sigma), "a positive number");
    }
  }
}

void check_each(Draft& draft) {
  CurveFit& fit = draft.fit;
  std::unordered_set<std::string> names;
  if (fit.parameters.empty()) {
    fail(fit.file, draft.parameter_list, "there are no parameters", "at least one to fit");
  }
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) {
    FitParameter& parameter = fit.parameters[i];
    const auto wrong = [&](const std::string& problem, const std::string& expected) {
      fail(fit.file, draft.parameters[i], "parameter '" + parameter.name + "' " + problem, expected);
    };
    if (!names.insert(parameter.name).second) {
      fail(fit.file, draft.parameters[i], "two parameters are named '" + parameter.name + "'", "distinct names");
    }
    const NameKind kind = kind_of(parameter.name);
    if (kind == NameKind::no_letter_first) wrong("is not a name", "a letter first");
    if (kind == NameKind::invalid) {
      wrong("has a name that formulas cannot use",
            "letters, digits, _ and ., beginning with a letter, and not and, or, not");
    }
    check_parameter(parameter, wrong);
  }
}

void check_start_counts(Draft& draft) {
  CurveFit& fit = draft.fit;
  std::size_t most = 0;
  for (std::size_t i = 1; i < fit.parameters.size(); ++i) {
    if (fit.parameters[i].starts.size() > fit.parameters[most].starts.size()) most = i;
  }
  const FitParameter& longest = fit.parameters[most];
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) {
    std::vector<double>& starts = fit.parameters[i].starts;
    if (starts.size() == 1) starts.resize(longest.starts.size(), starts[0]);
    if (starts.size() != longest.starts.size()) {
      fail(fit.file, draft.parameters[i],
           "parameter '" + fit.parameters[i].name + "' has " + counted(starts.size(), "start") + " but '" +
               longest.name + "' has " + std::to_string(longest.starts.size()),
           "as many starts for each parameter, or one for all");
    }
  }
}

}  // namespace

void check_parameters(Draft& draft) {
  check_each(draft);
  check_start_counts(draft);
}

}  // namespace thalweg::inline v0_1::reading
