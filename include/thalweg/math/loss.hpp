// Robust losses: ρ(s) of a residual's s = ‖r‖², so that the cost ½ Σ ρ(‖r‖²) listens less to outliers.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace thalweg::inline v0_1 {

/// A loss as a value, cheap to copy. With c the scale, in units of r, and b = c²:
///
///     trivial         s
///     huber           s up to b, then 2c√s − b                        Huber 1964
///     soft-l1         2b (√(1 + s/b) − 1)                             Charbonnier et al. 1994
///     cauchy          b ln(1 + s/b)                                   Black & Anandan 1996 (Lorentzian)
///     arctan          a atan(s/a), a in units of r²                   Ceres Solver
///     tukey           (b/3) (1 − (1 − s/b)³) up to b, then b/3        Beaton & Tukey 1974
///     geman-mcclure   s / (1 + s/b)                                   Geman & McClure 1985
///     welsch          b (1 − exp(−s/b))                               Dennis & Welsch 1978
///     tolerant        B ln(1 + e^((s−A)/B)) − B ln(1 + e^(−A/B)),     Ceres Solver
///                     A ≥ 0 and B > 0 in units of r²
///     barron          2b (2−α)/α ((1 + s/(b(2−α)))^(α/2) − 1),        Barron 2019, equation 8, times 2b; its limits
///                     shape α ≤ 2                                     at α = 2, 0 and −∞
///
/// They agree with those of Ceres Solver (2.1) of the same name. All are 0 at 0 and rise; ρ'(0) = 1, so that small
/// residuals count as in least squares, but for tolerant, where ρ'(0) = 1 / (1 + e^(A/B)), and a factor, which
/// multiplies it. All are finite for finite s.
class Loss {
 public:
  enum class Kind { trivial, huber, soft_l1, cauchy, arctan, tukey, geman_mcclure, welsch, tolerant, barron, custom };
  struct Value {
    double rho, first, second;  ///< ρ, dρ/ds, d²ρ/ds²
  };

  Loss() = default;  ///< trivial: least squares
  // Scales are numbers from 1e-150 to 1e150; Error for others.
  static Loss trivial() { return {}; }
  static Loss huber(double scale);
  static Loss soft_l1(double scale);
  static Loss cauchy(double scale);
  static Loss arctan(double scale_of_square);
  static Loss tukey(double scale);
  static Loss geman_mcclure(double scale);
  static Loss welsch(double scale);
  static Loss tolerant(double a, double b);
  static Loss barron(double shape, double scale);
  /// The caller's own ρ(s), s ≥ 0, with ρ(0) = 0 and ρ' ≥ 0; called from several threads at once. `scale`, in units of
  /// r, is where it begins to bend: what graduated non-convexity starts from.
  static Loss custom(std::function<Value(double)> rho, std::string name, double scale = 1.0);

  /// factor · ρ, factor > 0 and finite.
  Loss scaled(double factor) const;
  /// The same kind with its scale (in units of r) times m > 0, m² ρ(s/m²) with the factor left as it is; m = ∞: least
  /// squares.
  Loss with_scale_times(double m) const;

  Value operator()(double s) const;
  Kind kind() const { return kind_; }
  double factor() const { return factor_; }
  /// In units of r; ∞ for trivial.
  double scale() const;
  bool is_trivial() const { return kind_ == Kind::trivial && factor_ == 1.0; }
  /// Whether ρ(r²) is a convex function of r, so that it adds no local minima. Unknown, so false, for custom ones.
  bool is_convex() const;

  friend std::string to_string(const Loss& loss);

 private:
  struct Custom {
    std::function<Value(double)> rho;
    std::string name;
    double scale;
  };
  Loss(Kind kind, double first, double second);
  Value plain(double s) const;

  Kind kind_ = Kind::trivial;
  double first_ = 1.0;   // the scale; A of tolerant; of custom: what the scale was multiplied by
  double second_ = 1.0;  // the squared scale; B of tolerant
  double shape_ = 2.0;   // α of barron
  double factor_ = 1.0;
  std::shared_ptr<const Custom> custom_;
};

/// "huber:1.5", "tolerant:2:0.5", "barron:-2:1.5", "0.5*huber:1.5": what parse_loss reads back as the same bits. Of a
/// custom loss its name.
std::string to_string(const Loss& loss);

/// The other way round: NAME, NAME:SCALE, tolerant:A:B or barron:SHAPE:SCALE, behind FACTOR* if wanted; a scale left
/// out is 1. Throws Error that says what there is.
Loss parse_loss(std::string_view text);

/// One line for each kind that parse_loss knows.
struct LossInfo {
  std::string_view name;
  std::string_view parameters;  ///< "SCALE", "A:B"; empty: none
  std::string_view about;
};
std::span<const LossInfo> known_losses();

}  // namespace thalweg::inline v0_1
