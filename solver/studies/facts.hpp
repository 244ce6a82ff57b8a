// What the studies of problems made of residuals share.
#pragma once

#include <string>
#include <vector>

#include <thalweg/problem/problem.hpp>
#include <thalweg/report/report.hpp>
#include <thalweg/studies/study.hpp>

namespace thalweg::inline v0_1::studies {

/// Blocks, parameters, residuals, and whether a σ is given.
void count(const Problem& problem, Report& report);

/// Names and values alone, where standard errors are not worked out.
std::vector<ParameterStatistics> named_values(const Problem& problem, const std::vector<double>& x);

/// An option that a kind of problem has no use for, and why.
struct Refusal {
  const char* option;
  const char* why;
};
/// Throws Error for the first of them that was given: "--start does not go with 'a.g2o', a pose graph: ...".
void refuse(const Request& request, std::span<const Refusal> refusals, const std::string& file, const char* kind);

/// Of problems of many blocks. Throws Error for options of dense methods where blocks are solved, and for a method that
/// would work on a Jacobian too large for memory.
void refuse_too_dense(const Problem& problem, const Request& request, const std::string& file, const char* kind);

}  // namespace thalweg::inline v0_1::studies
