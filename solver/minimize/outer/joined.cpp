#include <minimize/outer/joined.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace thalweg::inline v0_1 {

void append(const Result& next, Result& all) {
  Result joined = next;
  joined.initial_cost = all.initial_cost;
  joined.trace = std::move(all.trace);
  for (IterationRecord record : next.trace) {
    if (record.iteration == 0) continue;
    record.iteration += all.iterations;
    record.seconds += all.seconds.total;
    joined.trace.push_back(std::move(record));
  }
  joined.iterations += all.iterations;
  joined.accepted_steps += all.accepted_steps;
  joined.epochs += all.epochs;
  joined.evaluations.cost += all.evaluations.cost;
  joined.evaluations.jacobian += all.evaluations.jacobian;
  joined.evaluations.hessian += all.evaluations.hessian;
  joined.evaluations.hessian_products += all.evaluations.hessian_products;
  joined.evaluations.batch_gradients += all.evaluations.batch_gradients;
  joined.seconds.total += all.seconds.total;
  joined.seconds.setup += all.seconds.setup;
  joined.seconds.evaluate += all.seconds.evaluate;
  joined.seconds.linear_solve += all.seconds.linear_solve;
  for (const std::string& note : all.notes)
    if (std::find(joined.notes.begin(), joined.notes.end(), note) == joined.notes.end()) joined.notes.push_back(note);
  all = std::move(joined);
}

}  // namespace thalweg::inline v0_1
