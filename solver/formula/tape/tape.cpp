#include "formula/tape/tape.hpp"

#include <algorithm>
#include <thalweg/math/pack.hpp>
#include <utility>

#include "formula/tape/execute.hpp"
#include "formula/tape/schedule.hpp"

namespace thalweg::inline v0_1::formula {
namespace {

// A block's registers should stay in the first-level cache, together with the outputs.
constexpr int block_memory = 24 * 1024 / sizeof(double);
constexpr int shortest_block = 32, longest_block = 256;

int block_length(int registers) {
  const int rows = block_memory / std::max(registers, 1) / 16 * 16;
  return std::clamp(rows, shortest_block, longest_block);
}

Instruction instruction(Op op, Operand to, Operand a, Operand b = {}, Operand c = {}, int order = 0) {
  Instruction result{nullptr, to, a, b, c, op, order};
  result.kernel = kernel_of(op, result);
  return result;
}

/// Gives every value its place and writes the instructions.
class Assembler {
 public:
  Assembler(const Graph& graph, const Columns& columns, const Schedule& plan, const std::vector<Id>& results,
            Results kind)
      : graph_(graph), columns_(columns), plan_(plan), results_(results), kind_(kind) {}

  Tape assemble();

 private:
  Operand add_scalar();
  void place_leaves();
  void find_last_uses();
  void emit_rows();
  void emit_results(Id id);
  Operand target(std::size_t step);
  Operand place(Id id);
  Instruction instruction_of(const Step& step, Operand to);
  void release(std::size_t step);
  void finish();

