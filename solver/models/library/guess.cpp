#include "models/library/guess.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include <thalweg/models/build.hpp>

#include "io/text_numbers.hpp"
#include "models/library/sampled_model.hpp"
#include "models/library/search.hpp"
#include "models/library/term_inputs.hpp"

namespace thalweg::inline v0_1::library {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_candidates = 3;
constexpr double rounding = 1e-13;  // of the response, below which nothing is left of it

/// A term, and where its parameters are among all.
struct Term {
  const ModelTerm& named;
  const Entry& entry;
  std::vector<std::size_t> at;
  std::vector<double> known;  // NaN: to be guessed
  std::vector<Eigen::VectorXd> inputs;
  std::vector<InputScale> scales;
  std::vector<double> nothing;            // parameters at which it is 0
  std::vector<double> one;                // at which it is 1; empty: there are none
  std::vector<std::size_t> linear, free;  // of all parameters
  std::vector<char> multiplies;           // which of the terms
  bool placed = false;
  bool is_searched() const { return entry.search != Search::linear; }
};

class Guess {
 public:
  Guess(CurveFit& fit, const DataSet& data, const std::vector<ModelTerm>& terms)
      : fit_(fit), sample_(data, terms), model_(sampled_model()) {
    for (const FitParameter& parameter : fit.parameters) {
      p_.push_back(parameter.starts.empty() ? 0.0 : parameter.starts[0]);
      lower_.push_back(parameter.lower);
      upper_.push_back(parameter.upper);
    }
    for (const ModelTerm& term : terms) add(term);
    for (const Term& term : terms_) put(p_, term, term.nothing);
    size_ = model_.residual(p_).norm();
    if (!std::isfinite(size_))
      throw NoGuess{"no start can be guessed: the response, or the rest of the formula at its start, is not finite",
                    "other starts"};
    find_products();
  }

  void run() {
    const auto searched = static_cast<std::size_t>(
        std::count_if(terms_.begin(), terms_.end(), [](const Term& t) { return t.is_searched(); }));
    std::vector<Candidate> first;
    for (std::size_t i = 0; i < searched; ++i) first = place_best();
    if (searched > 1) first.clear();  // other terms were missing
    for (Term& term : terms_)
      if (!term.is_searched()) {
        if (has_products_) put(p_, term, term.one.empty() ? term.nothing : term.one);
        term.placed = true;
      }
    solve_linear(p_);
    cost_ = descend(p_);
    // Beside one term that is searched for nothing else changes.
    for (std::size_t sweep = 0; sweep < std::min<std::size_t>(searched, 2); ++sweep)
      for (Term& term : terms_)
        if (term.is_searched()) reconsider(term, first);
    if (!std::isfinite(cost_)) throw NoGuess{"no start can be guessed: the formula is not finite", "starts"};
    sort_equal_peaks();
    for (const Term& term : terms_)
      for (const std::size_t at : term.at)
        if (fit_.parameters[at].starts.empty()) fit_.parameters[at].starts = {p_[at]};
  }

 private:
  SampledModel sampled_model() const {
    const Equation equation = Equation::parse(sample_.data().equation);
    return {equation, symbols_of(fit_, sample_.data(), equation), sample_.values(), sample_.weights()};
  }

  void add(const ModelTerm& named) {
    Term term{named, *find_entry(named.model.name), {}, {}, {}, {}, {}, {}, {}, {}, {}};
    for (std::size_t k = 0; k < named.model.parameters.size(); ++k) {
      const std::string name = named.parameter(k);
      const auto found = std::find_if(fit_.parameters.begin(), fit_.parameters.end(),
                                      [&](const FitParameter& p) { return p.name == name; });
      term.at.push_back(static_cast<std::size_t>(found - fit_.parameters.begin()));
      const bool given = !found->starts.empty();
      term.known.push_back(given ? found->starts[0] : nan);
      if (named.model.parameters[k].linear) term.linear.push_back(term.at.back());
      if (!given) term.free.push_back(term.at.back());
    }
    for (const std::string& input : named.inputs) {
      term.inputs.push_back(sample_.input(input, fit_));
      term.scales.push_back(scale_of(term.inputs.back()));
    }
    check_inputs(term);
    choose_nothing(term);
    if (term.entry.one != nullptr) term.one = term.entry.one(term.scales);
    terms_.push_back(std::move(term));
  }

  void check_inputs(const Term& term) const {
    const std::string whose = "no start can be guessed for '" + term.named.prefix + "': ";
    for (std::size_t i = 0; i < term.inputs.size(); ++i) {
      const std::string input = "'" + std::string(reading::trim(term.named.inputs[i])) + "'";
      const InputScale& scale = term.scales[i];
      if (!term.inputs[i].allFinite()) throw NoGuess{whose + input + " is not finite in every row", "numbers"};
      if (term.inputs.size() == 1 && scale.distinct < term.free.size())
        throw NoGuess{
            whose +
                (scale.distinct == 1 ? input + " is " + reading::to_text(scale.least) + " in every row"
                                     : input + " has only " + std::to_string(scale.distinct) + " different values") +
                ", the model has " + counted(static_cast<long long>(term.free.size()), "parameter"),
            "more of them, or starts of its parameters"};
      if (!term.entry.needs_positive_input) continue;
      if (scale.least < 0.0)
        throw NoGuess{whose + input + " is " + reading::to_text(scale.least) + " somewhere", "no value below 0"};
      if (!(scale.least_positive > 0.0) || !(scale.most > 0.0))
        throw NoGuess{whose + input + " has no value above 0", "some"};
    }
  }

