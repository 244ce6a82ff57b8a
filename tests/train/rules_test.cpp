#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/capture.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/train/rules.hpp>
#include <thalweg/train/update_rule.hpp>

using namespace thalweg;

namespace {

using Pair = std::array<double, 2>;

/// Of F = θ₁² + θ₁θ₂ + 2θ₂².
Pair gradient_at(const Pair& p) { return {2.0 * p[0] + p[1], p[0] + 4.0 * p[1]}; }
constexpr Pair start = {1.0, -1.5};

void step(UpdateRule& rule, Pair& theta) {
  Pair point;
  rule.ahead(theta, point);
  const Pair g = gradient_at(point);
  rule.step(theta, g);
}

struct Path {
  Rule rule;
  double rate;
  Pair points[10];  ///< after each of ten steps from the start
};

/// With the default constants: μ = 0.9, β₁ = 0.9, β₂ = 0.999, ρ = 0.9 (adadelta 0.95), ε = 1e-8 (adadelta 1e-6),
/// λ = 0.01. Computed apart from this code, in decimal numbers of 60 digits, from the formulas that rules.hpp gives
/// with their sources; momentum by Polyak's θ − αg + μ (θ − θ before), nesterov-shifted by Nesterov's two sequences y ←
/// φ − αg, φ ← y + μ (y − y before).
const Path paths[] = {
    {Rule::sgd,
     0.1,
     {{0.95, -1},
      {0.86, -0.695},
      {0.7575, -0.503},
      {0.6563, -0.37755},
      {0.562795, -0.29216},
      {0.479452, -0.2315755},
      {0.40671915, -0.1868905},
      {0.34406437, -0.152806215},
      {0.2905321175, -0.126090166},
      {0.2450347106, -0.10470731135}}},
    {Rule::momentum,
     0.05,
     {{0.975, -1.25},
      {0.9175, -0.82375},
      {0.8151875, -0.32125},
      {0.65765, 0.154490625},
      {0.44237671875, 0.5188765625},
      {0.178449265625, 0.7209297578125},
      {-0.112976856640625, 0.74966921875},
      {-0.401446141953125, 0.6312497326757812},
      {-0.6524863711728516, 0.4184945557714844},
      {-0.8340986681418945, 0.1759403039619629}}},
    {Rule::nesterov,
     0.05,
     {{0.975, -1.25},
      {0.9085, -0.867625},
      {0.789959375, -0.4612225},
      {0.61971854375, -0.110531840625},
      {0.409597128421875, 0.14074671246875},
      {0.18009419865125, 0.2824935354711719},
      {-0.04431587813674883, 0.3293754628457969},
      {-0.240234912395501, 0.3095696053486649},
      {-0.3894930555856024, 0.2542235690424158},
      {-0.4816634528293639, 0.1897209783162679}}},
    {Rule::nesterov_shifted,
     0.05,
     {{0.9525, -1.025},
      {0.84865, -0.5234875},
      {0.6832728125, -0.09546025},
      {0.466501795625, 0.2050897528125},
      {0.2204878546265625, 0.366897410253125},
      {-0.0264584381423125, 0.4100656761733515},
      {-0.2462849472459478, 0.3715691974829594},
      {-0.4165620432283779, 0.2917443336012461},
      {-0.5238253844566937, 0.2044121363667916},
      {-0.5646168103487492, 0.1316686466627349}}},
    {Rule::adagrad,
     0.5,
     {{0.5000000099999998, -1.000000001},
      {0.4999999910000006, -0.7132688296180265},
      {0.2512658391591854, -0.533402405441995},
      {0.2780073151352543, -0.3951295452217151},
      {0.1437594933494178, -0.3011550692857923},
      {0.155134945317391, -0.2254966652367586},
      {0.08511260447450381, -0.1725324167613574},
      {0.08701833494054789, -0.1297837159912565},
      {0.05056312446742988, -0.09930841683457745},
      {0.04906561641943917, -0.07488842864166008}}},
    {Rule::adadelta,
     1,
     {{0.9955280429197062, -1.495527865833854},
      {0.9910189885661267, -1.491004692476195},
      {0.9864984505601535, -1.486451085477209},
      {0.9819792070575608, -1.481877330783571},
      {0.9774688358271971, -1.477289599437932},
      {0.972972284625074, -1.472692008023056},
      {0.9684929827134273, -1.468087499734234},
      {0.9640334014325553, -1.463478284297856},
      {0.9595953682797654, -1.458866082160005},
      {0.9551802569468859, -1.45425227092978}}},
    {Rule::rmsprop,
     0.1,
     {{0.6837722539831608, -1.183772235983162},
      {0.5695314874977258, -0.9783970818188519},
      {0.4696423477936008, -0.8228251662613161},
      {0.395450840627256, -0.6960597720142271},
      {0.333016393351937, -0.5895464152807435},
      {0.2806738884202278, -0.4984012691023639},
      {0.2357280727915434, -0.419695799788382},
      {0.1970626605911964, -0.3514508947615672},
      {0.1636482521887699, -0.2922599977460542},
      {0.1348505854266633, -0.2410488070816268}}},
    {Rule::rmsprop_momentum,
     0.05,
     {{0.8418861269915804, -1.341886117991581},
      {0.6071328293595553, -1.090436936272075},
      {0.3614064480476393, -0.7824183070452639},
      {0.1576257011018267, -0.4462706548358947},
      {0.01323214549252651, -0.1081551717436099},
      {-0.09141463822048179, 0.2057962344294913},
      {-0.1930882374482234, 0.4707192321123372},
      {-0.3131836838067649, 0.6677280251107285},
      {-0.4359491123695744, 0.78818824626856},
      {-0.5157177509747755, 0.8333243791494367}}},
    {Rule::rmsprop_nesterov,
     0.05,
     {{0.8418861269915804, -1.341886117991581},
      {0.638262760459352, -1.096205991854978},
      {0.4437245802782121, -0.8030281719911352},
      {0.2692829981127, -0.4940326107005726},
      {0.1091869811113893, -0.1971347078374766},
      {-0.03500328352421556, 0.06360682228009226},
      {-0.1523428024933707, 0.2701652308861297},
      {-0.2331892523387237, 0.412669976611031},
      {-0.2755663785342742, 0.4896051219137609},
      {-0.2833422413888639, 0.5060959391600039}}},
    {Rule::adam,
     0.2,
     {{0.8000000039999999, -1.3000000004},
      {0.6085019727623457, -1.101070385875615},
      {0.4383846410234724, -0.9041979483906764},
      {0.304547055461052, -0.710697019247019},
      {0.2114352672252008, -0.5223648659033122},
      {0.1492747636575957, -0.3416073540040607},
      {0.1022526180792838, -0.1714357737764101},
      {0.05550559122807572, -0.01527903806276374},
      {-0.0006011214005707062, 0.1234081456681334},
      {-0.06848792595714756, 0.2416657103342632}}},
    {Rule::adam_uncorrected,
     0.1,
     {{0.6837724339830356, -1.183772253983161},
      {0.3073811630693258, -0.7634379137521369},
      {0.0660410438819739, -0.2911577211139133},
      {-0.05526179283597537, 0.1780553684310122},
      {-0.2006620462323492, 0.5694916445320334},
      {-0.4147008485518104, 0.8189461897361578},
      {-0.6019098049448086, 0.9142763220164645},
      {-0.6166616669897269, 0.8805825639959735},
      {-0.4806220054638645, 0.7494464023946982},
      {-0.2772106050846972, 0.5502840291393398}}},
    {Rule::adamw,
     0.2,
     {{0.7980000039999999, -1.2970000004},
      {0.6049924939326681, -1.095502628348959},
      {0.4339462489598706, -0.8965163891435906},
      {0.2997249583426276, -0.7013833894328447},
      {0.2065114085100241, -0.5119362557368622},
      {0.1442725476262405, -0.3306216298909766},
      {0.09709451053032092, -0.1604884620629732},
      {0.05016343239141678, -0.004984608083353978},
      {-0.005996054861955451, 0.1324542560272025},
      {-0.07361890297263481, 0.2489383957885302}}},
    {Rule::adamax,
     0.2,
     {{0.8, -1.3},
      {0.641947210368263, -1.112444022970339},
      {0.5167596323161668, -0.9376617345556784},
      {0.416702519051001, -0.775851598380353},
      {0.3353588497627645, -0.6270838083918275},
      {0.2675678991552998, -0.4913056283778116},
      {0.2093354806643091, -0.3683489122467868},
      {0.1577204928967721, -0.2579395074911031},
      {0.1107032312589358, -0.1597081864961466},
      {0.06704149296804061, -0.07320270904601393}}},
    {Rule::nadam,
     0.2,
     {{0.7052631637894735, -1.205263158484211},
      {0.534819505089475, -0.9856752655353729},
      {0.4034835976628618, -0.7878457407269641},
      {0.2988902808025537, -0.6030342403061902},
      {0.2123409431281309, -0.4299030755534055},
      {0.136564746009107, -0.2693667923140938},
      {0.06690968620413583, -0.1232281617027936},
      {0.001686765115191185, 0.00643412252723459},
      {-0.05839380569556328, 0.1176946771265576},
      {-0.1112242135767179, 0.2091270303662852}}},
    {Rule::amsgrad,
     0.1,
     {{0.6837724339830356, -1.183772253983161},
      {0.3073811630693258, -0.7634379137521369},
      {0.0660410438819739, -0.2911577211139133},
      {-0.05526179283597537, 0.1780553684310122},
      {-0.2006620462323492, 0.5694916445320334},
      {-0.4147008485518104, 0.8189461897361578},
      {-0.6018444155234202, 0.9142763220164645},
      {-0.6166594795866109, 0.8805802220741219},
      {-0.4806607818901348, 0.7494425302192395},
      {-0.2772529699810495, 0.5502805168673127}}},
};

}  // namespace

