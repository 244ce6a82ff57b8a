// A problem in a file, from its recognition to its report: one study per kind of problem.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <thalweg/diagnosis/check.hpp>
#include <thalweg/io/compression.hpp>
#include <thalweg/math/loss.hpp>
#include <thalweg/methods/compare.hpp>
#include <thalweg/methods/run.hpp>
#include <thalweg/minimize/global_search.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/report/report.hpp>
#include <thalweg/table/table.hpp>

namespace thalweg::inline v0_1 {

/// What is asked of a study. What was left open is completed by it.
struct Request {
  AnyMethod method = Method::levenberg_marquardt;
  bool method_given = false;  ///< else the study chooses
  Options options;            ///< its method is that above, when that is of second order
  TrainOptions train;
  int start = 1;                                      ///< of the starts that a file may hold
  int starts = 1;                                     ///< more than one: multistart
  std::optional<GlobalMethod> global;                 ///< a search of the box in place of the start
  bool detect_linear = false;                         ///< look for parameters that can be eliminated
  IntervalKind intervals = IntervalKind::linear;      ///< of the parameters
  std::optional<int> samples;                         ///< of a bootstrap or a posterior; else their own number
  Resampling resampling = Resampling::residuals;      ///< of a bootstrap
  Sampler sampler = Sampler::metropolis;              ///< of a posterior
  std::optional<Loss> loss;                           ///< in place of those of the file
  std::optional<Initialization> initialization;       ///< of a pose graph
  std::optional<InformationOrder> information_order;  ///< of a pose graph's EDGE2 and EDGE3 lines
  Indefinite indefinite = Indefinite::refuse;         ///< of a pose graph's information
  bool ignore_unknown = false;                        ///< edges of a pose graph whose tags are not known
  bool certify = false;                               ///< prove the minimum of a pose graph global
  std::vector<std::string> fix;  ///< of a bundle: "intrinsics", "cameras:0-9"; of a camera graph: "points"
  std::vector<std::pair<std::string, double>> lower, upper;  ///< bounds of a bundle's cameras: {"focal", 400.0}
  std::vector<std::string> share;                            ///< by cameras of a bundle: "intrinsics", "intrinsics:0-9"
  std::vector<std::string> priors;  ///< of a bundle's places: a file, or "camera:3=x,y,z,sigma"
  bool drop_behind = false;         ///< observations of a bundle whose points are behind the camera
  bool picture = false;             ///< a page or a figure will be made
  double level = 0.95;              ///< of all intervals and bands
  bool rows = false;                ///< of a curve fit: what is said of each row will be written
  std::string predict;              ///< of a curve fit: a table with the inputs of further rows; empty: none
  TableOptions predict_table;       ///< how that is read
  bool all_parameters = false;      ///< list them in the JSON, however many there are
  /// Names of the options that were set on purpose, as the command has them: "--loss". A study refuses those that make
  /// no sense for it.
  std::vector<std::string> given;

  bool was_given(std::string_view option) const;
};

/// One problem. prepare() first; then the others. All throw Error.
class Study {
 public:
  virtual ~Study() = default;
  virtual const std::string& file() const = 0;

  /// Refuses what makes no sense for it, completes the request and builds the problem.
  virtual void prepare(Request& request) = 0;
  /// Facts and labels of the report: what is known before a solve.
  virtual void describe(Report& report) const = 0;

  /// What the methods run on, and from where.
  virtual Subject subject() const = 0;
  virtual std::vector<double> start() const = 0;
  /// Where a global search looks within the bounds of the subject; empty: everywhere within them.
  virtual Box search_box() const { return {}; }
  virtual Result solve(const Request& request, const Options& options, const TrainOptions& train) const;

  /// Notes on the result that come before its statistics.
  virtual void annotate(Report& /*report*/) const {}
  /// Whether the statistics are those of the residuals; else conclude() fills in what there is.
  virtual bool is_judged_by_residuals() const { return subject().residuals != nullptr; }
  /// Of the solution, where it is judged by residuals.
  virtual FitStatistics statistics(const Result& result, double level) const;
  /// What was measured, for R²; empty: there is no such thing.
  virtual std::vector<double> response() const { return {}; }
  /// The sections of its kind, further statistics and pictures.
  virtual void conclude(const Request& request, Report& report) const = 0;
  /// The file with the solution as its start. Throws Error where there is no such format.
  virtual std::string solution(const std::vector<double>& x, Compression compression) const;

  /// Looks at the problem before a solve. Instead of prepare().
  virtual CheckReport check(const Request& request) = 0;
  /// How many starts there are to choose from.
  virtual std::size_t start_count() const { return 1; }

  // Of comparisons, in this order, instead of prepare().
  virtual void prepare_comparison(const Request& /*request*/) {}
  virtual std::vector<std::vector<double>> starts() const = 0;  ///< all of the file
  /// What a comparison from those chosen needs. The study must outlive it.
  virtual CompareCase compare_case(const Request& request, std::vector<std::vector<double>> starts) = 0;
};

/// A format of files, by the ends of their names, and what it holds.
struct Format {
  std::string_view suffixes, about;
};

/// A kind of problem.
struct Kind {
  std::string_view name;                      ///< "pose graph"
  std::span<const std::string_view> options;  ///< those that not every kind has
  std::span<const Format> formats;
  bool (*recognises)(const std::string& file);  ///< looks at the name, or into the file
  std::unique_ptr<Study> (*read)(const std::string& file, const Request& request);  ///< throws FileError
};

/// All of them, in the order in which they are asked whether a file is theirs.
std::span<const Kind> kinds();

/// Reads the file as the first kind that recognises it. Throws FileError; Error for an option of another kind.
std::unique_ptr<Study> read_study(const std::string& file, const Request& request);

/// What stands before a name of the catalogue, in the place of a file.
inline const std::string catalogue_prefix = "catalogue:";
/// NAME of "catalogue:NAME".
std::optional<std::string> catalogue_name(const std::string& file);

/// A curve fit that did not come from a file of its own, as a study.
std::unique_ptr<Study> study_of(CurveFit fit);

}  // namespace thalweg::inline v0_1
