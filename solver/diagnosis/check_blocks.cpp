// A look at a problem of many blocks: everything in passes over its residuals, no matrix is made.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/base/cancellation.hpp>
#include <thalweg/minimize/solve_plan.hpp>
#include <thalweg/problem/block_program.hpp>
#include <thalweg/problem/derivative_check.hpp>

#include <thalweg/base/words.hpp>
#include "diagnosis/examination.hpp"

namespace thalweg::inline v0_1 {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// Of each group: the differences of one residual cost a table of all its blocks where it has one.
constexpr std::int64_t compared_items = 40;
// ‖Jd‖ below this part of what its terms would make without cancellation is rounding.
constexpr double rounding = 1e-9;

/// Residual components that read each block, and the residuals.
struct Readers {
  std::vector<std::int64_t> components, residuals;
};

std::vector<Readers> count_readers(const Problem& problem) {
  const auto& sets = problem.sets();
  std::vector<Readers> readers(sets.size());
  for (std::size_t s = 0; s < sets.size(); ++s) {
    readers[s].components.resize(at(sets[s].count));
    readers[s].residuals.resize(at(sets[s].count));
  }
  for (const auto& group : problem.groups())
    for (const Slot& slot : group->slots())
      for (std::int64_t i = 0; i < group->items(); ++i) {
        const std::int64_t offset = slot.offset(i);
        const auto next = std::upper_bound(sets.begin(), sets.end(), offset,
                                           [](std::int64_t o, const Problem::BlockSet& set) { return o < set.offset; });
        const auto s = static_cast<std::size_t>(next - sets.begin()) - 1;
        const std::size_t block = at((offset - sets[s].offset) / sets[s].dimension);
        readers[s].components[block] += group->dimension();
        ++readers[s].residuals[block];
      }
  return readers;
}

std::string block_name(const Problem::BlockSet& set, std::int64_t block) {
  return set.count == 1 ? set.name : fmt::format("{}[{}]", set.name, block);
}

std::int64_t free_numbers(const Problem& problem, const Problem::BlockSet& set, std::int64_t block) {
  std::int64_t n = 0;
  for (std::int64_t i = set.offset + block * set.dimension; i < set.offset + (block + 1) * set.dimension; ++i)
    n += !problem.fixed()[at(i)] && problem.lower()[at(i)] < problem.upper()[at(i)];
  // A block on a manifold moves in fewer directions than it has numbers, or not at all.
  return set.manifold && n > 0 ? set.tangent : n;
}

void look_at_readers(const Problem& problem, CheckReport& report) {
  const std::vector<Readers> readers = count_readers(problem);
  for (std::size_t s = 0; s < readers.size(); ++s) {
    const Problem::BlockSet& set = problem.sets()[s];
    Finding unused{
        Finding::Kind::unused, "", "Leave them out of the problem, or fix them: they stay where they start.", {}};
    Finding few{Finding::Kind::underdetermined,
                "",
                "Bring more data on them, leave them out, or fix them: a solve moves them no farther than it must.",
                {}};
    for (std::int64_t b = 0; b < set.count; ++b) {
      const std::int64_t numbers = free_numbers(problem, set, b), equations = readers[s].components[at(b)];
      if (numbers == 0 || equations >= numbers) continue;
      Finding& finding = equations == 0 ? unused : few;
      if (finding.parameters.empty() && equations > 0)
        few.sentence =
            fmt::format(" ('{}': {}, {} for {})", block_name(set, b), counted(readers[s].residuals[at(b)], "residual"),
                        counted(equations, "equation"), counted(numbers, "number"));
      finding.parameters.push_back(block_name(set, b));
    }
    const auto blocks = [&](const Finding& finding) {
      return fmt::format("{} of the {} blocks '{}'", finding.parameters.size(), set.count, set.name);
    };
    if (!unused.parameters.empty()) {
      unused.sentence = fmt::format("No residual reads {}: {}.", blocks(unused), words::quoted(unused.parameters));
      report.findings.push_back(std::move(unused));
    }
    if (!few.parameters.empty()) {
      few.sentence =
          fmt::format("Too few residuals read {}: {}{}.", blocks(few), words::quoted(few.parameters), few.sentence);
      report.findings.push_back(std::move(few));
    }
  }
}

/// Of each direction ‖Jd‖, divided by the root of the sum of its terms' squares. `influence`: of each tangent
/// component, by its number, set to nonzero where a residual changes with it.
std::vector<double> remainders(const Problem& problem, const std::vector<double>& x,
                               std::span<const FreeDirection> directions, std::vector<char>& influence) {
  std::vector<double> sums(directions.size()), terms(directions.size());
  for (const auto& group : problem.groups()) {
    constexpr std::int64_t strip = BlockProgram::strip_items;
    const int dimension = group->dimension(), columns = group->columns();
    std::vector<double> table(at(group->table_size())), values(at((dimension + dimension * columns) * strip));
    if (!table.empty()) group->fill_table(x.data(), table.data());
    std::vector<double*> arrays;
    for (std::size_t a = 0; a < values.size(); a += at(strip)) arrays.push_back(values.data() + a);
    std::vector<std::int64_t> component(at(columns));
    for (std::int64_t begin = 0; begin < group->items(); begin += strip) {
      CancellationProbe::poll();
      const std::int64_t end = std::min(group->items(), begin + strip);
      group->evaluate(x.data(), {begin, end, arrays.data(), arrays.data() + dimension, nullptr,
                                 table.empty() ? nullptr : table.data()});
      for (std::int64_t i = begin; i < end; ++i) {
        std::size_t c = 0;
        for (const Slot& slot : group->slots())
          for (int k = 0; k < slot.dimension; ++k) component[c++] = slot.offset(i) + k;
        for (int a = 0; a < dimension * columns; ++a)
          if (arrays[at(dimension + a)][i - begin] != 0.0) influence[at(component[at(a % columns)])] = 1;
        for (std::size_t d = 0; d < directions.size(); ++d)
          for (int k = 0; k < dimension; ++k) {
            double sum = 0.0;
            for (int j = 0; j < columns; ++j) {
              const double term =
                  arrays[at(dimension + k * columns + j)][i - begin] * directions[d].direction[at(component[at(j)])];
              sum += term;
              terms[d] += term * term;
            }
            sums[d] += sum * sum;
          }
      }
    }
  }
  for (std::size_t d = 0; d < sums.size(); ++d) sums[d] = terms[d] > 0.0 ? std::sqrt(sums[d] / terms[d]) : 0.0;
  return sums;
}

/// Blocks that are read, with numbers that change no residual at the start.
void look_at_influence(const Problem& problem, const std::vector<char>& influence, CheckReport& report) {
  const std::vector<Readers> readers = count_readers(problem);
  Finding finding{Finding::Kind::no_influence, "", "Start elsewhere, or fix them: no step moves them from there.", {}};
  for (std::size_t s = 0; s < readers.size(); ++s) {
    const Problem::BlockSet& set = problem.sets()[s];
    for (std::int64_t block = 0; block < set.count; ++block)
      for (std::int64_t d = 0; d < set.tangent && readers[s].residuals[at(block)] > 0; ++d) {
        const std::int64_t number = set.offset + block * set.dimension + d;
        if (problem.moves(number) && !influence[at(number)]) finding.parameters.push_back(problem.tangent_name(number));
      }
  }
  if (finding.parameters.empty()) return;
  finding.sentence = fmt::format("At the start no residual changes with {}.", words::quoted(finding.parameters));
  report.findings.push_back(std::move(finding));
}

/// "translation along x, y, z; scale": what names have in common before the last word is said once.
std::string shortened(const std::vector<std::string>& names) {
  std::string out, last;
  for (const std::string& name : names) {
    const std::size_t blank = name.rfind(' ');
    const std::string stem = blank == std::string::npos ? "" : name.substr(0, blank);
    if (!stem.empty() && stem == last)
      out += ", " + name.substr(blank + 1);
    else
      out += (out.empty() ? "" : "; ") + name;
    last = stem;
  }
  return out;
}

void look_at_directions(const Problem& problem, const std::vector<double>& x, std::span<const FreeDirection> directions,
                        CheckReport& report) {
  std::vector<char> influence(x.size(), 0);
  const std::vector<double> left = remainders(problem, x, directions, influence);
  look_at_influence(problem, influence, report);
  std::vector<std::string> free, held;
  double largest = 0.0;
  for (std::size_t d = 0; d < directions.size(); ++d) {
    (left[d] <= rounding ? free : held).push_back(directions[d].name);
    if (left[d] <= rounding) largest = std::max(largest, left[d]);
  }
  if (!free.empty())
    report.notes.push_back(fmt::format(
        "{}: nothing in the data fixes {} (‖J d‖ is {:.0e} of its terms, that is zero); the "
        "cost does not depend on them, and a solve's damping keeps them still",
        shortened(free), free.size() == 1 ? "it" : fmt::format("these {} directions", free.size()), largest));
  if (!held.empty())
    report.notes.push_back(fmt::format("{}: fixed by the data or by fixed parameters", shortened(held)));
}

}  // namespace

