#include "report/comparison_summary.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "report/text/table.hpp"

namespace thalweg::inline v0_1 {
namespace {

// Costs that differ by less, relatively, are the same to a reader.
constexpr double same_cost = 1e-6;

struct Samples {
  std::vector<double> seconds, iterations, evaluations, final_costs, lowest_costs, digits;
  bool higher_at_end = false;  ///< a run ended higher than it had been
};

void add_failure(Status status, MethodSummary& s) {
  const auto place = std::lower_bound(s.failures.begin(), s.failures.end(), status,
                                      [](const auto& entry, Status wanted) { return entry.first < wanted; });
  if (place != s.failures.end() && place->first == status)
    ++place->second;
  else
    s.failures.insert(place, {status, 1});
}

void add(const ComparedMethod& method, MethodSummary& s, Samples& samples) {
  if (!method.refused.empty()) {
    ++s.problems_refused;
    return;
  }
  ++s.problems;
  int reached = 0;
  for (const ComparedRun& run : method.runs) {
    const Result::Evaluations& e = run.result.evaluations;
    s.costs += e.cost;
    s.gradients += e.jacobian;
    s.hessians += e.hessian + e.hessian_products;
    s.minibatches += e.batch_gradients;
    s.total_seconds += run.result.seconds.total;
    samples.final_costs.push_back(run.result.final_cost);
    samples.lowest_costs.push_back(run.lowest_cost);
    if (std::isfinite(run.lowest_cost) &&
        !(run.result.final_cost - run.lowest_cost <= same_cost * std::abs(run.lowest_cost)))
      samples.higher_at_end = true;
    samples.digits.push_back(run.digits);
    if (run.reached) {
      ++reached;
      samples.seconds.push_back(run.seconds);
      samples.iterations.push_back(run.iterations);
      samples.evaluations.push_back(run.evaluations);
    } else if (run.diverged) {
      ++s.diverged;
    } else {
      add_failure(run.result.status, s);
    }
  }
  s.runs += static_cast<int>(method.runs.size());
  s.reached += reached;
  s.problems_solved += reached > 0 && reached == static_cast<int>(method.runs.size());
  s.rates_tried += static_cast<int>(method.tuning.size());
  s.tuning_evaluations += method.tuning_evaluations;
  s.tuning_seconds += method.tuning_seconds;
}

void take_medians(const Samples& samples, MethodSummary& s) {
  s.seconds = median(samples.seconds);
  s.iterations = median(samples.iterations);
  s.evaluations = median(samples.evaluations);
}

std::string_view in_words(Status status) {
  switch (status) {
    case Status::converged:
      return "converged elsewhere";
    case Status::iteration_limit:
    case Status::time_limit:
      return "at a limit";
    case Status::interrupted:
      return "given up";
    case Status::stalled:
      return "stalled";
    case Status::non_finite_start:
      return "not finite at the start";
    case Status::failed:
      break;
  }
  return "failed";
}

/// Whether words begin with a number of runs.
bool counts(const std::string& words) { return !words.empty() && words[0] >= '0' && words[0] <= '9'; }

/// Methods that have the same to say, in their order.
using Groups = std::vector<std::pair<std::string, std::vector<std::string>>>;

void add(const std::string& what, const std::string& name, Groups& groups) {
  for (auto& [said, names] : groups)
    if (said == what) return names.push_back(name);
  groups.push_back({what, {name}});
}

/// Why a method was refused, without its name, with which the sentence may begin.
std::string reason_of(const MethodSummary& s) {
  const std::string& text = s.refused;
  if (!text.starts_with(s.name) || text.size() <= s.name.size()) return text;
  const std::size_t end = text[s.name.size()] == ':' ? s.name.size() + 1 : s.name.size();
  return text[end] == ' ' ? text.substr(end + 1) : text;
}

}  // namespace

double median(std::vector<double> values) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return IterationRecord::unset;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<MethodSummary> summary(const ComparedProblem& problem) {
  std::vector<MethodSummary> list;
  for (const ComparedMethod& method : problem.methods) {
    MethodSummary s;
    Samples samples;
    s.name = method.name;
    s.refused = method.refused;
    add(method, s, samples);
    take_medians(samples, s);
    s.final_cost = median(samples.final_costs);
    if (samples.higher_at_end) s.lowest_cost = median(samples.lowest_costs);
    s.rate_edge = method.rate_edge;
    s.digits = median(samples.digits);
    if (!method.runs.empty()) s.rate = method.runs.front().rate;
    list.push_back(std::move(s));
  }
  return list;
}

std::vector<MethodSummary> summary(const Comparison& comparison) {
  std::vector<MethodSummary> list;
  for (std::size_t m = 0; m < comparison.methods.size(); ++m) {
    MethodSummary s;
    Samples samples;
    s.name = comparison.methods[m];
    // A comparison that was interrupted has problems that not all methods saw.
    for (const ComparedProblem& problem : comparison.problems)
      if (m < problem.methods.size()) add(problem.methods[m], s, samples);
    take_medians(samples, s);
    list.push_back(std::move(s));
  }
  return list;
}

std::string failures_text(const MethodSummary& method) {
  // Of a single run there is nothing to count.
  const auto times = [&](int count) { return method.runs == 1 ? "" : fmt::format("{} ", count); };
  std::string out = method.diverged > 0 ? times(method.diverged) + "diverged" : "";
  std::vector<std::pair<std::string_view, int>> words;
  for (const auto& [status, count] : method.failures) {
    if (!words.empty() && words.back().first == in_words(status))
      words.back().second += count;
    else
      words.emplace_back(in_words(status), count);
  }
  for (const auto& [word, count] : words) out += fmt::format("{}{}{}", out.empty() ? "" : ", ", times(count), word);
  return out;
}

std::vector<std::string> shortfalls(const std::vector<MethodSummary>& methods, std::string_view target) {
  Groups failures, refusals;
  for (const MethodSummary& s : methods) {
    if (!s.refused.empty())
      add(reason_of(s), s.name, refusals);
    else if (s.failed())
      add(failures_text(s), s.name, failures);
  }
  std::vector<std::string> sentences;
  std::string all;
  for (const auto& [ending, names] : failures)
    all += fmt::format("{}{}{}: {}{}", all.empty() ? "" : "; ", enumerated(names),
                       all.empty() ? fmt::format(" did not reach {}", target) : "", ending,
                       names.size() > 1 && counts(ending) ? " each" : "");
  if (!all.empty()) sentences.push_back(std::move(all));
  for (const auto& [reason, names] : refusals) sentences.push_back(fmt::format("{}: {}", enumerated(names), reason));
  return sentences;
}

std::string rule_text(const StoppingRule& rule) {
  return fmt::format(
      "A run has reached the target when F ≤ F* + {0:g} max(|F*|, {0:g} (F₀ − F*)): F* is the best known cost, F₀ that "
      "at the start. It is given up after {1} or {2:g} s. The same holds for every method.",
      rule.distance, counted(static_cast<long long>(rule.evaluations), "evaluation"), rule.seconds);
}

std::string extent(const ComparedProblem& problem) {
  std::string out = problem.residuals == 0 ? "an objective of " : counted(problem.residuals, "residual") + ", ";
  out += counted(problem.parameters, "parameter");
  if (problem.initial_costs.size() > 1)
    out += ", " + counted(static_cast<long long>(problem.initial_costs.size()), "start");
  if (std::isfinite(problem.best_known))
    out += fmt::format("; F* = {:.9g}{}", problem.best_known,
                       problem.best_known_from.empty() ? "" : " (" + problem.best_known_from + ")");
  return out;
}

}  // namespace thalweg::inline v0_1
