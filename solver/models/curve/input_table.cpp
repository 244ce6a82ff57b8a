#include <thalweg/models/input_table.hpp>

#include <utility>

#include <thalweg/base/words.hpp>

#include "models/curve/selection.hpp"
#include "table/contents.hpp"

namespace thalweg::inline v0_1 {

DataSet select_inputs(DataTable table, const std::vector<std::string>& needed, const std::vector<std::string>& wished) {
  DataSet data;
  data.name = table.name();
  data.columns = table.table().columns;
  data.values = std::move(table.contents().table.values);
  const std::vector<std::string> known = data.columns;
  reading::DataPlaces places;
  reading::place_in_table(places, table, {});
  reading::ColumnSelection columns(data, places);
  for (const std::string& name : needed)
    if (!columns.use(name, table.name(), {}))
      reading::fail(table.name(), {},
                    "there is no column '" + name + "', which the model reads" + did_you_mean(name, known),
                    "columns " + reading::list(needed));
  for (const std::string& name : wished) columns.use(name, table.name(), {});
  columns.apply(table.name());
  return data;
}

}  // namespace thalweg::inline v0_1
