// The data of problems/curves/puromycin.csv, in memory, with any model.
#pragma once

#include <string>

#include <thalweg/models/curve_fit.hpp>

namespace puromycin {

inline const std::string michaelis_menten = "Vm * c / (K + c)", hyperbola_starts = "Vm = 200\nK = 0.05";

/// `more`: further lines of [data] and tables.
inline thalweg::CurveFit fit(const std::string& model = michaelis_menten, const std::string& starts = hyperbola_starts,
                             const std::string& more = "") {
  return thalweg::read_toml(
      "[model]\nv = '" + model + "'\n[parameters]\n" + starts +
          "\n[data]\ncolumns = ['c', 'v', 's']\nrows = [[0.02, 76, 9], [0.02, 47, 9], [0.06, 97, 10], "
          "[0.06, 107, 10], [0.11, 123, 11], [0.11, 139, 11], [0.22, 159, 12], [0.22, 152, 12], "
          "[0.56, 191, 13], [0.56, 201, 13], [1.10, 207, 14], [1.10, 200, 14]]\n" +
          more,
      "puromycin.toml", ".");
}

}  // namespace puromycin
