// What the kinds of problems of many blocks have in common.
#pragma once

#include <string>
#include <vector>

#include <thalweg/problem/problem.hpp>
#include <thalweg/studies/study.hpp>

namespace thalweg::inline v0_1::studies {

/// Options::noise_tolerance of cameras and points: points that run to infinity gain ever less for a hundred steps, and
/// no estimate moves by what matters any more.
inline constexpr double noise_of_cameras = 5e-3;

/// Solved from one start, with names and values in place of standard errors, and never compared: its methods are few,
/// and a run of one takes too long to be one of many.
class BlockStudy : public Study {
 public:
  Subject subject() const override { return {.residuals = &problem_}; }
  std::vector<double> start() const override { return problem_.start(); }
  void describe(Report& report) const override;
  bool is_judged_by_residuals() const override { return false; }
  [[noreturn]] void prepare_comparison(const Request&) override;
  std::vector<std::vector<double>> starts() const override { return {start()}; }
  CompareCase compare_case(const Request&, std::vector<std::vector<double>>) override { return {}; }

 protected:
  /// `title`: "Pose graph"; the kind is the same in small letters.
  explicit BlockStudy(const char* title) : title_(title) {}
  std::string kind_name() const;
  void name(ProblemFacts& facts) const;
  /// Names and values, where all were asked for.
  void list_parameters(const Request& request, Report& report) const;

  Problem problem_;

 private:
  std::string title_;
};

}  // namespace thalweg::inline v0_1::studies
