// thalweg fit on arrays of NumPy, held and read again at each pass.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <thalweg/io/npy.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::run;
using nlohmann::json;

namespace {

/// t, y, s of a decay, and the same as a table.
struct Decay {
  explicit Decay(int rows) {
    std::mt19937_64 random(9);
    std::normal_distribution<double> normal;
    csv = "c1,c2,c3\n";
    for (int i = 0; i < rows; ++i) {
      const double t = 5.0 * i / rows, s = 0.02 + 0.02 * (i % 2), y = 3.0 * std::exp(-0.7 * t) + s * normal(random);
      numbers.insert(numbers.end(), {t, y, s});
      csv += fmt::format("{},{},{}\n", t, y, s);
    }
  }
  std::string array() const {
    return thalweg::npy_header({static_cast<std::int64_t>(numbers.size() / 3), 3}) +
           std::string(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double));
  }
  std::vector<double> numbers;
  std::string csv;
};

const std::string model = " --model \"c2 = a*exp(-b*c1)\" --start a=1,b=1 ";

json fitted(const Folder& folder, const std::string& arguments) {
  const Outcome o = run("fit " + arguments + " --json -", folder.path());
  CAPTURE(arguments);
  CHECK_MESSAGE(o.code == 0, o.err);
  return json::parse(o.out);
}

void expect_same(const json& a, const json& b) {
  for (std::size_t j = 0; j < 2; ++j)
    for (const char* const key : {"value", "standard_error"})
      CHECK(a["parameters"][j][key].get<double>() ==
            doctest::Approx(b["parameters"][j][key].get<double>()).epsilon(1e-7));
  for (const char* const key : {"r_squared", "aic", "residual_standard_deviation"})
    CHECK(a["statistics"][key].get<double>() == doctest::Approx(b["statistics"][key].get<double>()).epsilon(1e-7));
}

}  // namespace

TEST_CASE("an array is fitted as the table of the same numbers, held or streamed") {
  const Folder folder;
  const Decay data(2500);
  folder.write("d.npy", data.array());
  folder.write("d.csv", data.csv);
  for (const std::string more :
       {"", "--sigma c3", "--sigma \"2*c3\" --noise known", "--weights \"1/c3^2\"", "--where \"c1 > 1\"",
        "--lower b=0.1 --upper b=2,a=9", "--define \"u = b*c1\" --derive \"h = log(2)/b\""}) {
    const bool defined = contains(more, "--define");
    const std::string m = defined ? " --model \"c2 = a*exp(-u)\" --start a=1,b=1 " : model;
    const json table = fitted(folder, "d.csv" + m + more);
    expect_same(fitted(folder, "d.npy" + m + more), table);
    expect_same(fitted(folder, "d.npy --stream" + m + more), table);
  }
  const json robust = fitted(folder, "d.csv --loss huber:0.1" + model);
  const json streamed = fitted(folder, "d.npy --stream --loss huber:0.1" + model);
  for (const char* const key : {"value", "standard_error"})
    CHECK(streamed["parameters"][1][key].get<double>() ==
          doctest::Approx(robust["parameters"][1][key].get<double>()).epsilon(1e-6));
  const json guessed = fitted(folder, "d.npy --stream --columns x,y,s --model exponential");
  CHECK(guessed["status"] == "converged");
  folder.write("d.toml",
               "[model]\ny = \"a*exp(-b*t)\"\n[parameters]\na = 1\nb = 1\n[data]\ncolumns = [\"t\", \"y\", "
               "\"s\"]\nfile = \"d.npy\"\n");
  const Outcome solved = run("solve d.toml --json -", folder.path());
  CHECK_MESSAGE(solved.code == 0, solved.err);
  expect_same(json::parse(solved.out), fitted(folder, "d.csv" + model));
}

TEST_CASE("rows without a value are named by their number, or left out") {
  const Folder folder;
  Decay data(2500);
  data.numbers[3 * 1234 + 1] = std::nan("");
  folder.write("d.npy", data.array());
  for (const std::string how : {"", "--stream"}) {
    CAPTURE(how);
    const Outcome o = run("fit d.npy " + how + model, folder.path());
    CHECK(o.code == 3);
    CHECK_MESSAGE(contains(o.err, "row 1235, column 'c2' is nan; expected a finite number, or --missing skip"), o.err);
    const json skipped = fitted(folder, "d.npy --missing skip " + how + model);
    CHECK(skipped["problem"]["residuals"] == 2499);
  }
}

TEST_CASE("what a streamed fit cannot do is refused by name") {
  const Folder folder;
  const Decay data(300);
  folder.write("d.npy", data.array());
  folder.write("d.csv", data.csv);
  folder.write("d.npz", "PK");
  const auto refused = [&](const std::string& arguments, int code, const std::string& part) {
    const Outcome o = run("fit " + arguments + model, folder.path());
    CAPTURE(arguments);
    CHECK(o.code == code);
    CHECK_MESSAGE(contains(o.err, part), o.err);
  };
  refused("d.csv --stream", 2, "--stream is of arrays, and 'd.csv' is none");
  refused("d.npy d.csv --stream", 2, "--stream does not go with several tables");
  refused("d.npy --stream --intervals bootstrap", 2, "--intervals bootstrap holds numbers of all rows");
  refused("d.npy --stream --method bfgs", 2, "--method bfgs holds numbers of all rows");
  refused("d.npy --stream --constrain \"a < 2\"", 2, "constraints do not go with");
  refused("d.npy --stream --sigma-x 0.1", 2, "errors in the inputs do not go with");
  refused("d.npy --stream --output-table t.csv", 2, "--output-table does not go with");
  refused("d.npy --stream --group c3", 2, "groups of rows do not go with");
  refused("d.npz", 3, "is an archive of arrays");
  refused("d.npy --decimal comma", 3, "has no decimal sign");
}