  /// The linear parameters are 0; the others have values of ordinary size, at which the model is finite.
  static void choose_nothing(Term& term) {
    Grid grid;
    const InputScale& scale = term.scales[0];
    if (term.entry.search == Search::grid) grid = term.entry.grid(term.scales);
    if (term.entry.search == Search::peak) {
      const std::vector<double> shape =
          term.entry.shapes({0.5 * (scale.least + scale.most), 0.25 * scale.range(), 1.0}).front();
      for (std::size_t k = 1; k < shape.size(); ++k) grid.push_back({shape[k]});
    }
    if (term.entry.search == Search::wave) grid = {{1.0 / scale.range()}, {0.5}, {0.0}};
    std::size_t curved = 0;
    for (const LibraryParameter& parameter : term.named.model.parameters) {
      term.nothing.push_back(0.0);
      if (parameter.linear) continue;
      term.nothing.back() = grid[curved][grid[curved].size() / 4];  // of both signs, the first half is positive
      ++curved;
    }
    if (term.entry.search == Search::linear) {
      // The last of linear and quadratic, the first of the others, is the constant; the values of a spline all are.
      term.one.assign(term.nothing.size(), term.named.model.is_spline ? 1.0 : 0.0);
      const std::string& last = term.named.model.parameters.back().name;
      (last == "intercept" || last == "c" ? term.one.back() : term.one.front()) = 1.0;
    }
  }

  /// Sets the parameters of a term, those that are not free to what they are.
  void put(std::vector<double>& p, const Term& term, const std::vector<double>& values) const {
    for (std::size_t k = 0; k < term.at.size(); ++k) p[term.at[k]] = values[k];
  }
  void place(std::vector<double>& p, const Term& term, const std::vector<double>& values) const {
    for (std::size_t k = 0; k < term.at.size(); ++k) {
      const std::size_t at = term.at[k];
      p[at] = std::isnan(term.known[k]) ? std::clamp(values[k], lower_[at], upper_[at]) : term.known[k];
    }
  }

  // ---- products ----

  bool is_idle(const std::vector<double>& p, const Term& term) const {
    Eigen::VectorXd r;
    Eigen::MatrixXd J;
    model_.derivatives(p, term.linear, r, J);
    return J.allFinite() && J.isZero(0.0);
  }

  /// A term that does nothing while all others are 0 is multiplied by some of them.
  void find_products() {
    for (Term& term : terms_) term.multiplies.assign(terms_.size(), false);
    for (std::size_t i = 0; i < terms_.size(); ++i) {
      if (!is_idle(p_, terms_[i])) continue;
      has_products_ = true;
      for (std::size_t j = 0; j < terms_.size(); ++j) {
        if (i == j) continue;
        std::vector<double> p = p_;
        for (std::size_t k = 0; k < terms_.size(); ++k)
          if (k != i && k != j && !terms_[k].one.empty()) put(p, terms_[k], terms_[k].one);
        terms_[i].multiplies[j] = is_idle(p, terms_[i]);
      }
    }
  }

  // ---- the search ----

  /// All candidates of a term beside what is placed already. `beside`: 0, what the model has; 1, a constant, too.
  std::vector<Candidate> candidates(const Term& term, bool constant) const {
    std::vector<double> p = p_;
    std::vector<std::size_t> background;
    for (std::size_t j = 0; j < terms_.size(); ++j) {
      const Term& other = terms_[j];
      if (&other == &term) continue;
      if (!other.placed) put(p, other, term.multiplies[j] && !other.one.empty() ? other.one : other.nothing);
      if (!other.is_searched() && !term.multiplies[j])
        background.insert(background.end(), other.linear.begin(), other.linear.end());
    }
    put(p, term, term.nothing);
    Eigen::VectorXd r;
    Eigen::MatrixXd beside;
    model_.derivatives(p, background, r, beside);
    if (constant) {
      // Nothing new where the model has one.
      if (Separable(model_.weights(), beside).rest().norm() < 1e-9 * model_.weights().norm()) return {};
      beside.conservativeResize(Eigen::NoChange, beside.cols() + 1);
      beside.rightCols(1) = model_.weights();
    }
    const Separable fit(-r, beside);
    if (fit.rest().norm() <= rounding * size_) return {};
    SearchSpace space{term.entry, term.inputs, term.scales, term.known, model_.weights(), nullptr};
    space.derivatives = [&](const std::vector<double>& parameters, Eigen::MatrixXd& columns) {
      put(p, term, parameters);
      model_.derivatives(p, term.linear, r, columns);
    };
    take_factor(term, p, space);
    return search(space, fit, most_candidates);
  }

