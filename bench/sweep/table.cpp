#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "run.hpp"

namespace sweep {
namespace {

bool is_fault(const Outcome& o) {
  return o.rises ||
         (o.converged && (o.judgement.verdict == Verdict::wrong || o.judgement.verdict == Verdict::non_finite));
}
bool is_true_end(const Outcome& o) {
  return o.judgement.verdict == Verdict::minimum || o.judgement.verdict == Verdict::kink ||
         o.judgement.verdict == Verdict::tail;
}

/// How often, by the name of the column.
using Counts = std::map<std::string, int>;

struct Summary {
  Counts counts;
  std::vector<int> evaluations;
  double seconds = 0.0;
};

Summary summarize(std::size_t contender, const std::vector<ProblemRecord>& records) {
  Summary s;
  for (const ProblemRecord& record : records) {
    if (!record.error.empty()) {
      ++s.counts["errors"];
      continue;
    }
    const Outcome& o = record.outcomes[contender];
    ++s.counts["problems"];
    if (o.converged) {
      ++s.counts["converged"];
      ++s.counts[to_string(o.judgement.verdict)];
    } else if (is_true_end(o)) {
      ++s.counts["modest"];
      if (o.status == "stalled") ++s.counts["modest-stalled"];
    }
    if (o.rises) ++s.counts[o.converged ? "rises" : "rises-not-converged"];
    if (o.reaches) ++s.counts["reached"];
    s.evaluations.push_back(o.evaluations);
    s.seconds += o.seconds;
  }
  return s;
}

int median(std::vector<int> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string line(const Outcome& o) {
  return fmt::format(
      "{}, {}: cost {:.6g} -> {:.6g}, lower {:.6g}, projection {:.2g} (room {:.2g}), walk {:.2g}, rank {}, lost {}; {}",
      o.status, to_string(o.judgement.verdict), o.start_cost, static_cast<double>(o.judgement.cost),
      static_cast<double>(o.judgement.lower_cost), static_cast<double>(o.judgement.projection),
      static_cast<double>(o.judgement.room), static_cast<double>(o.judgement.walk), o.judgement.rank, o.judgement.lost,
      o.reason);
}

}  // namespace

std::string table(const std::vector<Contender>& contenders, const std::vector<ProblemRecord>& records) {
  std::string out =
      fmt::format("{:<18}{:>9}{:>10}{:>6}{:>6}{:>7}{:>8}{:>6}{:>6}{:>8}{:>6}{:>11}{:>7}{:>8}{:>8}{:>7}{:>8}\n",
                  "method", "problems", "converged", "false", "lost", "saddle", "plateau", "kink", "tail", "inexact",
                  "rises", "non-finite", "modest", "stalled", "reached", "evals", "seconds");
  for (std::size_t c = 0; c < contenders.size(); ++c) {
    Summary s = summarize(c, records);
    Counts& n = s.counts;
    out +=
        fmt::format("{:<18}{:>9}{:>10}{:>6}{:>6}{:>7}{:>8}{:>6}{:>6}{:>8}{:>6}{:>11}{:>7}{:>8}{:>8}{:>7}{:>8.1f}\n",
                    contenders[c].name, n["problems"], n["converged"], n["false"], n["lost"], n["saddle"], n["plateau"],
                    n["kink"], n["tail"], n["inexact"], n["rises"] + n["rises-not-converged"], n["non-finite"],
                    n["modest"], n["modest-stalled"], n["reached"], median(s.evaluations), s.seconds);
  }
  int errors = 0;
  for (const ProblemRecord& record : records) errors += !record.error.empty();
  if (errors > 0) out += fmt::format("{} problems ended in an error\n", errors);
  return out;
}

std::string faults(const std::vector<Contender>& contenders, const std::vector<ProblemRecord>& records, int most) {
  std::string out;
  for (std::size_t c = 0; c < contenders.size(); ++c) {
    int shown = 0;
    for (const ProblemRecord& record : records) {
      if (record.outcomes.size() <= c || !is_fault(record.outcomes[c]) || ++shown > most) continue;
      out += fmt::format("{} {} ({}): {}{}\n", contenders[c].name, record.index, record.name,
                         record.outcomes[c].rises ? "RISES " : "", line(record.outcomes[c]));
    }
  }
  int shown = 0;
  for (const ProblemRecord& record : records)
    if (!record.error.empty() && ++shown <= most)
      out += fmt::format("error {} ({}): {}\n", record.index, record.name, record.error);
  return out;
}

std::string to_json(const std::vector<Contender>& contenders, const std::vector<ProblemRecord>& records) {
  nlohmann::json root;
  for (std::size_t c = 0; c < contenders.size(); ++c) {
    const Summary s = summarize(c, records);
    nlohmann::json row = s.counts;
    row["method"] = contenders[c].name;
    row["median_evaluations"] = median(s.evaluations);
    row["seconds"] = s.seconds;
    for (const ProblemRecord& record : records) {
      if (record.outcomes.size() <= c) continue;
      const Outcome& o = record.outcomes[c];
      if (o.converged && o.judgement.verdict == Verdict::minimum && !o.rises) continue;
      if (!o.converged && !is_true_end(o) && !o.rises) continue;
      row["cases"].push_back({{"index", record.index},
                              {"problem", record.name},
                              {"status", o.status},
                              {"verdict", to_string(o.judgement.verdict)},
                              {"rises", o.rises},
                              {"reason", o.reason}});
    }
    root["methods"].push_back(std::move(row));
  }
  return root.dump(1) + "\n";
}

std::string details(const SweepProblem& problem, const std::vector<Contender>& contenders,
                    const ProblemRecord& record) {
  std::string out =
      fmt::format("problem {} ({}): {}\nstart", record.index, record.name, problem.fit.data.front().equation);
  for (const thalweg::FitParameter& p : problem.fit.parameters) out += fmt::format(" {}={}", p.name, p.starts[0]);
  out += '\n';
  for (std::size_t c = 0; c < record.outcomes.size(); ++c) {
    const Outcome& o = record.outcomes[c];
    out += fmt::format("{}: {}\n  x =", contenders[c].name, line(o));
    for (const double v : o.x) out += fmt::format(" {}", v);
    out += fmt::format("\n  {}{}{} evaluations\n", o.rises ? "rises, " : "", o.reaches ? "best, " : "", o.evaluations);
  }
  return out;
}

}  // namespace sweep
