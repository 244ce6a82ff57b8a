// The numbers of a graph's line, with the complaints that name what the line should be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <thalweg/models/pose_graph.hpp>

#include "models/pose_graph/format/line_stream.hpp"

namespace thalweg::inline v0_1::graph {

/// Reads the line that a stream stands on, behind its tag. All throw FileError.
class LineNumbers {
 public:
  explicit LineNumbers(reading::LineStream& in) : in_(in) {}

  /// `usage`: what the line should be, "VERTEX_XY ID x y". It outlives the line.
  void begin(const char* usage);
  std::int64_t id();
  void reals(double* to, int count);
  /// x y z and a unit quaternion (x, y, z, w).
  void pose(double* to);
  /// Four numbers to a unit quaternion; one that is as good as rounding allows stays as it is.
  void unit_quaternion(double* q) const;
  /// Nothing may stand behind the last number.
  void end();
  /// Two ends of an edge, which must differ.
  void tell_apart(std::int64_t from, std::int64_t to) const;

 private:
  [[noreturn]] void refuse(reading::LineStream::Outcome why) const;

  reading::LineStream& in_;
  const char* usage_ = "";
  int read_ = 0;
};

/// Judges information matrices of up to 7 rows as they are read, and mends indefinite ones as asked.
class InformationGate {
 public:
  InformationGate(reading::LineStream& in, Indefinite how) : in_(in), how_(how) {}

  /// Of n rows, the upper triangle by rows, perhaps mended. False: the measurement is to be left out. Throws FileError
  /// for one that is indefinite where those are refused, with `hint` behind what was expected, and for one that is too
  /// large.
  bool admits(int n, double* information, const char* hint = "");
  /// Says how many were mended.
  void conclude(std::vector<std::string>& warnings) const;

 private:
  reading::LineStream& in_;
  Indefinite how_;
  int judged_ = 0;  // rows of the last one that was found good
  std::array<double, 28> last_{};
  std::size_t indefinite_ = 0;
  int first_ = 0;  // line
};

}  // namespace thalweg::inline v0_1::graph
