// The trust-region strategies: they own λ or the radius and propose steps; the loop judges them.
#pragma once

#include <memory>
#include <span>

#include <thalweg/linear/damped_system.hpp>
#include <thalweg/minimize/options.hpp>

namespace thalweg::inline v0_1 {

/// A proposed step: it solves (JᵀJ + λD²) δ = −g.
struct ProposedStep {
  LinearStatus status = LinearStatus::ok;
  double predicted = 0.0;    ///< decrease of the cost that the model promises
  double scaled_norm = 0.0;  ///< ‖Dδ‖₂
};

class Strategy {
 public:
  virtual ~Strategy() = default;

  /// These columns (nonzero: it is one) are not to be damped, or as little as singularity allows. Before start().
  virtual void exempt(std::span<const char>) {}
  /// A new solve begins; D and λ are taken from the first linearisation, at x.
  virtual void start(const DampedSystem& linear, std::span<const double> x) = 0;
  /// The linear solver holds a new linearisation: update D.
  virtual void linearized(const DampedSystem& linear) = 0;
  /// Proposes δ. Called again after rejected(), with the same linearisation.
  virtual ProposedStep propose(DampedSystem& linear, double* step) = 0;
  /// Whether a finite trial with this gain ratio is to be taken.
  virtual bool accepts(double gain) const { return gain > 1e-4; }
  virtual void accepted(double gain, double scaled_norm) = 0;
  /// The trial was worse, or not finite, or (gain NaN) could not even be computed.
  virtual void rejected(double gain, double scaled_norm) = 0;
  /// No further rejection can help: the steps left are below rounding.
  virtual bool exhausted() const = 0;

  virtual double damping() const = 0;                 ///< λ of the last proposal
  virtual std::span<const double> scale() const = 0;  ///< D
};

/// The strategy that `options` asks for.
std::unique_ptr<Strategy> make_strategy(const Options& options);

}  // namespace thalweg::inline v0_1
