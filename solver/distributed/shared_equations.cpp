#include <distributed/shared_equations.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <linear/normal/elimination_choice.hpp>

namespace thalweg::inline v0_1 {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Of each free block of the program its number among the shared blocks that this process holds; −1: not shared.
std::vector<std::int64_t> held_numbers(const Share& share, const BlockProgram& program) {
  std::vector<std::int64_t> held(at(program.structure().blocks()), -1);
  std::int64_t next = 0;
  std::size_t block = 0;
  for (const Problem::BlockSet& set : share.problem.sets())
    for (int i = 0; i < set.count; ++i, ++block) {
      const bool shared = share.shared[block] >= 0;
      const std::int32_t b = program.block_at(set.offset + std::int64_t{i} * set.dimension);
      if (b >= 0) held[at(b)] = shared ? next : -1;
      next += shared;
    }
  return held;
}

void refuse_dependent(const BlockProgram& program, const std::vector<char>& eliminated) {
  const BlockStructure& structure = program.structure();
  for (const ResidualPattern& group : structure.groups)
    for (std::int64_t i = 0; i < group.items; ++i) {
      int count = 0;
      for (const ResidualPattern::Slot& slot : group.slots)
        count += slot.block[at(i)] >= 0 && eliminated[at(slot.block[at(i)])];
      if (count > 1)
        throw Error("a residual reads two blocks that one process has alone; expected one, and shared ones beside it");
    }
}

void expect_blocks(const Share& share, int processes) {
  std::size_t blocks = 0;
  for (const Problem::BlockSet& set : share.problem.sets()) blocks += at(set.count);
  if (share.shared.size() != blocks)
    throw Error(fmt::format("numbers of {} blocks; expected those of {}", share.shared.size(), blocks));
  if (share.first.size() != at(processes) + 1)
    throw Error(fmt::format("the share is one of {} processes, and there are {}",
                            static_cast<std::int64_t>(share.first.size()) - 1, processes));
}

}  // namespace

SharedEquations::SharedEquations(const Communicator& communicator, const Share& share, BlockProgram& program,
                                 std::unique_ptr<DistributedReduced> reduced, int threads)
    : communicator_(communicator),
      program_(program),
      reduced_(std::move(reduced)),
      residual_blocks_(share.problem.residual_block_count()),
      threads_(threads) {
  std::vector<std::int64_t> held, numbers;
  communicator.together([&] {
    expect_blocks(share, communicator.size());
    held = held_numbers(share, program);
    std::copy_if(share.shared.begin(), share.shared.end(), std::back_inserter(numbers),
                 [](std::int64_t n) { return n >= 0; });
    std::vector<char> eliminated(held.size());
    std::transform(held.begin(), held.end(), eliminated.begin(), [](std::int64_t h) { return h < 0; });
    refuse_dependent(program, eliminated);
    EvaluationOrder order = evaluation_order(program.structure(), eliminated, threads_);
    program.reorder(order.items);
    auto layout = std::make_shared<NormalLayout>(program.structure(), order.rank, threads_);
    if (layout->tiles != std::count_if(held.begin(), held.end(), [](std::int64_t h) { return h >= 0; }))
      throw Error(
          fmt::format("the blocks that processes share have different dimensions, or more than {}; expected "
                      "one dimension",
                      widest_tile));
    if (reduced_->needs_matrix()) layout->reduce(threads_);
    equations_ = NormalEquations::make(std::move(layout));
    for (const std::int64_t h : held)
      if (h >= 0) held_of_tile_.push_back(h);
  });
  const NormalLayout& layout = equations_->layout();
  width_ = static_cast<int>(communicator.max(layout.tiles > 0 ? layout.width : 0));
  communicator.together([&] {
    if (layout.tiles > 0 && layout.width != width_)
      throw Error("the blocks that processes share have different dimensions; expected one");
  });
  halo_ = std::make_unique<Halo>(communicator, numbers, share.first);
  const auto w = at(width_);
  tiles_.resize(at(layout.tiles) * at(layout.width));
  tiles_out_.resize(tiles_.size());
  held_.resize(at(halo_->held()) * w);
  for (auto* v : {&owned_, &owned_out_, &damping_, &owned_norms_}) v->resize(at(halo_->owned()) * w);
  for (auto* v : {&right_, &program_damping_, &solution_}) v->resize(at(program.columns()));
  number_columns();
  name_ = reduced_->needs_matrix() ? "distributed-schur" : "distributed-implicit-schur";
}

