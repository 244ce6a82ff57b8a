#include <array>
#include <thalweg/batch/models.hpp>
#include <thalweg/formula/formula.hpp>
#include <utility>

#include "batch/formula/lane_tape.hpp"
#include "formula/graph/derivative.hpp"
#include "formula/graph/lower.hpp"
#include "formula/tape/tape.hpp"

namespace thalweg::inline v0_1 {
namespace {

using batch::LaneTape;
using formula::Id;

/// A shared predictor, each number once for every lane of a pack.
std::vector<double> repeated(std::span<const double> x) {
  std::vector<double> result;
  result.reserve(x.size() * native_lanes);
  for (const double v : x) result.insert(result.end(), native_lanes, v);
  return result;
}

class FormulaEvaluator final : public BatchEvaluator {
 public:
  FormulaEvaluator(const Formula& model, const std::vector<std::string>& parameters,
                   const std::vector<std::string>& predictors, const SharedPoints& shared)
      : parameters_(static_cast<int>(parameters.size())) {
    Symbols symbols{parameters, {}, {}, {}};
    std::vector<std::vector<double>> columns;
    for (std::size_t k = 0; k < predictors.size(); ++k) {
      const bool own = shared.x[k].empty();
      (own ? symbols.varying : symbols.columns).push_back(predictors[k]);
      if (own) own_.push_back(static_cast<int>(k));
      if (!own) columns.push_back(repeated(shared.x[k]));
    }
    graph_.set_first_varying(parameters_);
    const Id value = lower(model.tree(), formula::bind(model, symbols), graph_);
    formula::decide_fusion(graph_, value);
    std::vector<Id> results = formula::gradient(graph_, value, parameters_);
    results.insert(results.begin(), value);
    columns_ = std::make_unique<formula::Columns>(columns, std::int64_t{shared.points} * native_lanes);
    value_ = LaneTape(make_tape(graph_, *columns_, {value}, formula::Results::outputs));
    derivatives_ = LaneTape(make_tape(graph_, *columns_, results, formula::Results::outputs));
  }

  void evaluate(const LanePoints& points) const override {
    batch::for_packs([&](int first) {
      if constexpr (native_lanes == batch_lanes) {
        straight(points);
      } else {
        gathered(points, first);
      }
    });
  }

 private:
  const LaneTape& tape(const LanePoints& points) const { return points.derivative ? derivatives_ : value_; }
  int outputs(const LanePoints& points) const { return points.derivative ? parameters_ + 1 : 1; }

  /// Packs fill the lanes: results go where they are wanted.
  void straight(const LanePoints& points) const {
    std::array<const double*, most_batch_predictors> own;
    for (std::size_t v = 0; v < own_.size(); ++v) own[v] = points.x[own_[v]];
    std::array<double*, most_batch_parameters + 1> to{points.value};
    for (int k = 1; k < outputs(points); ++k)
      to[static_cast<std::size_t>(k)] = points.derivative + std::int64_t{k - 1} * points.stride * batch_lanes;
    tape(points).run(points.parameters, own.data(), points.begin, points.count, to.data());
  }

  /// Packs fill a part of the lanes: their own predictors and results go through memory of the thread.
  void gathered(const LanePoints& points, int first) const {
    thread_local std::vector<double> memory;
    const auto size = static_cast<std::size_t>(points.count) * native_lanes;
    memory.resize(size * (own_.size() + static_cast<std::size_t>(outputs(points))));
    std::array<const double*, most_batch_predictors> own;
    double* next = memory.data();
    for (std::size_t v = 0; v < own_.size(); ++v, next += size) {
      own[v] = next;
      for (int i = 0; i < points.count; ++i)
        NativePack::load(points.x[own_[v]] + i * batch_lanes + first).store(next + i * native_lanes);
    }
    std::array<double*, most_batch_parameters + 1> to;
    for (int k = 0; k < outputs(points); ++k, next += size) to[static_cast<std::size_t>(k)] = next;
    tape(points).run(points.parameters + first, own.data(), points.begin, points.count, to.data());
    for (int k = 0; k < outputs(points); ++k) {
      double* const into =
          k == 0 ? points.value : points.derivative + std::int64_t{k - 1} * points.stride * batch_lanes;
      for (int i = 0; i < points.count; ++i)
        NativePack::load(to[static_cast<std::size_t>(k)] + i * native_lanes).store(into + i * batch_lanes + first);
    }
  }

  int parameters_;
  std::vector<int> own_;  ///< predictors that every fit has for itself
  formula::Graph graph_;
  std::unique_ptr<formula::Columns> columns_;
  LaneTape value_, derivatives_;
};

class FormulaBatchModel final : public BatchModel {
 public:
  FormulaBatchModel(Formula formula, std::vector<std::string> parameters, std::vector<std::string> predictors)
      : BatchModel(std::move(parameters), static_cast<int>(predictors.size())),
        formula_(std::move(formula)),
        predictors_(std::move(predictors)) {
    formula::bind(formula_, {parameter_names(), predictors_, {}, {}});
    check_orders(formula_, parameter_names());
  }
  std::unique_ptr<BatchEvaluator> bind(const SharedPoints& shared) const override {
    return std::make_unique<FormulaEvaluator>(formula_, parameter_names(), predictors_, shared);
  }

 private:
  Formula formula_;
  std::vector<std::string> predictors_;
};

}  // namespace

std::unique_ptr<BatchModel> formula_batch_model(std::string_view formula, std::vector<std::string> parameters,
                                                std::vector<std::string> predictors) {
  return std::make_unique<FormulaBatchModel>(Formula::parse(formula), std::move(parameters), std::move(predictors));
}

}  // namespace thalweg::inline v0_1
