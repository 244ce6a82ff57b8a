#include <thalweg/problem/program.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <math/dense_kernels.hpp>
#include <problem/loss_correction.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Items evaluated as one task. A multiple of every pack width, and the same whatever the number of threads.
constexpr std::int64_t task_items = 2048;

/// Pointers to a group's columns, without a heap allocation for groups of ordinary size.
class Pointers {
 public:
  explicit Pointers(std::size_t n) {
    if (n > few_.size()) many_.resize(n);
    data_ = many_.empty() ? few_.data() : many_.data();
  }
  double*& operator[](std::size_t i) { return data_[i]; }
  double* const* data() const { return data_; }

 private:
  std::array<double*, 32> few_;  // left unset: a fit of microseconds evaluates thousands of times
  std::vector<double*> many_;
  double** data_;
};

bool reads_each_block_once(const ResidualGroup& group) {
  const auto& slots = group.slots();
  for (std::size_t a = 0; a < slots.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (slots[a].shared_offset == slots[b].shared_offset) return false;
  return true;
}

}  // namespace

std::string in_words(const NonFiniteEntry& entry) {
  const std::string value = std::isnan(entry.value) ? "nan" : fmt::format("{}", entry.value);
  const std::string reads = entry.blocks.empty() ? "" : fmt::format(" (it reads {})", entry.blocks);
  if (!entry.parameter.empty())
    return fmt::format("the derivative of residual {} by {} is {}{}", entry.residual, entry.parameter, value, reads);
  return (entry.explanation.empty() ? fmt::format("residual {} is {}", entry.residual, value) : entry.explanation) +
         reads;
}

Program::Program(const Problem& problem, std::span<const std::int64_t> pinned) : FrozenProblem(problem, pinned) {
  for (std::int64_t number = 0; number < size(); ++number) {
    const bool moves = this->moves(number);
    column_of_.push_back(moves ? static_cast<std::int64_t>(component_of_.size()) : -1);
    if (moves) component_of_.push_back(number);
  }
  for (const Problem::BlockSet& set : problem.sets())
    for (std::int64_t offset = set.offset; set.manifold && offset < set.end(); offset += set.dimension) {
      const std::span<const std::int64_t> columns(column_of_.data() + offset, static_cast<std::size_t>(set.tangent));
      if (std::any_of(columns.begin(), columns.end(), [](std::int64_t column) { return column >= 0; }))
        add_curved(*set.manifold, offset, columns);
    }
  find_flat_runs();
  for (std::size_t g = 0; g < problem.groups().size(); ++g) {
    const ResidualGroup& group = *problem.groups()[g];
    first_row_.push_back(rows_);
    rows_ += group.dimension() * padded(group.items());
    direct_.push_back(group.shares_blocks() && reads_each_block_once(group));
    const std::int64_t step = group.couples_items() ? group.items() : task_items;
    for (std::int64_t i = 0; i < group.items(); i += step) tasks_.push_back({g, i, std::min(group.items(), i + step)});
  }
}

bool Program::has_own_cost() const {
  const auto& groups = problem().groups();
  return std::any_of(groups.begin(), groups.end(), [](const auto& group) { return group->has_cost(); });
}

std::int64_t Program::row_of(std::size_t group, int k) const {
  return first_row_[group] + k * padded(problem().groups()[group]->items());
}

bool Program::is_partly_held() const {
  return std::any_of(curved_.begin(), curved_.end(), [](const CurvedBlock& block) { return block.partly_held; });
}

bool Program::held_parts_differ(const double* y, const double* x, double more) const {
  for (const CurvedBlock& block : curved_)
    for (int a = 0; block.partly_held && a < block.manifold->ambient_dimension(); ++a)
      if (std::abs(y[block.offset + a] - x[block.offset + a]) > more) return true;
  return false;
}

void Program::difference(const double* y, const double* x, double* step) const {
  for (std::int64_t j = 0; j < columns(); ++j) step[j] = y[component_of(j)] - x[component_of(j)];
  std::vector<double> own(widest_);
  for (const CurvedBlock& block : curved_) {
    block.manifold->minus(y + block.offset, x + block.offset, own.data());
    for (int d = 0; d < block.manifold->tangent_dimension(); ++d)
      if (const std::int64_t column = column_of(block.offset + d); column >= 0)
        step[column] = own[static_cast<std::size_t>(d)];
  }
}

