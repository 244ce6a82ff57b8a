#include <algorithm>

#include <fmt/format.h>

#include <thalweg/models/certificate.hpp>

#include "models/pose_graph/certificate/examination.hpp"

namespace thalweg::inline v0_1 {
namespace {

template <class Pose>
Certificate certify_in(const PoseGraph& g, const CertificateOptions& options) {
  constexpr int d = Pose::space;
  const graph::Relaxation<Pose> relaxation(g);
  graph::Examiner<Pose> examiner(relaxation, options);
  Eigen::MatrixXd Y = relaxation.point(g);
  graph::Examination<Pose> found = examiner.examine(Y);
  Certificate c;
  c.kind = relaxation.is_equal() ? Certificate::Kind::exact : Certificate::Kind::bound;
  c.cost = pose_graph_cost(g);
  c.gap = std::min(relaxation.slack() + found.gap, c.cost);  // a sum of squares is at least 0
  c.lower_bound = c.cost - c.gap;
  c.tolerance = examiner.tolerance(c.cost);
  c.certified = c.gap <= c.tolerance;
  c.smallest_eigenvalue = found.smallest;
  c.eigenvalue_error = found.smallest_error;
  c.least_eigenvalue = -found.beta;
  c.stationarity = found.stationarity;
  if (found.next.vector.size() > 0) {
    c.next_eigenvalue = found.next.value;
    c.next_error = found.next.error;
    for (std::int64_t i = 0; i < relaxation.poses(); ++i)
      for (int k = 0; k < d; ++k) c.eigenvector.push_back(found.next.vector[relaxation.row_of(i) + k]);
  }
  for (const auto& L : found.multipliers) c.multipliers.insert(c.multipliers.end(), L.data(), L.data() + L.size());
  return c;
}

}  // namespace

Certificate certify(const PoseGraph& g, const CertificateOptions& options) {
  if (const std::string reason = certificate_refusal(g); !reason.empty())
    throw Error(fmt::format("'{}' has no certificate: {}", g.file, reason));
  return g.kind == PoseGraph::Kind::se2 ? certify_in<graph::Pose2>(g, options) : certify_in<graph::Pose3>(g, options);
}

Certificate certify(const PoseGraph& g, const std::vector<double>& x, const CertificateOptions& options) {
  if (x.size() != g.poses.size() + g.landmarks.size())
    throw Error(fmt::format("a solution of '{}' has {} numbers; expected {}, as build_problem() lays them out", g.file,
                            x.size(), g.poses.size() + g.landmarks.size()));
  return certify(with_solution(g, x), options);
}

}  // namespace thalweg::inline v0_1
