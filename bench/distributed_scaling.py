#!/usr/bin/env python3
"""Time, communication and memory of a bundle adjustment by many processes, from runs by few.

    thalweg-mpi solve PROBLEM --threads 1 --max-iterations N --json runP.json      by 1, 2 and 4 processes, and more
    python3 bench/distributed_scaling.py run1.json run2.json run4.json [run16.json ...]

Of each run: bytes of all messages by the model beside what was counted. Times are fitted to the runs by up to 4
processes, where there is one by 1; on a machine with fewer processors than processes only those of the evaluation and of
products in one process mean anything. How far cameras see, which is what copies of cameras come from, is fitted to the
copies of each run. Then predictions for a network of the given latency and bandwidth. The formulas are those of
solver/README.md, "By several processes"; distributed_replay.py replays recorded solves on the same network.
"""
import argparse
import json
import math

WIDTH = 9  # numbers of a camera


def add_machine(parser):
    parser.add_argument("--latency", type=float, default=2e-6, help="seconds of a message in the network (2e-6)")
    parser.add_argument("--overhead", type=float, default=0.5e-6, help="of a processor, to send or receive one (0.5e-6)")
    parser.add_argument("--bandwidth", type=float, default=10e9, help="bytes a second of a process (10e9)")
    parser.add_argument("--evaluation", type=float, default=323e-9,
                        help="seconds an observation, residual and derivatives (323e-9, or fitted)")
    parser.add_argument("--product", type=float, default=25e-9, help="of a product (25e-9, or fitted)")
    parser.add_argument("--threads", type=int, default=8, help="of a process (8)")


def iteration(processes, observations, evaluations, products, exchanges, size, messages, reductions, all_reductions,
              machine):
    """Seconds of an iteration in computing, exchanges with neighbours and reductions; observations are those of a
    process, `size` and `messages` what it sends."""
    computing = observations * (machine.evaluation * evaluations + machine.product * products) / machine.threads
    exchanging = exchanges * machine.latency + 2 * messages * machine.overhead + size / machine.bandwidth
    hops = math.ceil(math.log2(processes)) if processes > 1 else 0
    # There and back, or by recursive doubling.
    reducing = (2 * reductions + all_reductions) * hops * (machine.latency + 2 * machine.overhead)
    return computing, exchanging, reducing


def surface(cameras, processes, reach):
    """Copies of cameras that a process holds on average, and its neighbours: boxes of q cameras, √q apart along a side,
    whose points are seen from `reach` cameras beyond each side; those at the rim of the whole have fewer sides."""
    q, inside = cameras / processes, 1.0 - 1.0 / math.sqrt(processes)
    copies = 4 * reach * math.sqrt(q) * inside + (2 * reach * inside) ** 2
    return min(copies, cameras - q), min((2 + 2 * reach / math.sqrt(q)) ** 2 - 1, processes - 1)


def reach_of(cameras, processes, copies):
    """The reach by which surface() gives as many copies for a process."""
    low, high = 0.0, float(cameras)
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if surface(cameras, processes, middle)[0] < copies else (low, middle)
    return low


def traffic(run):
    """Bytes of all processes in the whole solve: 72 for each copy of a camera from its owner, or back to it. Products
    are both, and so is each reduced system beside its products (right-hand side, solution); each has its diagonal
    blocks; each linearisation gradients and squared norms, each trial a step."""
    once = 8 * WIDTH * run["processes"]["shared_copies"]
    solves = run["iterations"] + run["verifications"]
    steps = run["processes"]["inner_iterations"]
    return once * (2 * (steps + solves) + WIDTH * solves + 2 * run["evaluations"]["jacobian"] + run["iterations"])


def load(name):
    with open(name) as file:
        run = json.load(file)
    run["verifications"] = 0 if run["status"] == "iteration_limit" else 1
    return run


