// Parameters that the residuals cannot tell apart, or hardly.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include <math/dense_decompositions.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/words.hpp>

#include "diagnosis/examination.hpp"
#include "diagnosis/invariants.hpp"

namespace thalweg::inline v0_1 {
namespace {

using words::quoted;
using Index = Eigen::Index;
using Columns = std::vector<Index>;

// A condition number above this leaves fewer than 6 of the 16 digits of a step.
constexpr double poor_condition = 1e10;
// Columns that depend on each other by the form of the residuals do so to this part, times √n. What is a little larger
// may be columns that are powers of almost the same number, or that reach few rows.
constexpr double by_form = 16.0 * std::numeric_limits<double>::epsilon();
// Points far away that are looked at before a dependence is said to hold everywhere; columns shorter than this have
// lost their digits.
constexpr int points_far_away = 12;
constexpr double shortest = 1e-200;
// Differences of residuals see a column badly whose part in them is below this.
constexpr double faint = 1e-2;
// Points that differ in some parameters only.
constexpr int points_beside = 5;
// What takes part in a direction: its entry beside the largest.
constexpr double takes_part = 0.1;

/// Directions that change no residual, in scaled columns: orthonormal.
Eigen::MatrixXd null_space(const ScaledSpectrum& s) { return s.V.rightCols(s.V.cols() - s.rank); }

/// How many of them are there although no column is zero.
Index hidden_nullity(const ScaledSpectrum& s) { return s.V.cols() - s.rank - (s.length.array() == 0.0).count(); }

/// The same, of those that the form of the residuals makes.
Index formal_nullity(const ScaledSpectrum& s, double derivative_error) {
  const double rounding = by_form * std::sqrt(static_cast<double>(s.V.cols()));
  const double threshold = std::max(rounding, derivative_error) * s.sigma[0];
  return (s.sigma.array() <= threshold).count() - (s.length.array() == 0.0).count();
}

/// The relative error of those directions: that of J, made larger by the smallest singular value that counts.
double error_of(const ScaledSpectrum& s, double derivative_error) {
  const double smallest = s.rank > 0 ? s.sigma[s.rank - 1] / s.sigma[0] : 1.0;
  const double error = std::max(1e4 * std::numeric_limits<double>::epsilon(), derivative_error);
  return std::clamp(error / smallest, 1e-7, 1e-3);
}

/// Sets of columns that null directions tie together: where the projector on the null space has entries. They do not
/// depend on the basis. Sets of one column, zero, are left out.
std::vector<Columns> tied_columns(const ScaledSpectrum& s, double derivative_error) {
  const Eigen::MatrixXd N = null_space(s);
  const Eigen::MatrixXd projector = N * N.transpose();
  const double negligible = std::max(1e-6, 10.0 * error_of(s, derivative_error));
  std::vector<char> done(static_cast<std::size_t>(N.rows()), 0);
  std::vector<Columns> sets;
  for (Index first = 0; first < N.rows(); ++first) {
    CancellationProbe::poll();
    if (done[static_cast<std::size_t>(first)]) continue;
    Columns set = {first};
    done[static_cast<std::size_t>(first)] = 1;
    for (std::size_t at = 0; at < set.size(); ++at)
      for (Index j = 0; j < N.rows(); ++j)
        if (!done[static_cast<std::size_t>(j)] && std::abs(projector(set[at], j)) > negligible) {
          done[static_cast<std::size_t>(j)] = 1;
          set.push_back(j);
        }
    std::sort(set.begin(), set.end());
    if (set.size() > 1) sets.push_back(std::move(set));
  }
  return sets;
}

/// The directions within a set of tied columns.
Eigen::MatrixXd directions_within(const ScaledSpectrum& s, const Columns& set) {
  const Eigen::MatrixXd N = null_space(s)(set, Eigen::all);
  const auto d = static_cast<Index>(std::lround(N.squaredNorm()));
  return Eigen::JacobiSVD<Eigen::MatrixXd>(N, Eigen::ComputeThinU).matrixU().leftCols(d);
}

std::string combinations(Index n) { return counted(n, "combination"); }

/// "1 : -2": the first of the directions within a set, as changes of the parameters.
std::string ratio(const ScaledSpectrum& s, const Columns& set, const Eigen::MatrixXd& directions) {
  const Eigen::VectorXd change = directions.col(0).cwiseQuotient(s.length(set));
  std::string out;
  for (const double v : change) out += (out.empty() ? "" : " : ") + words::brief(v / change[0]);
  return out;
}

class Dependence {
 public:
  Dependence(const Examination& e, CheckReport& report) : e_(e), report_(report), error_(e.prober.derivative_error()) {
    Index least = std::numeric_limits<Index>::max();
    for (const Probe& probe : e.nearby)
      if (is_legible(probe)) least = std::min(least, hidden_nullity(*probe.spectrum));
    for (const Probe& probe : e.nearby)
      if (is_legible(probe) && hidden_nullity(*probe.spectrum) == least) generic_.push_back(&probe);
  }

