#include "models/pose_graph/format/line_numbers.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <math/dense_decompositions.hpp>
#include <thalweg/base/words.hpp>

#include "models/pose_graph/information.hpp"

namespace thalweg::inline v0_1::graph {
namespace {

using reading::LineStream;

/// Makes the information of n rows semidefinite.
void mend(Indefinite how, int n, double* omega) {
  Eigen::MatrixXd O(n, n);
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) O(i, j) = O(j, i) = omega[place(n, i, j)];
  if (how == Indefinite::diagonal) {
    const Eigen::VectorXd diagonal = O.diagonal().cwiseMax(0.0);
    O = diagonal.asDiagonal();
  } else {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(O);
    O = eigen.eigenvectors() * eigen.eigenvalues().cwiseMax(0.0).asDiagonal() * eigen.eigenvectors().transpose();
  }
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) omega[place(n, i, j)] = O(i, j);
}

}  // namespace

void LineNumbers::begin(const char* usage) {
  usage_ = usage;
  read_ = 0;
}

void LineNumbers::refuse(LineStream::Outcome why) const {
  if (why == LineStream::Outcome::bad) in_.fail(in_.complaint(), usage_);
  in_.fail(fmt::format("the line ends after {} of its numbers", read_), usage_);
}

std::int64_t LineNumbers::id() {
  std::int64_t value = 0;
  if (const auto outcome = in_.whole(value); outcome != LineStream::Outcome::ok) refuse(outcome);
  ++read_;
  return value;
}

void LineNumbers::reals(double* to, int count) {
  for (int k = 0; k < count; ++k, ++read_)
    if (const auto outcome = in_.real(to[k]); outcome != LineStream::Outcome::ok) refuse(outcome);
}

void LineNumbers::pose(double* to) {
  reals(to, 7);
  unit_quaternion(to + 3);
}

void LineNumbers::unit_quaternion(double* q) const {
  constexpr double tolerance = 0.01;
  const double square = q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3], length = std::sqrt(square);
  if (!(std::abs(length - 1.0) <= tolerance))
    in_.fail(fmt::format("the quaternion's length is {:.4g}", length), "a length of 1, within 1 %");
  if (std::abs(square - 1.0) > 1e-15)
    for (int k = 0; k < 4; ++k) q[k] /= length;
}

void LineNumbers::end() {
  if (const std::string_view more = in_.word(); !more.empty())
    in_.fail(fmt::format("{} stands behind the last number", reading::quoted(more)), usage_);
}

void LineNumbers::tell_apart(std::int64_t from, std::int64_t to) const {
  if (from == to) in_.fail(fmt::format("the edge ties vertex {} to itself", to), "two different vertices");
}

bool InformationGate::admits(int n, double* I, const char* hint) {
  const int size = triangle(n);
  if (std::any_of(I, I + size, [](double v) { return !(std::abs(v) <= largest_information); }))
    in_.fail("the information is too large", fmt::format("numbers up to {:.0e}", largest_information));
  // Most files say the same one again and again.
  if (judged_ == n && std::equal(I, I + size, last_.begin())) return true;
  if (std::array<double, 28> root; square_root(n, I, root.data())) {
    judged_ = n;
    std::copy_n(I, size, last_.begin());
    return true;
  }
  if (how_ == Indefinite::refuse)
    in_.fail("the information matrix is indefinite",
             fmt::format("a positive semidefinite one, or --indefinite clip, diagonal or skip{}", hint));
  if (indefinite_++ == 0) first_ = in_.line();
  if (how_ == Indefinite::skip) return false;
  mend(how_, n, I);
  return true;
}

void InformationGate::conclude(std::vector<std::string>& warnings) const {
  if (indefinite_ == 0) return;
  const char* const done = how_ == Indefinite::clip       ? "their negative eigenvalues count as zero"
                           : how_ == Indefinite::diagonal ? "their diagonals alone count"
                                                          : "left out";
  warnings.push_back(fmt::format("{} with indefinite information (first on line {}): {}",
                                 counted(static_cast<long long>(indefinite_), "measurement"), first_, done));
}

}  // namespace thalweg::inline v0_1::graph
