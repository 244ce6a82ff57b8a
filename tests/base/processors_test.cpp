#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>

#include <doctest/doctest.h>
#include <base/control_group.hpp>
#include <thalweg/base/parallel.hpp>

#include <support/folder.hpp>

using namespace thalweg;

namespace {

/// A tree that stands for "/".
class Tree : public test_support::Folder {
 public:
  std::string root() const { return path().string(); }
};

}  // namespace

TEST_CASE("the quota of the control group is the tightest on the way to the root, in both versions") {
  const Tree tree;
  CHECK(control_group::processor_quota(tree.root()) == INFINITY);
  tree.write("proc/self/cgroup", "0::/pod/container\n");
  tree.write("sys/fs/cgroup/pod/container/cpu.max", "max 100000\n");
  CHECK(control_group::processor_quota(tree.root()) == INFINITY);
  tree.write("sys/fs/cgroup/pod/cpu.max", "250000 100000\n");
  CHECK(control_group::processor_quota(tree.root()) == 2.5);
  tree.write("proc/self/cgroup", "4:memory:/x\n3:cpu,cpuacct:/x\n");
  CHECK(control_group::processor_quota(tree.root()) == INFINITY);
  tree.write("sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "-1\n");
  tree.write("sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000\n");
  CHECK(control_group::processor_quota(tree.root()) == INFINITY);
  tree.write("sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "150000\n");
  CHECK(control_group::processor_quota(tree.root()) == 1.5);
}

TEST_CASE("memory of the control group: what is left of the limit, the page cache being free") {
  const Tree tree;
  CHECK(control_group::memory_left(tree.root()) == INFINITY);
  tree.write("proc/self/cgroup", "0::/pod\n");
  tree.write("sys/fs/cgroup/pod/memory.max", "1000000000\n");
  tree.write("sys/fs/cgroup/pod/memory.current", "600000000\n");
  tree.write("sys/fs/cgroup/pod/memory.stat", "anon 500000000\ninactive_file 100000000\n");
  CHECK(control_group::memory_left(tree.root()) == 500e6);
  tree.write("proc/self/cgroup", "7:memory:/y\n");
  tree.write("sys/fs/cgroup/memory/y/memory.limit_in_bytes", "300000000\n");
  tree.write("sys/fs/cgroup/memory/y/memory.usage_in_bytes", "400000000\n");
  CHECK(control_group::memory_left(tree.root()) == 0.0);
}

TEST_CASE("a process uses no more threads than its affinity mask has processors") {
  cpu_set_t mask;
  REQUIRE(sched_getaffinity(getpid(), sizeof mask, &mask) == 0);
  CHECK(usable_processors() <= CPU_COUNT(&mask));
  CHECK(resolve_threads(0) == usable_processors());
}
