#include "studies/curve/group_view.hpp"

#include <algorithm>

namespace thalweg::inline v0_1::studies {

CurveFit fit_in_group(const CurveFit& fit, std::size_t group) {
  CurveFit one = fit;
  one.groups.clear();
  for (FitParameter& p : one.parameters) {
    p.per_group = false;
    p.group_starts.clear();
  }
  for (DataSet& data : one.data) {
    std::size_t to = 0;
    for (std::size_t row = 0; row < data.group.size(); ++row) {
      if (data.group[row] != static_cast<int>(group)) continue;
      for (std::vector<double>& column : data.values) column[to] = column[row];
      ++to;
    }
    for (std::vector<double>& column : data.values) column.resize(to);
    data.group.clear();
    data.group_column.clear();
  }
  std::erase_if(one.data, [](const DataSet& data) { return data.values.empty() || data.values[0].empty(); });
  return one;
}

FitStatistics statistics_in_group(const CurveFit& fit, const CurveProblem& built, const FitStatistics& s,
                                  std::size_t group) {
  FitStatistics own = s;
  own.parameters.clear();
  own.free.clear();
  own.covariance.clear();
  std::vector<std::size_t> from;  // columns of the whole covariance
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) {
    const std::size_t component = component_of(fit, built, i, group);
    if (component < s.parameters.size()) own.parameters.push_back(s.parameters[component]);
    const auto at = std::find(s.free.begin(), s.free.end(), static_cast<int>(component));
    if (at == s.free.end()) continue;
    own.free.push_back(static_cast<int>(i));
    from.push_back(static_cast<std::size_t>(at - s.free.begin()));
  }
  if (s.covariance.size() != s.free.size() * s.free.size()) return own;
  for (const std::size_t a : from)
    for (const std::size_t b : from) own.covariance.push_back(s.covariance[a * s.free.size() + b]);
  return own;
}

}  // namespace thalweg::inline v0_1::studies
