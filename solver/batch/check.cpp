#include "batch/check.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>

namespace thalweg::inline v0_1 {

void BatchOptions::validate() const {
  if (!(tolerance > 0.0 && tolerance < 1.0))
    throw Error(fmt::format("BatchOptions::tolerance is {}; expected a number between 0 and 1", tolerance));
  if (!(initial_damping > 0.0 && std::isfinite(initial_damping)))
    throw Error(fmt::format("BatchOptions::initial_damping is {}; expected a positive number", initial_damping));
  if (max_iterations < 1)
    throw Error(fmt::format("BatchOptions::max_iterations is {}; expected 1 or more", max_iterations));
  if (threads < 0) throw Error(fmt::format("BatchOptions::threads is {}; expected 0 or more", threads));
}

namespace batch {
namespace {

/// `sizes`: what is allowed, in words.
void expect(bool right, const char* what, std::size_t size, const std::string& sizes) {
  if (!right) throw Error(fmt::format("{} has {} numbers; expected {}", what, size, sizes));
}

void check_data(const BatchModel& model, const BatchData& data) {
  if (data.fits < 0) throw Error(fmt::format("BatchData::fits is {}; expected 0 or more", data.fits));
  if (data.points < 1) throw Error(fmt::format("BatchData::points is {}; expected 1 or more", data.points));
  const auto fits = static_cast<std::size_t>(data.fits), points = static_cast<std::size_t>(data.points),
             n = static_cast<std::size_t>(model.parameters());
  const std::string all = fmt::format("fits × points = {} × {} = {}", fits, points, fits * points);
  expect(data.y.size() == fits * points, "BatchData::y", data.y.size(), all);
  if (data.x.size() != static_cast<std::size_t>(model.predictors()))
    throw Error(fmt::format("BatchData::x has {} predictors; expected {}, those of the model", data.x.size(),
                            model.predictors()));
  const std::string either = fmt::format("{}, of the points of every fit, or {}", points, all);
  for (std::size_t k = 0; k < data.x.size(); ++k) {
    const auto& x = data.x[k];
    expect(x.size() == points || x.size() == fits * points, fmt::format("BatchData::x[{}]", k).c_str(), x.size(),
           either);
    const auto wrong = std::find_if_not(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(points),
                                        [](double v) { return std::isfinite(v); });
    if (x.size() == points && wrong != x.end())
      throw Error(fmt::format("BatchData::x[{}] is {} at point {}; expected finite numbers where all fits share them",
                              k, *wrong, wrong - x.begin()));
  }
  expect(data.sigma.empty() || data.sigma.size() == points || data.sigma.size() == fits * points, "BatchData::sigma",
         data.sigma.size(), "none, " + either);
  if (data.starts.empty() && !model.guesses())
    throw Error("BatchData::starts is empty, and the model has no guess of its own; expected starts");
  expect(data.starts.empty() || data.starts.size() == n || data.starts.size() == fits * n, "BatchData::starts",
         data.starts.size(), fmt::format("{}, one for each parameter, or fits × parameters = {}", n, fits * n));
}

}  // namespace

int free_parameters(const BatchModel& model, const BatchOptions& options) {
  int count = 0;
  for (std::size_t j = 0; j < static_cast<std::size_t>(model.parameters()); ++j) {
    const bool fixed = !options.fixed.empty() && options.fixed[j] != 0;
    const bool pinned = !options.lower.empty() && !options.upper.empty() && options.lower[j] == options.upper[j];
    count += !fixed && !pinned;
  }
  return count;
}

void check(const BatchModel& model, const BatchData& data, const BatchOptions& options) {
  options.validate();
  check_data(model, data);
  const auto n = static_cast<std::size_t>(model.parameters());
  const std::string one_each = fmt::format("none, or {}, one for each parameter", n);
  expect(options.lower.empty() || options.lower.size() == n, "BatchOptions::lower", options.lower.size(), one_each);
  expect(options.upper.empty() || options.upper.size() == n, "BatchOptions::upper", options.upper.size(), one_each);
  expect(options.fixed.empty() || options.fixed.size() == n, "BatchOptions::fixed", options.fixed.size(), one_each);
  for (std::size_t j = 0; j < n; ++j) {
    const double lower = options.lower.empty() ? -HUGE_VAL : options.lower[j],
                 upper = options.upper.empty() ? HUGE_VAL : options.upper[j];
    if (!(lower <= upper))
      throw Error(fmt::format("the bounds of '{}' are {} and {}; expected lower ≤ upper", model.parameter_names()[j],
                              lower, upper));
  }
  const int free = free_parameters(model, options);
  if (free == 0) throw Error("all parameters of the batch are fixed; expected a free one");
  if (data.points < free)
    throw Error(fmt::format("each fit of the batch has {} for {}; expected at least as many points",
                            counted(data.points, "point"), counted(free, "free parameter")));
}

}  // namespace batch
}  // namespace thalweg::inline v0_1
