#include "models/pose_graph/certificate/shifted_matrix.hpp"

#include <algorithm>
#include <utility>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1::graph {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

constexpr const char* too_large = "the factor of a certificate's matrix is larger than memory";

template <class Pose>
std::int32_t vertex_of(const Relaxation<Pose>& relaxation, std::int64_t row) {
  constexpr int width = Pose::space + 1;
  const std::int64_t first = relaxation.poses() * width;
  return static_cast<std::int32_t>(row < first ? row / width : relaxation.poses() + row - first);
}

template <class Pose>
BlockPattern pattern_of(const Relaxation<Pose>& relaxation, int width) {
  const std::int64_t landmarks = relaxation.rows() - relaxation.poses() * (Pose::space + 1);
  std::vector<int> dimension(at(relaxation.poses()), width);
  dimension.insert(dimension.end(), at(landmarks), 1);
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs;
  for (const auto& edge : relaxation.edges())
    pairs.emplace_back(vertex_of(relaxation, edge.from), vertex_of(relaxation, edge.target));
  return block_pattern(std::move(dimension), pairs);
}

void clear(BlockCholesky& cholesky, const BlockPattern& pattern) {
  for (std::int32_t c = 0; c < pattern.block_columns(); ++c)
    for (std::int64_t k = pattern.column_start[at(c)]; k < pattern.column_start[at(c) + 1]; ++k) {
      const BlockCholesky::Slot to = cholesky.block_slot(k);
      for (int j = 0; j < pattern.dimension[at(c)]; ++j)
        for (int i = 0; i < pattern.dimension[at(pattern.row[at(k)])]; ++i)
          to.data[i * to.row_step + j * to.column_step] = 0.0;
    }
}

double& entry(const BlockCholesky::Slot& slot, int i, int j, bool swapped = false) {
  return swapped ? slot.data[j * slot.row_step + i * slot.column_step]
                 : slot.data[i * slot.row_step + j * slot.column_step];
}

}  // namespace

template <class Pose>
ShiftedMatrix<Pose>::ShiftedMatrix(const Relaxation<Pose>& relaxation, int threads)
    : relaxation_(relaxation), pattern_(pattern_of(relaxation, d + 1)) {
  constexpr int factorisations = 4;
  if (cholesky_.analyze(pattern_, {.repetitions = factorisations, .threads = threads}) != LinearStatus::ok)
    throw Error(too_large);
  for (std::int32_t v = 0; v < pattern_.block_columns(); ++v) diagonal_.push_back(pattern_.find(v, v));
  for (const auto& edge : relaxation.edges()) {
    const std::int32_t i = vertex_of(relaxation, edge.from), j = vertex_of(relaxation, edge.target);
    places_.push_back({diagonal_[at(i)], diagonal_[at(j)], pattern_.find(i, j), i > j});
  }
}

template <class Pose>
bool ShiftedMatrix<Pose>::factor(const std::vector<Rotation>& multipliers, double beta) {
  std::vector<Rotation> diagonal(multipliers.size());
  for (std::size_t i = 0; i < diagonal.size(); ++i) diagonal[i] = beta * Rotation::Identity() - multipliers[i];
  return factor(diagonal);
}

template <class Pose>
bool ShiftedMatrix<Pose>::factor(const std::vector<Rotation>& diagonal) {
  clear(cholesky_, pattern_);
  const std::vector<char>& held = relaxation_.is_held();
  for (std::size_t e = 0; e < places_.size(); ++e) {
    const auto& edge = relaxation_.edges()[e];
    const Places& places = places_[e];
    const auto from = cholesky_.block_slot(places.from), to = cholesky_.block_slot(places.to),
               across = cholesky_.block_slot(places.across);
    const bool from_moves = !held[at(edge.from) + d], to_moves = !held[at(edge.target)];
    const int target = edge.to < 0 ? 0 : d;  // the row of tⱼ in its block
    // The block below the diagonal has the rows of the vertex with the higher number.
    const auto add_across = [&](int row_of_to, int column_of_from, double value) {
      entry(across, row_of_to, column_of_from, places.swapped) += value;
    };
    for (int a = 0; a < d; ++a) {
      for (int b = 0; b < d; ++b) {
        entry(from, a, b) += edge.tau * edge.offset[a] * edge.offset[b];
        if (edge.to >= 0) add_across(a, b, -0.5 * edge.turn(b, a));
      }
      if (from_moves) entry(from, d, a) += edge.tau * edge.offset[a];
      if (to_moves) add_across(target, a, -edge.tau * edge.offset[a]);
    }
    if (from_moves) entry(from, d, d) += edge.tau;
    if (to_moves) entry(to, target, target) += edge.tau;
    if (from_moves && to_moves) add_across(target, d, -edge.tau);
  }
  for (std::size_t i = 0; i < diagonal.size(); ++i) {
    const auto slot = cholesky_.block_slot(diagonal_[i]);
    for (int a = 0; a < d; ++a)
      for (int b = 0; b < d; ++b) entry(slot, a, b) += diagonal[i](a, b);
    if (held[i * (d + 1) + d]) entry(slot, d, d) = 1.0;
  }
  for (std::size_t v = diagonal.size(); v < diagonal_.size(); ++v)
    if (held[at(relaxation_.poses()) * (d + 1) + v - diagonal.size()])
      entry(cholesky_.block_slot(diagonal_[v]), 0, 0) = 1.0;
  const LinearStatus status = cholesky_.factor();
  if (status == LinearStatus::fatal) throw Error(too_large);
  return status == LinearStatus::ok;
}

