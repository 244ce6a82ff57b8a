// thalweg batch: fits of one model to the many data sets of a file.
#include <cstdio>

#include <fmt/format.h>

#include <thalweg/studies/batch.hpp>

#include "cli/output_file.hpp"
#include "cli/progress.hpp"
#include "cli/usage.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {
namespace {

void refuse_same_files(const BatchArguments& a) {
  const std::pair<const char*, std::string> files[] = {
      {"the input", a.request.file}, {"--starts", a.request.starts_file}, {"--x", a.request.x},
      {"--sigma", a.request.sigma},  {"--output", a.request.output},      {"--json", a.json == "-" ? "" : a.json},
      {"--report", a.report}};
  constexpr std::size_t inputs = 4;
  for (std::size_t i = inputs; i < std::size(files); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (!files[i].second.empty() && !files[k].second.empty() && same_file(files[i].second, files[k].second))
        throw UsageError(fmt::format("{} '{}' is the file of {}; expected another file", files[i].first,
                                     files[i].second, files[k].first));
}

}  // namespace

int batch_command(const Arguments& arguments) {
  const BatchArguments& a = arguments.batch;
  if (a.request.model.empty())
    throw UsageError("batch needs a model; expected --model gaussian, or --model \"y = a*exp(-b*x)\" --start a=1,b=1");
  refuse_same_files(a);
  OutputFile json, page;
  if (!a.json.empty() && a.json != "-") json = OutputFile("--json", a.json);
  if (!a.report.empty()) page = OutputFile("--report", a.report);
  Progress line;
  CatchInterrupt interrupt;
  BatchRequest request = a.request;
  request.interrupt = &interrupt.flag();
  if (!a.quiet && Progress::possible())
    request.progress = [&](std::int64_t done, std::int64_t fits) {
      if (line.due()) line.show(fmt::format("{} of {} fits", done, fits));
    };
  const BatchSummary summary = run_batch(request);
  line.erase();
  const std::string as_json = to_json(summary);
  if (json.wanted()) json.commit(as_json);
  if (page.wanted()) page.commit(to_html(summary, provenance_of(arguments.solve.command)));
  const std::string text = a.json == "-" ? as_json : a.quiet ? "" : to_text(summary);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (summary.interrupted) return exit_interrupted;
  return summary.done > 0 && summary.status[0] == 0 ? exit_stopped : exit_converged;
}

}  // namespace thalweg::tool