void look_at_blocks(const Problem& problem, const std::vector<double>& x, const Options& options,
                    std::span<const FreeDirection> directions, CheckReport& report) {
  for (const FreeDirection& d : directions)
    if (d.direction.size() != x.size())
      throw Error(fmt::format("the direction '{}' has {} numbers; expected {}", d.name, d.direction.size(), x.size()));
  look_at_readers(problem, report);
  BlockProgram program(problem);
  report.cost = program.cost(x.data(), options.threads);
  if (const auto entry = program.find_non_finite(x.data()); entry || !std::isfinite(report.cost)) {
    report.findings.push_back(
        {Finding::Kind::start_not_finite,
         "Not finite at the start: " + (entry ? in_words(*entry) : std::string("the cost overflows")) + ".",
         "Choose another start, at which every residual and derivative is finite.",
         {}});
    return;
  }
  for (const DerivativeFault& fault : check_derivatives(problem, {.items = compared_items}).faults)
    report.findings.push_back({Finding::Kind::wrong_derivative,
                               fault.sentence,
                               "Mend the Jacobian, or leave it out: dual numbers make an exact one.",
                               {fault.parameters.begin(), fault.parameters.end()}});
  std::int64_t residuals = 0;
  for (const auto& group : problem.groups()) residuals += std::min(compared_items, group->items());
  report.notes.push_back(
      fmt::format("derivatives were compared with differences at {} of {} residuals, at the start and near it",
                  residuals, problem.residual_block_count()));
  look_at_directions(problem, x, directions, report);
}

}  // namespace thalweg::inline v0_1
