#include "report/html/page.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <thalweg/report/text.hpp>

#include "report/html/assets.hpp"

namespace thalweg::inline v0_1::html {
namespace {

/// Nothing is loaded, from anywhere: what the page needs is in it. An image is what it draws itself, to save it as PNG.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'";

/// As the content of a script element, which ends at "</script": "<" occurs in JSON's strings only, where it may be
/// written as an escape.
std::string embedded(const json_parts::Json& data) {
  const std::string text = data.dump(-1, ' ', false, json_parts::Json::error_handler_t::replace);
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

std::string lines(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of('\n'), text.size());
  std::string out(text.substr(begin));
  while (!out.empty() && out.back() == '\n') out.pop_back();
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

}  // namespace

std::string page(const std::string& title, const std::string& body, const json_parts::Json& data,
                 std::string_view script) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  out += fmt::format("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n", policy);
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += "<meta name=\"color-scheme\" content=\"light dark\">\n";
  out += fmt::format("<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n{}</main>\n", escaped(title),
                     style, body);
  out += "<noscript><p class=\"note\">The charts need JavaScript; the tables do not.</p></noscript>\n";
  out += fmt::format("<script type=\"application/json\" id=\"data\">{}</script>\n", embedded(data));
  out += fmt::format("<script>\n/*\n{}*/\n{}</script>\n", d3_licence, d3);
  out += fmt::format("<script>\n{}</script>\n</body>\n</html>\n", script);
  return out;
}

std::string section(std::string_view id, std::string_view heading, const std::string& content) {
  return fmt::format(
      "<section id=\"{0}\" aria-labelledby=\"{0}-heading\">\n<h2 id=\"{0}-heading\">{1}</h2>\n{2}</section>\n", id,
      escaped(heading), content);
}

std::string paragraph(std::string_view text, std::string_view css_class) {
  const std::string words = lines(text);
  if (words.empty()) return "";
  return css_class.empty() ? fmt::format("<p>{}</p>\n", text::marked_up(words))
                           : fmt::format("<p class=\"{}\">{}</p>\n", css_class, text::marked_up(words));
}

std::string table(const text::Table& table, std::string_view css_class) {
  if (table.empty()) return "";
  return fmt::format("<div class=\"scroll {}\" tabindex=\"0\" role=\"region\" aria-label=\"table\">\n{}</div>\n",
                     css_class, table.html());
}

std::string provenance_section(const Provenance& provenance) {
  if (provenance.empty()) return "";
  std::size_t widest = 0;
  for (const auto& [label, value] : provenance) widest = std::max(widest, text::width(label));
  std::string block;
  for (const auto& [label, value] : provenance)
    block += escaped(label) + std::string(widest - text::width(label) + 2, ' ') + escaped(value) + "\n";
  return section("repeat", "To repeat this run",
                 "<div class=\"copyable\"><pre id=\"provenance\">" + block + "</pre></div>\n");
}

}  // namespace thalweg::inline v0_1::html
