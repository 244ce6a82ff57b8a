#include "mpi/job.hpp"
namespace thalweg::tool {
std::unique_ptr<Job> tall_job(const Communicator&, const MpiArguments& arguments) {
  throw Error("'" + arguments.file + "' is not a problem that several processes solve; expected a bundle adjustment or a pose graph");
}
}
