#include "inference/errors.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <thalweg/math/special.hpp>

namespace thalweg::inline v0_1 {

double interval_quantile(const FitStatistics& s, double level) {
  const double p = 0.5 + 0.5 * level;
  if (s.noise == Noise::known) return normal_quantile(p);
  return s.degrees_of_freedom > 0 ? boost::math::quantile(boost::math::students_t(s.degrees_of_freedom), p) : unset;
}

void set_error(ParameterStatistics& p, double standard_error, double quantile) {
  p.standard_error = standard_error;
  p.lower_interval = p.value - quantile * standard_error;
  p.upper_interval = p.value + quantile * standard_error;
}

void list_undetermined(const NormalInverse& inverse, FitStatistics& s) {
  for (const auto& direction : inverse.null_space) {
    UndeterminedCombination& combination = s.undetermined.emplace_back();
    for (const auto& [column, coefficient] : direction)
      combination.terms.push_back({s.free_name(static_cast<std::size_t>(column)), coefficient});
  }
}

}  // namespace thalweg::inline v0_1