void Program::pull_back(const double* x, const double* step, const double* moved, double* gradient) const {
  std::vector<double> own(widest_), there(widest_), T(widest_ * widest_);
  for (const CurvedBlock& block : curved_) {
    const auto n = static_cast<std::size_t>(block.manifold->tangent_dimension());
    const auto column = [&](std::size_t d) { return column_of(block.offset + static_cast<std::int64_t>(d)); };
    for (std::size_t d = 0; d < n; ++d) {
      own[d] = column(d) < 0 ? 0.0 : step[column(d)];
      there[d] = column(d) < 0 ? 0.0 : gradient[column(d)];
    }
    if (std::all_of(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(n), [](double v) { return v == 0.0; }))
      continue;
    block.manifold->transition(x + block.offset, own.data(), moved + block.offset, T.data());
    for (std::size_t c = 0; c < n; ++c) {
      if (column(c) < 0) continue;
      double sum = 0.0;
      for (std::size_t d = 0; d < n; ++d) sum += T[c * n + d] * there[d];
      gradient[column(c)] = sum;
    }
  }
}

double Program::evaluate(const double* x, double* residual, int threads) const {
  return run(x, residual, nullptr, threads);
}
double Program::evaluate(const double* x, double* residual, DenseMatrix& jacobian, int threads) const {
  return run(x, residual, &jacobian, threads);
}
double Program::evaluate_without_loss(const double* x, double* residual, DenseMatrix& jacobian, int threads) const {
  return run(x, residual, &jacobian, threads, Losses::ignored);
}

double Program::run(const double* x, double* residual, DenseMatrix* jacobian, int threads, Losses losses) const {
  if (tasks_.size() == 1) return 0.5 * run_task(tasks_[0], place_of(tasks_[0]), x, residual, jacobian, losses);
  std::vector<double> squares(tasks_.size());
  parallel_chunks(static_cast<std::int64_t>(tasks_.size()), 1, threads,
                  [&](std::int64_t t, std::int64_t, std::int64_t) {
                    const auto i = static_cast<std::size_t>(t);
                    squares[i] = run_task(tasks_[i], place_of(tasks_[i]), x, residual, jacobian, losses);
                  });
  double sum = 0.0;
  for (const double s : squares) sum += s;
  return 0.5 * sum;
}

Program::Place Program::place_of(const Task& task) const {
  return {row_of(task.group, 0) + task.begin, padded(problem().groups()[task.group]->items())};
}

std::int64_t Program::task_rows(std::int64_t t) const {
  const Task& task = tasks_[static_cast<std::size_t>(t)];
  return problem().groups()[task.group]->dimension() * padded(task.end - task.begin);
}

/// Zeros in the rows of each component, padding included.
void Program::clear(const Task& task, const Place& place, std::int64_t from_item, double* column) const {
  for (int k = 0; k < problem().groups()[task.group]->dimension(); ++k)
    std::fill(column + place.row(k) + from_item, column + place.row(k) + place.stride, 0.0);
}

double Program::evaluate_task(std::int64_t t, const double* x, double* residual, Losses losses) const {
  const Task& task = tasks_[static_cast<std::size_t>(t)];
  const Place place{0, padded(task.end - task.begin)};
  clear(task, place, task.end - task.begin, residual);
  return 0.5 * run_task(task, place, x, residual, nullptr, losses);
}

double Program::evaluate_task(std::int64_t t, const double* x, std::int64_t first, double* residual,
                              DenseMatrix& jacobian, Losses losses) const {
  const Task& task = tasks_[static_cast<std::size_t>(t)];
  const std::int64_t items = task.end - task.begin;
  const Place place{first, padded(items)};
  clear(task, place, items, residual);
  // A group leaves the columns alone that it does not read.
  const bool reads_all = direct_[task.group] && problem().groups()[task.group]->columns() >= columns();
  for (std::int64_t j = 0; j < columns(); ++j) clear(task, place, reads_all ? items : 0, jacobian.column(j));
  return 0.5 * run_task(task, place, x, residual, &jacobian, losses);
}

