// Names that stand for expressions: their order, and a formula with the expressions in their place.
#include <thalweg/formula/formula.hpp>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "formula/parse/syntax.hpp"

namespace thalweg::inline v0_1 {
namespace {

using formula::Node;
using formula::Op;
using formula::Tree;

std::string circle(const std::vector<std::string>& names) {
  std::string text = "'" + names.front() + "' is defined by itself: ";
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : ", ") + names[i] + " reads " + names[(i + 1) % names.size()];
  return text;
}

using Index = std::unordered_map<std::string, std::size_t>;

Index index_of(std::span<const Definition> definitions) {
  Index index;
  for (std::size_t k = 0; k < definitions.size(); ++k)
    if (!index.emplace(definitions[k].name, k).second)
      throw Error("two definitions are named '" + definitions[k].name + "'; expected distinct names");
  return index;
}

/// The definitions that a formula reads itself.
std::vector<std::size_t> read_by(const Formula& formula, const Index& index) {
  std::vector<std::size_t> found;
  for (const std::string& name : formula.tree().names)
    if (const auto it = index.find(name); it != index.end()) found.push_back(it->second);
  return found;
}

/// Depth first, on a stack of its own, for definitions may be many.
class Ordering {
 public:
  explicit Ordering(const std::vector<Definition>& definitions)
      : definitions_(definitions), index_(index_of(definitions)), state_(definitions.size(), State::unseen) {}

  std::vector<std::size_t> order() {
    for (std::size_t k = 0; k < definitions_.size(); ++k)
      if (state_[k] == State::unseen) visit(k);
    return std::move(order_);
  }

 private:
  enum class State { unseen, open, done };
  struct Frame {
    std::size_t definition;
    std::vector<std::size_t> reads;
    std::size_t next = 0;
  };

  void enter(std::size_t k) {
    state_[k] = State::open;
    stack_.push_back({k, read_by(definitions_[k].formula, index_)});
  }

  void visit(std::size_t first) {
    enter(first);
    while (!stack_.empty()) {
      Frame& frame = stack_.back();
      if (frame.next == frame.reads.size()) {
        state_[frame.definition] = State::done;
        order_.push_back(frame.definition);
        stack_.pop_back();
        continue;
      }
      const std::size_t read = frame.reads[frame.next++];
      if (state_[read] == State::open) fail(read);
      if (state_[read] == State::unseen) enter(read);
    }
  }

  [[noreturn]] void fail(std::size_t read) const {
    std::vector<std::string> names;
    const auto begin = std::find_if(stack_.begin(), stack_.end(), [&](const Frame& f) { return f.definition == read; });
    for (auto it = begin; it != stack_.end(); ++it) names.push_back(definitions_[it->definition].name);
    throw CyclicDefinition(std::move(names));
  }

  const std::vector<Definition>& definitions_;
  const Index index_;
  std::vector<State> state_;
  std::vector<Frame> stack_;
  std::vector<std::size_t> order_;
};

/// Puts trees and texts behind each other.
class Merger {
 public:
  explicit Merger(const Index& index) : index_(index), roots_(index.size(), -1) {}

  void add_definition(std::size_t k, const Formula& formula) {
    add(formula, static_cast<int>(text_end_));
    roots_[k] = static_cast<int>(merged.nodes.size()) - 1;
    text_end_ += formula.text().size();
  }
  /// `shift`: where the formula's text begins in the merged one.
  void add(const Formula& formula, int shift) {
    const Tree& tree = formula.tree();
    std::vector<int> places;  // of this tree's nodes in the merged one
    const auto moved = [&](int argument) { return argument < 0 ? -1 : places[static_cast<std::size_t>(argument)]; };
    for (Node node : tree.nodes) {
      node.where.begin += shift;
      node.where.end += shift;
      if (node.op == Op::name) {
        const std::string& name = tree.names[static_cast<std::size_t>(node.a)];
        if (const auto it = index_.find(name); it != index_.end()) {
          places.push_back(roots_[it->second]);
          continue;
        }
        node.a = place_of(name);
      } else {
        for (int* argument : {&node.a, &node.b, &node.c}) *argument = moved(*argument);
      }
      places.push_back(static_cast<int>(merged.nodes.size()));
      merged.nodes.push_back(node);
    }
    // The root is the last node: a formula that is a definition's name alone is a product by one of it.
    if (places.back() == static_cast<int>(merged.nodes.size()) - 1) return;
    TextRange where = tree.nodes.back().where;
    where.begin += shift;
    where.end += shift;
    const int one = static_cast<int>(merged.nodes.size());
    merged.nodes.push_back({.op = Op::constant, .value = 1.0, .where = where});
    merged.nodes.push_back({.op = Op::multiply, .a = places.back(), .b = one, .where = where});
  }
  void begin_texts(std::size_t at) { text_end_ = at; }