/// Columns of the blocks that are owned here, then of those that are eliminated.
void SharedEquations::number_columns() {
  const NormalLayout& layout = equations_->layout();
  for (std::int32_t t = 0; t < layout.tiles; ++t) {
    const std::int64_t number = halo_->owned_number(held_of_tile_[at(t)]);
    for (int c = 0; c < width_ && number >= 0; ++c)
      if (const std::int64_t column = layout.tile_column[at(t) * at(width_) + at(c)]; column >= 0) {
        program_column_.push_back(column);
        owned_place_.push_back(number * width_ + c);
      }
  }
  std::vector<std::int64_t> own;
  for (const std::int64_t column : layout.landmark_column)
    if (column >= 0) own.push_back(column);
  // In the order of x, which is that of a reader's memory.
  std::sort(own.begin(), own.end());
  program_column_.insert(program_column_.end(), own.begin(), own.end());
  gradient_.resize(program_column_.size());
  column_norms_.resize(program_column_.size());
}

void SharedEquations::take() {
  const NormalLayout& layout = equations_->layout();
  const auto g = equations_->gradient(), norms = equations_->column_norms();
  unit_.resize(tiles_.size());
  // Gradients and squared norms side by side: one exchange.
  const auto w = at(width_);
  std::vector<double> both(2 * held_.size()), owned(2 * owned_.size());
  for (std::size_t i = 0; i < tiles_.size(); ++i) {
    const std::int64_t column = layout.tile_column[i];
    const double norm = column < 0 ? 0.0 : norms[at(column)];
    unit_[i] = norm == 0.0 ? 1.0 : 0.0;
    const std::size_t place = 2 * (at(held_of_tile_[i / w]) * w + i % w);
    both[place] = column < 0 ? 0.0 : g[at(column)];
    both[place + 1] = norm * norm;
  }
  halo_->collect(both.data(), owned.data(), 2 * width_);
  for (std::size_t i = 0; i < owned_norms_.size(); ++i) owned_norms_[i] = owned[2 * i + 1];
  for (std::size_t j = 0; j < program_column_.size(); ++j) {
    const bool shared = j < owned_place_.size();
    const std::size_t column = at(program_column_[j]), place = shared ? at(owned_place_[j]) : 0;
    gradient_[j] = shared ? owned[2 * place] : g[column];
    column_norms_[j] = shared ? std::sqrt(owned[2 * place + 1]) : norms[column];
  }
}

void SharedEquations::to_program(const double* step, double* all) const {
  const NormalLayout& layout = equations_->layout();
  std::fill(owned_.begin(), owned_.end(), 0.0);
  for (std::size_t j = 0; j < program_column_.size(); ++j) {
    if (j < owned_place_.size())
      owned_[at(owned_place_[j])] = step[j];
    else
      all[program_column_[j]] = step[j];
  }
  halo_->spread(owned_.data(), held_.data(), width_);
  const auto w = at(width_);
  for (std::size_t i = 0; i < tiles_.size(); ++i)
    if (const std::int64_t column = layout.tile_column[i]; column >= 0)
      all[column] = held_[at(held_of_tile_[i / w]) * w + i % w];
}

/// λD² of the eliminated blocks for the local equations, and of the owned ones here; 1 where a diagonal would be zero.
void SharedEquations::damp(double lambda, const double* D) {
  std::fill(program_damping_.begin(), program_damping_.end(), 0.0);
  std::fill(damping_.begin(), damping_.end(), 0.0);
  for (std::size_t j = 0; j < program_column_.size(); ++j) {
    if (j < owned_place_.size())
      damping_[at(owned_place_[j])] = lambda > 0.0 ? lambda * D[j] * D[j] : 0.0;
    else if (lambda > 0.0)
      program_damping_[at(program_column_[j])] = D[j];
  }
  for (std::size_t i = 0; i < damping_.size(); ++i)
    if (owned_norms_[i] + damping_[i] == 0.0) damping_[i] = 1.0;
}

LinearStatus SharedEquations::solve(double lambda, const double* D, double* step) {
  damp(lambda, D);
  const auto g = equations_->gradient();
  std::transform(g.begin(), g.end(), right_.begin(), [](double v) { return -v; });
  LinearStatus status;
  if (reduced_->needs_matrix()) {
    status = equations_->eliminate(lambda, program_damping_.data(), right_.data(), tiles_.data(), threads_);
  } else {
    status = equations_->factor_landmarks(lambda, program_damping_.data(), threads_);
  }
  note_product();
  if (communicator_.any(!usable(status))) return LinearStatus::retry;
  if (width_ > 0) reduced_->factor(*this);
  return solve_reduced(step);
}

LinearStatus SharedEquations::solve_again(const double* b, double* z) {
  std::fill(right_.begin(), right_.end(), 0.0);
  for (std::size_t j = 0; j < program_column_.size(); ++j) right_[at(program_column_[j])] = b[j];
  return solve_reduced(z);
}