template <class Pose>
void ShiftedMatrix<Pose>::solve(Eigen::MatrixXd& B) {
  cholesky_.solve(B.data(), B.data(), B.cols());
}

template <class Pose>
double ShiftedMatrix<Pose>::largest_diagonal(const std::vector<Rotation>& multipliers) const {
  std::vector<typename Pose::Point> diagonal(multipliers.size());
  for (std::size_t i = 0; i < diagonal.size(); ++i) diagonal[i] = -multipliers[i].diagonal();
  for (const auto& edge : relaxation_.edges()) diagonal[at(edge.from) / (d + 1)] += edge.tau * edge.offset.cwiseAbs2();
  double largest = 0.0;
  for (const auto& each : diagonal) largest = std::max(largest, each.maxCoeff());
  return largest;
}

template <class Pose>
PositionMatrix<Pose>::PositionMatrix(const Relaxation<Pose>& relaxation, int threads) : relaxation_(relaxation) {
  const BlockPattern pattern = pattern_of(relaxation, 1);
  if (cholesky_.analyze(pattern, {.ordering = Ordering::amd, .threads = threads}) != LinearStatus::ok)
    throw Error(too_large);
  const std::vector<char>& held = relaxation.is_held();
  for (const auto& edge : relaxation.edges()) {
    const std::int32_t i = vertex_of(relaxation, edge.from), j = vertex_of(relaxation, edge.target);
    const bool from_moves = !held[at(edge.from) + d], to_moves = !held[at(edge.target)];
    if (from_moves) *cholesky_.block_slot(pattern.find(i, i)).data += edge.tau;
    if (to_moves) *cholesky_.block_slot(pattern.find(j, j)).data += edge.tau;
    if (from_moves && to_moves) *cholesky_.block_slot(pattern.find(i, j)).data -= edge.tau;
  }
  for (std::int32_t v = 0; v < pattern.block_columns(); ++v) {
    const std::int64_t poses = relaxation.poses(), row = v < poses ? v * (d + 1) + d : poses * (d + 1) + v - poses;
    if (held[at(row)]) *cholesky_.block_slot(pattern.find(v, v)).data = 1.0;
  }
  if (cholesky_.factor() != LinearStatus::ok)
    throw Error("the positions of the graph are not determined, to rounding, by the edges' information");
}

template <class Pose>
double PositionMatrix<Pose>::minimize_positions(Eigen::MatrixXd& Y) {
  relaxation_.multiply(Y, product_);
  const std::int64_t poses = relaxation_.poses(), landmarks = relaxation_.rows() - poses * (d + 1);
  right_.resize(poses + landmarks, Y.cols());
  for (std::int64_t i = 0; i < poses; ++i) right_.row(i) = product_.row(i * (d + 1) + d);
  right_.bottomRows(landmarks) = product_.bottomRows(landmarks);
  const Eigen::MatrixXd gradient = right_;
  cholesky_.solve(right_.data(), right_.data(), right_.cols());
  for (std::int64_t i = 0; i < poses; ++i) Y.row(i * (d + 1) + d) -= right_.row(i);
  Y.bottomRows(landmarks) -= right_.bottomRows(landmarks);
  return 0.5 * gradient.cwiseProduct(right_).sum();
}

template class ShiftedMatrix<Pose2>;
template class ShiftedMatrix<Pose3>;
template class PositionMatrix<Pose2>;
template class PositionMatrix<Pose3>;

}  // namespace thalweg::inline v0_1::graph
