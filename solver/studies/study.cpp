#include <thalweg/studies/study.hpp>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {

bool Request::was_given(std::string_view option) const {
  return std::find(given.begin(), given.end(), option) != given.end();
}

Result Study::solve(const Request& request, const Options& options, const TrainOptions& train) const {
  return run(request.method, subject(), start(), options, train);
}

FitStatistics Study::statistics(const Result& result, double level) const {
  return thalweg::statistics(*subject().residuals, result, response(), level);
}

std::string Study::solution(const std::vector<double>&, Compression) const {
  throw Error(fmt::format("no file format holds a solution of '{}'", file()));
}

std::unique_ptr<Study> read_study(const std::string& file, const Request& request) {
  const auto all = kinds();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Kind& kind) { return kind.recognises(file); });
  for (const Kind& other : all) {
    if (&other == &*found) continue;
    for (const std::string_view option : other.options)
      if (request.was_given(option) &&
          std::find(found->options.begin(), found->options.end(), option) == found->options.end()) {
        // A file that cannot be read is of no kind.
        if (!std::filesystem::exists(file)) found->read(file, request);
        throw Error(fmt::format("{} is for {}s, and '{}' is none", option, other.name, file));
      }
  }
  return found->read(file, request);
}

}  // namespace thalweg::inline v0_1
