#include "table/sample.hpp"

#include <algorithm>

namespace thalweg::inline v0_1::reading {
namespace {

constexpr std::size_t least_lines = 50;  // however long they are

/// The separator of Excel's first line "sep=;", or 0.
char declared_in(std::string_view line) {
  line = trim(line);
  if (line.size() > 2 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
  if (line.size() != 5 || lower_case(line.substr(0, 4)) != "sep=") return 0;
  return line[4];
}

Look look_of(const Reading& reading, Evidence& evidence) {
  evidence.commas += reading.evidence == Decimal::comma;
  evidence.points += reading.evidence == Decimal::point;
  switch (reading.meaning) {
    case Meaning::ambiguous:
      ++evidence.ambiguous;
      return Look::number;
    case Meaning::number:
    case Meaning::other_decimal:
    case Meaning::too_large:
    case Meaning::percent:
    case Meaning::date:
    case Meaning::date_time:
    case Meaning::clock:
      return Look::number;
    case Meaning::missing:
    case Meaning::limit:
      return Look::missing;
    case Meaning::empty:
      return Look::empty;
    case Meaning::slip:
      return Look::slip;
    case Meaning::text:
      break;
  }
  return Look::text;
}

}  // namespace

bool LookedAt::has(Look look) const { return std::find(looks.begin(), looks.end(), look) != looks.end(); }

bool LookedAt::is_text() const { return !has(Look::number) && !has(Look::slip) && has(Look::text); }

std::string_view beginning_of(const TableText& text, std::size_t most_bytes, std::string& buffer) {
  if (text.is_in_memory()) return text.bytes(0, text.size(), buffer);
  for (std::size_t size = 2 * most_bytes;; size *= 4) {
    const std::string_view seen = text.bytes(0, std::min(size, text.size()), buffer);
    if (seen.size() == text.size()) return seen;
    // The first line that is left out begins behind `most_bytes`, and least_lines and the line "sep=;" before it.
    const std::size_t last = seen.rfind('\n');
    if (last == std::string_view::npos || last < most_bytes) continue;
    const auto lines = static_cast<std::size_t>(std::count(seen.begin(), seen.end(), '\n'));
    if (lines > least_lines) return seen.substr(0, last + 1);
  }
}

Sample::Sample(std::string_view text, std::size_t most_lines, std::size_t most_bytes) {
  Lines lines(text);
  while (lines.next()) {
    if (lines_.size() >= most_lines || (lines_.size() >= least_lines && lines.offset() > most_bytes)) break;
    if (lines_.empty() && declared_ == 0) {
      declared_ = declared_in(lines.text());
      if (declared_ == '\t' || declared_ == ',' || declared_ == ';' || declared_ == '|') continue;
      if (declared_ != 0) declared_ = ',';
    }
    lines_.push_back({lines.number(), lines.offset(), lines.text()});
  }
}

std::vector<LookedAt> Sample::look(char separator, const TableOptions& options, std::size_t from,
                                   Evidence& evidence) const {
  std::vector<LookedAt> looked;
  std::vector<Cell> cells;
  std::size_t fault_at = 0;
  for (std::size_t i = from; i < lines_.size(); ++i) {
    const std::string_view line = lines_[i].text;
    if (is_comment(line, separator)) continue;
    if (split(without_remark(line), separator, cells, fault_at) != QuoteFault::none) continue;
    LookedAt entry;
    entry.line = i;
    for (const Cell& cell : cells) {
      entry.looks.push_back(look_of(read_meaning(cell.text, options.decimal, options.percent), evidence));
      entry.texts.push_back(cell.text);
      if (!cell.text.empty()) entry.filled = entry.looks.size();
    }
    if (entry.filled > 0) looked.push_back(std::move(entry));
  }
  return looked;
}

}  // namespace thalweg::inline v0_1::reading
