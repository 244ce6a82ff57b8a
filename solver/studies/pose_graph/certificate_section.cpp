// A certificate as text, as JSON and on the page.
#include <thalweg/studies/certified_minimum.hpp>

#include <cmath>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1 {
namespace {

using json_parts::Json;
using json_parts::number;
using text::Align;
using text::Table;

bool is_known(const CertifiedMinimum& m) { return !std::isnan(m.certificate.cost); }

std::string kind_of(const Certificate& c) {
  return c.kind == Certificate::Kind::exact ? "exact: of the cost itself"
                                            : "bound: of a lower bound that touches the cost at the solution";
}

Table facts_table(const CertifiedMinimum& m) {
  const Certificate& c = m.certificate;
  Table table;
  table.add_column("certificate", Align::left);
  table.add_column("", Align::left);
  table.add_row({"verdict", verdict_of(m)});
  if (!is_known(m)) return table;
  table.add_row({"kind", kind_of(c)});
  table.add_row({"lower bound", fmt::format("{:.10g}, of every cost; the gap counts as none up to {:.1e}",
                                            c.lower_bound, c.tolerance)});
  table.add_row({"smallest eigenvalue", fmt::format("{:.2e} ± {:.0e}, none below {:.1e} by a Cholesky factor",
                                                    c.smallest_eigenvalue, c.eigenvalue_error, c.least_eigenvalue)});
  if (!std::isnan(c.next_eigenvalue))
    table.add_row({"beside the gauge", fmt::format("{:.4g} ± {:.0e}", c.next_eigenvalue, c.next_error)});
  for (const RefutedMinimum& r : m.refuted)
    table.add_row(
        {"refuted", fmt::format("cost {:.10g}, eigenvalue {:.3g}; relaxed to {:.10g} at rank {}, rounded to "
                                "{:.10g}, solved again to {:.10g}",
                                r.cost, r.smallest_eigenvalue, r.relaxed_cost, r.rank, r.rounded_cost, r.next_cost)});
  table.add_row({"time", fmt::format("{:.3g} s beside {:.3g} s of the solve", m.seconds, m.result.seconds.total)});
  return table;
}

Json json_of(const CertifiedMinimum& m) {
  const Certificate& c = m.certificate;
  Json refuted = Json::array();
  for (const RefutedMinimum& r : m.refuted)
    refuted.push_back({{"cost", number(r.cost)},
                       {"smallest_eigenvalue", number(r.smallest_eigenvalue)},
                       {"rank", r.rank},
                       {"relaxed_cost", number(r.relaxed_cost)},
                       {"rounded_cost", number(r.rounded_cost)},
                       {"next_cost", number(r.next_cost)}});
  return {{"certified", c.certified},
          {"kind", to_string(c.kind)},
          {"smallest_eigenvalue", number(c.smallest_eigenvalue)},
          {"eigenvalue_error", number(c.eigenvalue_error)},
          {"least_eigenvalue", number(c.least_eigenvalue)},
          {"next_eigenvalue", number(c.next_eigenvalue)},
          {"gap", number(c.gap)},
          {"tolerance", number(c.tolerance)},
          {"lower_bound", number(c.lower_bound)},
          {"stationarity", number(c.stationarity)},
          {"refuted", std::move(refuted)},
          {"reason", m.reason.empty() ? Json(nullptr) : Json(m.reason)},
          {"seconds", m.seconds}};
}

}  // namespace

std::string verdict_of(const CertifiedMinimum& m) {
  const Certificate& c = m.certificate;
  if (!is_known(m)) return "not certified: " + m.reason;
  const std::string numbers = fmt::format("smallest eigenvalue {:.1e}, gap <= {:.1e}", c.smallest_eigenvalue, c.gap);
  if (c.certified) return "global minimum, certified: " + numbers;
  std::string text =
      "not certified: " + numbers + fmt::format("; the global minimum is at least {:.6g}", c.lower_bound);
  if (c.kind == Certificate::Kind::bound) text += ", by a bound of the cost";
  if (!m.reason.empty()) text += "; " + m.reason;
  return text;
}

Section section_of(const CertifiedMinimum& m) {
  Section section;
  section.key = "certificate";
  section.json = json_parts::dumped(json_of(m));
  section.tables = {facts_table(m)};
  section.key_numbers = {{"certificate", !is_known(m)              ? "none"
                                         : m.certificate.certified ? fmt::format("gap ≤ {:.0e}", m.certificate.gap)
                                                                   : "not certified"}};
  section.panels = {{"certificate",
                     "Is it the global minimum?",
                     {{"The multipliers of the solution give a lower bound of all costs; where the smallest eigenvalue "
                       "of their matrix is 0, to rounding, the solution's own cost is that bound."},
                      {"", section.tables[0], "facts"}}}};
  return section;
}

}  // namespace thalweg::inline v0_1