/// The solution for right_, whose parts in shared blocks add up over the processes.
LinearStatus SharedEquations::solve_reduced(double* step) {
  const auto w = at(width_);
  equations_->reduce(right_.data(), tiles_.data(), threads_);
  note_product();
  // Blocks that are fixed have no tile.
  std::fill(held_.begin(), held_.end(), 0.0);
  for (std::size_t i = 0; i < tiles_.size(); ++i) held_[at(held_of_tile_[i / w]) * w + i % w] = tiles_[i];
  halo_->collect(held_.data(), owned_.data(), width_);
  // Without width no shared block moves.
  const LinearStatus status = width_ > 0 ? reduced_->solve(owned_.data(), owned_out_.data()) : LinearStatus::ok;
  if (!usable(status)) return status;
  halo_->spread(owned_out_.data(), held_.data(), width_);
  for (std::size_t i = 0; i < tiles_.size(); ++i) tiles_[i] = held_[at(held_of_tile_[i / w]) * w + i % w];
  equations_->substitute(right_.data(), tiles_.data(), solution_.data(), threads_);
  note_product();
  for (std::size_t j = 0; j < program_column_.size(); ++j) step[j] = solution_[at(program_column_[j])];
  return status;
}

void SharedEquations::multiply(const double* x, double* y) {
  const auto w = at(width_);
  halo_->spread(x, held_.data(), width_);
  for (std::size_t i = 0; i < tiles_.size(); ++i) tiles_[i] = held_[at(held_of_tile_[i / w]) * w + i % w];
  equations_->reduced_product(tiles_.data(), tiles_out_.data(), threads_);
  note_product();
  std::fill(held_.begin(), held_.end(), 0.0);
  for (std::size_t i = 0; i < tiles_.size(); ++i)
    held_[at(held_of_tile_[i / w]) * w + i % w] = tiles_out_[i] - unit_[i] * tiles_[i];
  halo_->collect(held_.data(), y, width_);
  for (std::size_t i = 0; i < damping_.size(); ++i) y[i] += damping_[i] * x[i];
}

void SharedEquations::diagonal(double* blocks) {
  const auto w = at(width_), size = w * w;
  const std::size_t tiles = held_of_tile_.size();
  diagonals_.resize(tiles * size);
  equations_->reduced_diagonal(diagonals_.data(), threads_);
  note_product();
  std::vector<double> held(at(halo_->held()) * size);
  for (std::size_t t = 0; t < tiles; ++t) {
    double* const to = held.data() + at(held_of_tile_[t]) * size;
    std::copy_n(diagonals_.data() + t * size, size, to);
    for (std::size_t c = 0; c < w; ++c) to[c * (w + 1)] -= unit_[t * w + c];
  }
  halo_->collect(held.data(), blocks, static_cast<int>(size));
  for (std::size_t b = 0; b < at(halo_->owned()); ++b)
    for (std::size_t c = 0; c < w; ++c) blocks[b * size + c * (w + 1)] += damping_[b * w + c];
}

std::vector<SharedSystem::Place> SharedEquations::pattern() {
  const BlockPattern& pattern = equations_->layout().reduced;
  std::vector<Place> places;
  diagonal_tile_.clear();
  for (std::int64_t c = 0; c < pattern.block_columns(); ++c)
    for (std::int64_t k = pattern.column_start[at(c)]; k < pattern.column_start[at(c) + 1]; ++k) {
      places.push_back({held_of_tile_[at(pattern.row[at(k)])], held_of_tile_[at(c)]});
      diagonal_tile_.push_back(pattern.row[at(k)] == c ? c : -1);
    }
  return places;
}

void SharedEquations::block(std::int64_t k, double* values) const {
  equations_->reduced_block(k, values, width_, 1);
  const std::int64_t tile = diagonal_tile_[at(k)];
  for (std::int64_t c = 0; c < width_ && tile >= 0; ++c) values[c * (width_ + 1)] -= unit_[at(tile * width_ + c)];
}

double SharedEquations::squared_product(const double* v) const {
  std::vector<double> all(at(program_.columns())), product(all.size());
  to_program(v, all.data());
  equations_->product(all.data(), product.data(), threads_);
  note_product();
  double sum = 0.0;
  for (std::size_t j = 0; j < all.size(); ++j) sum += all[j] * product[j];
  return communicator_.sum(sum);
}

double SharedEquations::squared_step(double lambda, double scaled, const double* step) const {
  double slope = 0.0;
  for (std::size_t j = 0; j < gradient_.size(); ++j) slope -= gradient_[j] * step[j];
  return communicator_.sum(slope) - lambda * scaled * scaled;
}

}  // namespace thalweg::inline v0_1
