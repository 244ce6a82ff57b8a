#include "formula/tape/columns.hpp"

#include <algorithm>
#include <thalweg/math/pack.hpp>
#include <utility>

#include "formula/tape/run.hpp"
#include "formula/tape/tape.hpp"

namespace thalweg::inline v0_1::formula {
namespace {

/// How long each node takes to compute from the data, in additions; a node used twice counts twice.
std::vector<double> costs_of(const Graph& graph) {
  const auto own = [](Op op) {
    switch (op) {
      case Op::add:
      case Op::subtract:
      case Op::multiply:
      case Op::guarded_multiply:
      case Op::negate:
      case Op::abs:
      case Op::sign:
      case Op::floor:
      case Op::ceil:
      case Op::round:
      case Op::min:
      case Op::max:
      case Op::select:
      case Op::choose:
      case Op::less:
      case Op::less_equal:
      case Op::equal:
      case Op::not_equal:
      case Op::logical_and:
      case Op::logical_or:
      case Op::logical_not:
        return 1.0;
      case Op::divide:
      case Op::sqrt:
      case Op::lower_power:
        return 5.0;
      case Op::polygamma:
      case Op::beta:
      case Op::lbeta:
      case Op::bessel_j:
      case Op::bessel_y:
      case Op::bessel_i:
      case Op::bessel_k:
      case Op::gamma_p:
      case Op::gamma_q:
      case Op::polygamma_rise:
      case Op::gamma_density:
      case Op::beta_i:
      case Op::beta_density:
      case Op::wofz_re:
      case Op::wofz_im:
      case Op::voigt_re:
      case Op::voigt_im:
        return 500.0;
      default:
        return 20.0;
    }
  };
  std::vector<double> cost;
  for (Id id = 0; id < graph.size(); ++id) {
    const GraphNode& node = graph[id];
    cost.push_back(arity(node.op) == 0 ? 0.0 : own(node.op));
    if (arity(node.op) == 0) continue;
    for (const Id argument : {node.a, node.b, node.c}) {
      if (argument != no_id) cost.back() += cost[static_cast<std::size_t>(argument)];
    }
  }
  return cost;
}

}  // namespace

struct Columns::Computation {
  Tape tape;
  std::vector<AlignedVector*> values;  // in the map, whose elements stay where they are
  std::vector<double*> outputs;
};

Columns::~Columns() = default;
Columns::Columns(Columns&&) noexcept = default;
Columns& Columns::operator=(Columns&&) noexcept = default;

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

// A long formula must not multiply the memory of a large table.
std::size_t Columns::most_computed() const {
  if (holds_nothing_) return 0;
  constexpr std::size_t memory = std::size_t{64} << 20;
  const std::size_t row_memory = (static_cast<std::size_t>(rows_) + native_lanes) * sizeof(double);
  return std::max(4 * data_.size() + 16, memory / row_memory);
}

void Columns::compute(Graph& graph, const std::vector<Id>& ids) {
  std::vector<Id> missing;
  for (const Id id : ids) {
    if (graph[id].rank == Rank::column && find(graph, id) == nullptr) missing.push_back(id);
  }
  const std::size_t room = most_computed() - computed_.size();
  if (missing.size() > room) {
    const std::vector<double> cost = costs_of(graph);
    std::stable_sort(missing.begin(), missing.end(),
                     [&](Id a, Id b) { return cost[static_cast<std::size_t>(a)] > cost[static_cast<std::size_t>(b)]; });
    missing.resize(room);
  }
  if (missing.empty()) return;
  auto made = std::make_unique<Computation>(Computation{make_column_tape(graph, *this, missing), {}, {}});
  for (const Id id : missing) {
    AlignedVector& values = computed_[id];
    values.resize(static_cast<std::size_t>(rows_) + native_lanes);
    made->values.push_back(&values);
    made->outputs.push_back(values.data());
  }
  fill(*made);
  computations_.push_back(std::move(made));
}

void Columns::fill(const Computation& made) const {
  run(made.tape, nullptr, nullptr, 0, rows_, made.outputs[0], const_cast<double* const*>(made.outputs.data()) + 1);
  for (AlignedVector* values : made.values)
    if (rows_ > 0)
      std::fill(values->end() - native_lanes, values->end(), (*values)[static_cast<std::size_t>(rows_) - 1]);
}

void Columns::refill(std::span<const double* const> data) {
  for (std::size_t c = 0; c < data_.size(); ++c) {
    if (rows_ == 0) continue;
    std::copy(data[c], data[c] + rows_, data_[c].begin());
    std::fill(data_[c].begin() + rows_, data_[c].end(), data[c][rows_ - 1]);
  }
  for (const auto& made : computations_) fill(*made);
}

}  // namespace thalweg::inline v0_1::formula
