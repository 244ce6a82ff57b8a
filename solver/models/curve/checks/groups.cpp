#include "models/curve/checks/groups.hpp"

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <vector>

#include "io/text_numbers.hpp"
#include "table/contents.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

constexpr std::size_t most_named = 5;  // groups in a note

/// The text of each row in the column.
std::vector<std::string> labels_of(const DataPlaces& places, std::size_t column) {
  if (!places.contents) return places.labels;
  return places.contents->texts(column);
}

std::size_t own_parameters(const CurveFit& fit) {
  std::size_t count = 0;
  for (const FitParameter& p : fit.parameters) count += p.per_group && !p.fixed && !p.prior;
  return count;
}

void keep_rows(DataSet& data, const std::vector<char>& kept) {
  std::size_t to = 0;
  for (std::size_t row = 0; row < data.group.size(); ++row) {
    if (!kept[static_cast<std::size_t>(data.group[row])]) continue;
    for (std::vector<double>& column : data.values) column[to] = column[row];
    data.group[to++] = data.group[row];
  }
  for (std::vector<double>& column : data.values) column.resize(to);
  data.group.resize(to);
}

/// "'a', 'b' and 12 more"
std::string enumerated(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most_named); ++i)
    text += (i == 0 ? "'" : ", '") + shortened(names[i]) + "'";
  return names.size() > most_named ? text + " and " + std::to_string(names.size() - most_named) + " more" : text;
}

void note_left_out(CurveFit& fit, const std::vector<std::string>& names, std::size_t rows, std::size_t own) {
  if (names.empty()) return;
  const bool one = names.size() == 1;
  fit.notes.push_back((one ? "group " : "the groups ") + enumerated(names) + (one ? " has" : " have") +
                      " fewer rows than the " + counted(own, "parameter") + " of " + (one ? "its" : "their") +
                      " own: " + counted(rows, "row") + (rows == 1 ? " is" : " are") + " left out");
}

void check_roles(const Draft& draft) {
  const CurveFit& fit = draft.fit;
  const auto own =
      std::find_if(fit.parameters.begin(), fit.parameters.end(), [](const auto& p) { return p.per_group; });
  const bool any_own = own != fit.parameters.end();
  for (std::size_t i = 0; i < fit.data.size(); ++i) {
    const DataSet& data = fit.data[i];
    if (any_own && data.group.empty())
      fail(fit.file, draft.parameters[static_cast<std::size_t>(own - fit.parameters.begin())],
           "parameter '" + own->name + "' is per group, but data set '" + data.name + "' has no groups",
           "group = \"a column\" in [data]");
    if (!any_own && !data.group.empty())
      fail(fit.file, draft.data[i].group, "data set '" + data.name + "' has groups, but no parameter is per group",
           "per = \"group\" at some parameter");
  }
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) {
    const FitParameter& p = fit.parameters[i];
    if (p.per_group && p.linear)
      fail(fit.file, draft.parameters[i], "parameter '" + p.name + "' is linear and per group", "one of the two");
    for (const auto& [label, start] : p.group_starts) {
      if (std::find(fit.groups.begin(), fit.groups.end(), label) == fit.groups.end())
        fail(
            fit.file, draft.parameters[i],
            "parameter '" + p.name + "' has a start for " + quoted_with_hint(label, fit.groups) + ", which is no group",
            "names of groups");
      if (start < p.lower || start > p.upper)
        fail(fit.file, draft.parameters[i],
             "parameter '" + p.name + "' starts at " + to_text(start) + " in group '" + label + "', outside its bounds",
             "a start from " + to_text(p.lower) + " to " + to_text(p.upper));
    }
  }
}

/// Of the name of a group: numbers that are written differently, such as 1 and 1.0, are one. Those with a leading zero
/// are codes.
std::string key_of(const std::string& label) {
  const bool code = label.size() > 1 && label[0] == '0' && label.find('.') != 1;
  const Number number = parse_number(label);
  return code || number.kind != Number::Kind::number ? label : to_text(number.value);
}

}  // namespace

void read_groups(CurveFit& fit, DataSet& data, const DataPlaces& places, const ColumnSelection& columns) {
  if (data.group_column.empty() || !data.group.empty()) return;
  const auto column = columns.find(data.group_column);
  if (!column)
    fail(fit.file, places.group, "group names an unknown column " + quoted_with_hint(data.group_column, data.columns),
         list(columns.names().spellings()));
  const std::vector<std::string> labels = labels_of(places, *column);
  std::unordered_map<std::string, int> index;
  for (std::size_t g = 0; g < fit.groups.size(); ++g) index.emplace(key_of(fit.groups[g]), static_cast<int>(g));
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (labels[row].empty() && places.rows.skip_missing) {
      data.group.push_back(-1);  // to be left out with the rows that lack another value
      continue;
    }
    if (labels[row].empty())
      fail(places.cell_file, places.cell ? places.cell(row, *column) : places.table,
           cell_name(row + 1, data.group_column) + " is empty", "the name of the row's group");
    const auto [it, is_new] = index.emplace(key_of(labels[row]), static_cast<int>(fit.groups.size()));
    if (is_new) fit.groups.push_back(labels[row]);
    data.group.push_back(it->second);
  }
}

void make_group(CurveFit& fit, DataSet& data, const std::string& file) {
  std::string name = std::filesystem::path(file).stem().string();
  const auto taken = [&] { return std::find(fit.groups.begin(), fit.groups.end(), name) != fit.groups.end(); };
  if (taken()) name = file;
  while (taken()) name += '_';
  data.name = name;
  data.group_column = "group";
  while (std::find(data.columns.begin(), data.columns.end(), data.group_column) != data.columns.end())
    data.group_column += '_';
  data.group.assign(data.values.empty() ? 0 : data.values[0].size(), static_cast<int>(fit.groups.size()));
  fit.groups.push_back(std::move(name));
}

void settle_groups(Draft& draft) {
  CurveFit& fit = draft.fit;
  check_roles(draft);
  if (fit.groups.empty()) return;
  std::vector<std::size_t> rows(fit.groups.size());
  for (const DataSet& data : fit.data)
    for (const int g : data.group) ++rows[static_cast<std::size_t>(g)];
  const std::size_t own = own_parameters(fit);
  std::vector<char> kept(fit.groups.size());
  std::vector<std::string> names, left_out;
  std::vector<int> number(fit.groups.size());
  std::size_t left_out_rows = 0;
  for (std::size_t g = 0; g < fit.groups.size(); ++g) {
    kept[g] = rows[g] > 0 && rows[g] >= own;
    number[g] = static_cast<int>(names.size());
    if (kept[g]) names.push_back(fit.groups[g]);
    if (kept[g] || rows[g] == 0) continue;
    left_out.push_back(fit.groups[g]);
    left_out_rows += rows[g];
  }
  if (names.empty())
    fail(fit.file, draft.data[0].group, "no group has as many rows as the " + counted(own, "parameter") + " of its own",
         "more rows in some group");
  note_left_out(fit, left_out, left_out_rows, own);
  for (DataSet& data : fit.data) {
    keep_rows(data, kept);
    for (int& g : data.group) g = number[static_cast<std::size_t>(g)];
  }
  fit.groups = std::move(names);
}

}  // namespace thalweg::inline v0_1::reading
