#include "models/curve/checks/combinations.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

/// What stands against reading each row by itself; null: nothing.
const char* correlation_of(const DataSet& data) {
  return data.covariance ? "a covariance" : data.autocorrelation ? "an autocorrelation" : nullptr;
}

}  // namespace

void refuse_combinations(const Draft& draft) {
  const CurveFit& fit = draft.fit;
  for (std::size_t i = 0; i < fit.data.size(); ++i) {
    const DataSet& data = fit.data[i];
    const DataPlaces& places = draft.data[i];
    const auto refuse = [&](Place place, const char* one, const char* other) {
      fail(fit.file, place, "data set '" + data.name + "' has " + one + " and " + other, "one of the two");
    };
    const char* const correlation = correlation_of(data);
    if (!data.input_errors.empty()) {
      const Place place = places.input_errors.empty() ? places.table : places.input_errors[0];
      if (correlation) refuse(place, "errors in x", correlation);
      if (data.counts) refuse(place, "errors in x", "Poisson counts");
      if (!data.group.empty()) refuse(place, "errors in x", "groups");
      if (fit.ode) refuse(place, "errors in x", "differential equations");
      if (fit.scale_per_data_set) refuse(place, "errors in x", "noise that is estimated per data set");
    }
    if (data.group.empty()) continue;
    if (correlation) refuse(places.group, "groups", correlation);
    if (fit.ode) refuse(places.group, "groups", "differential equations");
    if (fit.scale_per_data_set) refuse(places.group, "groups", "noise that is estimated per data set");
  }
}

}  // namespace thalweg::inline v0_1::reading