TEST_CASE("rules: ten steps of each, as computed by hand") {
  for (const Path& path : paths) {
    CAPTURE(to_string(path.rule));
    const auto rule = make_rule(path.rule, {}, 2);
    rule->set_rate(path.rate);
    Pair theta = start;
    for (std::size_t k = 0; k < std::size(path.points); ++k) {
      CAPTURE(k);
      step(*rule, theta);
      for (std::size_t i = 0; i < 2; ++i) CHECK(std::abs(theta[i] - path.points[k][i]) <= 4e-15);
    }
    CHECK(rule->steps() == 10);
  }
}

TEST_CASE("rules: sgd's formula serves gradient descent, the proximal gradient and proxprop") {
  for (const Rule name : {Rule::gradient_descent, Rule::proximal_gradient, Rule::proxprop}) {
    const auto rule = make_rule(name, {}, 2);
    rule->set_rate(0.25);
    Pair theta = start;
    step(*rule, theta);
    CHECK(rule->rule() == name);
    CHECK(theta == Pair{1.0 - 0.25 * 0.5, -1.5 + 0.25 * 5.0});
  }
}

TEST_CASE("rules: Nesterov's two forms are one method: the shifted point is where the other takes its gradient") {
  const auto plain = make_rule(Rule::nesterov, {}, 2), shifted = make_rule(Rule::nesterov_shifted, {}, 2);
  CHECK(plain->looks_ahead());
  CHECK_FALSE(shifted->looks_ahead());
  Pair theta = start, phi = start;
  for (int k = 0; k < 200; ++k) {
    const double rate = 0.1 / (1.0 + 0.01 * k);
    plain->set_rate(rate);
    shifted->set_rate(rate);
    step(*plain, theta);
    step(*shifted, phi);
    Pair ahead;
    plain->ahead(theta, ahead);
    CHECK(std::abs(ahead[0] - phi[0]) <= 1e-14);
    CHECK(std::abs(ahead[1] - phi[1]) <= 1e-14);
    if (k == 3) CHECK(std::abs(theta[1] - phi[1]) > 0.1);  // which theta itself is not
  }
}

