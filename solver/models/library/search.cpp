#include "models/library/search.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1::library {

Separable::Separable(const Eigen::VectorXd& target, const Eigen::MatrixXd& beside) : rest_(target) {
  basis_.resize(target.size(), 0);
  if (beside.cols() == 0) return;
  Eigen::MatrixXd scaled = beside;
  for (Eigen::Index j = 0; j < scaled.cols(); ++j)
    if (const double norm = scaled.col(j).norm(); norm > 0.0 && std::isfinite(norm)) scaled.col(j) /= norm;
  if (!scaled.allFinite()) return;
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(scaled);
  qr.setThreshold(1e-12);
  basis_ = qr.householderQ() * Eigen::MatrixXd::Identity(target.size(), qr.rank());
  rest_ -= basis_ * (basis_.transpose() * rest_);
}

double Separable::gain(const Eigen::MatrixXd& B, Eigen::VectorXd& c) const {
  const Eigen::Index k = B.cols();
  const Eigen::MatrixXd beside = basis_.transpose() * B;
  Eigen::MatrixXd gram = B.transpose() * B - beside.transpose() * beside;
  const Eigen::VectorXd b = B.transpose() * rest_;
  Eigen::VectorXd scale(k);
  for (Eigen::Index j = 0; j < k; ++j) {
    const double whole = B.col(j).squaredNorm();
    if (!std::isfinite(whole) || !(gram(j, j) > 1e-12 * whole)) return 0.0;
    scale[j] = 1.0 / std::sqrt(gram(j, j));
  }
  gram = scale.asDiagonal() * gram * scale.asDiagonal();
  gram.diagonal().array() += 1e-12;
  c = scale.asDiagonal() * gram.ldlt().solve(scale.asDiagonal() * b);
  const double gained = b.dot(c);
  return std::isfinite(gained) && gained > 0.0 ? gained : 0.0;
}

InputScale scale_of(const Eigen::VectorXd& x) {
  InputScale scale;
  std::vector<double> sorted(x.data(), x.data() + x.size());
  std::sort(sorted.begin(), sorted.end());
  scale.least = sorted.front();
  scale.most = sorted.back();
  const auto above = std::upper_bound(sorted.begin(), sorted.end(), 0.0);
  if (above != sorted.end()) scale.least_positive = *above;
  std::vector<double> gaps;
  for (std::size_t i = 1; i < sorted.size(); ++i)
    if (sorted[i] - sorted[i - 1] > 1e-12 * scale.range()) gaps.push_back(sorted[i] - sorted[i - 1]);
  scale.distinct = gaps.size() + 1;
  if (gaps.empty()) return scale;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  // Measurements in clusters are closer to each other than what they resolve.
  scale.spacing = std::max(*middle, 0.1 * scale.range() / static_cast<double>(gaps.size()));
  return scale;
}

std::vector<Candidate> search(const SearchSpace& space, const Separable& fit, std::size_t most) {
  switch (space.entry.search) {
    case Search::grid:
      return search_grid(space, fit, most);
    case Search::peak:
      return search_peak(space, fit, most);
    case Search::wave:
      return search_wave(space, fit, most);
    default:
      return {};
  }
}

std::vector<Candidate> search_grid(const SearchSpace& space, const Separable& fit, std::size_t most) {
  const std::vector<LibraryParameter>& parameters = space.entry.model.parameters;
  Grid grid = space.entry.grid(space.scales);
  std::vector<std::size_t> curved, linear;
  for (std::size_t k = 0; k < parameters.size(); ++k) (parameters[k].linear ? linear : curved).push_back(k);
  for (std::size_t j = 0; j < curved.size(); ++j)
    if (!std::isnan(space.known[curved[j]])) grid[j] = {space.known[curved[j]]};

  struct Point {
    std::vector<std::size_t> index;
    Candidate candidate;
  };
  std::vector<Point> found;
  std::vector<double> p(parameters.size(), 0.0);
  Eigen::MatrixXd columns;
  Eigen::VectorXd c;
  std::vector<std::size_t> index(curved.size(), 0);
  const auto visit = [&] {
    for (std::size_t j = 0; j < curved.size(); ++j) p[curved[j]] = grid[j][index[j]];
    for (const std::size_t k : linear) p[k] = 0.0;
    // An order of the curved parameters alone shows before the costly part.
    if (space.entry.wanted != nullptr && !space.entry.wanted(p)) return;
    space.derivatives(p, columns);
    const double gained = fit.gain(columns, c);
    if (!(gained > 0.0)) return;
    for (std::size_t k = 0; k < linear.size(); ++k) p[linear[k]] = c[static_cast<Eigen::Index>(k)];
    if (space.entry.wanted != nullptr && !space.entry.wanted(p)) return;
    found.push_back({index, {p, gained}});
  };
  for (bool more = true; more;) {
    visit();
    std::size_t j = 0;
    while (j < index.size() && ++index[j] == grid[j].size()) index[j++] = 0;
    more = j < index.size();
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Point& a, const Point& b) { return a.candidate.gain > b.candidate.gain; });
  std::vector<Point> kept;
  for (const Point& point : found) {
    if (kept.size() == most) break;
    const bool near = std::any_of(kept.begin(), kept.end(), [&](const Point& other) {
      for (std::size_t j = 0; j < index.size(); ++j)
        if (std::max(point.index[j], other.index[j]) - std::min(point.index[j], other.index[j]) > 2) return false;
      return true;
    });
    if (!near) kept.push_back(point);
  }
  std::vector<Candidate> candidates;
  for (Point& point : kept) candidates.push_back(std::move(point.candidate));
  return candidates;
}

