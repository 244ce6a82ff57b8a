// A formula's tape over lanes: each row of a pack is the same point of another fit.
//
// What is computed once per call for a formula with one set of parameters, the scalars of the tape, is here a pack with
// the numbers of each lane's own parameters; constants and columns are what they are there.
#pragma once

#include <vector>

#include "batch/lanes/lanes.hpp"
#include "formula/tape/tape.hpp"

namespace thalweg::inline v0_1::batch {

/// Rows of a pack: the lanes first, first + 1, ... of the same point.
class LaneTape {
 public:
  LaneTape() = default;
  explicit LaneTape(formula::Tape tape);

  /// Points [begin, begin + count): result k of point i to outputs[k][i · native_lanes ...]. `parameters`: of lane
  /// `first`, batch_lanes apart; varying[v]: packs of the lanes' own values, point after point.
  void run(const double* parameters, const double* const* varying, int begin, int count, double* const* outputs) const;

 private:
  formula::Tape tape_;
};

}  // namespace thalweg::inline v0_1::batch
