// Formulas given at run time, such as y = a*exp(-b*x) + c: parsed once, differentiated exactly,
// evaluated over blocks of rows with SIMD.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/base/error.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1 {

/// A place in the text of a formula: byte offsets, half-open.
struct TextRange {
  int begin = 0, end = 0;
};

/// A formula that cannot be understood. what() is "column 9: <problem>; expected <expectation>"
/// (columns count bytes from 1).
class FormulaError : public Error {
 public:
  FormulaError(TextRange where, const std::string& problem, const std::string& expected);
  TextRange where;       ///< the offending text
  std::string problem;   ///< what is wrong
  std::string expected;  ///< what would have been right
};

namespace formula {
struct Tree;  // the syntax tree
}

struct Definition;

/// A parsed expression. Cheap to copy; its names are not yet bound to parameters or columns.
///
/// Numbers, names (letters, digits, _ and ., or anything between backticks), + - * / ^ ** (powers bind tighter than a
/// sign: -x^2 is -(x^2)), parentheses ( ) or [ ], the constants pi and e, the functions exp expm1 log ln log10 log1p
/// sqrt cbrt abs sign sin cos tan asin acos atan arcsin arccos arctan atan2 sinh cosh tanh erf erfc gamma lgamma hypot
/// norm pow min max log2 exp2 floor ceil round mod step expit softplus sinc normcdf normpdf erfcx dawson voigt wofz_re
/// wofz_im besselj bessely besseli besselk beta lbeta betainc gammap gammaq digamma trigamma (problems/README.md says
/// what each is), and the conditionals if(condition, a, b) and condition ? a : b with < <= > >= == !=
/// && || ! and or not. A function's name that no parenthesis follows is a name like any other. A condition where a
/// number is wanted counts 1 or 0, and has derivative 0.
class Formula {
 public:
  /// Throws FormulaError. `offset` is added to every position reported, for a formula that is part
  /// of a longer text.
  static Formula parse(std::string_view text, int offset = 0);

  const std::string& text() const { return text_; }
  /// The names that are neither functions nor constants, in order of first appearance, each with
  /// its first place.
  struct Name {
    std::string name;
    TextRange where;
  };
  const std::vector<Name>& names() const { return names_; }
  /// The constants pi and e where they occur, each with its first place: a parameter or a column may hide them.
  const std::vector<Name>& constants() const { return constants_; }
  /// Whether its value is that of a condition, 1 or 0.
  bool is_condition() const { return condition_; }
  const formula::Tree& tree() const { return *tree_; }
  int offset() const { return offset_; }
  /// The formula with what the names of the definitions stand for in their place. Each definition reads only those
  /// before it, as in_order() puts them; one that is read twice is there once. text() has their texts at its end.
  Formula substituted(std::span<const Definition> definitions) const;

 private:
  std::string text_;
  int offset_ = 0;
  std::vector<Name> names_, constants_;
  bool condition_ = false;
  std::shared_ptr<const formula::Tree> tree_;
};

/// response = model, or response ~ model; the response is usually a column's name, or a transformed one such as log(y).
struct Equation {
  std::string text;
  Formula response, model;
  /// Throws FormulaError, also when there is no, or more than one, "=" or "~" (comparisons ==, <=, >=, !=
  /// are not "=").
  static Equation parse(std::string_view text);
};

/// Throws FormulaError where the order of a Bessel function depends on one of these names, which are parameters and
/// definitions that depend on them: there is no derivative by the order in closed form.
void check_orders(const Formula& formula, std::span<const std::string> names);

/// A name that stands for an expression of parameters, columns and other definitions.
struct Definition {
  std::string name;
  Formula formula;
};

/// Definitions that read each other in a circle.
class CyclicDefinition : public Error {
 public:
  explicit CyclicDefinition(std::vector<std::string> names);
  std::vector<std::string> names;  ///< in a circle: each reads the next, the last the first
};

/// The definitions, each after those that it reads, otherwise in the order given. Throws CyclicDefinition; Error for a
/// name that is defined twice.
std::vector<Definition> in_order(std::vector<Definition> definitions);

/// Those that a formula with these names reads, directly or through others, in their order, which is as of in_order().
std::vector<Definition> definitions_read(std::span<const Formula::Name> names, std::span<const Definition> ordered);

/// These names, and those of the definitions, each after those that it reads, that depend on them.
std::vector<std::string> depending_names(std::vector<std::string> names, std::span<const Definition> definitions);

/// What the names of an equation stand for. Names of all kinds must be distinct; one that is
/// called pi or e hides that constant.
struct Symbols {
  std::vector<std::string> parameters = {};
  std::vector<std::string> columns = {};
  std::vector<Definition> definitions = {};  ///< in any order
  /// Parameters that have a value for each row, such as those of the row's group, or the true x of a measured one.
  /// Derivatives by them come after those by the others.
  std::vector<std::string> varying = {};
};

/// Where and why a formula has no finite value.
struct NonFiniteFormula {
  std::int64_t row = 0;       ///< counts from 0
  std::string subexpression;  ///< source text of the first operation that is not finite though its
                              ///< arguments are
  double value = 0.0;
};

/// An operation that is out of range on every row.
struct SaturatedFormula {
  std::string subexpression;  ///< source text of the innermost one
  double value = 0.0;         ///< 0 (or less than the smallest normal number), ±∞, or a limit such as 1 of tanh
  int parameter = -1;         ///< of which another size brings it into range, by its place; −1: none is known
  double size = 0.0;          ///< such a size: the parameter's value times a power of 10
};

