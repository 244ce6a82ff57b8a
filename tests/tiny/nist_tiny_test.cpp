// NIST's nonlinear regressions by tiny solves, from both starts.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/nist_models.hpp>
#include <thalweg/tiny/solve.hpp>

using namespace thalweg;

namespace {

struct Data {
  std::vector<std::vector<double>> x;  ///< of each predictor
  std::vector<double> y;
  std::vector<std::vector<double>> starts;
  std::vector<double> certified;
};

Data read(const std::string& name) {
  const CurveFit file = read_curve_fit(std::string(THALWEG_SOURCE_DIR) + "/problems/nist/" + name + ".toml");
  const DataSet& set = file.data.front();
  Data d;
  for (std::size_t k = 0; k < set.columns.size(); ++k) {
    if (set.columns[k] == "y") {
      d.y = set.values[k];
    } else {
      d.x.push_back(set.values[k]);
    }
  }
  d.starts.resize(file.parameters.front().starts.size());
  for (const FitParameter& p : file.parameters) {
    for (std::size_t s = 0; s < d.starts.size(); ++s) d.starts[s].push_back(p.starts[s]);
    d.certified.push_back(p.certified.value().value);
  }
  return d;
}

template <class Model>
struct Residuals {
  const Data& data;
  template <class P>
  auto operator()(const P& p, int row) const {
    const auto i = static_cast<std::size_t>(row);
    if constexpr (Model::predictors == 2) {
      return Model{}(p, data.x[0][i], data.x[1][i], data.y[i]);
    } else {
      return Model{}(p, data.x[0][i], data.y[i]);
    }
  }
};

/// Solves that converged, of all. Each that did has the certified parameters.
struct Count {
  int converged = 0, all = 0;
};
template <tiny::Reduction reduction>
Count expect_certified() {
  Count count;
  nist::for_each_problem([&](const char* name, auto model) {
    using Model = decltype(model);
    const Data data = read(name);
    for (const auto& start : data.starts) {
      std::array<double, Model::parameters> from;
      std::copy_n(start.begin(), from.size(), from.begin());
      const auto result = tiny::solve<reduction>(Residuals<Model>{data}, static_cast<int>(data.y.size()), from,
                                                 {.tolerance = 1e-20, .max_iterations = 500});
      ++count.all;
      CAPTURE(name);
      CAPTURE(from[0]);
      CAPTURE(to_string(result.status));
      if (!result.converged()) continue;
      ++count.converged;
      // Lanczos's first data are exact to the last digit printed: rounding them to doubles moves the eighth digit.
      const double wanted = std::string(name) == "lanczos1" ? 1e-6 : 1e-7;
      for (std::size_t j = 0; j < from.size(); ++j)
        CHECK(std::abs(result.parameters[j] - data.certified[j]) <= wanted * std::abs(data.certified[j]));
    }
  });
  return count;
}

}  // namespace

TEST_CASE("tiny: NIST's certified values wherever a solve says that it converged, by normal equations") {
  const Count count = expect_certified<tiny::Reduction::normal_equations>();
  CHECK(count.all == 54);
  CHECK(count.converged >= 40);
}

TEST_CASE("tiny: NIST's certified values wherever a solve says that it converged, by rotations") {
  const Count count = expect_certified<tiny::Reduction::rotations>();
  CHECK(count.all == 54);
  CHECK(count.converged >= 40);
}
