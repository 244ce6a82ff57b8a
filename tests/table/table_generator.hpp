// Random tables, regular and not, as files have them.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace table_test {

/// Each call of next() makes another table; the same ones for the same seed.
class TableGenerator {
 public:
  explicit TableGenerator(unsigned seed) : random_(seed) {}

  std::string next() {
    choose_form();
    std::string text = chance(8) ? "\xEF\xBB\xBF" : "";
    if (chance(12)) text += "sep=" + separator_ + end();
    if (chance(6)) text += "# made for a test, " + std::to_string(below(100)) + end();
    if (chance(20)) text += "Instrument" + separator_ + "7" + end();
    if (!chance(3)) text += header();
    const std::size_t rows = chance(10) ? below(3) : below(60);
    for (std::size_t row = 0; row < rows; ++row) text += line(2 * row > rows);
    if (chance(15)) text += "End of data" + end();
    if (chance(4) && !text.empty()) text.pop_back();
    if (chance(30)) text += "\x1A";
    if (chance(60) && !text.empty()) text[below(text.size())] = chance(2) ? '\0' : '\xE9';
    return text;
  }

  std::mt19937& random() { return random_; }

 private:
  enum class Kind { number, text, date, date_time, clock };

  std::size_t below(std::size_t n) { return random_() % n; }
  bool chance(unsigned one_in) { return below(one_in) == 0; }
  template <std::size_t N>
  std::string any(const char* const (&of)[N]) {
    return of[below(N)];
  }

  void choose_form() {
    separator_ = any({",", ",", ";", "\t", "|", " "});
    comma_ = separator_ != "," && chance(3);
    end_ = any({"\n", "\n", "\n", "\r\n", "\r"});
    regular_ = chance(3);
    quoted_ = chance(8);
    whole_ = chance(5);
    ambiguous_ = !regular_ && separator_ != "," && chance(6);
    kinds_.assign(1 + below(5), Kind::number);
    for (Kind& kind : kinds_)
      if (!regular_ && chance(5)) kind = static_cast<Kind>(below(5));
    later_ = kinds_;
    if (!regular_ && chance(4)) later_[below(later_.size())] = static_cast<Kind>(below(5));
    minutes_ = 0;
  }

  std::string end() { return regular_ || !chance(40) ? end_ : any({"\n", "\r\n", "\r"}); }

  std::string header() {
    std::string line;
    for (std::size_t j = 0; j < kinds_.size(); ++j)
      line += (j > 0 ? separator_ : "") + any({"x", "y", "t (s)", "\"U, V\"", "\xC3\xA4", "sigma", ""}) +
              (chance(2) ? std::to_string(j) : "");
    line += end();
    if (chance(10)) {
      for (std::size_t j = 0; j < kinds_.size(); ++j) line += (j > 0 ? separator_ : "") + any({"s", "mV", "(km/h)"});
      line += end();
    }
    return line;
  }

  std::string line(bool late) {
    if (!regular_ && chance(15)) return any({"", "  ", "# remark", "% remark", "//", "!", "; x"}) + end();
    const std::vector<Kind>& kinds = late ? later_ : kinds_;
    std::string line = chance(20) ? "  " : "";
    std::size_t cells = kinds.size();
    if (!regular_ && chance(25)) cells = below(cells + 1);
    if (!regular_ && chance(150)) ++cells;
    for (std::size_t j = 0; j < cells; ++j) {
      if (j > 0) line += chance(20) ? separator_ + " " : separator_;
      line += cell(kinds[j % kinds.size()]);
      if (chance(30)) line += ' ';
    }
    if (!regular_ && chance(25)) line += separator_;
    if (!regular_ && chance(25)) line += " # remark";
    if (chance(400)) line += std::string(5000 + below(100), ' ');
    return line + end();
  }

  std::string cell(Kind kind) {
    if (!regular_ && chance(25)) return any({"", "NA", "-", "nan", "inf", "-inf", "#N/A", "<0.1", "5.1%", "1..5", "x"});
    std::string text;
    switch (kind) {
      case Kind::number:
        text = number();
        break;
      case Kind::text:
        text = any({"red", "blue", "\xC3\xA9t\xC3\xA9", "A #1", "7", "2023-01-01"});
        break;
      case Kind::date:
        text = any({"2023-01-31", "2024/02/29", "31.01.2023"});
        break;
      case Kind::date_time:
        text = "2023-01-31T12:30:" + two(below(60)) + any({"", ".25", "Z", "+01:00"});
        break;
      case Kind::clock:
        minutes_ += chance(30) ? 0 : 1;
        text = two(minutes_ / 60 % 24) + ":" + two(minutes_ % 60) + ":00";
    }
    if (quoted_ && chance(2)) text = "\"" + text + "\"";
    if (!regular_ && chance(300)) text.insert(below(text.size() + 1), "\"");
    return text;
  }

  static std::string two(std::size_t n) { return (n < 10 ? "0" : "") + std::to_string(n); }

  std::string digits(std::size_t most) {
    std::string text;
    for (std::size_t n = 1 + below(most); n > 0; --n) text += static_cast<char>('0' + below(10));
    return text;
  }

  std::string number() {
    const std::string point = comma_ ? "," : ".";
    if (ambiguous_ && !chance(40)) return digits(1) + "," + std::to_string(100 + below(900));
    std::string text = any({"", "", "", "-"}) + digits(4);
    if (!whole_ || chance(50)) text += point + digits(chance(4) ? 17 : 6);
    if (chance(8)) text += any({"e", "E"}) + any({"", "+", "-"}) + digits(2);
    if (chance(regular_ ? 200 : 30)) text = odd_number();
    return text;
  }

  std::string odd_number() {
    switch (below(6)) {
      case 0:
        return digits(60);
      case 1:
        return digits(20) + (comma_ ? "," : ".") + digits(25) + "e" + any({"-", ""}) + digits(3);
      case 2:
        return any({"0x1F", "0x1p-3", "1e400", "-1e400", "1e-400", "1d5", "1.5D-3", "1e", "1e+", "--1", "+-1", "e5"});
      case 3:
        return any({"+1", "+1.5", ".5", "5.", "-.5", "-0", "-0.0", "+.5e3", "5,", ",5", ".", "-", "+", "1,5", "1.5"});
      case 4:
        return any({"1,234", "1.234", "1,234,567", "1.234.567", "1'234", "12 345", "1,234.5", "1.234,5"});
      default:  // near the middle between two doubles
        return any({"9007199254740993", "9007199254740992", "9007199254740991", "1.00000000000000011102230246251565",
                    "2.2250738585072011e-308", "4.9e-324", "2.4703282292062327e-324", "1.7976931348623158e308",
                    "123456789012345678e-22", "9007199254740993e22", "1e22", "1e23"});
    }
  }

  std::mt19937 random_;
  std::string separator_, end_;
  bool comma_ = false, regular_ = false, quoted_ = false, whole_ = false, ambiguous_ = false;
  std::vector<Kind> kinds_, later_;
  std::size_t minutes_ = 0;
};

}  // namespace table_test
