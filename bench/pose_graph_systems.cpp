#include "pose_graph_systems.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <Eigen/Dense>

namespace thalweg::bench {

BlockPattern g2o_pattern(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be opened; expected a g2o file");
  std::map<std::int64_t, std::int32_t> number;
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs;
  int dimension = 0;
  std::string line, tag;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::int64_t a, b;
    if (!(words >> tag) || !tag.starts_with("EDGE_SE") || !(words >> a >> b)) continue;
    dimension = tag == "EDGE_SE2" ? 3 : 6;
    const auto pose = [&](std::int64_t id) {
      return number.try_emplace(id, static_cast<std::int32_t>(number.size())).first->second;
    };
    const std::int32_t from = pose(a);
    pairs.emplace_back(from, pose(b));
  }
  return block_pattern(std::vector<int>(number.size(), dimension), pairs);
}

BlockPattern city_pattern(int poses, int side, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::vector<std::int32_t>> visits(static_cast<std::size_t>(side * side));
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs;
  int x = side / 2, y = side / 2, direction = 0;
  for (std::int32_t pose = 0; pose < poses; ++pose) {
    if (pose > 0) pairs.emplace_back(pose, pose - 1);
    auto& here = visits[static_cast<std::size_t>(y * side + x)];
    for (std::size_t back = 1; back <= std::min<std::size_t>(here.size(), 1); ++back)
      pairs.emplace_back(pose, here[here.size() - back]);
    here.push_back(pose);
    for (;;) {
      const auto turn = random() % 4;
      direction = turn == 0 ? (direction + 1) % 4 : turn == 1 ? (direction + 3) % 4 : direction;
      const int nx = x + (direction == 0) - (direction == 2), ny = y + (direction == 1) - (direction == 3);
      if (nx < 0 || ny < 0 || nx >= side || ny >= side) {
        direction = static_cast<int>(random() % 4);
        continue;
      }
      x = nx, y = ny;
      break;
    }
  }
  return block_pattern(std::vector<int>(static_cast<std::size_t>(poses), 3), pairs);
}

BlockPattern lattice_pattern(int side, int width) {
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs;
  const int poses = side * side * side;
  for (int i = 0; i < poses; ++i) {
    if ((i + 1) % side != 0) pairs.emplace_back(i + 1, i);
    if (i / side % side + 1 < side) pairs.emplace_back(i + side, i);
    if (i / (side * side) + 1 < side) pairs.emplace_back(i + side * side, i);
  }
  return block_pattern(std::vector<int>(static_cast<std::size_t>(poses), width), pairs);
}

std::vector<double> random_blocks(const BlockPattern& pattern, std::uint64_t seed) {
  using Matrix = Eigen::MatrixXd;
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> value(-1.0, 1.0);
  const auto near_unit = [&](int rows, int columns) {
    Matrix J = 0.3 * Matrix::NullaryExpr(rows, columns, [&] { return value(random); });
    J.diagonal().array() += 1.0;
    return J;
  };
  std::vector<Matrix> block(pattern.row.size());
  const auto diagonal = [&](std::int32_t c) -> Matrix& {
    return block[static_cast<std::size_t>(pattern.column_start[static_cast<std::size_t>(c)])];
  };
  for (std::int32_t c = 0; c < pattern.block_columns(); ++c) {
    const int d = pattern.dimension[static_cast<std::size_t>(c)];
    diagonal(c) = 1e-3 * Matrix::Identity(d, d);
  }
  for (std::int32_t c = 0; c < pattern.block_columns(); ++c)
    for (std::int64_t k = pattern.column_start[static_cast<std::size_t>(c)] + 1;
         k < pattern.column_start[static_cast<std::size_t>(c) + 1]; ++k) {
      const std::int32_t r = pattern.row[static_cast<std::size_t>(k)];
      const int rows = pattern.dimension[static_cast<std::size_t>(r)],
                columns = pattern.dimension[static_cast<std::size_t>(c)];
      const Matrix J_r = near_unit(std::max(rows, columns), rows), J_c = -near_unit(std::max(rows, columns), columns);
      block[static_cast<std::size_t>(k)] = J_r.transpose() * J_c;
      diagonal(r) += J_r.transpose() * J_r;
      diagonal(c) += J_c.transpose() * J_c;
    }
  std::vector<double> numbers;
  for (const Matrix& B : block) numbers.insert(numbers.end(), B.data(), B.data() + B.size());
  return numbers;
}

}  // namespace thalweg::bench
