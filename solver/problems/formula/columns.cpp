#include "problems/formula/columns.hpp"

#include <algorithm>
#include <thalweg/math/pack.hpp>
#include <utility>

#include "problems/formula/run.hpp"
#include "problems/formula/tape.hpp"

namespace thalweg::formula {

Columns::Columns(const std::vector<std::vector<double>>& data, std::int64_t rows) : rows_(rows) {
  for (const auto& values : data) {
    AlignedVector& padded = data_.emplace_back();
    padded.reserve(values.size() + native_lanes);
    padded.assign(values.begin(), values.end());
    padded.resize(values.size() + native_lanes, values.empty() ? 0.0 : values.back());
  }
}

const double* Columns::find(const Graph& graph, Id id) const {
  if (graph[id].op == Op::column) return data(graph[id].a);
  const auto it = computed_.find(id);
  return it == computed_.end() ? nullptr : it->second.data();
}

void Columns::compute(Graph& graph, const std::vector<Id>& ids) {
  std::vector<Id> missing;
  for (const Id id : ids) {
    if (graph[id].rank == Rank::column && find(graph, id) == nullptr) missing.push_back(id);
  }
  if (missing.empty()) return;
  const Tape tape = make_column_tape(graph, *this, missing);
  std::vector<AlignedVector> values(missing.size());
  std::vector<double*> outputs;
  for (auto& v : values) {
    v.resize(static_cast<std::size_t>(rows_) + native_lanes);
    outputs.push_back(v.data());
  }
  run(tape, nullptr, 0, rows_, outputs[0], outputs.data() + 1);
  for (std::size_t i = 0; i < missing.size(); ++i) {
    auto& v = values[i];
    if (rows_ > 0) std::fill(v.end() - native_lanes, v.end(), v[static_cast<std::size_t>(rows_) - 1]);
    computed_.emplace(missing[i], std::move(v));
  }
}

}  // namespace thalweg::formula
