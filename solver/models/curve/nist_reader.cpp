// The nonlinear-regression files of NIST's Statistical Reference Datasets. They were written for
// people: the model is a formula among prose, the starts and certified values a table under a
// heading, the data the rest of the file.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "models/curve/draft.hpp"

namespace thalweg::inline v0_1 {
namespace reading {
namespace {

constexpr const char* a_nist_file = "a NIST StRD nonlinear-regression file";

struct NumberedLine {
  std::string_view text;
  int number = 0;
};

bool contains_word(std::string_view line, std::string_view lower_word) {
  return lower_case(line).find(lower_word) != std::string::npos;
}

class NistReader {
 public:
  NistReader(std::string_view text, const std::string& name) {
    check_text(text, name, a_nist_file);
    draft_.fit.file = name;
    draft_.fit.source = "NIST StRD nonlinear regression";
    Lines lines(text);
    while (lines.next()) lines_.push_back({lines.text(), lines.number()});
  }

  CurveFit read() {
    read_title();
    // Each part is looked for below the one before: the head of the file names all of them too.
    const std::size_t model = find(0, "model:", "there is no line 'Model:'", true);
    const std::size_t starts = find(model, "starting values", "there is no heading 'Starting values'", false);
    read_equation(model, starts);
    const std::size_t end_of_starts = read_parameters(starts);
    const std::size_t data = find(end_of_starts, "data:", "there is no line 'Data:' above the data", true);
    read_sums(end_of_starts, data);
    read_columns(data);
    read_rows(data + 1);
    return checked(std::move(draft_));
  }

 private:
  [[noreturn]] void wrong(const NumberedLine& line, std::size_t offset, const std::string& problem,
                          const std::string& expected) const {
    fail(draft_.fit.file, place(line, offset), problem, expected);
  }
  static Place place(const NumberedLine& line, std::size_t offset) {
    return {line.number, column_of(line.text, offset)};
  }

  std::size_t find(std::size_t from, std::string_view lower_word, const std::string& otherwise, bool at_begin) const {
    for (std::size_t i = from; i < lines_.size(); ++i) {
      const std::string line = lower_case(trim(lines_[i].text));
      if (at_begin ? line.starts_with(lower_word) : line.find(lower_word) != std::string::npos) {
        return i;
      }
    }
    fail(draft_.fit.file, {}, otherwise, a_nist_file);
  }

  // "Dataset Name:  Misra1a           (Misra1a.dat)"
  void read_title() {
    constexpr std::string_view heading = "dataset name:";
    for (const NumberedLine& line : lines_) {
      const std::string_view text = trim(line.text);
      if (!lower_case(text).starts_with(heading)) continue;
      const auto found = words(text.substr(heading.size()));
      if (!found.empty()) draft_.fit.title = found[0].text;
      return;
    }
  }

  // Lines such as "pi = 3.14..." may stand before "y = ..."; the formula may go on until a blank
  // line and ends in
  // "+ e", the error term.
  void read_equation(std::size_t model, std::size_t starts) {
    std::size_t i = model + 1;
    while (i < starts && !begins_equation(lines_[i].text)) ++i;
    if (i == starts) {
      wrong(lines_[model], 0, "there is no equation under 'Model:'", "a line such as y = b1*x + e");
    }
    DataSet data;
    DataPlaces places;
    for (; i < starts && !trim(lines_[i].text).empty(); ++i) {
      const std::string_view part = trim(lines_[i].text);
      if (!data.equation.empty()) data.equation += ' ';
      const auto indent = static_cast<std::size_t>(part.data() - lines_[i].text.data());
      places.equation.add(data.equation.size(), place(lines_[i], indent), true);
      data.equation += part;
    }
    std::replace(data.equation.begin(), data.equation.end(), '[', '(');
    std::replace(data.equation.begin(), data.equation.end(), ']', ')');
    drop_error_term(data.equation);
    data.name = "data";
    draft_.fit.data.push_back(std::move(data));
    draft_.data.push_back(std::move(places));
  }

  static bool begins_equation(std::string_view line) {
    const std::size_t sign = line.find('=');
    if (sign == std::string_view::npos) return false;
    const std::string_view left = trim(line.substr(0, sign));
    return !left.empty() && lower_case(left) != "pi";
  }

  static void drop_error_term(std::string& equation) {
    std::string_view rest = trim(equation);
    if (!rest.ends_with('e')) return;
    rest = trim(rest.substr(0, rest.size() - 1));
    if (!rest.ends_with('+')) return;
    equation.resize(trim(rest.substr(0, rest.size() - 1)).size());
  }

  // Lines "b1 =  500   250   2.3894212918E+02  2.7070075241E+00" up to a blank one; some files have
  // one start only.
  std::size_t read_parameters(std::size_t heading) {
    draft_.parameter_list = place(lines_[heading], 0);
    std::size_t i = heading + 1;
    for (; i < lines_.size(); ++i) {
      const NumberedLine& line = lines_[i];
      if (contains_word(line.text, "residual") || lower_case(line.text).starts_with("data:")) break;
      if (line.text.find('=') == std::string_view::npos) {
        const bool between = trim(line.text).empty() || contains_word(line.text, "start");
        if (!between)
          wrong(line, 0, "this line is no starting value",
                "b1 = start 1, start 2, certified value, standard deviation");
        if (!draft_.fit.parameters.empty()) break;
        continue;
      }
      read_parameter(line);
    }
    if (draft_.fit.parameters.empty()) {
      wrong(lines_[heading], 0, "there are no starting values under this heading",
            "lines such as b1 = 500  250  238.94  2.7");
    }
    return i;
  }

