// Exit codes, and the error that ends a run because the command line cannot be followed.
#pragma once

#include <stdexcept>

namespace thalweg::tool {

enum ExitCode {
  exit_converged = 0,
  exit_stopped = 1,   // without converging; the best point is reported
  exit_findings = 1,  // of check
  exit_usage = 2,
  exit_bad_file = 3,
  exit_failed = 4,
  exit_interrupted = 130,
};

/// Printed as "thalweg: error: ...", exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace thalweg::tool