  /// What the term is multiplied by: its derivative where it is 1.
  void take_factor(const Term& term, std::vector<double> p, SearchSpace& space) const {
    if (term.one.empty() || (term.entry.search != Search::peak && term.entry.search != Search::wave)) return;
    put(p, term, term.one);
    Eigen::VectorXd r;
    Eigen::MatrixXd J;
    model_.derivatives(p, term.linear, r, J);
    const Eigen::VectorXd factor = J.col(0) * term.one[0];
    if (factor.allFinite()) space.factor = factor;
  }

  /// Places the term that explains most of what the others leave; returns its candidates.
  std::vector<Candidate> place_best() {
    std::vector<Candidate> best;
    Term* which = nullptr;
    for (std::size_t i = 0; i < terms_.size(); ++i) {
      Term& term = terms_[i];
      if (term.placed || !term.is_searched() || has_twin_before(i)) continue;
      std::vector<Candidate> found = candidates(term, false);
      if (found.empty() || (which != nullptr && found[0].gain <= best[0].gain)) continue;
      which = &term;
      best = std::move(found);
    }
    if (which == nullptr) refuse_flat();
    place(p_, *which, best[0].parameters);
    which->placed = true;
    return best;
  }

  /// Whether a term before it is the same model of the same input, not placed either, and nothing is known of both.
  bool has_twin_before(std::size_t i) const {
    for (std::size_t j = 0; j < i; ++j)
      if (!terms_[j].placed && are_equal(terms_[i], terms_[j])) return true;
    return false;
  }
  static bool are_equal(const Term& a, const Term& b) {
    return &a.entry == &b.entry && a.named.inputs == b.named.inputs && a.free.size() == a.at.size() &&
           b.free.size() == b.at.size() && a.multiplies == b.multiplies;
  }

  [[noreturn]] void refuse_flat() const {
    for (const Term& term : terms_)
      if (!term.placed && term.is_searched())
        throw NoGuess{"no start can be guessed for '" + term.named.prefix +
                          "': the rest of the model leaves nothing of the response to it, or the input '" +
                          std::string(reading::trim(term.named.inputs[0])) + "' is far out of its range",
                      "starts of its parameters"};
    throw NoGuess{"no start can be guessed", "starts"};
  }

  /// Looks for a better place of a term beside all others, and beside a constant, too. `known`: candidates, if they are
  /// known already.
  void reconsider(Term& term, const std::vector<Candidate>& known) {
    const std::vector<double> before = p_;
    std::vector<double> best = p_;
    double cost = cost_;
    for (const bool constant : {false, true}) {
      p_ = before;
      for (const Candidate& candidate : constant || known.empty() ? candidates(term, constant) : known) {
        std::vector<double> p = before;
        place(p, term, candidate.parameters);
        solve_linear(p);
        const double there = descend(p);
        if (!(there < cost * (1.0 - 1e-6))) continue;
        cost = there;
        best = std::move(p);
      }
    }
    p_ = std::move(best);
    cost_ = cost;
  }

  void solve_linear(std::vector<double>& p) const {
    std::vector<std::size_t> together;
    for (const Term& term : terms_) {
      std::vector<std::size_t> own;
      for (const std::size_t at : term.linear)
        if (std::find(term.free.begin(), term.free.end(), at) != term.free.end()) own.push_back(at);
      if (has_products_) model_.solve_linear(p, own, lower_, upper_);
      together.insert(together.end(), own.begin(), own.end());
    }
    if (!has_products_) model_.solve_linear(p, together, lower_, upper_);
  }

  double descend(std::vector<double>& p) const {
    std::vector<std::size_t> free;
    for (const Term& term : terms_) free.insert(free.end(), term.free.begin(), term.free.end());
    return model_.descend(p, free, lower_, upper_);
  }

  /// gaussian1 lies left of gaussian2.
  void sort_equal_peaks() {
    for (std::size_t i = 0; i < terms_.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const Term &a = terms_[j], &b = terms_[i];
        if (a.entry.search != Search::peak || !are_equal(a, b) || has_own_bounds(a) || has_own_bounds(b)) continue;
        if (p_[a.at[1]] <= p_[b.at[1]]) continue;
        for (std::size_t k = 0; k < a.at.size(); ++k) std::swap(p_[a.at[k]], p_[b.at[k]]);
      }
  }
  bool has_own_bounds(const Term& term) const {
    for (std::size_t k = 0; k < term.at.size(); ++k)
      if (lower_[term.at[k]] != term.named.model.parameters[k].lower ||
          upper_[term.at[k]] != term.named.model.parameters[k].upper)
        return true;
    return false;
  }

  CurveFit& fit_;
  Sample sample_;
  SampledModel model_;
  std::vector<double> p_, lower_, upper_;
  std::vector<Term> terms_;
  bool has_products_ = false;
  double size_ = 0.0;  // ‖r‖ where all terms are 0
  double cost_ = 0.0;
};

}  // namespace

void guess_starts(CurveFit& fit, const DataSet& data, const std::vector<ModelTerm>& terms) {
  Guess(fit, data, terms).run();
}

}  // namespace thalweg::inline v0_1::library
