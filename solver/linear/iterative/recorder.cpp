#include <linear/iterative/recorder.hpp>

#include <algorithm>

#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {

void IterationOptions::validate() const {
  const auto expect = [](bool holds, const char* field, const char* expected) {
    if (!holds) throw Error(std::string("option ") + field + " makes no sense; expected " + expected);
  };
  expect(tolerance >= 0.0 && std::isfinite(tolerance), "tolerance", "a number >= 0");
  expect(gradient_reduction >= 0.0 && gradient_reduction < 1.0, "gradient_reduction", "a number in [0, 1)");
  expect(max_iterations >= 0, "max_iterations", "a number >= 0");
  expect(restart >= 1, "restart", "a number >= 1");
  expect(relaxation > 0.0 && relaxation < 2.0, "relaxation", "a number between 0 and 2");
}

namespace iterative {
namespace {

constexpr double too_large = 1e8;  // of the first residual

}  // namespace

void expect_square(std::int64_t rows, std::int64_t columns, const char* method) {
  if (rows != columns)
    throw Error(std::string(method) + " needs a square matrix, and this one of " + std::to_string(rows) + " × " +
                std::to_string(columns) + " is not; expected qr, lsqr or lsmr");
}

Recorder::Recorder(const IterationOptions& options, std::int64_t columns, double norm_of_b)
    : options_(options),
      most_(options.max_iterations > 0 ? options.max_iterations : std::max<std::int64_t>(1000, 10 * columns)),
      norm_of_b_(norm_of_b) {
  options.validate();
}

bool Recorder::end(IterationOutcome::Status status, std::string reason) {
  outcome_.status = status;
  outcome_.reason = std::move(reason);
  return true;
}

bool Recorder::ends(std::int64_t iteration, double residual_norm, double gradient, double gradient_norm) {
  using enum IterationOutcome::Status;
  const double residual = norm_of_b_ > 0.0 ? residual_norm / norm_of_b_ : residual_norm;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin_;
  const LinearRecord record{iteration, residual, gradient, seconds.count()};
  outcome_.iterations = iteration;
  if (options_.record) outcome_.trace.push_back(record);
  if (first_ < 0.0) {
    first_ = residual;
    first_gradient_norm_ = gradient_norm;
  }
  if (options_.callback && !options_.callback(record)) return end(stopped, "the callback asked to stop");
  if (CancellationProbe::cancelled()) return end(stopped, "the time limit is reached");
  if (!std::isfinite(residual)) return end(diverged, "the residual is not finite");
  if (residual <= options_.tolerance) return end(converged, "the residual is within the tolerance");
  if (gradient <= options_.tolerance) return end(converged, "the residual is orthogonal to the columns");
  if (options_.gradient_reduction > 0.0 && gradient_norm <= options_.gradient_reduction * first_gradient_norm_)
    return end(converged, "the gradient is reduced as asked");
  if (residual > too_large * std::max(first_, 1.0)) return end(diverged, "the residual grows");
  if (iteration >= most_) return end(limit, "the limit of " + std::to_string(most_) + " iterations is reached");
  return false;
}

bool Recorder::breaks_down(double divisor, const char* what) {
  if (std::isfinite(divisor) && divisor != 0.0) return false;
  if (!std::isfinite(divisor)) return end(IterationOutcome::Status::diverged, "the numbers overflow");
  return end(IterationOutcome::Status::breakdown, what);
}

}  // namespace iterative
}  // namespace thalweg::inline v0_1
