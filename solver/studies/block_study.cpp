#include "studies/block_study.hpp"

#include <cctype>
#include <filesystem>

#include <fmt/format.h>

#include "studies/facts.hpp"

namespace thalweg::inline v0_1::studies {

std::string BlockStudy::kind_name() const {
  std::string kind = title_;
  kind[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(kind[0])));
  return kind;
}

void BlockStudy::name(ProblemFacts& facts) const {
  facts.name = std::filesystem::path(file()).filename().string();
  facts.title = title_;
  facts.source = file();
  facts.kind = kind_name();
}

void BlockStudy::describe(Report& report) const {
  count(problem_, report);
  name(report.problem);
  report.parameter_list = ParameterList::on_request;
}

void BlockStudy::prepare_comparison(const Request&) {
  throw Error(fmt::format(
      "compare looks at curve fits, regressions and the catalogue, and '{}' is a {}; expected thalweg solve, "
      "one --method after the other",
      file(), kind_name()));
}

void BlockStudy::list_parameters(const Request& request, Report& report) const {
  if (request.all_parameters) report.statistics.parameters = named_values(problem_, report.result.x);
}

}  // namespace thalweg::inline v0_1::studies