  Tree merged;

 private:
  int place_of(const std::string& name) {
    const auto [it, is_new] = names_.try_emplace(name, static_cast<int>(merged.names.size()));
    if (is_new) merged.names.push_back(name);
    return it->second;
  }

  const Index& index_;
  std::vector<int> roots_;
  std::unordered_map<std::string, int> names_;
  std::size_t text_end_ = 0;
};

/// Whether each is read by the names, directly or through others.
std::vector<char> reached_from(const std::vector<std::size_t>& first, std::span<const Definition> definitions,
                               const Index& index) {
  std::vector<char> reached(definitions.size());
  for (const std::size_t k : first) reached[k] = 1;
  for (std::size_t k = definitions.size(); k-- > 0;)
    if (reached[k])
      for (const std::size_t read : read_by(definitions[k].formula, index)) reached[read] = 1;
  return reached;
}

}  // namespace

CyclicDefinition::CyclicDefinition(std::vector<std::string> names_)
    : Error(circle(names_) + "; expected definitions that do not lead back to themselves"), names(std::move(names_)) {}

std::vector<Definition> in_order(std::vector<Definition> definitions) {
  std::vector<Definition> ordered;
  for (const std::size_t k : Ordering(definitions).order()) ordered.push_back(definitions[k]);
  return ordered;
}

std::vector<Definition> definitions_read(std::span<const Formula::Name> names, std::span<const Definition> ordered) {
  const Index index = index_of(ordered);
  std::vector<std::size_t> first;
  for (const Formula::Name& name : names)
    if (const auto it = index.find(name.name); it != index.end()) first.push_back(it->second);
  const std::vector<char> reached = reached_from(first, ordered, index);
  std::vector<Definition> read;
  for (std::size_t k = 0; k < ordered.size(); ++k)
    if (reached[k]) read.push_back(ordered[k]);
  return read;
}

Formula Formula::substituted(std::span<const Definition> definitions) const {
  const Index index = index_of(definitions);
  const std::vector<char> reached = reached_from(read_by(*this, index), definitions, index);
  if (std::none_of(reached.begin(), reached.end(), [](char c) { return c != 0; })) return *this;
  Formula result = *this;
  Merger merger(index);
  merger.begin_texts(text_.size());
  std::erase_if(result.names_, [&](const Name& n) { return index.contains(n.name); });
  std::erase_if(result.constants_, [&](const Name& n) { return index.contains(n.name); });
  for (std::size_t k = 0; k < definitions.size(); ++k) {
    if (!reached[k]) continue;
    const Formula& formula = definitions[k].formula;
    merger.add_definition(k, formula);
    result.text_ += formula.text();
    for (auto member : {&Formula::names_, &Formula::constants_})
      for (const Name& name : formula.*member) {
        std::vector<Name>& all = result.*member;
        const auto same = [&](const Name& other) { return other.name == name.name; };
        if (!index.contains(name.name) && std::none_of(all.begin(), all.end(), same)) all.push_back(name);
      }
  }
  merger.add(*this, 0);
  result.tree_ = std::make_shared<const formula::Tree>(std::move(merger.merged));
  return result;
}

}  // namespace thalweg::inline v0_1
