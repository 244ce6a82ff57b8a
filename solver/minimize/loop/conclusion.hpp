// What becomes of a descent whose convergence test fired, or that no step takes lower: verified, continued or stalled.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <minimize/loop/journal.hpp>
#include <minimize/loop/termination.hpp>
#include <minimize/verification/influence.hpp>
#include <thalweg/minimize/system.hpp>

namespace thalweg::inline v0_1 {

/// The verdict on a claim of convergence. Without one the claim is withdrawn: the descent goes on, its strategy with
/// what it knows or `anew`.
struct Judgement {
  std::optional<Verdict> verdict;
  bool anew = false;
};

/// Follows the descents of one solve, and verifies what they claim. The system and the tests of the descent must
/// outlive it.
class Conclusion {
 public:
  Conclusion(System& system, Termination& tests) : system_(system), tests_(tests) {}

  void begin_solve() { highest_rank_ = 0; }
  /// A new descent; then its first point, on the trace.
  void begin(Journal& journal);
  void opened();
  /// The system stands at another point of the descent, linearised.
  void see();
  /// The verdict where parameters and residuals have run to zero together.
  std::optional<Verdict> vanishing();

  Judgement judge(const Verdict& claim);
  /// The point reported is never higher than the start, and of undamped steps it is the lowest met.
  Ending ending(Verdict verdict) const;

 private:
  Judgement stalled(std::string reason) { return {Verdict{Status::stalled, std::move(reason)}}; }
  Judgement withdrawn_or(const Verdict& claim, const Stationarity& here);
  bool begin_anew();
  bool has_lost_directions(const Stationarity& here);
  bool hold_kinks();
  bool release_kinks();
  System::Polished polish(std::optional<Verdict>& request);

  System& system_;
  Termination& tests_;
  Journal* journal_ = nullptr;
  Influence influence_;
  std::vector<char> kinked_;          // columns held at a kink; empty: none was
  int kink_rounds_ = 0;               // how often components were held at a kink, or released
  int jumps_ = 0;                     // to lower points that a verification met
  std::int64_t first_iteration_ = 0;  // the descent's start on the trace
  LargeVector<double> lowest_x_;      // the start; of undamped steps the lowest point met
  double lowest_cost_ = 0.0;
  LargeVector<double> start_x_;    // until J's rank there is known
  std::int64_t highest_rank_ = 0;  // of J, met in this solve
  double renewed_cost_ = 0.0;      // where the descent last began anew
  std::string undetermined_;       // names of parameters that the residuals lost, where the others are at a minimum
};

}  // namespace thalweg::inline v0_1