/// An equation bound to data: residual r = model − response on each row, ∂r/∂p and Σ w ∇²r, exact.
/// Evaluation is const and thread-safe; the result of a row does not depend on the range it is
/// evaluated in, nor on whether the Jacobian is wanted too.
///
/// Where there are varying parameters, `varying` has an array for each, value [row − begin] on rows [begin, end), which
/// can be read for `padding` more numbers behind its end.
class FormulaModel {
 public:
  static constexpr std::int64_t padding = 8;

  /// `columns` are the data, one array per Symbols::columns, all of one length: `rows`, where there are none.
  /// Throws FormulaError for a name that is neither parameter nor column and as check_orders() does, Error for arrays
  /// of unequal length and for wrong definitions.
  FormulaModel(const Equation& equation, const Symbols& symbols, const std::vector<std::vector<double>>& columns,
               std::int64_t rows = 0);
  ~FormulaModel();
  FormulaModel(FormulaModel&&) noexcept;
  FormulaModel& operator=(FormulaModel&&) noexcept;

  std::int64_t rows() const;
  int parameters() const;                           ///< those that vary included
  int varying() const;                              ///< how many of them vary
  int columns() const;                              ///< of data
  std::span<const double> column(int index) const;  ///< rows() numbers
  /// Row i of the result is row order[i] of this.
  FormulaModel reordered(std::span<const std::int64_t> order) const;

  /// Replaces the data by as many columns of rows() numbers, in the order of Symbols::columns. Nothing is allocated but
  /// scratch memory of the thread. Not while another thread evaluates.
  void set_columns(std::span<const double* const> columns);

  /// Rows [begin, end) to residual[row − begin] and jacobian[j][row − begin]; jacobian, or an
  /// entry, may be null.
  void evaluate(const double* p, std::int64_t begin, std::int64_t end, double* residual, double* const* jacobian,
                const double* const* varying = nullptr) const;
  /// Adds Σ over rows of weight[row − begin] · ∇²r to the parameters() × parameters() row-major,
  /// symmetric S. A row of weight 0 adds nothing, whatever its ∇²r.
  void add_curvature(const double* p, std::int64_t begin, std::int64_t end, const double* weight, double* S,
                     const double* const* varying = nullptr) const;
  /// Rows [begin, end) of the residual, of its derivatives by the varying parameters v, to slope[a], and of its second
  /// ones by them, the lower triangle by rows: ∂²r/∂vₐ∂v_b, b ≤ a, to second[a (a + 1) / 2 + b].
  void evaluate_varying(const double* p, std::int64_t begin, std::int64_t end, double* residual, double* const* slope,
                        double* const* second, const double* const* varying) const;
  /// ∂²r/∂vₐ∂pⱼ, p the n parameters that do not vary, to mixed[a n + j]; n > 0.
  void evaluate_mixed(const double* p, std::int64_t begin, std::int64_t end, double* const* mixed,
                      const double* const* varying) const;
  /// Whether ∂²r/∂pⱼ∂pₖ is there at all, parameters() × parameters(): where it is identically zero, both are linear
  /// beside each other.
  std::vector<char> bends() const;
  /// The model's value (not the residual) on rows [begin, end).
  void predict(const double* p, std::int64_t begin, std::int64_t end, double* value,
               const double* const* varying = nullptr) const;
  /// The response's value on every row. Throws Error when it contains a parameter.
  std::vector<double> response() const;
  /// The first row whose model or response is not finite at p, and the sub-expression where that
  /// begins. Not for varying parameters.
  std::optional<NonFiniteFormula> first_non_finite(const double* p) const;
  /// The same for one row; p holds all parameters, behind the others those that vary, as they are on this row.
  std::optional<NonFiniteFormula> non_finite_at(const double* p, std::int64_t row) const;
  /// The innermost operation of the model, of those that read a parameter, that underflows, overflows or has reached
  /// its limit on every row at p, its arguments being finite and not 0. One pass over the rows at most. None is looked
  /// for where parameters vary.
  std::optional<SaturatedFormula> saturated(const double* p) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A residual group for a formula: a slot holding the parameters in the order of Symbols::parameters, then those that
/// vary, in one slot or several, in the order of Symbols::varying.
class FormulaResiduals final : public ResidualGroup {
 public:
  /// `offset`: where the parameters begin in x.
  FormulaResiduals(std::string name, std::shared_ptr<const FormulaModel> model, std::int64_t offset);
  /// The slots of a model with varying parameters; that of the others is left out where there are none.
  FormulaResiduals(std::string name, std::shared_ptr<const FormulaModel> model, std::vector<Slot> slots);
  /// Such as "row 3: 'log(b1 - x)' is nan"; rows count from 1.
  std::string explain_non_finite(const double* x, std::int64_t item) const override;
  const FormulaModel& model() const { return *model_; }

 protected:
  void compute(const double* x, const ResidualOutput& out) const override;
  void compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                         double* S) const override;
  std::unique_ptr<ResidualGroup> permuted(std::span<const std::int64_t> order) const override;
  void take_data(std::span<const DataColumn> columns) override;
  void take_data_of(const ResidualGroup& original, std::span<const std::int64_t> order) override;

 private:
  /// All slots but that of the parameters that do not vary.
  std::span<const Slot> varying_slots() const;

  /// The model, of this group alone, with columns to be written.
  FormulaModel& own_model();

  std::shared_ptr<const FormulaModel> model_;
  std::shared_ptr<FormulaModel> own_;                ///< is model_, where the group's data were replaced
  std::vector<std::vector<double>> gathered_ = {};   ///< columns in the order of a reordering
  std::vector<const double*> columns_of_data_ = {};  ///< of the model
};

}  // namespace thalweg::inline v0_1