def fit(runs, machine):
    """Seconds an observation of an evaluation with derivatives, and of a product, into `machine`; bytes of memory an
    observation, and without any."""
    one = next(r for r in runs if r["processes"]["count"] == 1)
    observations = one["bundle"]["observations"]
    passes = one["evaluations"]["jacobian"] + 0.4 * one["evaluations"]["cost"]
    machine.evaluation = one["seconds"]["evaluate"] / passes / observations
    machine.product = (one["seconds"]["linear_solve"] /
                       (one["processes"]["inner_iterations"] + 4 * one["iterations"]) / observations)
    largest = {r["processes"]["count"]: max(p["peak_bytes"] for p in r["processes"]["list"]) for r in runs}
    # peak = base + each · observations / processes, by least squares on the runs.
    counts = sorted(largest)
    mean_x = sum(1 / p for p in counts) / len(counts)
    mean_y = sum(largest[p] for p in counts) / len(counts)
    slope = sum((1 / p - mean_x) * (largest[p] - mean_y) for p in counts) / max(
        sum((1 / p - mean_x) ** 2 for p in counts), 1e-12)
    return slope / observations, mean_y - slope * mean_x


def predict(memory, reach, observations, cameras, processes, steps, machine):
    copies, neighbours = surface(cameras, processes, reach)
    # An iteration: one evaluation with derivatives and half a trial's; products in as many steps, and four passes for
    # the rest of a solve. Exchanges: two a step; right-hand side, solution and step; diagonal blocks; gradients.
    exchanges = 2 * steps + 5
    size = 8 * WIDTH * copies * (2 * steps + 3 + WIDTH + 2)
    times = iteration(processes, observations / processes, 1.2, steps + 4, exchanges, size, exchanges * neighbours,
                      12, 2 * steps + 2, machine)
    held = cameras / processes + copies
    return (*times, memory[1] + memory[0] * observations / processes + 8 * held * (WIDTH * WIDTH + 12 * WIDTH), copies,
            neighbours)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="*")
    add_machine(parser)
    parser.add_argument("--steps", type=int, default=30, help="of the linear solver in an iteration (30)")
    parser.add_argument("--reach", type=float, help="cameras beyond a box that see its points; else fitted to the runs")
    parser.add_argument("--memory", type=float, nargs=2, default=(553.0, 60e6), metavar=("EACH", "BASE"),
                        help="bytes an observation, and without any (553 60e6, or fitted)")
    args = parser.parse_args()
    runs = [load(name) for name in args.runs]
    reaches = []
    if runs:
        print("processes  bytes counted   modelled  copies of cameras a process  reach  messages  peak MB")
    for run in runs:
        count, cameras = run["processes"]["count"], run["bundle"]["cameras"]
        counted = sum(p["message_bytes"] for p in run["processes"]["list"])
        messages = sum(p["messages"] for p in run["processes"]["list"])
        copies = run["processes"]["shared_copies"] / count
        reach = reach_of(cameras, count, copies) if count > 1 else 0.0
        if count > 1:
            reaches.append(reach)
        peak = max(p["peak_bytes"] for p in run["processes"]["list"])
        print(f"{count:9d}  {counted:13.0f}  {traffic(run):9.0f}  {copies:27.1f}  {reach:5.2f}  {messages:8.0f}  {1e-6 * peak:7.0f}")
    few = [r for r in runs if r["processes"]["count"] <= 4]
    memory = tuple(args.memory)
    if any(r["processes"]["count"] == 1 for r in few):
        memory = fit(few, args)
    reach = args.reach or (max(reaches) if reaches else None)
    if reach is None:
        raise SystemExit("expected --reach, or runs by several processes")
    print(f"\nevaluation {1e9 * args.evaluation:.0f} ns an observation, product {1e9 * args.product:.1f} ns, memory "
          f"{memory[0]:.0f} bytes an observation and {1e-6 * memory[1]:.0f} MB, reach {reach:.2f} cameras")
    print("\nobservations  cameras  processes  copies  neighbours  computing s  exchanging s  reducing s  GB a process")
    for observations, cameras in ((30e6, 15000), (1e9, 300000)):
        for processes in (1, 10, 100, 1000):
            computing, exchanging, reducing, peak, copies, neighbours = predict(memory, reach, observations, cameras,
                                                                                processes, args.steps, args)
            if processes == 1:
                exchanging = 0.0
            print(f"{observations:12.0f}  {cameras:7d}  {processes:9d}  {copies:6.0f}  {neighbours:10.1f}  {computing:11.4f}  "
                  f"{exchanging:12.4f}  {reducing:10.4f}  {1e-9 * peak:12.2f}")


if __name__ == "__main__":
    main()