  const Graph& graph_;
  const Columns& columns_;
  const Schedule& plan_;
  const std::vector<Id>& results_;
  const Results kind_;
  Tape tape_;
  std::unordered_map<Id, Operand> places_;
  std::unordered_map<Id, std::size_t> last_use_;                  // index into plan_.rows
  std::unordered_map<Id, std::vector<std::uint32_t>> wanted_as_;  // indices into results_
  std::vector<std::uint32_t> free_registers_;
};

Operand Assembler::add_scalar() {
  const Operand place{scalar_base, static_cast<std::uint32_t>(tape_.scalars)};
  tape_.scalars += native_lanes;
  return place;
}

void Assembler::place_leaves() {
  for (const Id id : plan_.parameters) {
    const Operand to = add_scalar();
    places_[id] = to;
    tape_.loads.push_back({graph_[id].a, to.offset});
  }
  for (const Id id : plan_.columns) {
    const auto base = first_output_base + static_cast<std::uint32_t>(tape_.outputs) +
                      static_cast<std::uint32_t>(tape_.columns.size());
    tape_.columns.push_back(columns_.find(graph_, id));
    places_[id] = {base, 0};
  }
  for (const Id id : plan_.varying) {
    const auto base = first_output_base + static_cast<std::uint32_t>(tape_.outputs) +
                      static_cast<std::uint32_t>(tape_.columns.size() + tape_.varying.size());
    tape_.varying.push_back(graph_[id].a - graph_.first_varying());
    places_[id] = {base, 0};
  }
}

// Constants get their places when first read.
Operand Assembler::place(Id id) {
  if (id == no_id) return {};
  const auto it = places_.find(id);
  if (it != places_.end()) return it->second;
  const Operand to{constant_base, static_cast<std::uint32_t>(tape_.constants.size())};
  tape_.constants.insert(tape_.constants.end(), native_lanes, graph_[id].value);
  return places_[id] = to;
}

void Assembler::find_last_uses() {
  for (std::size_t i = 0; i < plan_.rows.size(); ++i) {
    last_use_[plan_.rows[i].node] = i;
    for (const Id id : plan_.rows[i].arguments) {
      if (id != no_id) last_use_[id] = i;
    }
  }
  for (std::size_t k = 0; k < results_.size(); ++k) {
    wanted_as_[results_[k]].push_back(static_cast<std::uint32_t>(k));
  }
}

void Assembler::release(std::size_t step) {
  const auto& arguments = plan_.rows[step].arguments;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Id id = arguments[i];
    if (id == no_id || last_use_[id] != step) continue;
    if (std::find(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(i), id) !=
        arguments.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;  // x·x releases x once
    }
    const Operand at = places_.at(id);
    if (at.base == register_base) free_registers_.push_back(at.offset);
  }
}

// A result is written where the caller wants it, and later steps read it there.
Operand Assembler::target(std::size_t step) {
  const auto wanted = wanted_as_.find(plan_.rows[step].node);
  if (kind_ == Results::outputs && wanted != wanted_as_.end()) {
    return {first_output_base + wanted->second.front(), 0};
  }
  if (free_registers_.empty()) {
    return {register_base, static_cast<std::uint32_t>(tape_.registers++)};
  }
  const std::uint32_t index = free_registers_.back();
  free_registers_.pop_back();
  return {register_base, index};
}

void Assembler::emit_results(Id id) {
  const auto wanted = wanted_as_.find(id);
  if (wanted == wanted_as_.end()) return;
  for (const std::uint32_t k : wanted->second) {
    if (kind_ == Results::accumulators) {
      const Operand sum{scalar_base, k * static_cast<std::uint32_t>(native_lanes)};
      tape_.row_code.push_back(instruction(Op::accumulate, sum, place(id), {register_base, 0}));
    } else if (place(id).base != first_output_base + k) {
      tape_.row_code.push_back(instruction(Op::copy, {first_output_base + k, 0}, place(id)));
    }
  }
}

Instruction Assembler::instruction_of(const Step& step, Operand to) {
  return instruction(step.op, to, place(step.arguments[0]), place(step.arguments[1]), place(step.arguments[2]),
                     static_cast<int>(graph_[step.node].value));
}

void Assembler::emit_rows() {
  for (std::size_t i = 0; i < plan_.rows.size(); ++i) {
    const Step& step = plan_.rows[i];
    Instruction next = instruction_of(step, {});
    release(i);
    next.to = places_[step.node] = target(i);
    tape_.row_code.push_back(next);
    emit_results(step.node);
    // An accumulated result that nothing else reads has done its work.
    if (last_use_[step.node] == i && next.to.base == register_base) {
      free_registers_.push_back(next.to.offset);
    }
  }
  std::unordered_map<Id, bool> done;
  for (const Step& step : plan_.rows) done[step.node] = true;
  for (const Id id : results_) {
    if (!std::exchange(done[id], true)) emit_results(id);
  }
}

// Registers are numbered until the length of a block is known.
void Assembler::finish() {
  tape_.block = block_length(tape_.registers);
  tape_.scalars = (tape_.scalars + 7) / 8 * 8;  // the registers begin on a cache line
  const auto scale = [&](Operand& o) {
    if (o.base == register_base) o.offset *= static_cast<std::uint32_t>(tape_.block);
  };
  for (Instruction& i : tape_.row_code) {
    for (Operand* o : {&i.to, &i.a, &i.b, &i.c}) scale(*o);
  }
}

Tape Assembler::assemble() {
  if (kind_ == Results::accumulators) {
    tape_.accumulators = static_cast<int>(results_.size());
    tape_.registers = 1;
    for (std::size_t k = 0; k < results_.size(); ++k) add_scalar();
  } else {
    tape_.outputs = static_cast<int>(results_.size());
  }
  place_leaves();
  for (const Step& step : plan_.scalars) {
    const Operand to = places_[step.node] = add_scalar();
    tape_.scalar_code.push_back(instruction_of(step, to));
  }
  find_last_uses();
  emit_rows();
  finish();
  return tape_;
}

}  // namespace

Tape make_tape(Graph& graph, Columns& columns, const std::vector<Id>& results, Results kind) {
  Schedule plan = schedule(graph, results, [](Id) { return true; });
  columns.compute(graph, plan.columns);
  // What found no room is computed row by row, to the same bits: nodes of rank column are never fused.
  const auto stored = [&](Id id) { return columns.find(graph, id) != nullptr; };
  if (!std::all_of(plan.columns.begin(), plan.columns.end(), stored)) plan = schedule(graph, results, stored);
  return Assembler(graph, columns, plan, results, kind).assemble();
}

Tape make_column_tape(Graph& graph, const Columns& columns, const std::vector<Id>& results) {
  const auto stored = [&](Id id) { return columns.find(graph, id) != nullptr; };
  const Schedule plan = schedule(graph, results, stored);
  return Assembler(graph, columns, plan, results, Results::outputs).assemble();
}

}  // namespace thalweg::inline v0_1::formula