/// A periodogram by least squares, for unevenly spaced data and beside other columns (Lomb 1976; Zechmeister & Kürster
/// 2009), with an envelope for damped waves. From a tenth of a period in the range to two points a period on average.
std::vector<Candidate> search_wave(const SearchSpace& space, const Separable& fit, std::size_t most) {
  const Eigen::VectorXd& x = space.inputs[0];
  const InputScale& scale = space.scales[0];
  const Eigen::Index n = x.size();
  const bool damped = space.entry.model.parameters.size() == 4;
  const double range = scale.range(), highest = 0.5 * static_cast<double>(scale.distinct - 1) / range;
  std::vector<double> rates = {0.0};
  if (damped)
    rates = {0.0, 0.7 / range, 2.0 / range, 5.0 / range, 12.0 / range, 30.0 / range, -1.0 / range, -3.0 / range};
  if (damped && !std::isnan(space.known[3])) rates = {space.known[3]};
  const double known = space.known[1], step = 0.15 / range, first = std::isnan(known) ? 0.1 / range : known;
  const int count = std::isnan(known) ? std::max(1, static_cast<int>((highest - first) / step) + 1) : 1;
  constexpr double circle = 2.0 * std::numbers::pi;

  std::vector<Candidate> kept;
  const auto keep = [&](Candidate candidate) {
    for (Candidate& other : kept)
      if (std::abs(other.parameters[1] - candidate.parameters[1]) < 0.8 / range) {
        if (candidate.gain > other.gain) other = std::move(candidate);
        return;
      }
    kept.push_back(std::move(candidate));
  };
  Eigen::MatrixXd columns(n, 2);
  Eigen::VectorXd c;
  for (const double rate : rates) {
    const Eigen::ArrayXd from = x.array() - scale.least;
    const Eigen::ArrayXd envelope = space.factor.array() * (-rate * from).exp();
    // The angle grows by the same from frequency to frequency.
    Eigen::ArrayXd sine = (circle * first * from).sin(), cosine = (circle * first * from).cos();
    const Eigen::ArrayXd turn_sine = (circle * step * from).sin(), turn_cosine = (circle * step * from).cos();
    for (int i = 0; i < count; ++i) {
      columns.col(0) = (envelope * sine).matrix();
      columns.col(1) = (envelope * cosine).matrix();
      const double f = first + step * i, gained = fit.gain(columns, c);
      if (gained > 0.0) {
        const double amplitude = std::hypot(c[0], c[1]) * std::exp(rate * scale.least);
        // The phase at x = 0 within a turn.
        const double phase = std::remainder(std::atan2(c[1], c[0]) - circle * f * scale.least, circle);
        std::vector<double> p = {amplitude, f, phase};
        if (damped) p.push_back(rate);
        keep({std::move(p), gained});
      }
      const Eigen::ArrayXd next = sine * turn_cosine + cosine * turn_sine;
      cosine = cosine * turn_cosine - sine * turn_sine;
      sine = next;
    }
  }
  std::stable_sort(kept.begin(), kept.end(), [](const Candidate& a, const Candidate& b) { return a.gain > b.gain; });
  if (kept.size() > most) kept.resize(most);
  return kept;
}

}  // namespace thalweg::inline v0_1::library
