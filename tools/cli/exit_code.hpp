// The exit code that a solve's status stands for.
#pragma once

#include <thalweg/minimize/result.hpp>

#include "cli/usage.hpp"

namespace thalweg::tool {

inline ExitCode exit_code(Status status) {
  switch (status) {
    case Status::converged:
      return exit_converged;
    case Status::interrupted:
      return exit_interrupted;
    case Status::non_finite_start:
    case Status::failed:
      return exit_failed;
    default:
      return exit_stopped;
  }
}

}  // namespace thalweg::tool