  void look() {
    if (!generic_.empty()) look_around();
    if (!e_.start.spectrum) return;
    const ScaledSpectrum& start = *e_.start.spectrum;
    if (!generic_.empty() && formal_nullity(start, error_) > hidden_nullity(*generic_[0]->spectrum))
      look_at_start(start);
    const Index zeros = (start.length.array() == 0.0).count();
    add_condition(start, start.V.cols() - zeros - explained_);
  }

 private:
  std::vector<std::string> names(const Columns& set) const {
    std::vector<std::string> all;
    for (const Index j : set) all.push_back(e_.name(j));
    return all;
  }

  /// Whether there is a Jacobian, and its columns are right in so many digits as its error promises.
  bool is_legible(const Probe& probe) const {
    if (!probe.spectrum || error_ == 0.0) return probe.spectrum.has_value();
    std::vector<double> x(probe.influence.size());
    e_.program.coordinates(probe.x.data(), x.data());
    for (std::size_t j = 0; j < probe.influence.size(); ++j) {
      const double change = probe.influence[j] * std::abs(x[j]);
      if (change > 0.0 && change < faint * probe.residual) return false;
    }
    return true;
  }

  void look_around() {
    const std::vector<Columns> sets = tied_columns(*generic_[0]->spectrum, error_);
    if (!sets.empty()) look_far_away();
    for (const Columns& set : sets) add_set(set);
  }

  /// Sets that are tied together at the start alone.
  void look_at_start(const ScaledSpectrum& start) {
    for (const Columns& set : tied_columns(start, error_)) {
      const bool said = std::any_of(set.begin(), set.end(), [&](Index j) { return said_.count(j) > 0; });
      if (!said) add_set_at_start(start, set);
    }
  }

  /// Points whose Jacobian can be compared with those nearby.
  void look_far_away() {
    if (!far_.empty() || generic_.empty()) return;
    const Eigen::VectorXd& near = generic_[0]->spectrum->length;
    std::mt19937_64 random = e_.random;
    for (int i = 0; i < points_far_away; ++i) {
      CancellationProbe::poll();
      Probe probe = e_.prober.look(point_far_away(e_.program, e_.start.x, random), Prober::Want::spectrum);
      if (is_legible(probe) && (near.array() == 0.0 || probe.spectrum->length.array() > shortest).all())
        far_.push_back(std::move(*probe.spectrum));
    }
  }

  /// Whether so many directions within the set change no residual at the points far away, too.
  bool holds_far_away(const Columns& set, Index directions) const {
    return std::all_of(far_.begin(), far_.end(), [&](const ScaledSpectrum& s) {
      return null_space(s)(set, Eigen::all).squaredNorm() > static_cast<double>(directions) - 0.5;
    });
  }

