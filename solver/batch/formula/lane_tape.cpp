#include "batch/formula/lane_tape.hpp"

#include <algorithm>
#include <utility>

#include "formula/tape/execute.hpp"

namespace thalweg::inline v0_1::batch {
namespace {

using formula::Instruction;
using formula::Op;
using formula::Operand;

/// Operations whose kernels work on packs, so that scalars may differ from lane to lane. The others read one number of
/// a scalar.
bool works_on_packs(Op op) {
  switch (op) {
    case Op::copy:
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::negate:
    case Op::power:
    case Op::multiply_add:
    case Op::multiply_subtract:
    case Op::subtract_product:
    case Op::exp_product:
    case Op::guarded_multiply:
    case Op::lower_power:
    case Op::exp:
    case Op::expm1:
    case Op::log:
    case Op::log10:
    case Op::log1p:
    case Op::sqrt:
    case Op::cbrt:
    case Op::abs:
    case Op::sign:
    case Op::sin:
    case Op::cos:
    case Op::tan:
    case Op::asin:
    case Op::acos:
    case Op::atan:
    case Op::atan2:
    case Op::hypot:
    case Op::min:
    case Op::max:
    case Op::sinh:
    case Op::cosh:
    case Op::tanh:
    case Op::sech_squared:
    case Op::erf:
    case Op::erfc:
    case Op::floor:
    case Op::ceil:
    case Op::expit:
    case Op::softplus:
    case Op::normcdf:
    case Op::normpdf:
    case Op::less:
    case Op::less_equal:
    case Op::equal:
    case Op::not_equal:
    case Op::logical_and:
    case Op::logical_or:
    case Op::logical_not:
    case Op::select:
    case Op::choose:
      return true;
    default:
      return false;
  }
}

/// An operand's numbers, row after row; of a scalar or constant those of one pack, again and again.
struct Numbers {
  Numbers(Operand o, double* const* bases) : at(bases[o.base] + o.offset), fixed(o.base < formula::first_moving) {}
  double operator[](std::ptrdiff_t i) const { return at[fixed ? i % native_lanes : i]; }
  const double* at;
  bool fixed;
};

void one_by_one(const Instruction& self, double* const* bases, std::ptrdiff_t packs) {
  double* const to = bases[self.to.base] + self.to.offset;
  const int count = formula::arity(self.op);
  const Numbers a(self.a, bases), b(count > 1 ? self.b : self.a, bases), c(count > 2 ? self.c : self.a, bases);
  for (std::ptrdiff_t i = 0; i < packs * native_lanes; ++i)
    to[i] = formula::apply(self.op, a[i], b[i], c[i], self.order);
}

/// Memory of one thread for its runs.
struct Workspace {
  formula::AlignedVector scratch;
  std::vector<double*> bases;
};

Workspace& workspace(const formula::Tape& tape) {
  thread_local Workspace w;
  if (w.scratch.size() < tape.scratch()) w.scratch.resize(tape.scratch());
  const std::size_t bases =
      formula::first_output_base + static_cast<std::size_t>(tape.outputs) + tape.columns.size() + tape.varying.size();
  if (w.bases.size() < bases) w.bases.resize(bases);
  return w;
}

}  // namespace

LaneTape::LaneTape(formula::Tape tape) : tape_(std::move(tape)) {
  for (auto* code : {&tape_.scalar_code, &tape_.row_code})
    for (Instruction& i : *code)
      if (!works_on_packs(i.op)) i.kernel = one_by_one;
}

void LaneTape::run(const double* parameters, const double* const* varying, int begin, int count,
                   double* const* outputs) const {
  Workspace& own = workspace(tape_);
  double* const scratch = own.scratch.data();
  double** const bases = own.bases.data();
  bases[formula::scalar_base] = scratch;
  bases[formula::constant_base] = const_cast<double*>(tape_.constants.data());  // only read
  bases[formula::register_base] = scratch + tape_.scalars;
  for (const formula::Tape::Load& load : tape_.loads)
    P::load(parameters + load.parameter * batch_lanes).store(scratch + load.offset);
  if (!tape_.scalar_code.empty()) formula::execute(tape_.scalar_code, bases, 1);
  const int most = tape_.block / native_lanes;
  for (int done = 0; done < count; done += most) {
    const std::ptrdiff_t row = std::ptrdiff_t{done} * native_lanes;
    double** base = bases + formula::first_output_base;
    for (int k = 0; k < tape_.outputs; ++k) *base++ = outputs[k] + row;
    for (const double* column : tape_.columns)
      *base++ = const_cast<double*>(column) + (std::ptrdiff_t{begin} * native_lanes + row);  // only read
    for (const int v : tape_.varying) *base++ = const_cast<double*>(varying[v]) + row;       // only read
    formula::execute(tape_.row_code, bases, std::min(most, count - done));
  }
}

}  // namespace thalweg::inline v0_1::batch
