// thalweg check: a look at a problem before it is solved.
#include <cstdio>

#include <fmt/format.h>

#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>

#include "cli/output_file.hpp"
#include "cli/usage.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {
namespace {

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

int check_command(const Arguments& arguments) {
  const SolveArguments& a = arguments.solve;
  const auto study = study_from(arguments.file, a);
  CheckReport report = study->check(a);
  OutputFile json_file;
  if (!a.json.empty() && a.json != "-") {
    if (same_file(a.json, arguments.file))
      throw UsageError(fmt::format("--json '{}' is the file of the input; expected another file", a.json));
    json_file = OutputFile("--json", a.json);
  }
  if (const std::size_t starts = study->start_count(); starts > 1)
    report.notes.push_back(fmt::format("this is start {} of {}; --start K looks at another", a.start, starts));
  if (json_file.wanted()) json_file.commit(to_json(report));
  if (a.json == "-")
    print(to_json(report));
  else if (!a.quiet)
    print(to_text(report));
  return report.clean() ? exit_converged : exit_findings;
}

}  // namespace thalweg::tool
