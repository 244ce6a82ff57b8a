// A curve fit while it is being read: the values, and where in the file each came from, so that the
// checks which all formats share can say where the mistake is. Private to the readers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/table_fit.hpp>

#include "io/reading.hpp"
#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1::reading {

/// Where the characters of an equation stand in the file. An equation may be put together from
/// several pieces.
class EquationPlaces {
 public:
  /// From `offset` on, the equation's text was copied from `place`; not `exact` when characters
  /// were rewritten there.
  void add(std::size_t offset, Place place, bool exact) { pieces_.push_back({offset, place, exact}); }
  Place at(std::string_view equation, std::size_t offset) const;

 private:
  struct Piece {
    std::size_t offset;
    Place place;
    bool exact;
  };
  std::vector<Piece> pieces_;
};

/// Where a formula stands, and its characters.
struct PlacedText {
  Place place;
  EquationPlaces text;
};

/// Places of an OdeSystem; one for each state, and for each event.
struct OdePlaces {
  struct Event {
    Place table, state, time, until, repetition;
    PlacedText amount;
    std::vector<Place> data;
  };
  Place table, time, from, tolerance;
  std::vector<PlacedText> derivatives, initials;
  std::vector<Event> events;
};

struct DataPlaces {
  Place table;
  EquationPlaces equation;
  std::vector<Place> columns;  ///< empty when they were named in another file
  std::vector<Place> input_errors;
  Place correlation;
  Place sigma, weights, covariance, autocorrelation;
  LowerRows covariance_rows;    ///< of all rows that were read; empty: none
  std::string covariance_file;  ///< that they come from; empty: this one
  std::string cell_file;        ///< the file that holds the numbers
  std::function<Place(std::size_t row, std::size_t column)> cell;
  std::shared_ptr<const DataTable::Contents> contents;  ///< when the numbers come from one
  Place where, group;
  std::vector<std::string> labels;   ///< of the rows' groups, where the numbers come from no table
  std::vector<PlacedText> initials;  ///< one per DataSet::initial
  RowSelection rows;
  bool named_by_keys = true;  ///< messages name keys of a problem file, not options of the command
};

/// Where a named expression stands.
struct ExpressionPlaces {
  Place name;
  EquationPlaces text;
};

struct Draft {
  CurveFit fit;
  Place parameter_list;
  std::vector<ExpressionPlaces> tied, definitions, derived, constraints;  ///< one per each of fit's
  std::vector<Place> parameters;                                          ///< one per fit.parameters
  std::vector<DataPlaces> data;                                           ///< one per fit.data
  OdePlaces ode;                                                          ///< where fit.ode is there
};

/// Checks everything that does not depend on the format, and completes what was left short (one
/// start for all, equal bounds). Throws FileError.
CurveFit checked(Draft draft);

}  // namespace thalweg::inline v0_1::reading