  /// The combinations that the residuals see of a set, as formulas; none when the points do not agree on them.
  Invariants invariants_of(const Columns& set, Index directions, const std::vector<const Probe*>& probes) const {
    if (static_cast<Index>(set.size()) - directions > most_formulas || any_curved(set)) return {};
    std::vector<NullSpace> points;
    double error = 0.0;
    for (const Probe* probe : probes) {
      const ScaledSpectrum& s = *probe->spectrum;
      NullSpace point{Eigen::VectorXd(s.length(set)), s.length(set), directions_within(s, set)};
      if (point.directions.cols() != directions || (point.length.array() == 0.0).any()) continue;
      for (Index i = 0; i < point.x.size(); ++i) point.x[i] = probe->x[component(set[static_cast<std::size_t>(i)])];
      error = std::max(error, error_of(s, error_));
      points.push_back(std::move(point));
    }
    return invariants(points, names(set), error);
  }

  /// The same where only the set moves, and everything else is as at the start.
  Invariants invariants_beside(const Columns& set, Index directions) const {
    if (any_curved(set)) return {};
    std::mt19937_64 random = e_.random;
    std::vector<Probe> probes;
    std::vector<const Probe*> finite;
    for (int i = 0; i < points_beside; ++i) {
      const std::vector<double> drawn = point_nearby(e_.program, e_.start.x, random);
      std::vector<double> x = e_.start.x;
      for (const Index j : set) x[component(j)] = drawn[component(j)];
      probes.push_back(e_.prober.look(std::move(x), Prober::Want::spectrum));
    }
    for (const Probe& probe : probes)
      if (probe.spectrum) finite.push_back(&probe);
    return invariants_of(set, directions, finite);
  }

  /// Whether a formula of numbers cannot say what the residuals see, since some of them are steps on a manifold.
  bool any_curved(const Columns& set) const {
    return std::any_of(set.begin(), set.end(),
                       [this](Index j) { return e_.problem().set_of(e_.program.component_of(j)).manifold != nullptr; });
  }

  std::size_t component(Index column) const { return static_cast<std::size_t>(e_.program.component_of(column)); }

  void explain(const Columns& set, Index directions) {
    said_.insert(set.begin(), set.end());
    explained_ += directions;
  }

  void add_set(const Columns& set) {
    const ScaledSpectrum& first = *generic_[0]->spectrum;
    const Eigen::MatrixXd directions = directions_within(first, set);
    const Index d = directions.cols(), seen = (first.length.array() > 0.0).count();
    if (report_.problem.residuals < e_.program.columns() && static_cast<Index>(set.size()) == seen)
      return explain(set, d);  // the counts have said so
    const bool everywhere = holds_far_away(set, d);
    Invariants found;
    if (everywhere) found = invariants_of(set, d, generic_);
    const bool formal = std::all_of(generic_.begin(), generic_.end(), [this](const Probe* probe) {
      return formal_nullity(*probe->spectrum, error_) == hidden_nullity(*probe->spectrum);
    });
    if (!found.simple && !formal) return;  // almost dependent only
    explain(set, d);
    Finding finding{Finding::Kind::dependent, "", "", names(set)};
    const std::string who = quoted(finding.parameters), fewer = words::number(d);
    finding.advice = fmt::format("Fix {} of them, or give {} of them {}.", fewer, fewer, d == 1 ? "a prior" : "priors");
    if (!everywhere) {
      finding.sentence = who + " cannot be told apart near the start, to rounding, though farther away they can.";
      finding.advice = fmt::format("Choose another start, farther off, or fix {} of them.", fewer);
    } else if (!found.formulas.empty()) {
      const std::string list = words::listed(found.formulas);
      const bool one = found.formulas.size() == 1;
      finding.sentence = fmt::format("{} enter only {} {}.", who, one ? "as" : "through", list);
      finding.advice =
          fmt::format("Fix {} of them, or write {} in place of {}.", fewer,
                      one ? "one parameter" : words::number(std::ssize(found.formulas)) + " parameters", list);
    } else if (found = invariants_beside(set, d); !found.formulas.empty()) {
      finding.sentence = fmt::format("With the others held still, {} enter only {} {}.", who,
                                     found.formulas.size() == 1 ? "as" : "through", words::listed(found.formulas));
    } else {
      finding.sentence = fmt::format("{} cannot be told apart: {}.", who, indistinguishable(first, set, directions));
    }
    report_.findings.push_back(std::move(finding));
  }

