#include "models/regression/objective.hpp"

#include <algorithm>
#include <cmath>

#include <math/dense_decompositions.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1::regression {
namespace {

constexpr std::int64_t most_chunks = 64;
// A Hessian is large beside a gradient: fewer of them are kept at once.
constexpr std::int64_t most_hessian_chunks = 16;
// Up to so many parameters a Hessian costs less than reading the samples again: whoever has asked for one gets value,
// gradient and Hessian in one pass from then on.
constexpr std::int64_t most_parameters_at_once = 64;

std::int64_t whole_tiles(std::int64_t rows) {
  return chunk_count(std::max<std::int64_t>(rows, 1), tile_rows) * tile_rows;
}

}  // namespace

RegressionObjective::RegressionObjective(std::shared_ptr<const Parts> parts)
    : LayeredObjective(parts->layers.size()), parts_(std::move(parts)), pool_(parts_->layers) {}

/// Samples of a chunk: some 10⁵ products at least, and not too many chunks.
std::int64_t RegressionObjective::grain() const {
  const std::int64_t work = std::clamp<std::int64_t>(200000 / parts_->layers.size(), tile_rows, 16 * tile_rows);
  return whole_tiles(std::max(work, chunk_count(samples(), most_chunks)));
}

template <class Body>
void RegressionObjective::reduce(std::int64_t grain, std::int64_t size, double* total, Body body) const {
  const std::int64_t n = samples(), chunks = chunk_count(n, grain);
  std::vector<double> sums(static_cast<std::size_t>(chunks > 1 ? chunks * size : 0));
  parallel_chunks(n, grain, parts_->threads, [&](std::int64_t chunk, std::int64_t begin, std::int64_t end) {
    WorkspacePool::Lease w(pool_);
    double* const sum = chunks > 1 ? sums.data() + chunk * size : total;
    for (std::int64_t at = begin; at < end; at += tile_rows) body(*w, at, std::min(tile_rows, end - at), sum);
  });
  for (std::int64_t c = 0; chunks > 1 && c < chunks; ++c)
    for (std::int64_t i = 0; i < size; ++i) total[i] += sums[static_cast<std::size_t>(c * size + i)];
}

// ---- without hidden layers ----

std::shared_ptr<const RegressionObjective::State> RegressionObjective::known(std::span<const double> x) const {
  const std::lock_guard lock(mutex_);
  if (last_ && std::equal(x.begin(), x.end(), last_->x.begin(), last_->x.end())) return last_;
  return nullptr;
}

std::shared_ptr<const RegressionObjective::State> RegressionObjective::state_at(std::span<const double> x) const {
  auto state = known(x);
  return state ? state : evaluate(x, false);
}

/// Scores, cost and, if wanted, the gradient in one pass; all there is where Hessians are asked for and small.
std::shared_ptr<const RegressionObjective::State> RegressionObjective::evaluate(std::span<const double> x,
                                                                                bool with_gradient) const {
  const bool all = hessians_asked_for_ && dimension() <= most_parameters_at_once, with_g = with_gradient || all;
  std::shared_ptr<State> state;
  {
    const std::lock_guard lock(mutex_);
    if (last_ && last_.use_count() == 1) state = std::move(last_);
  }
  const OutputLoss& loss = parts_->loss;
  const std::int64_t n = dimension(), p = parts_->design.inputs(), units = loss.outputs();
  if (!state) {
    state = std::make_shared<State>();
    state->T.resize(samples(), units);
  }
  state->x.assign(x.begin(), x.end());
  DenseMatrix& T = state->T;
  // The value, the gradient, the Hessian.
  std::vector<double> sum(static_cast<std::size_t>(1 + (with_g ? n : 0) + (all ? n * n : 0)));
  reduce(grain(), static_cast<std::int64_t>(sum.size()), sum.data(),
         [&](Workspace& w, std::int64_t begin, std::int64_t m, double* to) {
           const Columns tile = parts_->design.tile(begin, m);
           const double* y = parts_->design.y() + begin;
           double* scores = T.column(0) + begin;
           multiply(tile, {x.data(), 1, p, units}, scores, T.stride());
           to[0] += loss.evaluate(scores, T.stride(), y, m);
           if (!with_g) return;
           w.stride = stride_of(m);
           double* const delta = w.layers[0].delta.data();
           loss.slope(scores, T.stride(), y, m, delta, w.stride);
           parts_->layers.add_gradient(tile, w, to + 1);
           if (all) add_weighted_squares(*state, w, begin, m, to + 1 + n);
         });
  state->value = sum[0];
  const auto gradient_end = sum.begin() + 1 + (with_g ? n : 0);
  state->g.assign(sum.begin() + 1, gradient_end);
  state->H.assign(gradient_end, sum.end());
  const std::lock_guard lock(mutex_);
  last_ = state;
  return state;
}

