// From a minimum that is refuted to a better one: the Riemannian staircase, and back to rotations.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <thalweg/models/certificate.hpp>

#include <math/dense_decompositions.hpp>

#include "models/pose_graph/certificate/examination.hpp"
#include "models/pose_graph/certificate/stiefel_descent.hpp"
#include "models/pose_graph/starts/nearest_rotation.hpp"

namespace thalweg::inline v0_1 {
namespace {

using Eigen::MatrixXd;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

template <class Pose>
class Staircase {
  static constexpr int d = Pose::space;
  using Rotation = typename Pose::Rotation;
  using Point = typename Pose::Point;

 public:
  Staircase(const PoseGraph& g, const CertificateOptions& options)
      : g_(g),
        options_(options),
        relaxation_(g),
        examiner_(relaxation_, options),
        descent_(relaxation_, options.threads) {}

  Escape run(const Certificate& certificate) {
    constexpr double share = 1e-3;  // of the tolerance of the gap, for what a descent leaves
    MatrixXd Y = relaxation_.point(g_);
    examiner_.positions().minimize_positions(Y);
    Eigen::VectorXd direction = direction_of(certificate);
    Escape escape;
    escape.lower_bound = certificate.lower_bound;
    const double tolerance = certificate.tolerance;
    for (int rank = d + 1; rank <= std::max(options_.max_rank, d + 1); ++rank) {
      add_column(Y, direction);
      const graph::DescentReport report = descent_.run(Y, share * tolerance);
      escape.iterations += report.products;
      graph::Examination<Pose> found = examiner_.examine(Y);
      escape.relaxed_cost = relaxation_.cost(Y);
      escape.rank = rank;
      escape.lower_bound = std::max(escape.lower_bound, escape.relaxed_cost - found.gap);
      escape.is_minimum = found.gap <= tolerance;
      if (escape.is_minimum || found.next.vector.size() == 0 || !(found.next.value < 0.0)) break;
      direction = found.next.vector;
    }
    escape.graph = rounded(Y);
    escape.cost = pose_graph_cost(escape.graph);
    return escape;
  }

 private:
  Eigen::VectorXd direction_of(const Certificate& certificate) {
    MatrixXd v = MatrixXd::Zero(relaxation_.rows(), 1);
    for (std::int64_t i = 0; i < relaxation_.poses(); ++i)
      for (int k = 0; k < d; ++k) v(relaxation_.row_of(i) + k, 0) = certificate.eigenvector[at(i * d + k)];
    examiner_.positions().minimize_positions(v);
    return v.col(0);
  }

  /// (Y, 0) moved along (0, v) by as much as lowers the cost the most, of steps halved from one that turns the pose
  /// that moves the most by 45°.
  void add_column(MatrixXd& Y, const Eigen::VectorXd& v) const {
    constexpr int halvings = 20;
    double largest = 0.0;
    for (std::int64_t i = 0; i < relaxation_.poses(); ++i)
      largest = std::max(largest, v.segment<d>(relaxation_.row_of(i)).norm());
    Y.conservativeResize(Eigen::NoChange, Y.cols() + 1);
    Y.rightCols(1).setZero();
    const MatrixXd from = Y;
    double best = std::numeric_limits<double>::infinity(), length = 1.0 / largest;
    for (int k = 0; k < halvings; ++k, length *= 0.5) {
      MatrixXd trial = from;
      trial.rightCols(1) = length * v;
      descent_.retract(trial);
      const double cost = relaxation_.cost(trial);
      if (!(cost < best)) break;
      best = cost;
      Y = std::move(trial);
    }
  }

  /// The d principal directions of all rotations, the determinants of most of them positive, each pose's nearest
  /// rotation, the positions that are best for them; all of it moved so that the pose that is held stays.
  PoseGraph rounded(const MatrixXd& Y) {
    const std::int64_t n = relaxation_.poses();
    MatrixXd gram = MatrixXd::Zero(Y.cols(), Y.cols());
    for (std::int64_t i = 0; i < n; ++i) {
      const auto B = Y.middleRows<d>(relaxation_.row_of(i));
      gram += B.transpose() * B;
    }
    const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(gram);
    MatrixXd X = Y * eigen.eigenvectors().rightCols(d);
    std::int64_t mirrored = 0;
    for (std::int64_t i = 0; i < n; ++i)
      mirrored += Rotation(X.middleRows<d>(relaxation_.row_of(i))).determinant() < 0.0;
    if (2 * mirrored > n) X.col(0) = -X.col(0);
    for (std::int64_t i = 0; i < n; ++i) {
      auto B = X.middleRows<d>(relaxation_.row_of(i));
      B = graph::nearest_rotation(Rotation(B));
    }
    examiner_.positions().minimize_positions(X);
    return placed(X);
  }

  PoseGraph placed(const MatrixXd& X) const {
    PoseGraph g = g_;
    const auto fixed = std::find_if(g.pose_fixed.begin(), g.pose_fixed.end(), [](char f) { return f != 0; });
    const std::int64_t held = fixed == g.pose_fixed.end() ? 0 : fixed - g.pose_fixed.begin();
    const Pose stays = Pose::load(g_.poses.data() + held * Pose::size);
    const auto rotation = [&](std::int64_t i) -> Rotation {
      return X.middleRows<d>(relaxation_.row_of(i)).transpose();
    };
    const auto position = [&](std::int64_t row) -> Point { return X.row(row).transpose(); };
    const Rotation turn = stays.rotation() * rotation(held).transpose();
    const Point there = position(relaxation_.row_of(held) + d);
    for (std::int64_t i = 0; i < relaxation_.poses(); ++i) {
      if (i == held) continue;
      Pose pose;
      pose.set_rotation(turn * rotation(i));
      pose.t = stays.t + turn * (position(relaxation_.row_of(i) + d) - there);
      pose.store(g.poses.data() + i * Pose::size);
    }
    for (std::int64_t l = 0; l < g.landmark_count(); ++l)
      Eigen::Map<Point>(g.landmarks.data() + l * d) =
          stays.t + turn * (position(relaxation_.poses() * (d + 1) + l) - there);
    return g;
  }

  const PoseGraph& g_;
  CertificateOptions options_;
  graph::Relaxation<Pose> relaxation_;
  graph::Examiner<Pose> examiner_;
  graph::StiefelDescent<Pose> descent_;
};

}  // namespace

Escape escape_minimum(const PoseGraph& g, const Certificate& certificate, const CertificateOptions& options) {
  if (const std::string reason = certificate_refusal(g); !reason.empty())
    throw Error(fmt::format("'{}' has no certificate: {}", g.file, reason));
  const auto numbers = at(g.pose_count()) * (g.kind == PoseGraph::Kind::se2 ? 2 : 3);
  if (certificate.eigenvector.size() != numbers)
    throw Error(fmt::format("the certificate's eigenvector has {} numbers; expected {}, those of '{}'",
                            certificate.eigenvector.size(), numbers, g.file));
  return g.kind == PoseGraph::Kind::se2 ? Staircase<graph::Pose2>(g, options).run(certificate)
                                        : Staircase<graph::Pose3>(g, options).run(certificate);
}

}  // namespace thalweg::inline v0_1
