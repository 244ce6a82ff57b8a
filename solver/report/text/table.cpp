#include "report/text/table.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <thalweg/report/text.hpp>

namespace thalweg::inline v0_1::text {
namespace {

constexpr int smallest_plain_error = -12;  // its decimal exponent: beyond, an error is written with one

/// Decimal exponent of the first digit once v is rounded to `digits` significant ones.
int exponent(double v, int digits) {
  if (v == 0.0 || !std::isfinite(v)) return 0;
  const std::string s = fmt::format("{:.{}e}", v, digits - 1);
  return std::stoi(s.substr(s.find('e') + 1));
}

}  // namespace

std::size_t width(std::string_view s) {
  return static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string escaped(std::string_view s) {
  std::string out;
  for (const char c : printable(s)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string marked_up(std::string_view s) {
  const std::string text = escaped(s);
  const auto is_digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  std::string out;
  std::size_t done = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '-' || text[i - 1] != 'e' || i < 2 || !is_digit(i - 2) || !is_digit(i + 1)) continue;
    std::size_t begin = i - 1, end = i + 1;
    while (begin > done && (is_digit(begin - 1) || text[begin - 1] == '.')) --begin;
    if (begin > done && text[begin - 1] == '-') --begin;
    while (is_digit(end)) ++end;
    out += text.substr(done, begin - done) + "<span class=\"number\">" + text.substr(begin, end - begin) + "</span>";
    done = i = end;
  }
  return out + text.substr(done);
}

void Table::add_column(std::string heading, Align align) {
  headings_.push_back(std::move(heading));
  align_.push_back(align);
}

void Table::add_row(std::vector<std::string> cells) {
  cells.resize(headings_.size());
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths(headings_.size(), 0);
  for (const auto& row : rows_)
    for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
  return widths;
}

std::string Table::print(std::string_view indent) const {
  const std::size_t columns = headings_.size();
  const std::vector<std::size_t> widths = this->widths();
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text(indent);
    bool first = true;
    for (std::size_t c = 0; c < columns; ++c) {
      if (widths[c] == 0) continue;
      const std::size_t wide = std::max(widths[c], width(headings_[c]));
      const std::string blanks(wide - width(cells[c]), ' ');
      if (!std::exchange(first, false)) text += "  ";
      text += align_[c] == Align::right ? blanks + cells[c] : cells[c] + blanks;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  line(headings_);
  for (const auto& row : rows_) line(row);
  return out;
}

std::string Table::html() const {
  const std::vector<std::size_t> widths = this->widths();
  std::string out = "<table>\n";
  const auto line = [&](const std::vector<std::string>& cells, bool heading) {
    out += "<tr>";
    bool first = true;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (widths[c] == 0) continue;
      const char* tag = heading || first ? "th" : "td";
      const char* scope = heading ? " scope=\"col\"" : first ? " scope=\"row\"" : "";
      const char* align = align_[c] == Align::right ? " class=\"number\"" : "";
      out += fmt::format("<{0}{1}{2}>{3}</{0}>", tag, scope, align, marked_up(cells[c]));
      first = false;
    }
    out += "</tr>\n";
  };
  out += "<thead>";
  line(headings_, true);
  out += "</thead>\n<tbody>\n";
  for (const auto& row : rows_) line(row, false);
  return out + "</tbody>\n</table>\n";
}

Digits::Digits(double value, double error, int least, int of_error) : error_(error), of_error_(of_error) {
  const bool has_error = std::isfinite(error) && error > 0.0;
  const int first = exponent(value, least);
  place_ = first - std::max(least, has_error ? 0 : 6) + 1;
  if (has_error) {
    const int last_of_error = exponent(error, of_error) - of_error + 1;
    place_ = value == 0.0 ? last_of_error : std::min(place_, last_of_error);
    interval_place_ = last_of_error - 1;  // where the error dwarfs the value, its ends need no more
  }
  const bool too_fine = place_ < first - 14;
  if (too_fine) place_ = first - 14;
  // Ends as far apart as rounding differ in the 16th digit.
  interval_place_ = std::max(interval_place_, too_fine ? first - 15 : place_);
  top_ = std::max(first, has_error ? exponent(error, of_error) : first);
  set_place(place_);
}

void Digits::set_place(int place) {
  place_ = place;
  scientific_ = top_ < -3 || top_ > 6 || place_ < -16;
}

std::string Digits::write(double v, int place) const {
  if (!std::isfinite(v)) return "";
  // Without an error to compare it with, a zero is exact: a weight that a penalty leaves out, a cost that vanishes.
  if (v == 0.0 && !(error_ > 0.0)) return "0";
  if (!scientific_) return fmt::format("{:.{}f}", v, std::max(0, -place));
  return fmt::format("{:.{}e}", v, v == 0.0 ? 1 : std::clamp(exponent(v, 16) - place, 0, 16));
}

std::string Digits::number(double v) const { return write(v, place_); }
std::string Digits::interval_end(double v) const { return write(v, interval_place_); }

std::string Digits::error() const {
  if (!std::isfinite(error_)) return "";
  if (error_ == 0.0) return "0";
  if (scientific_ || exponent(error_, of_error_) < smallest_plain_error)
    return fmt::format("{:.{}e}", error_, of_error_ - 1);
  // No fewer decimals than it takes to write a whole number.
  return fmt::format("{:.{}f}", error_, std::max(0, of_error_ - 1 - exponent(error_, of_error_)));
}

}  // namespace thalweg::inline v0_1::text
