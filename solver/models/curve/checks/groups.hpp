// Groups of rows, such as those of one subject, with parameters of their own. Private to the readers.
#pragma once

#include <string>

#include "models/curve/draft.hpp"
#include "models/curve/selection.hpp"

namespace thalweg::inline v0_1::reading {

/// Reads the group of each row of a data set before rows are left out: fills DataSet::group where it is empty, and adds
/// new names to CurveFit::groups. The column need hold no numbers. Throws FileError for a column that there is not, and
/// for a row whose cell is empty.
void read_groups(CurveFit& fit, DataSet& data, const DataPlaces& places, const ColumnSelection& columns);

/// Makes all rows of a data set one group that is called by its file, and names the set so.
void make_group(CurveFit& fit, DataSet& data, const std::string& file);

/// After rows were left out: leaves out, with a note, the groups with fewer rows than the free parameters that each
/// group has for itself, and those without rows; numbers the others anew, in the order in which they first appear.
/// Throws FileError where none is left, where parameters are per group and there are no groups, and the other way
/// round.
void settle_groups(Draft& draft);

}  // namespace thalweg::inline v0_1::reading
