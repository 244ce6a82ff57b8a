// What a kind of problem adds to a report, in each of its forms.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <thalweg/report/table.hpp>

namespace thalweg::inline v0_1 {

struct Section {
  std::string key;   ///< its name in the JSON, and in the data of the page
  std::string json;  ///< its value there, as JSON; empty: none

  // Of the text.
  std::vector<text::Table> tables;
  std::string sentence;  ///< below them; empty: none

  // Of the page.
  struct Piece {
    std::string paragraph;  ///< text; empty: the table
    text::Table table = {};
    std::string css_class = {};
  };
  struct Panel {
    std::string id, heading;
    std::vector<Piece> pieces = {};
  };
  std::vector<std::pair<std::string, std::string>> key_numbers;  ///< label and value, below the heading of the page
  std::vector<Panel> panels;
  std::string figure;       ///< what the script draws, as JSON; empty: nothing
  std::string_view script;  ///< JavaScript that hands addSectionChart() a function of all the page's data
};

}  // namespace thalweg::inline v0_1
