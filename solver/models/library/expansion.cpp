// From names of built-in models to the formulas that they stand for.
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <thalweg/base/words.hpp>
#include <thalweg/table/table.hpp>

#include "io/text_numbers.hpp"
#include "models/library/entry.hpp"
#include "models/library/names.hpp"

namespace thalweg::inline v0_1 {
namespace library {
namespace {

constexpr int most_knots = 20;

class Expander {
 public:
  Expander(const std::string& text, const ModelNames& names)
      : text_(text), names_(names), columns_(names.columns), words_(words_of(text)) {}

  ExpandedModel expand() {
    const std::size_t equals = equals_of(text_);
    const std::size_t begin = equals == std::string::npos ? 0 : equals + 1;
    find_response(equals);
    find_terms(begin);
    number_terms();
    write(equals == std::string::npos && !out_.terms.empty());
    return std::move(out_);
  }

 private:
  [[noreturn]] static void fail(TextRange where, const std::string& problem, const std::string& expected) {
    throw FormulaError(where, problem, expected);
  }
  TextRange range(const Piece& word) const { return {static_cast<int>(word.begin), static_cast<int>(word.end)}; }
  std::string word(const Piece& w) const { return text_.substr(w.begin, w.end - w.begin); }
  bool is_column(const std::string& name) const {
    const ColumnNames::Found found = columns_.find(name);
    return found.column.has_value() || !found.several.empty();
  }
  bool is_parameter(const std::string& name) const {
    return std::find(names_.parameters.begin(), names_.parameters.end(), name) != names_.parameters.end();
  }

  /// The columns that the response reads are no inputs.
  void find_response(std::size_t equals) {
    if (equals == std::string::npos) return;
    for (const Piece& w : words_)
      if (w.begin < equals)
        if (const auto column = columns_.find(word(w)).column) response_.push_back(*column);
    for (const Piece& quoted : quoted_names_of(text_))
      if (quoted.begin < equals)
        if (const auto column = columns_.find(word(quoted)).column) response_.push_back(*column);
  }

  void find_terms(std::size_t begin) {
    std::size_t behind = begin;
    for (const Piece& w : words_) {
      if (w.begin < behind) continue;
      const std::string name = word(w);
      const Entry* entry = find_entry(name);
      const std::size_t open = next_sign(text_, w.end);
      const bool called = open < text_.size() && text_[open] == '(';
      if (entry == nullptr) {
        if (called) refuse_misspelt(w, name);
        continue;
      }
      if (is_column(name)) note("'" + name + "' is a column here, not the built-in model");
      if (is_column(name) || is_parameter(name)) continue;
      if (called && is_function(name, open)) continue;
      add_term(w, *entry, called ? open : std::string::npos);
      behind = static_cast<std::size_t>(out_.terms.back().where.end);
    }
  }

  /// A function that the formula language lacks, and that is nearly called like a model.
  void refuse_misspelt(const Piece& w, const std::string& name) const {
    std::vector<std::string> models;
    for (const Entry& entry : entries()) models.push_back(entry.model.name);
    const std::string hint = did_you_mean(name, models);
    if (hint.empty()) return;
    try {
      Formula::parse(name + "(1)");
    } catch (const FormulaError&) {
      fail(range(w), "unknown function '" + name + "'" + hint, "a function or a built-in model (thalweg list models)");
    }
  }

  /// A function of the same name with as many arguments: voigt(x, sigma, gamma) beside the model voigt(x).
  bool is_function(const std::string& name, std::size_t open) const {
    const std::size_t close = closing(text_, open);
    if (close == std::string::npos) return false;
    std::string call = name + "(1";
    for (std::size_t i = 1; i < arguments_of(text_, open, close).size(); ++i) call += ", 1";
    try {
      return Formula::parse(call + ")").names().empty();
    } catch (const FormulaError&) {
      return false;
    }
  }

  void add_term(const Piece& w, const Entry& entry, std::size_t open) {
    ModelTerm term{entry.model, entry.model.name, {}, range(w)};
    if (open != std::string::npos) {
      const std::size_t close = closing(text_, open);
      if (close == std::string::npos)
        fail({static_cast<int>(open), static_cast<int>(open) + 1}, "'(' is never closed", "a ')'");
      term.where.end = static_cast<int>(close) + 1;
      for (const Piece& argument : arguments_of(text_, open, close)) term.inputs.push_back(word(argument));
      if (entry.model.is_spline) take_knots(term);
    }
    check_inputs(term, open != std::string::npos);
    out_.terms.push_back(std::move(term));
  }

