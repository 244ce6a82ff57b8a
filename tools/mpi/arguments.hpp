// The command line of thalweg-mpi.
#pragma once

#include <string>
#include <vector>

#include <thalweg/distributed/solve.hpp>

#include "cli/arguments.hpp"
#include "cli/usage.hpp"

namespace thalweg::tool {

struct MpiArguments {
  enum class Verb { solve, partition, help, version } verb = Verb::help;
  std::string file;
  SolveArguments solve;
  DistributedSolver solver = DistributedSolver::automatic;
  std::string checkpoint;  ///< a file to write, or empty
  std::string resume;      ///< a checkpoint to begin from, or empty
  int checkpoint_every = 10;
  std::string record;              ///< a folder for recordings of the processes, or empty
  int parts = 0;                   ///< of partition
  std::string folder;              ///< of partition
  std::vector<std::string> petsc;  ///< options for PETSc, with their values
};

/// Throws UsageError, also for options of thalweg solve that a distributed one does not have.
MpiArguments parse_mpi_arguments(const std::vector<std::string>& words);

extern const char* const mpi_help;

}  // namespace thalweg::tool