void RegressionObjective::gradient_from(const State& state, double* g) const {
  if (!state.g.empty()) {
    std::copy(state.g.begin(), state.g.end(), g);
    return;
  }
  std::fill_n(g, dimension(), 0.0);
  reduce(grain(), dimension(), g, [&](Workspace& w, std::int64_t begin, std::int64_t m, double* to) {
    const Columns tile = parts_->design.tile(begin, m);
    w.stride = stride_of(m);
    double* const delta = w.layers[0].delta.data();
    parts_->loss.slope(state.T.column(0) + begin, state.T.stride(), parts_->design.y() + begin, m, delta, w.stride);
    parts_->layers.add_gradient(tile, w, to);
  });
}

/// Blocks of pairs of outputs, Xᵀ diag(w) X with w the entry (k, l) of ∇²ℓ.
void RegressionObjective::affine_hessian(const State& state, std::span<double> H) const {
  const std::int64_t n = dimension();
  if (!state.H.empty()) {
    std::copy(state.H.begin(), state.H.end(), H.begin());
  } else {
    std::fill(H.begin(), H.end(), 0.0);
    const std::int64_t large = std::max(grain(), whole_tiles(chunk_count(samples(), most_hessian_chunks)));
    reduce(n <= most_parameters_at_once ? grain() : large, n * n, H.data(),
           [&](Workspace& w, std::int64_t begin, std::int64_t m, double* to) {
             add_weighted_squares(state, w, begin, m, to);
           });
  }
  complete_symmetric(H);
}

/// The lower triangles of the blocks, from the samples of a tile.
void RegressionObjective::add_weighted_squares(const State& state, Workspace& w, std::int64_t begin, std::int64_t m,
                                               double* to) const {
  const std::int64_t n = dimension(), p = parts_->design.inputs(), units = parts_->loss.outputs();
  double* const weight = w.layers[0].delta.data();
  for (std::int64_t k = 0; k < units; ++k)
    for (std::int64_t l = 0; l <= k; ++l) {
      parts_->loss.weights(state.T.column(0) + begin, state.T.stride(), static_cast<int>(k), static_cast<int>(l), m,
                           weight);
      add_weighted_square(parts_->design.tile(begin, m), weight, to + k * p * n + l * p, n);
    }
}

void RegressionObjective::complete_symmetric(std::span<double> H) const {
  const std::int64_t n = dimension(), p = parts_->design.inputs(), units = parts_->loss.outputs();
  const auto at = [&](std::int64_t i, std::int64_t j) -> double& { return H[static_cast<std::size_t>(i * n + j)]; };
  for (std::int64_t k = 0; k < units; ++k)
    for (std::int64_t l = 0; l <= k; ++l)
      for (std::int64_t i = 0; i < p; ++i)
        for (std::int64_t j = 0; j <= i; ++j) {
          const double entry = at(k * p + i, l * p + j);
          at(k * p + j, l * p + i) = at(l * p + i, k * p + j) = at(l * p + j, k * p + i) = entry;
        }
}