// Evaluates one task where its rows are placed, and returns its part of twice the cost.
double Program::run_task(const Task& task, const Place& place, const double* x, double* residual, DenseMatrix* jacobian,
                         Losses losses) const {
  CancellationProbe::poll();
  const ResidualGroup& group = *problem().groups()[task.group];
  const bool robust = losses == Losses::applied && !this->loss(task.group).is_trivial();
  const Loss* loss = robust ? &this->loss(task.group) : nullptr;
  const std::int64_t items = task.end - task.begin;
  const int dimension = group.dimension(), columns = group.columns();
  std::vector<double> own_cost(group.has_cost() && losses == Losses::applied ? static_cast<std::size_t>(items) : 0);
  double* const cost = own_cost.empty() ? nullptr : own_cost.data();
  Pointers r(static_cast<std::size_t>(dimension));
  for (int k = 0; k < dimension; ++k) r[static_cast<std::size_t>(k)] = residual + place.row(k);

  if (!jacobian) {
    group.evaluate(x, {task.begin, task.end, r.data(), nullptr, cost});
    if (loss) return apply_loss(*loss, items, dimension, 0, r.data(), nullptr);
  } else if (direct_[task.group]) {
    Pointers J(static_cast<std::size_t>(dimension * columns));
    std::size_t at = 0;
    for (int k = 0; k < dimension; ++k)
      for (const Slot& slot : group.slots())
        for (int d = 0; d < slot.dimension; ++d, ++at) {
          const std::int64_t column = column_of(slot.shared_offset + d);
          J[at] = column < 0 ? nullptr : jacobian->column(column) + place.row(k);
        }
    group.evaluate(x, {task.begin, task.end, r.data(), J.data(), cost});
    if (loss) return apply_loss(*loss, items, dimension, columns, r.data(), J.data());
  } else {
    const double total = scatter(task, place, x, r.data(), *jacobian, loss, cost);
    if (loss) return total;
  }
  if (cost) return 2.0 * std::accumulate(own_cost.begin(), own_cost.end(), 0.0);

  double squares = 0.0;
  for (int k = 0; k < dimension; ++k) {
    const double* values = r[static_cast<std::size_t>(k)];
    squares += kernels::dot(values, values, padded(items));
  }
  return squares;
}

// Items that read different blocks, or one block twice: through a scratch Jacobian of the group's own columns. Returns
// Σρ when there is a loss.
double Program::scatter(const Task& task, const Place& place, const double* x, double* const* residual,
                        DenseMatrix& jacobian, const Loss* loss, double* cost) const {
  const ResidualGroup& group = *problem().groups()[task.group];
  const int dimension = group.dimension(), columns = group.columns();
  const std::int64_t n = task.end - task.begin;
  std::vector<double> local(static_cast<std::size_t>(dimension * columns * n));
  std::vector<double*> pointers(static_cast<std::size_t>(dimension * columns));
  for (std::size_t c = 0; c < pointers.size(); ++c) pointers[c] = local.data() + static_cast<std::int64_t>(c) * n;
  group.evaluate(x, {task.begin, task.end, residual, pointers.data(), cost});
  const double total = loss ? apply_loss(*loss, n, dimension, columns, residual, pointers.data()) : 0.0;

  std::size_t at = 0;
  for (int k = 0; k < dimension; ++k) {
    const std::int64_t row = place.row(k);
    for (std::int64_t j = 0; j < this->columns(); ++j) std::fill_n(jacobian.column(j) + row, n, 0.0);
    for (const Slot& slot : group.slots())
      for (int d = 0; d < slot.dimension; ++d, ++at)
        for (std::int64_t i = 0; i < n; ++i)
          if (const std::int64_t column = column_of(slot.offset(task.begin + i) + d); column >= 0)
            jacobian(row + i, column) += pointers[at][i];
  }
  return total;
}

