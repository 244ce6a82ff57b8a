// Eigen's decompositions of dense matrices, compiled once (dense_decompositions.cpp): each takes a compiler seconds, in
// every file that used it.
#pragma once

#include <Eigen/Dense>

namespace Eigen {

extern template class LLT<MatrixXd>;
extern template class LDLT<MatrixXd>;
extern template class PartialPivLU<MatrixXd>;
extern template class HouseholderQR<MatrixXd>;
extern template void HouseholderQR<Ref<MatrixXd>>::computeInPlace();
extern template class ColPivHouseholderQR<MatrixXd>;
extern template void ColPivHouseholderQR<Ref<MatrixXd>>::computeInPlace();
extern template class JacobiSVD<MatrixXd>;
extern template class JacobiSVD<Matrix3d>;
extern template class BDCSVD<MatrixXd>;
extern template class SelfAdjointEigenSolver<MatrixXd>;
extern template class SelfAdjointEigenSolver<Matrix3d>;

}  // namespace Eigen
