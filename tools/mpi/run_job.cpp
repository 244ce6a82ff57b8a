#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>

#include <sys/resource.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thalweg/distributed/bundle_part.hpp>
#include <thalweg/distributed/recording.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/report/html.hpp>
#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>

#include "cli/exit_code.hpp"
#include "cli/output_file.hpp"
#include "cli/progress.hpp"
#include "commands/commands.hpp"
#include "mpi/job.hpp"

namespace thalweg::tool {
namespace {

class Lap {
 public:
  double next() {
    const auto now = std::chrono::steady_clock::now();
    const double passed = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return passed;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// What processes are measured by, gathered in process 0.
struct ProcessFacts {
  double residuals = 0.0, peak_bytes = 0.0, messages = 0.0, message_bytes = 0.0, communicating = 0.0, reductions = 0.0;
};

std::vector<ProcessFacts> gather_facts(const Communicator& communicator, std::int64_t residuals,
                                       const Traffic& traffic) {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const ProcessFacts mine{static_cast<double>(residuals),
                          1024.0 * static_cast<double>(usage.ru_maxrss),
                          static_cast<double>(traffic.messages),
                          static_cast<double>(traffic.bytes),
                          traffic.seconds,
                          static_cast<double>(traffic.reductions)};
  std::vector<ProcessFacts> all;
  for (const Communicator::Bytes& each : communicator.gather(std::as_bytes(std::span<const ProcessFacts>(&mine, 1))))
    all.push_back(from_bytes<ProcessFacts>(each)[0]);
  return all;
}

Section section_of(const std::vector<ProcessFacts>& all, const DistributedResult& found) {
  Section section;
  section.key = "processes";
  nlohmann::json list = nlohmann::json::array();
  double peak = 0.0, waiting = 0.0;
  for (const ProcessFacts& p : all) {
    peak = std::max(peak, p.peak_bytes);
    waiting = std::max(waiting, p.communicating);
    list.push_back({{"residuals", p.residuals},
                    {"peak_bytes", p.peak_bytes},
                    {"messages", p.messages},
                    {"message_bytes", p.message_bytes},
                    {"reductions", p.reductions},
                    {"seconds_communicating", p.communicating}});
  }
  section.json = nlohmann::json({{"count", all.size()},
                                 {"shared_copies", found.ghosts},
                                 {"inner_iterations", found.inner_iterations},
                                 {"list", list}})
                     .dump();
  section.sentence = fmt::format(
      "{} process{}, at most {:.0f} MB each; {} copies of shared blocks, {} iterations of the linear "
      "solver; at most {:.2g} s in communication.",
      all.size(), all.size() == 1 ? "" : "es", 1e-6 * peak, found.ghosts, found.inner_iterations, waiting);
  return section;
}

/// Files of process 0.
struct Outputs {
  explicit Outputs(const SolveArguments& arguments) {
    if (!arguments.json.empty() && arguments.json != "-") json = OutputFile("--json", arguments.json);
    if (!arguments.trace.empty()) trace = OutputFile("--trace", arguments.trace);
    if (!arguments.report.empty()) page = OutputFile("--report", arguments.report);
  }
  OutputFile json, trace, page;
};

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void show(const Report& report, const SolveArguments& arguments, Outputs& outputs) {
  const std::string json = arguments.json.empty() ? "" : to_json(report);
  if (outputs.json.wanted()) outputs.json.commit(json);
  if (outputs.trace.wanted()) outputs.trace.commit(trace_to_csv(report.result));
  if (outputs.page.wanted()) outputs.page.commit(to_html(report, provenance_of(arguments.command)));
  if (arguments.json == "-")
    print(json);
  else if (!arguments.quiet)
    print(to_text(report, arguments.verbose));
}

/// Calls for checkpoints, and for what process 0 shows of the progress.
class Observer {
 public:
  Observer(const Communicator& communicator, const Job& job, const MpiArguments& arguments,
           std::int64_t iterations_before)
      : communicator_(communicator),
        every_(arguments.checkpoint_every),
        before_(iterations_before),
        quiet_(arguments.solve.quiet) {
    if (!arguments.checkpoint.empty())
      writer_.emplace(communicator, arguments.checkpoint, job.identity(), job.numbers(), job.owned());
  }
  void operator()(const IterationRecord& record, const std::vector<double>& x) {
    if (communicator_.rank() == 0 && !quiet_ && Progress::possible()) progress_.show(record);
    if (record.accepted) {
      last_ = {before_ + record.iteration, record.cost, record.damping};
      if (writer_ && ++accepted_ % every_ == 0) writer_->write(last_, x);
    }
  }
  /// The last point.
  void finish(const Result& result) {
    progress_.erase();
    if (!writer_ || result.status == Status::non_finite_start || result.status == Status::failed) return;
    last_.cost = result.final_cost;
    writer_->write(last_, result.x);
  }

 private:
  const Communicator& communicator_;
  std::optional<CheckpointWriter> writer_;
  Progress progress_;
  int every_;
  std::int64_t before_, accepted_ = 0;
  bool quiet_;
  CheckpointState last_;
};

/// After the first solve of a linear system.
void refuse_unread(const MpiSession& session) {
  session.world().together([&] {
    if (const auto unread = session.unread_options(); !unread.empty())
      throw Error(
          fmt::format("PETSc has not read {}; expected options of the solver that is used", fmt::join(unread, ", ")));
  });
}

void refuse_recording(const Communicator& communicator, const MpiArguments& arguments) {
  communicator.together([&] {
    if (!arguments.record.empty() && arguments.solver == DistributedSolver::mumps)
      throw UsageError("--record knows nothing of the messages of MUMPS; expected --linear-solver implicit-schur");
  });
}

}  // namespace

std::unique_ptr<Job> job_of(const Communicator& communicator, const MpiArguments& arguments) {
  const std::string& file = arguments.file;
  if (looks_like_parts(file)) return bundle_job(communicator, file);
  if (looks_like_pose_graph(file)) return pose_graph_job(communicator, arguments);
  if (looks_like_bal(file)) return bundle_job(communicator, file);
  return tall_job(communicator, arguments);
}

void refuse_options(const Communicator& communicator, const MpiArguments& arguments,
                    std::initializer_list<std::string_view> options, std::string_view kind) {
  communicator.together([&] {
    for (const std::string_view option : options)
      if (arguments.solve.was_given(option))
        throw UsageError(fmt::format("{} does not go with '{}', which is {}", option, arguments.file, kind));
  });
}

int run_job(const MpiSession& session, MpiArguments arguments) {
  const Communicator& communicator = session.world();
  arguments.solve.command = fmt::format("mpirun -n {} {}", communicator.size(), arguments.solve.command);
  Lap lap;
  std::optional<Outputs> outputs;
  communicator.together([&] {
    if (communicator.rank() == 0) outputs.emplace(arguments.solve);
  });
  const std::unique_ptr<Job> job = job_of(communicator, arguments);
  Report report;
  report.seconds.read = lap.next();
  job->prepare(arguments);
  job->describe(report);
  report.method = arguments.solve.method;
  CheckpointState before;
  if (!arguments.resume.empty()) {
    before =
        read_checkpoint(communicator, arguments.resume, job->identity(), job->numbers(), job->held(), job->start());
    if (!arguments.solve.was_given("--initial-damping") && before.damping > 0.0)
      arguments.solve.options.initial_damping = before.damping;
  }
  Observer observer(communicator, *job, arguments, before.iteration);
  refuse_recording(communicator, arguments);
  Recording recording;
  DistributedOptions how;
  how.solver = arguments.solver;
  how.observe = [&](const IterationRecord& record, const std::vector<double>& x) {
    if (record.iteration == 1) refuse_unread(session);
    recording.iteration(record.iteration);
    observer(record, x);
  };
  report.seconds.build = lap.next();
  if (!arguments.record.empty()) communicator.record(&recording);
  const DistributedResult found = job->solve(arguments.solve.options, how);
  communicator.record(nullptr);
  if (!arguments.record.empty()) write_recording(communicator, recording, arguments.record);
  observer.finish(found.result);
  const ExitCode code = exit_code(found.result.status);
  lap.next();
  report.result = found.result;
  report.result.x.clear();
  if (code != exit_failed) {
    job->conclude(found, report);
    if (!arguments.solve.output.empty()) job->write(found.result.x, arguments.solve.output);
  }
  const std::vector<ProcessFacts> facts = gather_facts(communicator, found.residuals, found.traffic);
  if (communicator.rank() == 0) {
    if (!arguments.resume.empty())
      report.result.notes.push_back(
          fmt::format("resumed from '{}', after {} iterations", arguments.resume, before.iteration));
    report.sections.push_back(section_of(facts, found));
    report.seconds.statistics = lap.next();
    show(report, arguments.solve, *outputs);
    if (code == exit_failed) std::fprintf(stderr, "thalweg-mpi: error: %s\n", printable(report.result.reason).c_str());
  }
  return code;
}

}  // namespace thalweg::tool
