// thalweg batch.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <thalweg/io/npy.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::read;
using command_test::run;
using nlohmann::json;

namespace {

std::string array(const std::vector<std::int64_t>& shape, const std::vector<double>& values) {
  return thalweg::npy_header(shape) +
         std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
}

constexpr int points = 12;
/// a exp(−b x) at 0, 1, ... with a = 1 + fit, b = 0.3 and noise of 1 %.
std::vector<double> decays(int fits) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  std::vector<double> y;
  for (int f = 0; f < fits; ++f)
    for (int i = 0; i < points; ++i) y.push_back((1.0 + f) * (std::exp(-0.3 * i) + 0.01 * normal(random)));
  return y;
}

/// The fields of a result file, row after row.
std::vector<std::vector<double>> results(const Folder& folder, const std::string& name) {
  const thalweg::NpyFile file((folder.path() / name).string());
  std::vector<std::vector<double>> columns;
  std::vector<double*> to;
  std::vector<std::int64_t> wanted;
  for (std::int64_t c = 0; c < file.columns(); ++c) {
    wanted.push_back(c);
    columns.emplace_back(static_cast<std::size_t>(file.rows()));
  }
  for (auto& column : columns) to.push_back(column.data());
  file.read(0, file.rows(), wanted, to.data());
  return columns;
}

}  // namespace

TEST_CASE("an array of fits: built-in and formula, guessed and given starts, agree with the fit command") {
  const Folder folder;
  folder.write("d.npy", array({20, points}, decays(20)));
  const json guessed = json::parse(run("batch d.npy --model exponential --output a.npy --json -", folder.path()).out);
  CHECK(guessed["fits"] == 20);
  CHECK(guessed["points"] == points);
  CHECK(guessed["status"]["converged"] == 20);
  const Outcome formula =
      run("batch d.npy --model \"y = a*exp(-b*t)\" --start a=5,b=0.5 --output b.npy", folder.path());
  CHECK(formula.code == 0);
  CHECK_MESSAGE(contains(formula.out, "20 of 20 fits converged"), formula.out);
  const auto a = results(folder, "a.npy"), b = results(folder, "b.npy");
  REQUIRE(a.size() == 7);
  for (std::size_t f = 0; f < 20; ++f)
    for (std::size_t j = 0; j < 4; ++j) CHECK(a[j][f] == doctest::Approx(b[j][f]).epsilon(1e-6));
  const auto y = decays(20);
  std::string table = "t,y\n";
  for (int i = 0; i < points; ++i)
    table += std::to_string(i) + "," + std::to_string(y[7 * points + static_cast<std::size_t>(i)]) + "\n";
  folder.write("one.csv", table);
  const json one =
      json::parse(run("fit one.csv --model \"y = a*exp(-b*t)\" --start a=5,b=0.5 --json -", folder.path()).out);
  for (std::size_t j = 0; j < 2; ++j) {
    CHECK(a[j][7] == doctest::Approx(one["parameters"][j]["value"].get<double>()).epsilon(1e-5));
    CHECK(a[2 + j][7] == doctest::Approx(one["parameters"][j]["standard_error"].get<double>()).epsilon(1e-3));
  }
}

TEST_CASE("a fit that is not finite is flagged, and its neighbours are what they are without it") {
  const Folder folder;
  std::vector<double> y = decays(30);
  folder.write("good.npy", array({30, points}, y));
  y[11 * points + 3] = std::nan("");
  folder.write("bad.npy", array({30, points}, y));
  CHECK(run("batch good.npy --model exponential --output good_fits.npy", folder.path()).code == 0);
  const json bad =
      json::parse(run("batch bad.npy --model exponential --output bad_fits.npy --json -", folder.path()).out);
  CHECK(bad["status"]["converged"] == 29);
  CHECK(bad["status"]["non_finite_data"] == 1);
  const auto a = results(folder, "good_fits.npy"), b = results(folder, "bad_fits.npy");
  for (std::size_t f = 0; f < 30; ++f)
    for (std::size_t j = 0; j < a.size() && f != 11; ++j) CHECK(a[j][f] == b[j][f]);
}

