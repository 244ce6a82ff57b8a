#include "report/text/written_values.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace thalweg::inline v0_1::text {
namespace {

// Of the rise of Σr² for one standard error.
constexpr double largest_rise = 0.01;
constexpr int digits_of_double = 17;

double read(const std::string& written, double otherwise) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
  return error == std::errc() && end == written.data() + written.size() ? value : otherwise;
}

/// The listed numbers as they are written, and what they do to the residuals.
class Rounded {
 public:
  Rounded(std::span<const double> x, const Writer& write, const RoundingMetric& metric)
      : x_(x), write_(write), metric_(metric), n_(metric.parameters.size()), moved_(n_), change_(n_), column_(n_) {
    for (std::size_t j = 0; j < n_; ++j)
      for (std::size_t i = 0; i < n_; ++i) column_[j] = std::hypot(column_[j], metric.factor[i * n_ + j]);
  }

  void write(std::size_t j, int place) {
    const std::size_t k = index(j);
    const double before = change_[j];
    change_[j] = read(write_(k, place), x_[k]) - x_[k];
    for (std::size_t i = 0; i < n_; ++i) moved_[i] += metric_.factor[i * n_ + j] * (change_[j] - before);
  }
  bool reproduces() const {
    double squares = 0.0;
    for (const double v : moved_) squares += v * v;
    return squares <= largest_rise;
  }
  double effect(std::size_t j) const { return std::abs(change_[j]) * column_[j]; }
  std::size_t index(std::size_t j) const { return static_cast<std::size_t>(metric_.parameters[j]); }

 private:
  std::span<const double> x_;
  const Writer& write_;
  const RoundingMetric& metric_;
  std::size_t n_;
  std::vector<double> moved_, change_, column_;
};

}  // namespace

int first_place(double v) {
  if (v == 0.0 || !std::isfinite(v)) return 0;
  const std::string s = fmt::format("{:.{}e}", v, digits_of_double - 1);
  return std::stoi(s.substr(s.find('e') + 1));
}

std::vector<int> reproducing_places(std::span<const double> x, std::vector<int> places, const Writer& write,
                                    const RoundingMetric& metric) {
  const std::size_t n = metric.parameters.size();
  if (metric.factor.size() != n * n) return places;
  Rounded rounded(x, write, metric);
  for (std::size_t j = 0; j < n; ++j) rounded.write(j, places[rounded.index(j)]);
  while (!rounded.reproduces()) {
    std::size_t worst = n;
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t k = rounded.index(j);
      const bool finer = places[k] > first_place(x[k]) - digits_of_double + 1;
      if (finer && rounded.effect(j) > (worst < n ? rounded.effect(worst) : 0.0)) worst = j;
    }
    if (worst == n) break;
    rounded.write(worst, --places[rounded.index(worst)]);
  }
  return places;
}

std::string as_given(double v) {
  const std::string brief = fmt::format("{:.10g}", v);
  return read(brief, v) == v && brief.find("nan") == std::string::npos ? brief : fmt::format("{}", v);
}

}  // namespace thalweg::inline v0_1::text
