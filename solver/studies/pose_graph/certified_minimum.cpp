#include <thalweg/studies/certified_minimum.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <thalweg/base/cancellation.hpp>
#include <thalweg/minimize/solve.hpp>

namespace thalweg::inline v0_1 {
namespace {

class Certification {
 public:
  Certification(const PoseGraph& graph, Result first, const Options& options, const CertificateOptions& how)
      : graph_(graph), options_(options), how_(how) {
    found_.result = std::move(first);
  }

  CertifiedMinimum run() {
    if (!found_.result.converged()) {
      found_.reason = fmt::format("the solve ended {}, at a point that is no minimum", to_string(found_.result.status));
      return std::move(found_);
    }
    const CancellationScope scope(left(), options_.interrupt);
    try {
      certify();
      if (is_blurred()) polish();
      constexpr int most_escapes = 3;
      for (int k = 0; k < most_escapes && is_refuted() && escape(); ++k) {
      }
    } catch (const Cancelled& cancelled) {
      found_.reason = cancelled.what();
    }
    settle_bound();
    return std::move(found_);
  }

 private:
  double left() const { return std::max(0.0, options_.time_limit - found_.result.seconds.total); }
  PoseGraph here() const { return with_solution(graph_, found_.result.x); }

  void certify() {
    const Timed timed(found_.seconds);
    found_.certificate = thalweg::certify(graph_, found_.result.x, how_);
    bound_ = std::max(bound_, found_.certificate.lower_bound);
  }
  /// The matrix is as good as positive semidefinite, and the gap is the point's, which is not stationary enough.
  bool is_blurred() const {
    const Certificate& c = found_.certificate;
    return !c.certified && c.next_eigenvalue > 0.0;
  }
  bool is_refuted() const {
    const Certificate& c = found_.certificate;
    return !c.certified && c.next_eigenvalue < 0.0;
  }

  void polish() {
    Options tight = options_;
    tight.function_tolerance = tight.step_tolerance = 1e-16;
    tight.gradient_tolerance = 1e-15;
    if (take(solve_from(here(), tight), 0.0)) certify();
  }

  /// Whether the relaxation led to a better minimum.
  bool escape() {
    RefutedMinimum refuted{found_.result.final_cost, found_.certificate.smallest_eigenvalue};
    PoseGraph start;
    {
      const Timed timed(found_.seconds);
      Escape way = escape_minimum(here(), found_.certificate, how_);
      bound_ = std::max(bound_, way.lower_bound);
      refuted.rank = way.rank;
      refuted.relaxed_cost = way.relaxed_cost;
      refuted.rounded_cost = way.cost;
      start = std::move(way.graph);
    }
    constexpr double better = 1e-9;
    Result next = solve_from(start, options_);
    refuted.next_cost = next.final_cost;
    found_.refuted.push_back(refuted);
    if (!take(std::move(next), better)) return false;
    certify();
    if (is_blurred()) polish();
    return true;
  }

  /// By Gauss-Newton steps, whatever the first method: the start is near a minimum.
  Result solve_from(const PoseGraph& start, const Options& like) const {
    Options options;
    options.method = Method::gauss_newton;
    options.max_iterations = like.max_iterations;
    options.function_tolerance = like.function_tolerance;
    options.gradient_tolerance = like.gradient_tolerance;
    options.step_tolerance = like.step_tolerance;
    options.time_limit = left();
    options.threads = like.threads;
    options.interrupt = like.interrupt;
    options.callback = like.callback;
    options.record_points = like.record_points;
    return solve(build_problem(start), options);
  }

  /// Takes a result that is lower by a part of the cost, with the effort of both.
  bool take(Result next, double part) {
    Result& r = found_.result;
    if (next.x.empty() || !(next.final_cost <= r.final_cost * (1.0 - part))) return false;
    const double seconds = r.seconds.total;
    for (IterationRecord& record : next.trace) {
      record.iteration += r.iterations;
      record.seconds += seconds;
    }
    if (!next.trace.empty() && !r.trace.empty()) next.trace.erase(next.trace.begin());
    r.trace.insert(r.trace.end(), next.trace.begin(), next.trace.end());
    next.trace = std::move(r.trace);
    next.initial_cost = r.initial_cost;
    next.iterations += r.iterations;
    next.accepted_steps += r.accepted_steps;
    next.evaluations.cost += r.evaluations.cost;
    next.evaluations.jacobian += r.evaluations.jacobian;
    next.seconds.total += seconds;
    next.seconds.setup += r.seconds.setup;
    next.seconds.evaluate += r.seconds.evaluate;
    next.seconds.linear_solve += r.seconds.linear_solve;
    next.notes.insert(next.notes.begin(), r.notes.begin(), r.notes.end());
    if (!next.converged()) {  // a polish that reaches rounding has no test that fires
      next.status = r.status;
      next.reason = r.reason;
    }
    r = std::move(next);
    return true;
  }

  /// A bound that another point gave holds for the last, too.
  void settle_bound() {
    Certificate& c = found_.certificate;
    if (std::isnan(c.cost) || !(bound_ > c.lower_bound)) return;
    c.lower_bound = bound_;
    c.gap = std::max(0.0, c.cost - bound_);
    c.certified = c.gap <= c.tolerance;
  }

  /// Adds the time of its life.
  class Timed {
   public:
    explicit Timed(double& seconds) : seconds_(seconds) {}
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;
    ~Timed() { seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count(); }

   private:
    double& seconds_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  };

  const PoseGraph& graph_;
  Options options_;
  CertificateOptions how_;
  CertifiedMinimum found_;
  double bound_ = -std::numeric_limits<double>::infinity();
};

}  // namespace

CertifiedMinimum certify_minimum(const PoseGraph& graph, Result result, const Options& options,
                                 const CertificateOptions& how) {
  if (const std::string reason = certificate_refusal(graph); !reason.empty())
    throw Error(fmt::format("'{}' has no certificate: {}", graph.file, reason));
  return Certification(graph, std::move(result), options, how).run();
}

}  // namespace thalweg::inline v0_1
