// The search for the start of one term of a model. Private to the library.
#pragma once

#include <functional>
#include <vector>

#include <Eigen/Core>

#include "models/library/entry.hpp"

namespace thalweg::inline v0_1::library {

/// Linear least squares of a target on columns that are tried, beside columns that are in the model anyway (variable
/// projection: Golub & Pereyra 1973).
class Separable {
 public:
  /// Columns of `beside` that are zero or depend on the others count for nothing.
  Separable(const Eigen::VectorXd& target, const Eigen::MatrixXd& beside);

  /// By how much the columns of B reduce the sum of squares; 0 where they are not finite, or depend on those beside.
  /// Their coefficients to c. Cost: rows · columns · (columns + columns beside).
  double gain(const Eigen::MatrixXd& B, Eigen::VectorXd& c) const;

  /// What is left of the target; orthogonal to those beside.
  const Eigen::VectorXd& rest() const { return rest_; }
  /// Those beside, orthonormal.
  const Eigen::MatrixXd& basis() const { return basis_; }

 private:
  Eigen::VectorXd rest_;
  Eigen::MatrixXd basis_;
};

/// Parameters of a term, and by how much it reduces the sum of squares.
struct Candidate {
  std::vector<double> parameters;
  double gain = 0.0;
};

struct SearchSpace {
  const Entry& entry;
  std::vector<Eigen::VectorXd> inputs;  ///< values of each input in each row
  std::vector<InputScale> scales;
  std::vector<double> known;  ///< of each parameter: given by the user, or NaN
  Eigen::VectorXd factor;     ///< what the term is multiplied by in each row
  /// The derivatives by the linear parameters at these parameters, a column each.
  std::function<void(const std::vector<double>& parameters, Eigen::MatrixXd& columns)> derivatives;
};

/// At most `most` candidates that are apart from each other, the best first. None where nothing fits.
std::vector<Candidate> search(const SearchSpace& space, const Separable& fit, std::size_t most);

/// The parts of it.
std::vector<Candidate> search_grid(const SearchSpace& space, const Separable& fit, std::size_t most);
std::vector<Candidate> search_peak(const SearchSpace& space, const Separable& fit, std::size_t most);
std::vector<Candidate> search_wave(const SearchSpace& space, const Separable& fit, std::size_t most);

InputScale scale_of(const Eigen::VectorXd& x);

}  // namespace thalweg::inline v0_1::library