TEST_CASE("a run that ended early goes on where it ended, and the bytes are those of a run in one go") {
  const Folder folder;
  folder.write("d.npy", array({50, points}, decays(50)));
  folder.write("e.npy", array({50, points}, decays(50)));
  for (const std::string ending : {"npy", "csv"}) {
    CAPTURE(ending);
    CHECK(run("batch d.npy --model exponential --output all." + ending, folder.path()).code == 0);
    const std::string all = read(folder.path() / ("all." + ending)), part = "part." + ending;
    CHECK(folder.count() == (ending == "npy" ? 3 : 5));  // nothing else is left beside it
    // A limit of 2 kB on the size of files ends the run in the midst of a row.
    const std::string command = "cd '" + folder.path().string() +
                                "' && ulimit -f 2 && '" THALWEG_COMMAND "' batch d.npy --model exponential --output " +
                                part + " > /dev/null 2>&1";
    CHECK(std::system(("bash -c \"" + command + "\"").c_str()) != 0);
    CHECK(std::filesystem::file_size(folder.path() / (part + ".partial")) == 2048);
    for (const std::string other :
         {"e.npy --model exponential", "d.npy --model linear", "d.npy --model exponential --lower rate=0.2"}) {
      const Outcome refused = run("batch " + other + " --resume --output " + part, folder.path());
      CHECK(refused.code == 3);
      CHECK_MESSAGE(contains(refused.err, "holds fits of other data"), refused.err);
    }
    const Outcome resumed = run("batch d.npy --model exponential --resume --output " + part, folder.path());
    CHECK(resumed.code == 0);
    CHECK_MESSAGE(contains(resumed.out, "were there before"), resumed.out);
    CHECK(read(folder.path() / part) == all);
    const Outcome again = run("batch d.npy --model exponential --resume --output " + part, folder.path());
    CHECK(again.code == 3);
    CHECK_MESSAGE(contains(again.err, "nothing is left to do"), again.err);
  }
}

TEST_CASE("threads do not change a bit") {
  const Folder folder;
  folder.write("d.npy", array({200, points}, decays(200)));
  CHECK(run("batch d.npy --model exponential --threads 1 --output one.npy", folder.path()).code == 0);
  CHECK(run("batch d.npy --model exponential --threads 3 --output three.npy", folder.path()).code == 0);
  CHECK(read(folder.path() / "one.npy") == read(folder.path() / "three.npy"));
}

TEST_CASE("long and wide tables, raw numbers and pictures are the same fits") {
  const Folder folder;
  const auto y = decays(6);
  std::string tall = "well,t,y\n", wide = "id";
  for (int i = 0; i < points; ++i) wide += "," + std::to_string(i);
  wide += "\n";
  std::vector<double> exact;  // what the texts say
  for (int f = 0; f < 6; ++f) {
    wide += "w" + std::to_string(f);
    for (int i = 0; i < points; ++i) {
      const std::string text = std::to_string(y[static_cast<std::size_t>(f * points + i)]);
      exact.push_back(std::stod(text));
      tall += "A0" + std::to_string(f) + "," + std::to_string(i) + "," + text + "\n";
      wide += "," + text;
    }
    wide += "\n";
  }
  folder.write("long.csv", tall);
  folder.write("wide.csv", wide);
  folder.write("grid.npy", array({2, 3, points}, exact));
  folder.write("raw.bin", std::string(reinterpret_cast<const char*>(exact.data()), exact.size() * sizeof(double)));
  const std::string model = " --model \"y = a*exp(-b*t)\" --start a=5,b=0.5 --output ";
  CHECK(run("batch long.csv --group well" + model + "long_fits.npy", folder.path()).code == 0);
  CHECK(run("batch wide.csv --wide" + model + "wide_fits.npy", folder.path()).code == 0);
  CHECK(run("batch raw.bin --shape 6,12" + model + "raw_fits.npy", folder.path()).code == 0);
  const json grid = json::parse(run("batch grid.npy --json -" + model + "grid_fits.npy", folder.path()).out);
  CHECK(grid["fits"] == 6);
  CHECK(thalweg::NpyFile((folder.path() / "grid_fits.npy").string()).shape() == std::vector<std::int64_t>{2, 3});
  const auto a = results(folder, "long_fits.npy");
  for (const char* const other : {"wide_fits.npy", "raw_fits.npy"}) {
    const auto b = results(folder, other);
    for (std::size_t f = 0; f < 6; ++f)
      for (std::size_t j = 0; j < 2; ++j) CHECK(a[j][f] == doctest::Approx(b[j][f]).epsilon(1e-9));
  }
  CHECK(run("batch long.csv --group well" + model + "named.csv", folder.path()).code == 0);
  CHECK(contains(read(folder.path() / "named.csv"), "\nA03,"));
}