// ---- with hidden layers ----

double RegressionObjective::network(std::span<const double> x, double* g) const {
  std::vector<double> sum(static_cast<std::size_t>(1 + (g ? dimension() : 0)));
  reduce(grain(), static_cast<std::int64_t>(sum.size()), sum.data(),
         [&](Workspace& w, std::int64_t begin, std::int64_t m, double* to) {
           const Columns tile = parts_->design.tile(begin, m);
           const double* y = parts_->design.y() + begin;
           parts_->layers.forward(x.data(), tile, w);
           to[0] += parts_->loss.evaluate(w.scores.data(), w.stride, y, m);
           if (!g) return;
           parts_->loss.slope(w.scores.data(), w.stride, y, m, w.layers.back().delta.data(), w.stride);
           parts_->layers.propagate(x.data(), tile, w);
           parts_->layers.add_gradient(tile, w, to + 1);
         });
  if (g) std::copy(sum.begin() + 1, sum.end(), g);
  return sum[0];
}

// ---- both ----

double RegressionObjective::value(std::span<const double> x) const {
  const double sum = parts_->affine() ? state_at(x)->value : network(x, nullptr);
  return sum + parts_->ridge.value(x);
}

double RegressionObjective::gradient(std::span<const double> x, std::span<double> g) const {
  double sum = 0.0;
  if (!parts_->affine()) {
    sum = network(x, g.data());
  } else if (const auto state = known(x)) {
    gradient_from(*state, g.data());
    sum = state->value;
  } else {
    const auto fresh = evaluate(x, true);
    gradient_from(*fresh, g.data());
    sum = fresh->value;
  }
  parts_->ridge.apply(x, 1.0, g);
  return sum + parts_->ridge.value(x);
}

void RegressionObjective::hessian(std::span<const double> x, std::span<double> H) const {
  if (!parts_->affine()) return Objective::hessian(x, H);
  hessians_asked_for_ = true;
  affine_hessian(*state_at(x), H);
  parts_->ridge.add_hessian(H, dimension());
}

void RegressionObjective::hessian_product(std::span<const double> x, std::span<const double> v,
                                          std::span<double> Hv) const {
  const Layers& layers = parts_->layers;
  const OutputLoss& loss = parts_->loss;
  const bool affine = parts_->affine();
  hessians_asked_for_ = false;
  const auto state = affine ? state_at(x) : nullptr;
  std::fill(Hv.begin(), Hv.end(), 0.0);
  reduce(grain(), dimension(), Hv.data(), [&](Workspace& w, std::int64_t begin, std::int64_t m, double* to) {
    const Columns tile = parts_->design.tile(begin, m);
    const double* T = affine ? state->T.column(0) + begin : w.scores.data();
    if (affine) {
      w.stride = stride_of(m);
    } else {
      const double* y = parts_->design.y() + begin;
      layers.forward(x.data(), tile, w, nullptr, true);
      loss.evaluate(w.scores.data(), w.stride, y, m);
      loss.slope(T, w.stride, y, m, w.layers.back().delta.data(), w.stride);
      layers.propagate(x.data(), tile, w);
    }
    layers.forward_along(x.data(), v.data(), tile, w);
    Workspace::Layer& last = w.layers.back();
    loss.curvature(T, affine ? state->T.stride() : w.stride, last.moved.data(), m, last.moved_delta.data(), w.stride);
    layers.add_product(x.data(), v.data(), tile, w, to);
  });
  parts_->ridge.apply(v, 1.0, Hv);
}

// An upper bound of √Hⱼⱼ that x does not enter, since a scale that vanished with p (1 − p) would mislead.
bool RegressionObjective::scale(std::span<double> D) const {
  const double weight = parts_->loss.largest_weight();
  if (!parts_->affine() || weight == 0.0) return false;
  const std::vector<double>& squares = parts_->design.squares();
  for (std::size_t i = 0; i < D.size(); ++i) D[i] = weight * squares[i % squares.size()];
  parts_->ridge.add_diagonal(D);
  for (double& d : D) d = d > 0.0 ? std::sqrt(d) : 1.0;
  return true;
}

