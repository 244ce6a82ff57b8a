#include <optional>

#include <minimize/descent/direction.hpp>
#include <minimize/descent/modified_cholesky.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

class NewtonDirection final : public Direction {
 public:
  explicit NewtonDirection(Result& counts) : counts_(counts) {}
  std::string_view linear_solver() const override { return "dense-cholesky"; }
  std::string_view reason() const override { return "the Hessian may be indefinite; its factor is modified then"; }

  void propose(const Objective& f, const DescentPoint& at, Vector& d) override {
    factor(f, at);
    d.setZero(at.g.size());
    if (free_.empty()) return;
    const Vector scaled = at.g(free_).cwiseQuotient(at.D(free_));
    d(free_) = -factor_->solve(scaled).cwiseQuotient(at.D(free_));
  }
  void moved(const Vector&, const Vector&) override { factor_.reset(); }  // the coordinates may have changed
  void reset() override {}
  bool has_length() const override { return true; }

  bool escape(const Objective& f, const DescentPoint& at, Vector& d) override {
    factor(f, at);
    d.setZero(at.g.size());
    if (free_.empty()) return false;
    d(free_) = factor_->negative_curvature().cwiseQuotient(at.D(free_));
    if (at.g.dot(d) > 0.0) d = -d;
    return !d.isZero(0.0);
  }

 private:
  /// D⁻¹∇²F D⁻¹ of the free components, factored once per point.
  void factor(const Objective& f, const DescentPoint& at) {
    const bool known = factor_ && std::equal(at.x.begin(), at.x.end(), x_.begin(), x_.end()) &&
                       std::equal(at.held.begin(), at.held.end(), held_.begin(), held_.end());
    if (known) return;
    x_.assign(at.x.begin(), at.x.end());
    held_.assign(at.held.begin(), at.held.end());
    const Eigen::Index n = at.g.size();
    Matrix H(n, n);
    f.hessian(at.x, {H.data(), static_cast<std::size_t>(n * n)});
    ++counts_.evaluations.hessian;
    free_.clear();
    for (std::size_t j = 0; j < at.held.size(); ++j)
      if (!at.held[j]) free_.push_back(static_cast<Eigen::Index>(j));
    if (free_.empty()) return;
    const Vector inverse = at.D(free_).cwiseInverse();
    factor_.emplace(inverse.asDiagonal() * H(free_, free_) * inverse.asDiagonal());
  }

  Result& counts_;
  std::vector<double> x_;
  std::vector<char> held_;
  std::vector<Eigen::Index> free_;
  std::optional<ModifiedCholesky> factor_;
};

}  // namespace

std::unique_ptr<Direction> make_newton_direction(Result& counts) { return std::make_unique<NewtonDirection>(counts); }

std::unique_ptr<Direction> make_direction(const Options& options, Result& counts) {
  switch (options.method) {
    case Method::gradient_descent:
      return make_steepest_direction();
    case Method::nonlinear_cg:
      return make_conjugate_direction(options.conjugate_gradient);
    case Method::bfgs:
      return make_bfgs_direction(options, counts);
    case Method::lbfgs:
      return make_lbfgs_direction(options, counts);
    default:
      return make_newton_direction(counts);
  }
}

}  // namespace thalweg::inline v0_1