TEST_CASE("groups of different size are fitted by their own points") {
  const Folder folder;
  std::string tall = "who,x,y\n";
  for (int i = 0; i < 8; ++i) tall += "long," + std::to_string(i) + "," + std::to_string(2 + 3 * i + (i % 2)) + "\n";
  for (int i = 0; i < 3; ++i) tall += "short," + std::to_string(i) + "," + std::to_string(5 - i) + "\n";
  folder.write("d.csv", tall + "lonely,1,1\n");
  const json found =
      json::parse(run("batch d.csv --group who --model linear --output f.npy --json -", folder.path()).out);
  CHECK(found["status"]["converged"] == 2);
  CHECK(found["status"]["too_few_points"] == 1);
  const auto fits = results(folder, "f.npy");
  CHECK(fits[0][1] == doctest::Approx(5.0));
  CHECK(fits[1][1] == doctest::Approx(-1.0));
}

TEST_CASE("pictures of a spot are fitted over columns and rows") {
  const Folder folder;
  std::vector<double> z;
  for (int f = 0; f < 40; ++f)
    for (int row = 0; row < 7; ++row)
      for (int column = 0; column < 9; ++column)
        z.push_back(10.0 + 100.0 * std::exp(-(std::pow(column - 4.0 - 0.02 * f, 2) + std::pow(row - 3.1, 2)) / 4.5));
  folder.write("spots.npy", array({40, 7, 9}, z));
  CHECK(run("batch spots.npy --model gaussian-2d --output f.npy", folder.path()).code == 0);
  const auto fits = results(folder, "f.npy");
  for (std::size_t f = 0; f < 40; ++f) {
    CHECK(fits[1][f] == doctest::Approx(4.0 + 0.02 * static_cast<double>(f)).epsilon(1e-6));
    CHECK(fits[2][f] == doctest::Approx(3.1).epsilon(1e-6));
  }
}