  void read_parameter(const NumberedLine& line) {
    const std::size_t sign = line.text.find('=');
    FitParameter parameter;
    parameter.name = trim(line.text.substr(0, sign));
    if (parameter.name.empty()) wrong(line, sign, "there is no name before '='", "a parameter's name");
    std::vector<double> numbers;
    for (const Word& word : words(line.text.substr(sign + 1))) {
      numbers.push_back(
          read_number(line, word.text, sign + 1 + word.offset, "in the line of parameter '" + parameter.name + "'"));
    }
    if (numbers.size() != 3 && numbers.size() != 4) {
      wrong(line, sign, "parameter '" + parameter.name + "' has " + counted(numbers.size(), "number"),
            "one or two starts, the certified value and its standard deviation");
    }
    parameter.starts.assign(numbers.begin(), numbers.end() - 2);
    parameter.certified = FitParameter::Certified{numbers.end()[-2], numbers.end()[-1]};
    const auto begin = static_cast<std::size_t>(trim(line.text).data() - line.text.data());
    draft_.fit.parameters.push_back(std::move(parameter));
    draft_.parameters.push_back(place(line, begin));
  }

  double read_number(const NumberedLine& line, std::string_view text, std::size_t offset,
                     const std::string& where) const {
    const Number number = parse_number(text);
    if (number.kind == Number::Kind::too_large) {
      wrong(line, offset, "'" + std::string(text) + "' " + where + " is too large", "a number below 1.8e308");
    }
    if (number.kind == Number::Kind::not_a_number || !std::isfinite(number.value)) {
      wrong(line, offset, "'" + std::string(text) + "' " + where + " is not a number", "a finite number");
    }
    return number.value;
  }

  // "Residual Sum of Squares:  1.2E-01" and "Number of Observations:  14", by which a truncated
  // file is found out.
  void read_sums(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::string_view text = lines_[i].text;
      const std::size_t colon = text.find(':');
      if (colon == std::string_view::npos) continue;
      const std::string heading = lower_case(trim(text.substr(0, colon)));
      const bool sum = heading == "residual sum of squares", count = heading == "number of observations";
      if (!sum && !count) continue;
      const auto found = words(text.substr(colon + 1));
      if (found.size() != 1) {
        wrong(lines_[i], colon, "there are " + counted(found.size(), "word") + " after '" + heading + "'",
              "one number");
      }
      const double number = read_number(lines_[i], found[0].text, colon + 1 + found[0].offset, "for the " + heading);
      (sum ? draft_.fit.certified_residual_sum_of_squares : observations_) = number;
    }
  }

  void read_columns(std::size_t heading) {
    const NumberedLine& line = lines_[heading];
    const std::size_t colon = line.text.find(':');
    for (const Word& word : words(line.text.substr(colon + 1))) {
      draft_.fit.data[0].columns.emplace_back(word.text);
      draft_.data[0].columns.push_back(place(line, colon + 1 + word.offset));
    }
    if (draft_.fit.data[0].columns.empty()) {
      wrong(line, colon, "there are no names of columns after 'Data:'", "names such as y x");
    }
    draft_.data[0].table = place(line, 0);
  }

  void read_rows(std::size_t begin) {
    DataSet& data = draft_.fit.data[0];
    data.values.resize(data.columns.size());
    for (std::size_t i = begin; i < lines_.size(); ++i) {
      const auto cells = words(lines_[i].text);
      if (cells.empty()) continue;
      const std::size_t row = data.values[0].size() + 1;
      if (cells.size() != data.columns.size()) {
        wrong(lines_[i], cells[std::min(cells.size() - 1, data.columns.size())].offset,
              "row " + std::to_string(row) + " has " + counted(cells.size(), "number") + " but there are " +
                  counted(data.columns.size(), "column"),
              list(data.columns, " and "));
      }
      for (std::size_t j = 0; j < cells.size(); ++j) {
        data.values[j].push_back(read_cell(
            cells[j].text, draft_.fit.file, [&] { return place(lines_[i], cells[j].offset); }, row, data.columns[j]));
      }
    }
    const std::size_t rows = data.values[0].size();
    if (rows > 0 && !std::isnan(observations_) && static_cast<double>(rows) != observations_) {
      fail(draft_.fit.file, {lines_.back().number, 0},
           "the file ends after " + counted(rows, "row") + " of data but speaks of " + to_text(observations_) +
               " observations",
           "the whole file");
    }
  }

  std::vector<NumberedLine> lines_;
  Draft draft_;
  double observations_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace
}  // namespace reading

CurveFit read_nist(std::string_view text, const std::string& name) { return reading::NistReader(text, name).read(); }

}  // namespace thalweg::inline v0_1
