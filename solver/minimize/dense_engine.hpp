// What solves with a dense Jacobian: the descents, their restarts, and the verification of what they claim.
#pragma once

#include <memory>
#include <random>
#include <span>
#include <vector>

#include <minimize/loop/trust_region.hpp>
#include <minimize/verification/influence.hpp>
#include <minimize/verification/verification.hpp>
#include <thalweg/linear/dense_cholesky.hpp>
#include <thalweg/linear/dense_qr.hpp>

namespace thalweg {

/// What solves with a dense Jacobian.
struct DenseEngine {
  DenseEngine(const Problem& problem, std::span<const std::int64_t> pinned) : program(problem, pinned), loop(program) {}
  LinearSolver& choose(const Options& options, Result& result);
  std::vector<double> scatter(std::vector<double> x, double spread, std::mt19937_64& random) const;
  Ending restart(Ending best, const std::vector<double>& from, LinearSolver& linear, Journal& journal);
  Ending descend(std::vector<double> x, Journal& journal);
  Ending descend_generally(std::vector<double> x, Journal& journal);
  Influence influence_at(const std::vector<double>& x, Journal& journal);
  Finding verify(const std::vector<double>& x, bool exhausted, Influence& influence, Journal& journal);
  State& state_at(const std::vector<double>& x, int threads, Result& counts);

  Program program;
  TrustRegion loop;
  DenseQr qr;
  DenseCholesky cholesky;
  LinearSolver* own = nullptr;   // in place of both; not owned
  std::unique_ptr<State> state;  // of the claims of descents on a general objective
  std::unique_ptr<Verifier> verifier;
};

}  // namespace thalweg