TEST_CASE("what is wrong with a batch is said, and nothing is left behind") {
  const Folder folder;
  folder.write("d.npy", array({4, points}, decays(4)));
  folder.write("few.npy", array({4, 1}, {1, 2, 3, 4}));
  folder.write("x.npy", array({5}, {0, 1, 2, 3, 4}));
  folder.write("t.csv", "x,y\n0,1\n1,2\n");
  const auto refused = [&](const std::string& arguments, int code, const std::string& part) {
    const Outcome outcome = run("batch " + arguments, folder.path());
    CAPTURE(arguments);
    CHECK(outcome.code == code);
    CHECK_MESSAGE(contains(outcome.err, part), outcome.err);
  };
  refused("d.npy", 2, "batch needs a model");
  refused("d.npy --model gausian", 2, "did you mean 'gaussian'?");
  refused("d.npy --model \"y = a*x\"", 2, "--start NAME=NUMBER");
  refused("d.npy --model \"y = a*x\" --start a=1,c=2", 2, "'c' is not used by the formula");
  refused("d.npy --model exponential --start amplitude=1", 2, "--start gives none of 'rate'");
  refused("d.npy --model exponential --lower speed=1", 2, "there is no parameter 'speed'");
  refused("none.npy --model exponential", 3, "no such file");
  refused("d.npy --model exponential --x x.npy", 3, "a shape of 5; expected 12 for all fits, or 4 × 12 for each");
  refused("d.npy --model exponential --x 1:0", 2, "expected FIRST:STEP or FILE.npy");
  refused("d.npy --model exponential --sigma 0", 2, "expected a number > 0");
  refused("d.npy --model exponential --shape 4,12", 2, "--shape is of raw numbers");
  refused("d.npy --model exponential --wide", 2, "--wide is of tables");
  refused("d.npy --model exponential --resume", 2, "expected --output FILE");
  refused("few.npy --model exponential", 2, "points");
  refused("t.csv --model linear", 2, "expected --group COLUMN, or --wide");
  refused("t.csv --model linear --group who", 3, "no column 'who'");
  refused("t.csv --model linear --group x --x 0:1", 2, "--x is of arrays");
  refused("d.npy --model \"y = a*exp(-k*x)\" --x 0:1 --start a=1", 2, "the model has the predictors k and x");
  refused("d.npy --model exponential --output d.npy", 2, "is the file of the input");
  refused("d.npy --model exponential --output nowhere/f.npy", 3, "cannot be written");
  refused("d.npy --model exponential --missing skip", 2, "--missing skip is of tables");
  refused("d.npy --model exponential --tolerance 2", 2, "--tolerance is '2'; expected a number below 1");
  folder.write("x.npy", array({points}, {0, 1, 2, std::nan(""), 4, 5, 6, 7, 8, 9, 10, 11}));
  refused("d.npy --model exponential --x x.npy", 3, "x of point 3 is nan; expected finite numbers");
  refused("d.npy --model exponential --x nan:1", 2, "--x is 'nan:1'");
  folder.write("s.npy", array({4, 3}, std::vector<double>(12, 1.0)));
  refused("d.npy --model exponential --starts s.npy", 3,
          "3 numbers for each fit; expected 2 parameters: amplitude and rate");
  folder.write("one.npy", array({4, 1}, {1, 2, 3, 4}));
  refused("one.npy --model exponential", 2, "each fit of the batch has 1 point for 2 free parameters");
  CHECK(folder.count() == 6);
}

TEST_CASE("a cell without a number is named, or its point is left out, in long and in wide tables") {
  const Folder folder;
  folder.write("long.csv", "who,x,y\na,0,1\na,1,\na,2,5\na,3,7\nb,0,1\nb,1,2\nb,2,3\nb,3,NA\n");
  folder.write("wide.csv", "0,1,2,3\n1,,5,7\n1,2,3,NA\n");
  for (const std::string file : {"long.csv --group who", "wide.csv --wide"}) {
    CAPTURE(file);
    const Outcome refused = run("batch " + file + " --model linear", folder.path());
    CHECK(refused.code == 3);
    CHECK_MESSAGE(contains(refused.err, "is empty; expected a number, or --missing skip"), refused.err);
    const json found =
        json::parse(run("batch " + file + " --model linear --missing skip --output f.npy --json -", folder.path()).out);
    CHECK(found["status"]["converged"] == 2);
    CHECK_MESSAGE(contains(found["notes"].dump(), "2 points without a value are left out"), found["notes"].dump());
    const auto fits = results(folder, "f.npy");
    CHECK(fits[0][0] == doctest::Approx(1.0));
    CHECK(fits[1][0] == doctest::Approx(2.0));
    CHECK(fits[1][1] == doctest::Approx(1.0));
  }
}