void Program::curvature(const double* x, const double* residual, double* S) const {
  const std::int64_t n = columns();
  std::fill_n(S, n * n, 0.0);
  for (const Task& task : tasks_) {
    const ResidualGroup& group = *problem().groups()[task.group];
    std::vector<double> local(static_cast<std::size_t>(group.columns() * group.columns()));
    std::vector<const double*> w(static_cast<std::size_t>(group.dimension()));
    // A range of items that share their blocks: the whole task, or one item at a time.
    const std::int64_t stride = group.shares_blocks() ? task.end - task.begin : 1;
    for (std::int64_t begin = task.begin; begin < task.end; begin += stride) {
      std::fill(local.begin(), local.end(), 0.0);
      if (this->loss(task.group).is_trivial()) {
        for (int k = 0; k < group.dimension(); ++k)
          w[static_cast<std::size_t>(k)] = residual + row_of(task.group, k) + begin;
        group.add_curvature(x, begin, begin + stride, w.data(), local.data());
      } else {
        add_robust_curvature(group, this->loss(task.group), x, begin, begin + stride, local.data());
      }
      std::vector<std::int64_t> column;
      for (const Slot& slot : group.slots())
        for (int d = 0; d < slot.dimension; ++d) column.push_back(column_of(slot.offset(begin) + d));
      for (std::size_t a = 0; a < column.size(); ++a)
        for (std::size_t b = 0; b < column.size(); ++b)
          if (column[a] >= 0 && column[b] >= 0) S[column[a] * n + column[b]] += local[a * column.size() + b];
    }
  }
}

double Program::add_item_gradient(std::size_t g, std::int64_t item, const double* x, double* gradient) const {
  const ResidualGroup& group = *problem().groups()[g];
  const auto dimension = static_cast<std::size_t>(group.dimension()),
             columns = static_cast<std::size_t>(group.columns());
  std::vector<double> values(dimension * (columns + 1));
  std::vector<double*> at(values.size());
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = values.data() + i;
  double* const* J = at.data() + dimension;
  double own_cost = 0.0;
  group.evaluate(x, {item, item + 1, at.data(), J, &own_cost});
  double squares = 0.0;
  if (!this->loss(g).is_trivial()) {
    squares = apply_loss(this->loss(g), 1, group.dimension(), group.columns(), at.data(), J);
  } else if (group.has_cost()) {
    squares = 2.0 * own_cost;
  } else {
    for (std::size_t k = 0; k < dimension; ++k) squares += values[k] * values[k];
  }
  std::size_t c = 0;
  for (const Slot& slot : group.slots())
    for (int d = 0; d < slot.dimension; ++d, ++c) {
      const std::int64_t column = column_of(slot.offset(item) + d);
      for (std::size_t k = 0; k < dimension && column >= 0; ++k) gradient[column] += *J[k * columns + c] * values[k];
    }
  return 0.5 * squares;
}

std::optional<NonFiniteEntry> Program::find_non_finite(const double* x) const {
  for (const Task& task : tasks_)
    if (auto found = find_non_finite(task, x)) return found;
  return std::nullopt;
}

std::optional<NonFiniteEntry> Program::find_non_finite(const Task& task, const double* x) const {
  const ResidualGroup& group = *problem().groups()[task.group];
  const Place place{0, padded(task.end - task.begin)};
  AlignedArray residual(group.dimension() * place.stride);
  DenseMatrix jacobian(group.dimension() * place.stride, columns());
  run_task(task, place, x, residual.data(), &jacobian, Losses::applied);
  for (std::int64_t i = task.begin; i < task.end; ++i)
    for (int k = 0; k < group.dimension(); ++k) {
      const std::int64_t row = place.row(k) + i - task.begin;
      if (!std::isfinite(residual[row]))
        return NonFiniteEntry{group.residual_name(i, k), "", residual[row], group.explain_non_finite(x, i)};
      for (std::int64_t j = 0; j < columns(); ++j)
        if (!std::isfinite(jacobian(row, j)))
          return NonFiniteEntry{group.residual_name(i, k), column_name(j), jacobian(row, j), ""};
    }
  return std::nullopt;
}

}  // namespace thalweg::inline v0_1
