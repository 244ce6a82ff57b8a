#include "report/json/rows_json.hpp"

#include "report/row_columns.hpp"

namespace thalweg::inline v0_1::json_parts {

Json rows_of(std::span<const FitRows> sets) {
  Json list = Json::array();
  for (const FitRows& rows : sets) {
    Json data = Json::object();
    for (std::size_t i = 0; i < rows.columns.size(); ++i) data[rows.columns[i]] = numbers(rows.values[i]);
    Json set = {{"data", rows.name}, {"response", rows.response}, {"level", rows.level}, {"columns", std::move(data)}};
    if (!rows.groups.empty()) set["groups"] = rows.groups;
    for (const RowColumn& column : row_columns)
      if (const auto& values = rows.*column.values; !values.empty()) set[column.name] = numbers(values);
    list.push_back(std::move(set));
  }
  return list;
}

}  // namespace thalweg::inline v0_1::json_parts
