// Parameters that the residuals cannot tell apart, or hardly.
#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Dense>
#include <fmt/format.h>

#include "report/examination.hpp"
#include "report/invariants.hpp"
#include "report/table.hpp"

namespace thalweg {
namespace {

using words::quoted;
using Index = Eigen::Index;
using Columns = std::vector<Index>;

// A condition number above this leaves fewer than 6 of the 16 digits of a step.
constexpr double poor_condition = 1e10;
// What takes part in a direction: its entry beside the largest.
constexpr double takes_part = 0.1;

/// Directions that change no residual, in scaled columns: orthonormal.
Eigen::MatrixXd null_space(const ScaledSpectrum& s) { return s.V.rightCols(s.V.cols() - s.rank); }

/// How many of them are there although no column is zero.
Index hidden_nullity(const ScaledSpectrum& s) {
  return s.V.cols() - s.rank - (s.length.array() == 0.0).count();
}

/// The relative error of those directions: rounding, made larger by the smallest singular value that counts.
double error_of(const ScaledSpectrum& s) {
  const double smallest = s.rank > 0 ? s.sigma[s.rank - 1] / s.sigma[0] : 1.0;
  return std::clamp(1e4 * std::numeric_limits<double>::epsilon() / smallest, 1e-7, 1e-3);
}

/// Sets of columns that null directions tie together: where the projector on the null space has entries. They do not
/// depend on the basis. Sets of one column, zero, are left out.
std::vector<Columns> tied_columns(const ScaledSpectrum& s) {
  const Eigen::MatrixXd N = null_space(s);
  const Eigen::MatrixXd projector = N * N.transpose();
  const double negligible = std::max(1e-6, 10.0 * error_of(s));
  std::vector<char> done(static_cast<std::size_t>(N.rows()), 0);
  std::vector<Columns> sets;
  for (Index first = 0; first < N.rows(); ++first) {
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

class Dependence {
 public:
  Dependence(const Examination& e, CheckReport& report) : e_(e), report_(report) {
    Index least = std::numeric_limits<Index>::max();
    for (const Probe& probe : e.nearby)
      if (probe.spectrum) least = std::min(least, hidden_nullity(*probe.spectrum));
    for (const Probe& probe : e.nearby)
      if (probe.spectrum && hidden_nullity(*probe.spectrum) == least) generic_.push_back(&probe);
  }

  void look() {
    std::vector<Columns> everywhere;
    if (!generic_.empty()) everywhere = tied_columns(*generic_[0]->spectrum);
    for (const Columns& set : everywhere) add_set(set);
    if (!e_.start.spectrum) return;
    const ScaledSpectrum& start = *e_.start.spectrum;
    if (!generic_.empty() && hidden_nullity(start) > hidden_nullity(*generic_[0]->spectrum))
      for (const Columns& set : tied_columns(start))
        if (std::find(everywhere.begin(), everywhere.end(), set) == everywhere.end()) add_set_at_start(set);
    add_condition(start);
  }

 private:
  std::vector<std::string> names(const Columns& set) const {
    std::vector<std::string> all;
    for (const Index j : set) all.push_back(e_.name(j));
    return all;
  }

  /// "in the ratio 1 : -2": the only direction within a set, as changes of the parameters.
  std::string ratio(const ScaledSpectrum& s, const Columns& set, const Eigen::MatrixXd& directions) const {
    Eigen::VectorXd change(directions.rows());
    for (Index i = 0; i < change.size(); ++i) change[i] = directions(i, 0) / s.length[set[static_cast<std::size_t>(i)]];
    change /= change[0];
    std::string out;
    for (const double v : change) out += (out.empty() ? "" : " : ") + words::brief(v);
    return out;
  }

  /// What tied columns have in common at every point, or what can be said at one.
  void add_set(const Columns& set) {
    const ScaledSpectrum& first = *generic_[0]->spectrum;
    const Eigen::MatrixXd directions = directions_within(first, set);
    const auto d = static_cast<std::size_t>(directions.cols());
    std::vector<NullSpace> points;
    double error = 0.0;
    for (const Probe* probe : generic_) {
      const ScaledSpectrum& s = *probe->spectrum;
      NullSpace point{Eigen::VectorXd(directions.rows()), s.length(set), directions_within(s, set)};
      if (point.directions.cols() != directions.cols() || (point.length.array() == 0.0).any()) continue;
      for (Index i = 0; i < point.x.size(); ++i)
        point.x[i] = probe->x[static_cast<std::size_t>(e_.program.component_of(set[static_cast<std::size_t>(i)]))];
      error = std::max(error, error_of(s));
      points.push_back(std::move(point));
    }
    const auto seen = static_cast<std::size_t>((first.length.array() > 0.0).count());
    const bool too_few = report_.problem.residuals < e_.program.columns();
    if (too_few && set.size() == seen) return;  // that is no more than what the counts have said
    Finding finding{Finding::Kind::dependent, "", "", names(set)};
    const std::vector<std::string> forms =
        set.size() <= most_named ? invariants(points, finding.parameters, error) : std::vector<std::string>{};
    const std::string who = quoted(finding.parameters);
    finding.advice = fmt::format("Fix {} of them, or give {}.", d, d == 1 ? "it a prior" : "them priors");
    if (!forms.empty()) {
      finding.sentence = fmt::format("{} enter only {} {}.", who, forms.size() == 1 ? "as" : "through", words::listed(forms));
      finding.advice = fmt::format("Fix {} of them, or write {} in place of {}.", d,
                                   forms.size() == 1 ? "one parameter" : text::counted(static_cast<long long>(forms.size()), "parameter"),
                                   words::listed(forms));
    } else if (d == 1 && set.size() <= most_named) {
      finding.sentence = fmt::format(
          "{} cannot be told apart: to first order, changing them together in the ratio {} changes no residual.", who,
          ratio(first, set, directions));
    } else {
      finding.sentence = fmt::format("Of {} the residuals see only {}.", who,
                                     text::counted(static_cast<long long>(set.size() - d), "combination"));
    }
    report_.findings.push_back(std::move(finding));
  }

  void add_set_at_start(const Columns& set) {
    const ScaledSpectrum& start = *e_.start.spectrum;
    const Eigen::MatrixXd directions = directions_within(start, set);
    const std::vector<std::string> who = names(set);
    const bool one = directions.cols() == 1 && set.size() <= most_named;
    report_.findings.push_back(
        {Finding::Kind::dependent_at_start,
         fmt::format("{} cannot be told apart at the start, though around it they can: {}.", quoted(who),
                     one ? "there, changing them together in the ratio " + ratio(start, set, directions) +
                               " changes no residual, to first order"
                         : fmt::format("the residuals see only {} of them there",
                                       text::counted(static_cast<long long>(set.size()) - directions.cols(),
                                                     "combination"))),
         "Another start, without that symmetry: from this one a solve may never break it.", who});
  }

  void add_condition(const ScaledSpectrum& start) {
    if (start.rank == 0) return;
    const double condition = report_.condition_number = start.sigma[0] / start.sigma[start.rank - 1];
    if (!(condition > poor_condition)) return;
    const Eigen::VectorXd weakest = start.V.col(start.rank - 1).cwiseAbs();
    Finding finding{Finding::Kind::ill_conditioned, "", "", {}};
    for (Index j = 0; j < weakest.size(); ++j)
      if (weakest[j] > takes_part * weakest.maxCoeff()) finding.parameters.push_back(e_.name(j));
    finding.sentence = fmt::format(
        "{} can hardly be told apart at the start: the condition number of the Jacobian is {:.1e}, which leaves {} of "
        "16 digits.",
        quoted(finding.parameters), condition, std::max(0, 16 - static_cast<int>(std::ceil(std::log10(condition)))));
    finding.advice =
        "Shift and scale the data they multiply, such as (x - mean)/width for x, or leave some of them out.";
    report_.findings.push_back(std::move(finding));
  }

  static constexpr std::size_t most_named = 12;  // of more parameters no formula is looked for

  const Examination& e_;
  CheckReport& report_;
  std::vector<const Probe*> generic_;  // where the residuals see as many directions as anywhere
};

}  // namespace

void look_at_dependence(const Examination& e, CheckReport& report) { Dependence(e, report).look(); }

}  // namespace thalweg