  void check_inputs(ModelTerm& term, bool called) {
    const LibraryModel& model = term.model;
    std::string usage = model.name + "(";
    for (const std::string& input : model.inputs) usage += (usage.back() == '(' ? "" : ", ") + input;
    usage += model.is_spline ? ", 0, 1, 2), its input and knots" : ")";
    if (!called && model.inputs.size() == 1 && !model.is_spline) {
      term.inputs = {default_input(term)};
    } else if (!called) {
      fail(term.where, "'" + model.name + "' stands without what it reads", usage);
    } else if (term.inputs.size() != model.inputs.size()) {
      fail(term.where, "'" + model.name + "' has " + counted(static_cast<long long>(term.inputs.size()), "argument"),
           usage);
    }
    for (const std::string& input : term.inputs)
      if (reading::trim(input).empty()) fail(term.where, "'" + model.name + "' has an empty argument", usage);
  }

  void take_knots(ModelTerm& term) const {
    std::vector<double> knots;
    for (std::size_t i = 1; i < term.inputs.size(); ++i) {
      const reading::Number number = reading::parse_number(reading::trim(term.inputs[i]));
      if (number.kind != reading::Number::Kind::number || !std::isfinite(number.value))
        fail(term.where, "the knot '" + std::string(reading::trim(term.inputs[i])) + "' is no number",
             "numbers behind the input, spline(x, 0, 1, 2)");
      if (!knots.empty() && number.value <= knots.back())
        fail(term.where, "the knot " + reading::to_text(number.value) + " is not above the one before it",
             "knots in ascending order");
      knots.push_back(number.value);
    }
    if (knots.size() < 2 || knots.size() > most_knots)
      fail(term.where, "a spline with " + counted(static_cast<long long>(knots.size()), "knot"),
           "2 to " + std::to_string(most_knots) + " knots behind the input, spline(x, 0, 1, 2)");
    term.inputs.resize(1);
    term.model = spline_of(knots);
  }

  // ---- columns that are not named ----

  bool holds_numbers(std::size_t column) const {
    if (column >= names_.values.size()) return true;
    const std::vector<double>& values = names_.values[column];
    return std::any_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  }
  /// Not sigma, nor what looks like it, nor text.
  bool may_be_read(std::size_t column) const {
    return holds_numbers(column) && !is_named_as_error(names_.columns[column]) &&
           !(names_.sigma && columns_.find(*names_.sigma).column == column);
  }
  std::optional<std::size_t> choose(const std::string& name, const std::vector<std::size_t>& taken) const {
    const auto free = [&](std::size_t i) {
      return may_be_read(i) && std::find(taken.begin(), taken.end(), i) == taken.end();
    };
    const auto named = columns_.find(name).column;
    if (named && free(*named)) return named;
    for (std::size_t i = 0; i < names_.columns.size(); ++i)
      if (free(i)) return i;
    return std::nullopt;
  }
  /// What a formula calls a column.
  std::string spelled(std::size_t column) const {
    const std::string spelling = columns_.spellings()[column];
    const auto blank = spelling.find(" for `");  // "c2 for `U (V)`"
    return blank == std::string::npos ? spelling : spelling.substr(blank + 5);
  }

  std::string default_input(const ModelTerm& term) {
    if (input_.empty()) {
      std::vector<std::size_t> taken = response_;
      // Without a response y is not the input either.
      if (taken.empty())
        if (const auto y = columns_.find("y").column) taken.push_back(*y);
      const auto column = choose("x", taken);
      if (!column)
        fail(term.where, "there is no column that '" + term.model.name + "' could read",
             "its input, " + term.model.name + "(t)");
      input_ = spelled(*column);
      input_column_ = column;
      note("the input of the model is column " + quoted(input_));
    }
    return input_;
  }

  std::string default_response() {
    std::vector<std::size_t> taken;
    if (input_column_) taken.push_back(*input_column_);
    for (const ModelTerm& term : out_.terms)
      for (const std::string& input : term.inputs)
        if (const auto column = columns_.find(reading::trim(input)).column) taken.push_back(*column);
    const auto column = choose("y", taken);
    if (!column)
      fail({0, static_cast<int>(text_.size())}, "no '=', and no column that could be the response",
           "response = model, such as y = " + text_);
    const std::string response = spelled(*column);
    note("the response is column " + quoted(response));
    return response;
  }

