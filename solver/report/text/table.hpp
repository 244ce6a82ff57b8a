// Text as it is shown, and numbers with as many digits as they deserve.
#pragma once

#include <string>
#include <string_view>

#include <thalweg/base/words.hpp>
#include <thalweg/report/table.hpp>

namespace thalweg::inline v0_1::text {

/// Characters as shown: UTF-8 sequences count once.
std::size_t width(std::string_view s);

/// With & < > " ' written as HTML's entities; control characters are made visible.
std::string escaped(std::string_view s);

/// The same as the content of an element, in which no line breaks at the sign of an exponent.
std::string marked_up(std::string_view s);

/// How to write a value of which the error is known: the error gets two significant digits or as many
/// as asked for; the value, and other numbers beside it, end at the same decimal place. No value gets more than 15
/// digits, which is what doubles hold of any decimal number, unless its place is set.
class Digits {
 public:
  /// An error that is NaN or 0: six significant digits. `least`: digits of the value at the least.
  Digits(double value, double error, int least, int of_error = 2);
  std::string number(double v) const;
  /// The decimal exponent of the last digit of the value; to be made finer.
  int place() const { return place_; }
  void set_place(int place);
  std::string interval_end(double v) const;
  std::string error() const;

 private:
  std::string write(double v, int place) const;

  double error_;
  int of_error_;
  int top_;                     // the decimal exponent of the first digit of value and error
  int place_;                   // the same of the last digit shown
  int interval_place_ = -1000;  // the same for the ends of an interval
  bool scientific_;
};

}  // namespace thalweg::inline v0_1::text
