// What the objective and the residuals of a model share. Private to the floor.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "models/regression/design.hpp"
#include "models/regression/layers.hpp"
#include "models/regression/output_loss.hpp"
#include "models/regression/penalty.hpp"

namespace thalweg::inline v0_1::regression {

struct Parts {
  RegressionOptions options;
  Design design;
  Layers layers;
  OutputLoss loss;
  Ridge ridge;
  std::vector<std::string> names;  ///< of the parameters
  int threads;

  /// Scores are products with the inputs: no hidden layer.
  bool affine() const { return layers.all().size() == 1; }
};

/// Workspaces that wait for the next evaluation, one per thread that evaluates at once.
class WorkspacePool {
 public:
  explicit WorkspacePool(const Layers& layers) : layers_(layers) {}

  /// A workspace for the time of one evaluation.
  class Lease {
   public:
    explicit Lease(WorkspacePool& pool) : pool_(pool), workspace_(pool.take()) {}
    ~Lease() { pool_.put(std::move(workspace_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Workspace& operator*() { return *workspace_; }
    Workspace* operator->() { return workspace_.get(); }

   private:
    WorkspacePool& pool_;
    std::unique_ptr<Workspace> workspace_;
  };

 private:
  std::unique_ptr<Workspace> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        auto last = std::move(free_.back());
        free_.pop_back();
        return last;
      }
    }
    return std::make_unique<Workspace>(layers_.workspace());
  }
  void put(std::unique_ptr<Workspace> workspace) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(workspace));
  }

  const Layers& layers_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> free_;
};

}  // namespace thalweg::inline v0_1::regression