  void add_set_at_start(const ScaledSpectrum& start, const Columns& set) {
    const Eigen::MatrixXd directions = directions_within(start, set);
    explain(set, directions.cols());
    report_.findings.push_back(
        {Finding::Kind::dependent_at_start,
         fmt::format("{} cannot be told apart at the start, though around it they can: there, {}.", quoted(names(set)),
                     indistinguishable(start, set, directions)),
         "Choose another start, in which they differ: from this one a solve may never tell them apart.", names(set)});
  }

  static std::string indistinguishable(const ScaledSpectrum& s, const Columns& set, const Eigen::MatrixXd& directions) {
    if (directions.cols() > 1 || set.size() > most_in_ratio)
      return fmt::format("the residuals see only {} of them",
                         combinations(static_cast<Index>(set.size()) - directions.cols()));
    return fmt::format("changing them together in the ratio {} changes no residual, to first order",
                       ratio(s, set, directions));
  }

  /// Of the directions that are seen, `rank`. Poor at the start alone is what damping is for; poor everywhere is the
  /// problem's own.
  void add_condition(const ScaledSpectrum& start, Index rank) {
    if (rank <= 0) return;
    const auto condition_of = [rank](const ScaledSpectrum& s) { return s.sigma[0] / s.sigma[rank - 1]; };
    const double condition = report_.condition_number = condition_of(start);
    if (!(condition > poor_condition)) return;
    double best = condition;
    for (const Probe& probe : e_.nearby)
      if (probe.spectrum) best = std::min(best, condition_of(*probe.spectrum));
    look_far_away();
    for (const ScaledSpectrum& far : far_) best = std::min(best, condition_of(far));
    const Eigen::VectorXd weakest = start.V.col(rank - 1).cwiseAbs();
    std::vector<std::string> who;
    for (Index j = 0; j < weakest.size(); ++j)
      if (weakest[j] > takes_part * weakest.maxCoeff()) who.push_back(e_.name(j));
    const std::string what =
        fmt::format("{} can hardly be told apart at the start: the condition number of the Jacobian is {:.1e}",
                    quoted(who), condition);
    if (best <= poor_condition)
      report_.notes.push_back(fmt::format("{}, but {:.1e} elsewhere", what, best));
    else
      report_.findings.push_back(
          {Finding::Kind::ill_conditioned,
           fmt::format("{}, so that rounding leaves {} of the 16 digits of a step.", what, digits_left(condition)),
           "If they multiply powers of x, use (x - mean)/width for x; if their terms die away within the data, start "
           "nearer; or leave some of them out.",
           who});
  }

  static std::string digits_left(double condition) {
    if (!(condition < 1e15)) return "none";
    return fmt::format("about {}", words::number(16 - static_cast<int>(std::ceil(std::log10(condition)))));
  }

  static constexpr std::size_t most_in_ratio = 12;  // parameters
  static constexpr Index most_formulas = 6;

  const Examination& e_;
  CheckReport& report_;
  const double error_;                 // of derivatives
  std::vector<const Probe*> generic_;  // where the residuals see as many directions as anywhere nearby
  std::vector<ScaledSpectrum> far_;
  std::set<Index> said_;  // columns that a finding has named
  Index explained_ = 0;   // directions that findings have named
};

}  // namespace

void look_at_dependence(const Examination& e, CheckReport& report) { Dependence(e, report).look(); }

}  // namespace thalweg::inline v0_1
