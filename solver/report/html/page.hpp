// The frame of every page: head, style, data, scripts.
#pragma once

#include <string>
#include <string_view>

#include <thalweg/report/picture.hpp>

#include "report/json/json_parts.hpp"
#include "report/text/table.hpp"

namespace thalweg::inline v0_1::html {

using text::escaped;

/// A whole page. `body` is HTML, `data` what the scripts draw; `script` ends by drawing it.
std::string page(const std::string& title, const std::string& body, const json_parts::Json& data,
                 std::string_view script);

/// A section with a heading; the scripts find it by its id. `content` is HTML.
std::string section(std::string_view id, std::string_view heading, const std::string& content);

/// A paragraph of text; line breaks become blanks. Empty for an empty text.
std::string paragraph(std::string_view text, std::string_view css_class = "");

/// A table that scrolls by itself where it is too wide; empty for one without rows.
std::string table(const text::Table& table, std::string_view css_class = "");

/// What it takes to repeat the run, ready to be copied.
std::string provenance_section(const Provenance& provenance);

}  // namespace thalweg::inline v0_1::html
