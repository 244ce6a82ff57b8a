// The checks of differential equations in a curve fit. Private to the readers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <thalweg/formula/formula.hpp>

#include "models/curve/checks/expressions.hpp"
#include "models/curve/draft.hpp"
#include "models/curve/selection.hpp"

namespace thalweg::inline v0_1::reading {

/// Does nothing where the fit has none. Throws FileError.
class OdeCheck {
 public:
  explicit OdeCheck(Draft& draft) : draft_(draft), observed_(draft.fit.data.size()) {}

  /// The system itself. `find` tells whether a name is that of a parameter or a definition, and notes that it is read.
  void check(const Expressions& expressions, const std::function<bool(const std::string&)>& find);
  /// Refuses columns that are called as a state is; those of a table without a real header get other names.
  void set_aside(ColumnSelection& columns, bool prose) const;
  /// Whether the name is a state's; notes that the data set at hand observes it.
  bool find_state(const std::string& name);
  void add_states(std::vector<std::string>& names) const;
  /// Reads the column of the times, where the equation has named a state.
  void use_time(const DataSet& data, const DataPlaces& places, ColumnSelection& columns);
  /// No row is before the start.
  void check_times(std::size_t data) const;
  void check_observed() const;

 private:
  /// Which names a formula may hold, in words and as names.
  struct Scope {
    std::string what;
    std::vector<std::string> states;
    bool time;
  };

  OdeSystem& system() const { return *draft_.fit.ode; }
  [[noreturn]] void wrong(Place place, const std::string& problem, const std::string& expected) const;
  void check_states() const;
  void check_formula(const std::string& text, const PlacedText& places, const std::string& whose, const Scope& scope);
  void check_formulas();
  void check_event(const OdeEvent& event, const OdePlaces::Event& places, const Scope& scope);
  void check_initials(std::size_t data, const Scope& scope);
  std::vector<std::string> state_names() const;

  Draft& draft_;
  std::vector<std::string> known_;  // parameters and definitions
  std::vector<Definition> definitions_;
  std::function<bool(const std::string&)> find_;
  std::vector<char> observed_;  // of each data set: whether it names a state
  bool names_state_ = false;    // the data set at hand
  std::size_t at_ = 0;          // its place
};

}  // namespace thalweg::inline v0_1::reading
