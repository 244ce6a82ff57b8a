// A minimum of a pose graph, certified as the global one, or exchanged for a better one.
#pragma once

#include <string>
#include <vector>

#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/models/certificate.hpp>
#include <thalweg/report/section.hpp>

namespace thalweg::inline v0_1 {

/// A minimum that was refuted, and where the relaxation led from it.
struct RefutedMinimum {
  double cost = Certificate::unset;
  double smallest_eigenvalue = Certificate::unset;
  int rank = 0;                              ///< columns of the relaxation's point
  double relaxed_cost = Certificate::unset;  ///< there
  double rounded_cost = Certificate::unset;  ///< of the start that it gave
  double next_cost = Certificate::unset;     ///< of the minimum from there
};

struct CertifiedMinimum {
  Certificate certificate;  ///< of the last minimum, with the best lower bound of all that was tried
  Result result;            ///< the solve that found it, with the effort of all
  std::vector<RefutedMinimum> refuted;
  std::string reason;    ///< why there is no certificate, or no more was tried; empty: no reason
  double seconds = 0.0;  ///< of certificates and descents of the relaxation, without the solves
};

/// Certifies the solution result.x of build_problem(graph). Where a minimum is refuted, the staircase of
/// escape_minimum() gives another start, from which the graph is solved again with `options`, up to three times and as
/// long as the cost falls. A point that is not stationary enough for its bound is polished by further steps. Respects
/// the time limit and the interrupt flag of the options, less the time that `result` took. Throws as certify() does.
CertifiedMinimum certify_minimum(const PoseGraph& graph, Result result, const Options& options = {},
                                 const CertificateOptions& how = {});

/// "global minimum, certified: smallest eigenvalue -3e-10, gap <= 2e-9".
std::string verdict_of(const CertifiedMinimum& minimum);
/// Key "certificate".
Section section_of(const CertifiedMinimum& minimum);

}  // namespace thalweg::inline v0_1