// ---- minibatches ----

/// The sum's mean and its gradient; unless null, of each layer [1 A]ᵀ[1 A] of the batch.
double RegressionObjective::batch(std::span<const double> x, std::span<const std::int64_t> rows, std::uint64_t draw,
                                  std::span<double> g, Grams* grams) const {
  const Layers& layers = parts_->layers;
  const NetworkOptions& network = parts_->options.network;
  WorkspacePool::Lease w(pool_);
  std::vector<double> ones(grams ? static_cast<std::size_t>(largest_stride) : 0);  // zero behind the samples
  std::fill(g.begin(), g.end(), 0.0);
  double sum = 0.0;
  for (std::size_t at = 0; at < rows.size(); at += tile_rows) {
    const auto part = rows.subspan(at, std::min<std::size_t>(tile_rows, rows.size() - at));
    const Columns tile = parts_->design.gather(part, w->inputs, w->labels);
    if (grams) std::fill_n(std::fill_n(ones.begin(), tile.rows, 1.0), row_padding, 0.0);
    const Dropout dropout{network.dropout, network.seed, draw, static_cast<std::int64_t>(at)};
    layers.forward(x.data(), tile, *w, parts_->affine() || network.dropout == 0.0 ? nullptr : &dropout);
    sum += parts_->loss.evaluate(w->scores.data(), w->stride, w->labels.data(), tile.rows);
    parts_->loss.slope(w->scores.data(), w->stride, w->labels.data(), tile.rows, w->layers.back().delta.data(),
                       w->stride);
    layers.propagate(x.data(), tile, *w);
    layers.add_gradient(tile, *w, g.data());
    for (std::size_t l = 0; grams && l < layers.all().size(); ++l)
      add_weighted_square(layers.input_of(l, tile, *w), ones.data(), (*grams)[l].data(), layers.all()[l].inputs);
  }
  const auto count = static_cast<double>(rows.size()), all = static_cast<double>(samples());
  for (double& v : g) v /= count;
  parts_->ridge.apply(x, 1.0 / all, g);
  return sum / count + parts_->ridge.value(x) / all;
}

double RegressionObjective::batch_gradient(std::span<const double> x, std::span<const std::int64_t> rows,
                                           std::uint64_t draw, std::span<double> g) const {
  return batch(x, rows, draw, g, nullptr);
}

// θ⁺ = argmin ½‖[1 A] θ − (z − δ)‖² + ‖θ − θᵏ‖²/(2τ) = θᵏ − τ (I + τ [1 A]ᵀ[1 A])⁻¹ [1 A]ᵀδ, layer by layer: all behind
// τ is the direction, which becomes the gradient as τ → 0.
double RegressionObjective::proximal_gradient_direction(std::span<const double> x, std::span<const std::int64_t> rows,
                                                        std::uint64_t draw, double tau, std::span<double> d) const {
  Grams grams;
  for (const Layers::Layer& layer : parts_->layers.all())
    grams.emplace_back(Eigen::MatrixXd::Zero(layer.inputs, layer.inputs));
  const double value = batch(x, rows, draw, d, &grams);
  for (std::size_t l = 0; l < grams.size(); ++l) {
    const Layers::Layer& layer = parts_->layers.all()[l];
    Eigen::Map<Eigen::MatrixXd> block(d.data() + layer.offset, layer.inputs, layer.outputs);
    // The kernel's lower triangle by rows is Eigen's upper one by columns.
    Eigen::MatrixXd metric = tau * grams[l].transpose();
    metric.diagonal().array() += 1.0;
    block = metric.selfadjointView<Eigen::Lower>().llt().solve(block).eval();
  }
  return value;
}

}  // namespace thalweg::inline v0_1::regression
