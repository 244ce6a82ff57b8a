// The options of all commands: a line each.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/arguments.hpp"
#include "cli/option_values.hpp"

namespace thalweg::tool {

/// Which commands have an option; to be added.
enum Command : unsigned {
  of_solve = 1,
  of_fit = 2,
  of_compare = 4,
  of_check = 8,
  of_bundle = 16,      ///< generate bundle
  of_pose_graph = 32,  ///< generate pose-graph
  of_linear = 64,
  of_batch = 128,
};

/// An option as it was given: its name, and its texts in their order.
struct Given {
  std::string name;
  std::vector<std::string> texts;

  const std::string& text() const { return texts.back(); }
  /// Throw UsageError: "NAME is 'TEXT'; expected ...".
  template <class T>
  T number(T least, std::string_view expected) const;
  template <class T>
  T whole(T least) const {
    return number<T>(least, fmt::format("a whole number >= {}", least));
  }
  double positive() const;
  /// The index among the names.
  int one_of(const std::vector<std::string>& names) const;
  /// The path of a file to write; "-" only where it may be standard output.
  std::string path(bool may_be_standard_output = false) const;
  /// The path of a file to write in one of the formats that its name may end with: ".csv". A device or a pipe, such as
  /// /dev/stdout, may be called anything.
  std::string path_ending_with(const std::vector<std::string>& suffixes) const;
  /// A part of 1, such as 0.95.
  double part() const;
};

struct OptionLine {
  const char* name;   ///< "--memory"
  const char* type;   ///< of its value: "N"; empty: a flag
  const char* group;  ///< in the help
  unsigned commands;
  const char* help;
  void (*set)(Arguments& arguments, const Given& given);
  bool repeats = false;  ///< each time adds to the last; else the last time counts
};

/// In the order of the help, which is that in which they are set.
std::span<const OptionLine> option_table();

/// Parts of the table: those of `linear`, of `batch`, of pose graphs and of constraints.
std::span<const OptionLine> linear_options();
std::span<const OptionLine> batch_options();
std::span<const OptionLine> constraint_options();
std::span<const OptionLine> pose_graph_options();

template <class T>
T Given::number(T least, std::string_view expected) const {
  const auto value = number_from<T>(text());
  if (!value || !(*value >= least)) throw UsageError(fmt::format("{} is '{}'; expected {}", name, text(), expected));
  return *value;
}

}  // namespace thalweg::tool