  static std::string quoted(const std::string& spelled) { return spelled[0] == '`' ? spelled : "'" + spelled + "'"; }
  void note(std::string sentence) {
    if (std::find(out_.notes.begin(), out_.notes.end(), sentence) == out_.notes.end())
      out_.notes.push_back(std::move(sentence));
  }

  // ---- writing ----

  /// gaussian1, gaussian2 where a model occurs more than once; decay2_1 where its name ends with a digit.
  void number_terms() {
    std::map<std::string, int> count, number;
    for (const ModelTerm& term : out_.terms) ++count[term.prefix];
    for (ModelTerm& term : out_.terms) {
      const std::string name = term.prefix;
      if (count[name] == 1) continue;
      const bool digit = name.back() >= '0' && name.back() <= '9';
      const int k = ++number[name];
      term.prefix += (digit || find_entry(name + std::to_string(k)) != nullptr ? "_" : "") + std::to_string(k);
    }
  }

  void copy(std::size_t begin, std::size_t end) {
    // Each word is a piece of its own: the text may have been put together from several places.
    std::size_t at = begin;
    for (const Piece& w : words_) {
      if (w.begin < at || w.begin >= end) continue;
      append(at, w.begin);
      append(w.begin, at = std::min(w.end, end));
    }
    append(at, end);
  }
  void append(std::size_t begin, std::size_t end) {
    if (begin >= end) return;
    out_.pieces.push_back({out_.equation.size(), begin, true});
    out_.equation += text_.substr(begin, end - begin);
  }

  void write(bool needs_response) {
    if (needs_response) {
      out_.pieces.push_back({0, 0, false});
      out_.equation = default_response() + " = ";
    }
    std::size_t at = 0;
    for (const ModelTerm& term : out_.terms) {
      copy(at, static_cast<std::size_t>(term.where.begin));
      out_.pieces.push_back({out_.equation.size(), static_cast<std::size_t>(term.where.begin), false});
      out_.equation += "(" + formula_of(term) + ")";
      at = static_cast<std::size_t>(term.where.end);
    }
    copy(at, text_.size());
  }

  const std::string& text_;
  const ModelNames& names_;
  ColumnNames columns_;
  std::vector<Piece> words_;
  std::vector<std::size_t> response_;
  std::string input_;
  std::optional<std::size_t> input_column_;
  ExpandedModel out_;
};

}  // namespace

std::string formula_of(const ModelTerm& term) {
  const std::string& formula = term.model.formula;
  std::string out;
  std::size_t at = 0;
  for (const Piece& w : words_of(formula)) {
    out += formula.substr(at, w.begin - at);
    at = w.end;
    const std::string name = formula.substr(w.begin, w.end - w.begin);
    const auto& inputs = term.model.inputs;
    const auto input = std::find(inputs.begin(), inputs.end(), name);
    const auto& parameters = term.model.parameters;
    const auto parameter =
        std::find_if(parameters.begin(), parameters.end(), [&](const LibraryParameter& p) { return p.name == name; });
    if (input != inputs.end()) {
      const std::string& text = term.inputs[static_cast<std::size_t>(input - inputs.begin())];
      const std::string_view inner = reading::trim(text);
      const bool quoted = inner.size() > 1 && inner.find('`', 1) == inner.size() - 1;
      const bool one_name = quoted || inner.find_first_of("+-*/^()[] ?:<>=!&|,`") == std::string_view::npos;
      out += one_name ? std::string(inner) : "(" + std::string(inner) + ")";
    } else if (parameter != parameters.end()) {
      out += term.prefix + "." + name;
    } else {
      out += name;
    }
  }
  return out + formula.substr(at);
}

}  // namespace library

ExpandedModel expand_model(const std::string& text, const ModelNames& names) {
  return library::Expander(text, names).expand();
}

TextRange ExpandedModel::source(TextRange where) const {
  const auto at = [&](int offset) {
    const Piece* found = nullptr;
    for (const Piece& piece : pieces)
      if (found == nullptr || static_cast<int>(piece.at) <= offset) found = &piece;
    if (found == nullptr) return offset;
    const int source = static_cast<int>(found->source);
    return found->exact ? source + offset - static_cast<int>(found->at) : source;
  };
  const int begin = at(where.begin);
  return {begin, where.end > where.begin ? std::max(at(where.end - 1) + 1, begin) : begin};
}

}  // namespace thalweg::inline v0_1
