// A problem that several processes solve, from its file to its report: one job for each kind.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/distributed/checkpoint.hpp>
#include <thalweg/distributed/solve.hpp>
#include <thalweg/report/report.hpp>

#include "mpi/arguments.hpp"

namespace thalweg::tool {

/// All functions are collective, and throw CollectiveError.
class Job {
 public:
  virtual ~Job() = default;
  /// Refuses options that make no sense for it, and completes those left open.
  virtual void prepare(MpiArguments& arguments) = 0;
  /// Facts of the whole problem.
  virtual void describe(Report& report) const = 0;
  /// The point from which to begin, of this process.
  virtual std::vector<double>& start() = 0;
  virtual DistributedResult solve(const Options& options, const DistributedOptions& how) = 0;
  /// Sections of the report.
  virtual void conclude(const DistributedResult& found, Report& report) = 0;
  /// Writes the problem with the solution as its start.
  virtual void write(const std::vector<double>& x, const std::string& output) = 0;

  // Of checkpoints.
  virtual std::string identity() const = 0;  ///< of the problem
  virtual std::int64_t numbers() const = 0;  ///< in x, of all processes
  virtual std::vector<NumberRun> owned() const = 0;
  virtual std::vector<NumberRun> held() const = 0;
};

std::unique_ptr<Job> bundle_job(const Communicator& communicator, const std::string& file);
std::unique_ptr<Job> pose_graph_job(const Communicator& communicator, const MpiArguments& arguments);
std::unique_ptr<Job> tall_job(const Communicator& communicator, const MpiArguments& arguments);

/// The job of a file, by what the file is.
std::unique_ptr<Job> job_of(const Communicator& communicator, const MpiArguments& arguments);

/// Throws CollectiveError where one of these options was given: they are of another kind of problem.
void refuse_options(const Communicator& communicator, const MpiArguments& arguments,
                    std::initializer_list<std::string_view> options, std::string_view kind);

/// Solves, reports, writes what was asked for; the exit code.
int run_job(const MpiSession& session, MpiArguments arguments);

}  // namespace thalweg::tool
