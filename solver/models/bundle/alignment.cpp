// From the world of a reconstruction, which is any, to the world in which places were measured.
#include <thalweg/models/bundle_terms.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <Eigen/Geometry>

#include <math/dense_decompositions.hpp>
#include <thalweg/base/words.hpp>

#include "models/bundle/number_list.hpp"
#include "models/bundle/turns.hpp"

namespace thalweg::inline v0_1 {
namespace {

using Vector = Eigen::Vector3d;
using Matrix = Eigen::Matrix3d;

// Places whose spread across a line is below this part of their spread along it are on a line; so are measured ones
// whose spread across it is below their standard deviation.
constexpr double on_a_line = 1e-6;

Vector point_of(const Bundle& b, std::int32_t point) {
  return Eigen::Map<const Vector>(b.points.data() + 3 * static_cast<std::size_t>(point));
}

/// A place in the bundle, where it was measured, and how well.
struct Tie {
  Vector from, to, sigma;
};
std::int32_t called(const PlacePrior& p) { return p.called >= 0 ? p.called : p.number; }

std::vector<Tie> ties_of(const Bundle& b, const BundlePriors& priors) {
  const auto vector = [](const std::array<double, 3>& a) { return Vector(a[0], a[1], a[2]); };
  std::vector<Tie> ties;
  for (const PlacePrior& p : priors.cameras)
    ties.push_back({vector(centre_of(b, p.number)), vector(p.place), vector(p.sigma)});
  for (const PlacePrior& p : priors.points) ties.push_back({point_of(b, p.number), vector(p.place), vector(p.sigma)});
  return ties;
}

struct Moments {
  Vector from = Vector::Zero(), to = Vector::Zero();  // weighted means
  Matrix cross = Matrix::Zero();                      // Σ w (to)(from)ᵀ, centred
  Matrix spread_from = Matrix::Zero(), spread_to = Matrix::Zero();
  double sigma = 0.0;  // root mean square, of one axis
};
Moments moments(const std::vector<Tie>& ties) {
  // Relative weights: those of σ = 1e-200 must not overflow.
  double least = std::numeric_limits<double>::infinity(), total = 0.0;
  for (const Tie& tie : ties) least = std::min(least, tie.sigma.stableNorm());
  const auto weight = [&](const Tie& tie) {
    const double ratio = least / tie.sigma.stableNorm();
    return ratio * ratio;
  };
  Moments m;
  for (const Tie& tie : ties) {
    const double w = weight(tie);
    total += w;
    m.from += w * tie.from;
    m.to += w * tie.to;
  }
  m.from /= total;
  m.to /= total;
  for (const Tie& tie : ties) {
    const double w = weight(tie) / total;
    const Vector a = tie.from - m.from, c = tie.to - m.to;
    m.cross += w * c * a.transpose();
    m.spread_from += w * a * a.transpose();
    m.spread_to += w * c * c.transpose();
  }
  m.sigma = least * std::sqrt(static_cast<double>(ties.size()) / (3.0 * total));
  return m;
}

/// Dimensions that a spread has beyond `least`: 0 of one place, 1 on a line, 2.
int dimensions(const Matrix& spread, double least) {
  const Eigen::JacobiSVD<Matrix> svd(spread);
  const double along = std::sqrt(svd.singularValues()[0]), across = std::sqrt(svd.singularValues()[1]);
  if (along <= least) return 0;
  return across <= std::max(least, on_a_line * along) ? 1 : 2;
}

Vector main_direction(const Matrix& spread) {
  return Eigen::JacobiSVD<Matrix>(spread, Eigen::ComputeFullU).matrixU().col(0);
}

/// The rotation R of least Σ w ‖to − s R from‖², centred: of a cross moment UΣVᵀ it is U diag(1, 1, ±1) Vᵀ, no mirror
/// image (Umeyama 1991, equations 40 and 43).
Matrix rotation_of(const Matrix& cross) {
  const Eigen::JacobiSVD<Matrix> svd(cross, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Matrix U = svd.matrixU();
  if ((U * svd.matrixV().transpose()).determinant() < 0.0) U.col(2) = -U.col(2);
  return U * svd.matrixV().transpose();
}

}  // namespace

std::array<double, 3> centre_of(const Bundle& b, std::int32_t camera) {
  const double* const c = b.cameras.data() + 9 * static_cast<std::size_t>(camera);
  const Vector C = -(turns::rotation(Eigen::Map<const Vector>(c)).transpose() * Eigen::Map<const Vector>(c + 3));
  return {C[0], C[1], C[2]};
}

std::optional<Similarity> alignment(const Bundle& b, const BundlePriors& priors) {
  const std::vector<Tie> ties = ties_of(b, priors);
  if (ties.empty()) return std::nullopt;
  const Moments m = moments(ties);
  constexpr double rounding = 1e-12;
  const int from = dimensions(m.spread_from, rounding * m.from.norm()),
            to = dimensions(m.spread_to, std::max(m.sigma, rounding * m.to.norm()));
  Similarity s;
  Matrix R = Matrix::Identity();
  if (from == 0 || to == 0) {
    if (to > 0) return std::nullopt;
    s.free_directions = 4;
  } else {
    if (from == 1 || to == 1) {
      // The least turn that brings one line onto the other, in the direction in which the places follow each other.
      s.free_directions = 1;
      const Vector a = main_direction(m.spread_from), c = main_direction(m.spread_to);
      R = Eigen::Quaterniond::FromTwoVectors(a, c.dot(m.cross * a) < 0.0 ? Vector(-c) : c).toRotationMatrix();
    } else {
      R = rotation_of(m.cross);
    }
    // Umeyama 1991, equation 42.
    s.scale = (R.transpose() * m.cross).trace() / m.spread_from.trace();
    if (!(s.scale > 0.0) || !std::isfinite(s.scale)) return std::nullopt;
  }
  const Vector t = m.to - s.scale * (R * m.from);
  for (int i = 0; i < 3; ++i) {
    s.translation[static_cast<std::size_t>(i)] = t[i];
    for (int j = 0; j < 3; ++j) s.rotation[static_cast<std::size_t>(3 * i + j)] = R(i, j);
  }
  return s;
}

Bundle transformed(Bundle b, const Similarity& by) {
  using Rows = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
  const Matrix Q = Eigen::Map<const Rows>(by.rotation.data());
  const Vector shift(by.translation[0], by.translation[1], by.translation[2]);
  const bool turned = !Q.isIdentity(0.0);
  // X' = sQX + d is seen in the same direction when R' = RQᵀ and t' = s t − R'd: then R'X' + t' = s (RX + t).
  for (std::size_t c = 0; c + 9 <= b.cameras.size(); c += 9) {
    Eigen::Map<Vector> w(b.cameras.data() + c), t(b.cameras.data() + c + 3);
    const Matrix R = turns::rotation(w) * Q.transpose();
    if (turned) w = turns::angle_axis(R);
    t = by.scale * t - R * shift;
  }
  for (std::size_t p = 0; p + 3 <= b.points.size(); p += 3) {
    Eigen::Map<Vector> X(b.points.data() + p);
    X = (by.scale * (Q * X) + shift).eval();
  }
  return b;
}

std::vector<std::string> leave_out_unseen(const Bundle& b, BundlePriors& priors) {
  std::vector<std::string> sentences;
  const auto among = [&](const char* what, std::vector<PlacePrior>& list, const std::vector<std::int32_t>& seen,
                         std::int64_t count) {
    std::vector<char> known(static_cast<std::size_t>(count), 0);
    for (const std::int32_t i : seen) known[static_cast<std::size_t>(i)] = 1;
    const auto unseen = [&](const PlacePrior& p) { return !known[static_cast<std::size_t>(p.number)]; };
    std::vector<std::int32_t> left_out;
    for (const PlacePrior& p : list)
      if (unseen(p)) left_out.push_back(called(p));
    std::erase_if(list, unseen);
    if (!left_out.empty())
      sentences.push_back(fmt::format("{} left out: of {} ({})",
                                      counted(static_cast<std::int64_t>(left_out.size()), "prior"), what,
                                      bundle::number_list(left_out)));
  };
  among("cameras without observations", priors.cameras, b.camera_of, b.camera_count());
  among("points that no camera sees", priors.points, b.point_of, b.point_count());
  return sentences;
}

BundlePriors moved(BundlePriors priors, const std::array<double, 3>& by) {
  for (std::vector<PlacePrior>* list : {&priors.cameras, &priors.points})
    for (PlacePrior& prior : *list)
      for (std::size_t k = 0; k < 3; ++k) prior.place[k] += by[k];
  return priors;
}

double prior_cost(const Bundle& b, const BundlePriors& priors) {
  double cost = 0.0;
  for (const Tie& tie : ties_of(b, priors)) cost += 0.5 * (tie.from - tie.to).cwiseQuotient(tie.sigma).squaredNorm();
  return cost;
}

std::string fit_of(const Bundle& b, const BundlePriors& priors) {
  const std::vector<Tie> ties = ties_of(b, priors);
  std::size_t worst = 0;
  double squares = 0.0, most = -1.0;
  for (std::size_t i = 0; i < ties.size(); ++i) {
    const double off = (ties[i].from - ties[i].to).cwiseQuotient(ties[i].sigma).norm();
    squares += off * off;
    if (!(off <= most)) {
      most = off;
      worst = i;
    }
  }
  const bool camera = worst < priors.cameras.size();
  return fmt::format(
      "the priors are off by {:.2g} of their standard deviations (root mean square of {}); the worst by {:.2g}, of {} "
      "{}",
      std::sqrt(squares / (3.0 * static_cast<double>(ties.size()))),
      counted(3 * static_cast<std::int64_t>(ties.size()), "coordinate"), most, camera ? "camera" : "point",
      called(camera ? priors.cameras[worst] : priors.points[worst - priors.cameras.size()]));
}

}  // namespace thalweg::inline v0_1