TEST_CASE("fits begin at the results of a batch, array or table, whatever the order of its rows") {
  const Folder folder;
  folder.write("d.npy", array({6, points}, decays(6)));
  folder.write("grid.npy", array({2, 3, points}, decays(6)));
  CHECK(run("batch d.npy --model exponential --output a.npy", folder.path()).code == 0);
  CHECK(run("batch d.npy --model exponential --output a.csv", folder.path()).code == 0);
  CHECK(run("batch grid.npy --model exponential --output g.npy", folder.path()).code == 0);
  for (const std::string source : {"d.npy", "grid.npy"})
    for (const std::string starts : {"a.npy", "a.csv", "g.npy"}) {
      CAPTURE(source);
      CAPTURE(starts);
      const Outcome o =
          run("batch " + source + " --model exponential --output b.npy --json - --starts " + starts, folder.path());
      CHECK_MESSAGE(o.code == 0, o.err);
      CHECK(json::parse(o.out)["iterations"].size() <= 4);  // they are there already
    }
  // By name, and a name with quotes and commas.
  std::string long_table = "who,x,y\n", turned = "fit,c0,c1\n";
  const std::vector<std::string> names = {"\"a \"\"big\"\" one\"", "\"b, c\"", "plain"};
  for (std::size_t g = 0; g < names.size(); ++g)
    for (int i = 0; i < 5; ++i)
      long_table +=
          names[g] + "," + std::to_string(i) + "," + std::to_string(10.0 * static_cast<double>(g) + 2 * i) + "\n";
  for (std::size_t g = names.size(); g-- > 0;) turned += names[g] + "," + std::to_string(10 * g) + ",2\n";
  folder.write("long.csv", long_table);
  folder.write("turned.csv", turned);
  const std::string batch = "batch long.csv --group who --model linear --json - --output c.csv ";
  // Fixed parameters stay where they begin: each fit has found its own row.
  CHECK(run(batch + "--fix c0 --starts turned.csv", folder.path()).code == 0);
  const std::string written = read(folder.path() / "c.csv");
  for (std::size_t g = 0; g < names.size(); ++g)
    CHECK_MESSAGE(contains(written, "\n" + names[g] + "," + std::to_string(10 * g) + ","), written);
  folder.write("less.csv", "fit,c0,c1\nplain,1,1\n");
  CHECK(contains(run(batch + "--starts less.csv", folder.path()).err, "there is no fit 'a \"big\" one'"));
  folder.write("other.csv", "fit,c0\nplain,1\n");
  CHECK(contains(run(batch + "--starts other.csv", folder.path()).err,
                 "there is no 'c1'; expected the parameters of the model"));
}

TEST_CASE("counts with a tail of zeros have a start, and end at a minimum") {
  const Folder folder;
  std::mt19937_64 random(3);
  std::vector<double> y;
  for (int f = 0; f < 200; ++f)
    for (int i = 0; i < 20; ++i)
      y.push_back(static_cast<double>(std::poisson_distribution<int>(30.0 * std::exp(-i / 3.0) + 0.2)(random)));
  folder.write("d.npy", array({200, 20}, y));
  const json found = json::parse(
      run("batch d.npy --model exponential-offset --cost poisson --lower offset=0 --json -", folder.path()).out);
  CHECK(found["status"]["non_finite_start"] == 0);
  CHECK(found["status"]["converged"] == 200);
}

TEST_CASE("a full disk is said, and what was written is kept to be resumed") {
  if (!std::filesystem::exists("/dev/full")) return;
  const Folder folder;
  folder.write("d.npy", array({4, points}, decays(4)));
  std::filesystem::create_symlink("/dev/full", folder.path() / "f.npy.partial");
  const Outcome outcome = run("batch d.npy --model exponential --output f.npy", folder.path());
  CHECK(outcome.code == 3);
  CHECK_MESSAGE(contains(outcome.err, "cannot be written further"), outcome.err);
}
