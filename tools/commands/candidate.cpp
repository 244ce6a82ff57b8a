#include "commands/candidate.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include <thalweg/models/bundle.hpp>

#include "cli/usage.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {
namespace {

namespace files = std::filesystem;

/// ½ Σr², as the file certifies it; NaN where it certifies none, or where something is added to that sum.
double certified_cost(const CurveFit& fit) {
  for (const FitParameter& p : fit.parameters)
    if (p.prior) return unset;
  for (const DataSet& data : fit.data)
    if (data.sigma_column || !data.loss.is_trivial()) return unset;
  return 0.5 * fit.certified_residual_sum_of_squares;
}

}  // namespace

Candidate::Candidate(const std::string& name, const Arguments& arguments) {
  if (const auto entry = catalogue_name(name))
    take(catalogue_entry(*entry), arguments);
  else if (looks_like_bal(name))
    throw UsageError(
        fmt::format("compare looks at curve fits, regressions and the catalogue, and '{}' is a bundle "
                    "adjustment; expected thalweg solve, one --method after the other",
                    name));
  else
    std::visit([&](auto&& problem) { take(std::move(problem), arguments); }, read_problem_file(name));
}

void Candidate::take(const CatalogueProblem& entry, const Arguments& arguments) {
  case_.name = entry.name;
  case_.title = entry.title;
  case_.source = catalogue_prefix + entry.name;
  choose_starts(entry.starts, arguments.compare);
  double factor = 1.0;  // from the value on record to the cost
  if (entry.residuals > 0) {
    problem_ = entry.problem(case_.starts.front());
    if (arguments.solve.loss)
      for (const auto& group : problem_.groups()) group->set_loss(*arguments.solve.loss);
    case_.subject.residuals = &problem_;
    factor = 0.5;
  } else {
    objective_ = entry.objective();
    case_.subject.objective = objective_.get();
  }
  for (const KnownMinimum& minimum : entry.minima)
    if (!minimum.x.empty()) case_.minima.push_back(minimum.x);
  if (arguments.solve.loss && !arguments.solve.loss->is_trivial()) return;
  case_.best_known = factor * entry.minima.front().value;
  case_.best_known_from = "catalogue";
}

void Candidate::take(CurveFit fit, const Arguments& arguments) {
  if (arguments.solve.loss)
    for (DataSet& data : fit.data) data.loss = *arguments.solve.loss;
  fit.detect_linear = arguments.solve.detect_linear;
  curve_ = build_problem(fit);
  case_.name = files::path(fit.file).stem().string();
  case_.title = fit.title;
  case_.source = fit.file;
  std::vector<std::vector<double>> starts;
  for (std::size_t k = 0; k < fit.parameters.front().starts.size(); ++k) {
    starts.emplace_back();
    for (const FitParameter& p : fit.parameters) starts.back().push_back(p.starts[k]);
  }
  choose_starts(std::move(starts), arguments.compare);
  case_.subject.residuals = &curve_.problem;
  for (const FitParameter& p : fit.parameters) case_.certified.push_back(p.certified ? p.certified->value : unset);
  const bool all = std::none_of(case_.certified.begin(), case_.certified.end(), [](double v) { return std::isnan(v); });
  if (all) case_.minima.push_back(case_.certified);
  case_.best_known = certified_cost(fit);
  case_.best_known_from = "certified";
}

void Candidate::take(RegressionFit fit, const Arguments& arguments) {
  if (arguments.solve.loss)
    throw UsageError(fmt::format("--loss is for curve fits, and '{}' is a regression", fit.file));
  regression_ = std::make_unique<Regression>(std::move(fit), arguments.solve);
  const Regression& r = *regression_;
  case_.name = files::path(r.fit().file).stem().string();
  case_.title = r.fit().title;
  case_.source = r.fit().file;
  case_.subject = r.subject();
  case_.batch_size = r.fit().training.batch_size;
  choose_starts({r.model().start()}, arguments.compare);
}

void Candidate::choose_starts(std::vector<std::vector<double>> own, const CompareArguments& arguments) {
  const std::size_t n = own.front().size();
  for (const std::vector<double>& point : arguments.points)
    if (point.size() != n)
      throw UsageError(fmt::format("--from has {} number{}; expected {}, the parameters of {}", point.size(),
                                   point.size() == 1 ? "" : "s", n, case_.source));
  if (!arguments.points.empty()) {
    case_.starts = arguments.points;
  } else if (arguments.start == 0) {
    case_.starts = std::move(own);
  } else if (static_cast<std::size_t>(arguments.start) <= own.size()) {
    case_.starts = {own[static_cast<std::size_t>(arguments.start) - 1]};
  } else {
    throw UsageError(
        fmt::format("start {} of '{}' does not exist; expected 1 to {}", arguments.start, case_.source, own.size()));
  }
}

std::vector<std::string> expand(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const std::string& name : names) {
    std::error_code error;
    if (catalogue_name(name) || !files::is_directory(name, error)) {
      all.push_back(name);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : files::directory_iterator(name))
      if (entry.path().extension() == ".toml" || entry.path().extension() == ".dat")
        found.push_back(entry.path().string());
    if (found.empty()) throw FileError(name, 0, 0, "no problem file in this folder", "files .toml or .dat");
    std::sort(found.begin(), found.end());
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

}  // namespace thalweg::tool