TEST_CASE("rules: constants are read") {
  const auto after_two = [](Rule name, const RuleConstants& c) {
    const auto rule = make_rule(name, c, 2);
    rule->set_rate(0.1);
    Pair theta = start;
    step(*rule, theta);
    step(*rule, theta);
    return theta;
  };
  const std::pair<std::string_view, RuleConstants> changes[] = {
      {"momentum", {.momentum = 0.5}}, {"beta1", {.beta1 = 0.5}},     {"beta2", {.beta2 = 0.5}},
      {"decay", {.decay = 0.5}},       {"epsilon", {.epsilon = 0.5}}, {"weight_decay", {.weight_decay = 0.5}}};
  for (const Rule rule : all_rules()) {
    if (rule == Rule::fista) continue;
    CAPTURE(to_string(rule));
    for (const auto& [name, constants] : changes) {
      CAPTURE_BINDING(name);
      bool reads = false;
      for (const std::string_view known : constants_of(rule)) reads = reads || known == name;
      CHECK((after_two(rule, constants) != after_two(rule, {})) == reads);
    }
  }
}

TEST_CASE("rules: AdaMax stands still where no gradient was ever met, and AMSGrad never forgets the largest") {
  rules::AdaMax adamax(2);
  Pair theta = {1.0, 1.0};
  adamax.step(theta, Pair{0.0, 2.0});
  CHECK(theta[0] == 1.0);
  CHECK(theta[1] == 0.0);  // α = 1, the first step is α sign(g)

  rules::AmsGrad amsgrad(1);
  std::array<double, 1> x = {0.0};
  amsgrad.step(x, std::array{3.0});
  const double highest = amsgrad.highest[0];
  CHECK(highest == doctest::Approx(0.009));
  for (int k = 0; k < 50; ++k) amsgrad.step(x, std::array{0.0});
  CHECK(amsgrad.v[0] < highest);
  CHECK(amsgrad.highest[0] == highest);
}

TEST_CASE("rules: misuse is named") {
  CHECK_THROWS_WITH_AS(make_rule(Rule::fista, {}, 2),
                       "fista is more than an update of one point; expected train() to run it", Error);
  CHECK_THROWS_WITH_AS(make_rule(Rule::adam, {}, 0), "a rule for 0 parameters; expected at least 1", Error);
  CHECK_THROWS_WITH_AS(make_rule(Rule::adam, {.beta1 = 1.5}, 2), "beta1 is 1.5; expected a number >= 0 and < 1", Error);
  const auto rule = make_rule(Rule::adam, {}, 3);
  Pair theta = start;
  CHECK_THROWS_WITH_AS(rule->step(theta, theta), "2 numbers for the rule; expected 3", Error);
}
