// CHOLMOD's objects (64-bit indices), owned and silent. Only the files that call CHOLMOD include this.
#pragma once

#include <utility>
#include <vector>

#include <linear/cholmod_library.hpp>
#include <thalweg/linear/linear_solver.hpp>

namespace thalweg::inline v0_1::cholmod {

using Index = SuiteSparse_long;

/// The supernodal method from this many flops per nonzero of L on, the simplicial one below. Both were timed on 93
/// factors (bands, arrows, grids, local and random graphs, dense and camera-like ones, of 5 to 4,900 blocks 1, 3, 6 and
/// 9 wide; CHOLMOD 3.0.14, OpenBLAS 0.3.21, AVX-512, one thread): switching at 40, which is CHOLMOD's default,
/// takes 1.03 times what the better of the two takes (geometric mean; at 35 the same; 1.06 at 25 and at 60; 1.2 at 15
/// and at 100), at worst 2.4 times, on a dense matrix of order 45. Of the pose graphs, intel (17) and manhattan (35)
/// are 2.7 and 1.6 times as fast simplicial, sphere2500 (253) and torus3D (396) 5.8 and 7.4 times as fast supernodal.
inline constexpr double supernodal_switch = 40.0;

/// CHOLMOD's settings and workspace, silent: every failure is its status.
struct Common : cholmod_common {
  Common() {
    library().start(this);
    print = 0;
    error_handler = nullptr;
    useGPU = 0;  // otherwise an environment variable decides
    nmethods = 1;
    postorder = 1;
    supernodal = CHOLMOD_AUTO;
    supernodal_switch = cholmod::supernodal_switch;
    final_asis = 1;
    final_ll = 1;
    final_pack = 1;  // with grow2 = 0: exactly the memory that L needs
    grow2 = 0;
    quick_return_if_not_posdef = 1;
  }
  ~Common() { library().finish(this); }
  Common(const Common&) = delete;
  Common& operator=(const Common&) = delete;

  LinearStatus outcome() const {
    if (status == CHOLMOD_OK) return LinearStatus::ok;
    return status == CHOLMOD_NOT_POSDEF ? LinearStatus::retry : LinearStatus::fatal;
  }
};

/// A factor or a dense matrix, freed by the Common that made it, which must outlive it.
class Factor {
 public:
  explicit Factor(Common& common) : common_(common) {}
  ~Factor() { reset(nullptr); }
  Factor(const Factor&) = delete;
  Factor& operator=(const Factor&) = delete;
  void reset(cholmod_factor* factor) {
    library().free_factor(&factor_, &common_);
    factor_ = factor;
  }
  void swap(Factor& other) { std::swap(factor_, other.factor_); }
  cholmod_factor* get() const { return factor_; }
  cholmod_factor* operator->() const { return factor_; }
  explicit operator bool() const { return factor_ != nullptr; }

 private:
  Common& common_;
  cholmod_factor* factor_ = nullptr;
};

class Dense {
 public:
  explicit Dense(Common& common) : common_(common) {}
  ~Dense() { library().free_dense(&dense_, &common_); }
  Dense(const Dense&) = delete;
  Dense& operator=(const Dense&) = delete;
  cholmod_dense** address() { return &dense_; }

 private:
  Common& common_;
  cholmod_dense* dense_ = nullptr;
};

/// A symmetric matrix in compressed columns, one triangle.
struct Columns {
  std::vector<Index> start, row;

  cholmod_sparse view(int triangle, double* values) {
    cholmod_sparse A{};
    A.nrow = A.ncol = start.size() - 1;
    A.nzmax = row.size();
    A.p = start.data();
    A.i = row.data();
    A.x = values;
    A.stype = triangle;
    A.itype = CHOLMOD_LONG;
    A.xtype = values ? CHOLMOD_REAL : CHOLMOD_PATTERN;
    A.dtype = CHOLMOD_DOUBLE;
    A.packed = 1;
    return A;
  }
};
inline constexpr int lower = -1, upper = 1;

}  // namespace thalweg::inline v0_1::cholmod
