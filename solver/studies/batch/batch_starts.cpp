#include "studies/batch/batch_starts.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <thalweg/base/words.hpp>
#include <thalweg/io/npy.hpp>
#include <thalweg/table/table.hpp>

namespace thalweg::inline v0_1::studies {
namespace {

void expect_fits(const std::string& path, std::int64_t there, std::int64_t fits) {
  if (there != fits)
    throw FileError(path, 0, 0, fmt::format("starts of {}", counted(there, "fit")), fmt::format("of {}", fits));
}

/// Where each parameter is among some names.
template <class NameOf>
std::vector<std::int64_t> places_of(const std::string& path, const std::vector<std::string>& parameters,
                                    std::int64_t count, const NameOf& name) {
  std::vector<std::int64_t> places;
  for (const std::string& parameter : parameters) {
    std::int64_t at = 0;
    while (at < count && name(at) != parameter) ++at;
    if (at == count)
      throw FileError(path, 0, 0, fmt::format("there is no '{}'", parameter),
                      fmt::format("the parameters of the model, {}", enumerated(parameters)));
    places.push_back(at);
  }
  return places;
}

/// Numbers, or the records of a batch.
class ArrayStarts final : public BatchStarts {
 public:
  ArrayStarts(const std::string& path, const std::vector<std::string>& parameters, std::int64_t fits) : file_(path) {
    const auto& fields = file_.fields();
    const auto& shape = file_.shape();
    const auto n = static_cast<std::int64_t>(parameters.size());
    std::int64_t elements = 1;
    for (const std::int64_t extent : shape) elements *= extent;
    if (fields.front().name.empty()) {
      if (shape.empty() || shape.back() != n)
        throw FileError(path, 0, 0, fmt::format("{} numbers for each fit", shape.empty() ? 1 : shape.back()),
                        fmt::format("{}: {}", counted(n, "parameter"), enumerated(parameters)));
      expect_fits(path, elements / n, fits);
      for (std::int64_t j = 0; j < n; ++j) places_.push_back(j);
    } else {
      expect_fits(path, elements, fits);
      places_ = places_of(path, parameters, static_cast<std::int64_t>(fields.size()),
                          [&](std::int64_t k) { return fields[static_cast<std::size_t>(k)].name; });
    }
    fits_in_a_row_ = fits / std::max<std::int64_t>(1, file_.rows());
    numbers_of_a_fit_ = file_.columns() / std::max<std::int64_t>(1, fits_in_a_row_);
  }

  void read(std::int64_t begin, std::int64_t end, double* to) const override {
    const auto n = static_cast<std::int64_t>(places_.size());
    // Of a picture of fits a row of the array holds several.
    const std::int64_t first = begin / fits_in_a_row_, last = (end + fits_in_a_row_ - 1) / fits_in_a_row_;
    std::vector<std::int64_t> wanted;
    for (std::int64_t k = 0; k < fits_in_a_row_; ++k)
      for (const std::int64_t place : places_) wanted.push_back(k * numbers_of_a_fit_ + place);
    std::vector<std::vector<double>> columns(wanted.size(),
                                             std::vector<double>(static_cast<std::size_t>(last - first)));
    std::vector<double*> into;
    for (std::vector<double>& column : columns) into.push_back(column.data());
    file_.read(first, last, wanted, into.data());
    for (std::int64_t fit = begin; fit < end; ++fit)
      for (std::int64_t j = 0; j < n; ++j)
        *to++ = columns[static_cast<std::size_t>(fit % fits_in_a_row_ * n + j)]
                       [static_cast<std::size_t>(fit / fits_in_a_row_ - first)];
  }

 private:
  NpyFile file_;
  std::vector<std::int64_t> places_;  // of the parameters among the numbers of a fit
  std::int64_t fits_in_a_row_ = 1, numbers_of_a_fit_ = 1;
};

/// A row for each fit; fits with names are found by those in the column "fit".
class TableStarts final : public BatchStarts {
 public:
  TableStarts(const std::string& path, const std::vector<std::string>& parameters, std::int64_t fits,
              const std::function<std::string(std::int64_t)>& name)
      : table_(DataTable::read(path)) {
    const auto& columns = table_.table().columns;
    const auto name_of = [&](std::int64_t k) { return columns[static_cast<std::size_t>(k)]; };
    places_ = places_of(path, parameters, static_cast<std::int64_t>(columns.size()), name_of);
    const auto rows = static_cast<std::int64_t>(table_.table().values[0].size());
    if (fits == 0 || name(0).empty()) {
      expect_fits(path, rows, fits);
      return;
    }
    const std::int64_t label = places_of(path, {"fit"}, static_cast<std::int64_t>(columns.size()), name_of)[0];
    std::unordered_map<std::string, std::int64_t> at;
    const std::vector<std::string> labels = table_.texts(static_cast<std::size_t>(label));
    for (std::size_t row = 0; row < labels.size(); ++row) at.emplace(labels[row], static_cast<std::int64_t>(row));
    for (std::int64_t fit = 0; fit < fits; ++fit) {
      const auto found = at.find(name(fit));
      if (found == at.end())
        throw FileError(path, 0, 0, fmt::format("there is no fit '{}'", name(fit)), "a row for each fit");
      rows_.push_back(found->second);
    }
  }

  void read(std::int64_t begin, std::int64_t end, double* to) const override {
    const auto& values = table_.table().values;
    for (std::int64_t fit = begin; fit < end; ++fit) {
      const std::int64_t row = rows_.empty() ? fit : rows_[static_cast<std::size_t>(fit)];
      for (const std::int64_t place : places_)
        *to++ = values[static_cast<std::size_t>(place)][static_cast<std::size_t>(row)];
    }
  }

 private:
  DataTable table_;
  std::vector<std::int64_t> places_, rows_;  // of the parameters among the columns, of the fits among the rows
};

}  // namespace

std::unique_ptr<BatchStarts> open_batch_starts(const std::string& path, const std::vector<std::string>& parameters,
                                               std::int64_t fits,
                                               const std::function<std::string(std::int64_t)>& name) {
  if (path.ends_with(".csv") || path.ends_with(".tsv"))
    return std::make_unique<TableStarts>(path, parameters, fits, name);
  return std::make_unique<ArrayStarts>(path, parameters, fits);
}

}  // namespace thalweg::inline v0_1::studies
