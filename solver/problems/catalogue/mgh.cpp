// Moré, Garbow & Hillstrom (1981): the 43 instances in common use, their starts and minima. The minima were recomputed in
// 113-bit arithmetic. Chebyquad's n = 10 has a lower one than the published 6.50395e-3, found from scattered starts; its
// n = 1 starts on a maximum.
#include <utility>
#include <vector>

#include "problems/catalogue/build.hpp"

namespace thalweg::catalogue_parts {
namespace {

struct Instance {
  int number;
  const char *name, *title;
  int n, m;
  std::vector<double> start;
  std::vector<KnownMinimum> minima;
};

/// t(t − 1) at t = i/(n + 1).
std::vector<double> boundary_start(int n) {
  std::vector<double> x;
  for (int i = 1; i <= n; ++i) x.push_back(double(i) / (n + 1) * (double(i) / (n + 1) - 1.0));
  return x;
}

/// i/(n + 1).
std::vector<double> equal_spacing(int n) {
  std::vector<double> x;
  for (int i = 1; i <= n; ++i) x.push_back(double(i) / (n + 1));
  return x;
}

std::vector<Instance> instances() {
  return {
      {1, "rosenbrock", "Rosenbrock", 2, 2, {-1.2, 1.0}, {{0, {1, 1}, true}}},
      {2, "freudenstein-roth", "Freudenstein-Roth", 2, 2, {0.5, -2.0}, {{0, {5, 4}, true}, {48.98425367924, {11.412778986902, -0.896805253274}, false}}},
      {3, "powell-badly-scaled", "Powell badly scaled", 2, 2, {0.0, 1.0}, {{0, {1.0981593297e-05, 9.1061467399}, true}}},
      {4, "brown-badly-scaled", "Brown badly scaled", 2, 3, {1.0, 1.0}, {{0, {1e6, 2e-6}, true}}},
      {5, "beale", "Beale", 2, 3, {1.0, 1.0}, {{0, {3, 0.5}, true}}},
      {6, "jennrich-sampson", "Jennrich-Sampson", 2, 10, {0.3, 0.4}, {{124.3621823556, {0.25782521367, 0.25782521367}, true}}},
      {7, "helical-valley", "Helical valley", 3, 3, {-1.0, 0.0, 0.0}, {{0, {1, 0, 0}, true}}},
      {8, "bard", "Bard", 3, 15, {1.0, 1.0, 1.0}, {{0.008214877306579, {0.0824105597498, 1.13303609203, 2.34369517864}, true}, {17.42863333333333, {}, false}}},
      {9, "gaussian", "Gaussian", 3, 15, {0.4, 1.0, 0.0}, {{1.127932769619e-08, {0.398956137839, 1.00001908449, 0}, true}}},
      {10, "meyer", "Meyer", 3, 16, {0.02, 4000.0, 250.0}, {{87.94585517085, {0.00560963647103, 6181.34634629, 345.223634624}, true}}},
      {11, "gulf", "Gulf R&D", 3, 99, {5.0, 2.5, 0.15}, {{0, {50, 25, 1.5}, true}}},
      {12, "box-3d", "Box 3-D", 3, 10, {0.0, 10.0, 20.0}, {{0, {1, 10, 1}, true}, {0.0755887407550, {}, false}}},
      {13, "powell-singular", "Powell singular", 4, 4, {3.0, -1.0, 0.0, 1.0}, {{0, std::vector<double>(4, 0), true}}},
      {14, "wood", "Wood", 4, 6, {-3.0, -1.0, -3.0, -1.0}, {{0, std::vector<double>(4, 1), true}}},
      {15, "kowalik-osborne", "Kowalik-Osborne", 4, 11, {0.25, 0.39, 0.415, 0.39}, {{0.0003075056038492, {0.192806934579, 0.191282328734, 0.123056506926, 0.136062330684}, true}, {1.027340e-3, {}, false}}},
      {16, "brown-dennis", "Brown-Dennis", 4, 20, {25.0, 5.0, -5.0, -1.0}, {{85822.20162636, {-11.5944399048, 13.2036300512, -0.403439488177, 0.236778774456}, true}}},
      {17, "osborne-1", "Osborne 1", 5, 33, {0.5, 1.5, -1.0, 0.01, 0.02}, {{5.464894697483e-05, {0.375410052107, 1.93584691271, -1.46468713661, 0.0128675346401, 0.0221226996617}, true}}},
      {18, "biggs-exp6", "Biggs EXP6", 6, 13, {1.0, 2.0, 1.0, 1.0, 1.0, 1.0}, {{0, {1, 10, 1, 5, 4, 3}, true}, {5.655649925e-3, {}, false}, {0.306366772623, {}, false}}},
      {19, "osborne-2", "Osborne 2", 11, 65, {1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5}, {{0.04013773629355, {1.30997715463, 0.431553794603, 0.633661698961, 0.599430534786, 0.754183226328, 0.90428857986, 1.36581183524, 4.82369881723, 2.39868486613, 4.56887459767, 5.67534147058}, true}, {1.789813586881, {}, false}}},
      {20, "watson-6", "Watson, n = 6", 6, 31, std::vector<double>(6, 0.0), {{0.002287670053552, {-0.0157250864015, 1.01243486937, -0.232991625957, 1.2604300878, -1.51372892272, 0.992996432431}, true}}},
      {20, "watson-9", "Watson, n = 9", 9, 31, std::vector<double>(9, 0.0), {{1.399760138101e-06, {-1.53070365214e-05, 0.999789703932, 0.0147639636936, 0.146342328299, 1.000821103, -2.61773114052, 4.10440316448, -3.14361227856, 1.05262640801}, true}}},
      {20, "watson-12", "Watson, n = 12", 12, 31, std::vector<double>(12, 0.0), {{4.722381105645e-10, {-6.63805613276e-09, 1.00000164412, -0.00056393221032, 0.347820540504, -0.156731504092, 1.05281517718, -3.24727115338, 7.28843489777, -10.2718482411, 9.07411364689, -4.54137546661, 1.01201188854}, true}}},
      {21, "extended-rosenbrock-10", "Extended Rosenbrock, n = 10", 10, 10, {-1.2, 1.0, -1.2, 1.0, -1.2, 1.0, -1.2, 1.0, -1.2, 1.0}, {{0, std::vector<double>(10, 1), true}}},
      {22, "extended-powell-singular-12", "Extended Powell singular, n = 12", 12, 12, {3.0, -1.0, 0.0, 1.0, 3.0, -1.0, 0.0, 1.0, 3.0, -1.0, 0.0, 1.0}, {{0, std::vector<double>(12, 0), true}}},
      {23, "penalty-1-4", "Penalty I, n = 4", 4, 5, {1.0, 2.0, 3.0, 4.0}, {{2.2499775009e-05, std::vector<double>(4, 0.250007499588), true}}},
      {23, "penalty-1-10", "Penalty I, n = 10", 10, 11, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0}, {{7.08765146709e-05, std::vector<double>(10, 0.158122301113), true}}},
      {24, "penalty-2-4", "Penalty II, n = 4", 4, 8, std::vector<double>(4, 0.5), {{9.376293007355e-06, {0.19999933335, 0.191316700993, 0.480101485333, 0.51884540439}, true}}},
      {24, "penalty-2-10", "Penalty II, n = 10", 10, 20, std::vector<double>(10, 0.5), {{0.0002936605374567, {0.199983605198, 0.0103506484713, 0.0196049344804, 0.0320890672207, 0.0499326773996, 0.076513995154, 0.11862407287, 0.192144872336, 0.347320586942, 0.369164374159}, true}}},
      {25, "variably-dimensioned-10", "Variably dimensioned, n = 10", 10, 12, {0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0}, {{0, std::vector<double>(10, 1), true}}},
      {26, "trigonometric-10", "Trigonometric, n = 10", 10, 10, std::vector<double>(10, 0.1), {{0, {}, true}, {2.795056121879e-05, {0.0551509039807, 0.0568406167947, 0.0587640017627, 0.0609906086568, 0.0636262136959, 0.0668431794528, 0.20816151857, 0.164363095886, 0.0850068956885, 0.0914314507147}, false}, {4.218633887924e-05, {}, false}}},
      {27, "brown-almost-linear-10", "Brown almost linear, n = 10", 10, 10, std::vector<double>(10, 0.5), {{0, {0.97943030335, 0.97943030335, 0.97943030335, 0.97943030335, 0.97943030335, 0.97943030335, 0.97943030335, 0.97943030335, 0.97943030335, 1.2056969665}, true}, {1, {}, false}}},
      {27, "brown-almost-linear-30", "Brown almost linear, n = 30", 30, 30, std::vector<double>(30, 0.5), {{0, std::vector<double>(30, 1), true}, {1, {}, false}}},
      {28, "discrete-boundary-value-10", "Discrete boundary value, n = 10", 10, 10, boundary_start(10), {{0, {-0.0431649825188, -0.0815771565354, -0.114485714381, -0.140973576863, -0.159908696182, -0.169877202313, -0.169089983781, -0.155249535222, -0.125355891679, -0.0754165336859}, true}}},
      {29, "discrete-integral-10", "Discrete integral equation, n = 10", 10, 10, boundary_start(10), {{0, {-0.0431649825188, -0.0815771565354, -0.114485714381, -0.140973576863, -0.159908696182, -0.169877202313, -0.169089983781, -0.155249535222, -0.125355891679, -0.0754165336859}, true}}},
      {30, "broyden-tridiagonal-10", "Broyden tridiagonal, n = 10", 10, 10, std::vector<double>(10, -1.0), {{0, {-0.570722132011, -0.681806949984, -0.702210076018, -0.705510629895, -0.704906155729, -0.70149660703, -0.691889322355, -0.665796514406, -0.596035109026, -0.416412257529}, true}}},
      {31, "broyden-banded-10", "Broyden banded, n = 10", 10, 10, std::vector<double>(10, -1.0), {{0, {-0.428302863587, -0.476596424356, -0.519652463647, -0.558099324832, -0.592506156829, -0.624503682199, -0.623239471441, -0.621393841797, -0.620453596659, -0.58646927072}, true}}},
      {32, "linear-full-rank-5", "Linear, full rank, n = 5", 5, 10, std::vector<double>(5, 1.0), {{5, std::vector<double>(5, -1), true}}},
      {33, "linear-rank-1-5", "Linear, rank 1, n = 5", 5, 10, std::vector<double>(5, 1.0), {{2.142857142857, {}, true}}},
      {34, "linear-rank-1-zero-5", "Linear, rank 1, zero columns and rows, n = 5", 5, 10, std::vector<double>(5, 1.0), {{3.647058823529, {}, true}}},
      {35, "chebyquad-8", "Chebyquad, n = 8", 8, 8, equal_spacing(8), {{0.003516873725678, {0.043152760151, 0.193090840384, 0.26632870689, 0.5, 0.5, 0.73367129311, 0.806909159616, 0.956847239849}, true}}},
      {35, "chebyquad-9", "Chebyquad, n = 9", 9, 9, equal_spacing(9), {{0, {0.0442053461358, 0.19949067231, 0.235619108471, 0.416046907893, 0.5, 0.583953092107, 0.764380891529, 0.80050932769, 0.955794653864}, true}}},
      {35, "chebyquad-10", "Chebyquad, n = 10", 10, 10, equal_spacing(10), {{0.004772713696375, {0.07474816621, 0.17151817695, 0.28643415256, 0.35964645065, 0.47075052286, 0.61673833504, 0.61673833504, 0.79981080153, 0.84485464226, 0.96700662699}, true}, {0.006503954800882, {0.0596199005358, 0.166708281836, 0.239170658943, 0.398884292306, 0.398884292306, 0.601115707694, 0.601115707694, 0.760829341057, 0.833291718164, 0.940380099464}, false}}},
      {35, "chebyquad-1", "Chebyquad, n = 1", 1, 8, {0.5}, {{3.066527232398, {0.4089717449456}, true}, {3.239086001247, {0.2406548281867}, false}, {3.491482170139, {0.1024086222284}, false}, {3.550391297676, {0.9817312640358}, false}}},
  };
}

Builder builder(const Instance& of) {
  if (of.number <= 12) return mgh_small(of.number, of.n, of.m);
  return of.number <= 24 ? mgh_medium(of.number, of.n, of.m) : mgh_variable(of.number, of.n, of.m);
}

}  // namespace

void add_mgh(std::vector<CatalogueProblem>& all) {
  std::vector<Instance> list = instances();
  for (Instance& each : list) {
    CatalogueProblem entry;
    entry.name = each.name;
    entry.title = each.title;
    entry.source = "Moré, Garbow & Hillstrom 1981, problem " + std::to_string(each.number);
    entry.parameters = each.n;
    entry.residuals = each.m;
    entry.starts = {each.start};
    entry.problem = builder(each);
    entry.minima = std::move(each.minima);
    all.push_back(std::move(entry));
  }
}

}  // namespace thalweg::catalogue_parts
