#include "math/dense_decompositions.hpp"

namespace Eigen {

template class LLT<MatrixXd>;
template class LDLT<MatrixXd>;
template class PartialPivLU<MatrixXd>;
template class HouseholderQR<MatrixXd>;
template void HouseholderQR<Ref<MatrixXd>>::computeInPlace();
template class ColPivHouseholderQR<MatrixXd>;
template void ColPivHouseholderQR<Ref<MatrixXd>>::computeInPlace();
template class JacobiSVD<MatrixXd>;
template class JacobiSVD<Matrix3d>;
template class BDCSVD<MatrixXd>;
template class SelfAdjointEigenSolver<MatrixXd>;
template class SelfAdjointEigenSolver<Matrix3d>;

}  // namespace Eigen
