#!/usr/bin/env python3
"""Time, communication and memory of a bundle adjustment by many processes, from runs by few.

    thalweg-mpi solve PROBLEM --threads 1 --max-iterations N --json runP.json      by 1, 2 and 4 processes, and more
    python3 bench/distributed_scaling.py run1.json run2.json run4.json [run16.json ...]

Of each run: what the model says of the bytes and messages of a process during the solve, beside what was counted. Times
are fitted to the runs by up to 4 processes; on a machine with fewer processors than processes only those of the
evaluation and of products in one process mean anything. Then predictions for a network of the given latency and
bandwidth. The formulas are those of solver/README.md, "By several processes".
"""
import argparse
import json
import math

WIDTH = 9  # numbers of a camera


def halo_bytes(cameras, processes, numbers):
    """Sent by a process that owns cameras / processes of them, where each process has copies of all."""
    owned = cameras / processes
    spread = owned * (processes - 1)
    collect = cameras - owned
    return 8 * numbers * spread, 8 * numbers * collect


def traffic(run, processes):
    """Bytes and messages of a process in the whole solve: products are a spread and a collection, and so is each
    reduced system beside its products (right-hand side, solution); each has its diagonal blocks; each linearisation
    gradients and squared norms, each trial a step."""
    cameras = run["bundle"]["cameras"]
    solves = run["iterations"] + run["verifications"]
    jacobians = run["evaluations"]["jacobian"]
    trials = run["iterations"]
    spread, collect = halo_bytes(cameras, processes, WIDTH)
    _, diagonal = halo_bytes(cameras, processes, WIDTH * WIDTH)
    steps = run["processes"]["inner_iterations"]
    exchanges = 2 * (steps + solves) + solves + jacobians + trials
    total = (steps + solves) * (spread + collect) + solves * diagonal + jacobians * 2 * collect + trials * spread
    return total, exchanges * (processes - 1)


def load(name):
    with open(name) as file:
        run = json.load(file)
    run["verifications"] = 0 if run["status"] == "iteration_limit" else 1
    return run


def fit(runs):
    """Seconds an observation of an evaluation with derivatives, and of a product."""
    one = next(r for r in runs if r["processes"]["count"] == 1)
    observations = one["bundle"]["observations"]
    passes = one["evaluations"]["jacobian"] + 0.4 * one["evaluations"]["cost"]
    evaluation = one["seconds"]["evaluate"] / passes / observations
    product = one["seconds"]["linear_solve"] / (one["processes"]["inner_iterations"] + 4 * one["iterations"]) / observations
    largest = {r["processes"]["count"]: max(p["peak_bytes"] for p in r["processes"]["list"]) for r in runs}
    # peak = base + each · observations / processes + cameras' copies, by least squares on the runs.
    counts = sorted(largest)
    mean_x = sum(1 / p for p in counts) / len(counts)
    mean_y = sum(largest[p] for p in counts) / len(counts)
    slope = sum((1 / p - mean_x) * (largest[p] - mean_y) for p in counts) / max(
        sum((1 / p - mean_x) ** 2 for p in counts), 1e-12)
    return evaluation, product, slope / observations, mean_y - slope * mean_x


def predict(fitted, observations, cameras, processes, steps, latency, bandwidth, threads):
    evaluation, product, each, base = fitted
    local = observations / processes
    # An iteration: one evaluation with derivatives; products in as many steps, and about four for the rest of a solve.
    computing = local * (evaluation + product * (steps + 4)) / threads
    spread, collect = halo_bytes(cameras, processes, WIDTH)
    exchange = (spread + collect) / bandwidth + 2 * (processes - 1) * latency
    reductions = 2 * 2 * math.ceil(math.log2(max(processes, 2))) * latency
    communicating = (steps + 3) * (exchange + reductions)
    memory = base + each * local + 8 * cameras * (WIDTH * WIDTH + 12 * WIDTH)
    return computing, communicating, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--latency", type=float, default=2e-6, help="seconds a message (2e-6)")
    parser.add_argument("--bandwidth", type=float, default=10e9, help="bytes a second of a process (10e9)")
    parser.add_argument("--steps", type=int, default=30, help="of the linear solver in an iteration (30)")
    parser.add_argument("--threads", type=int, default=8, help="of a process (8)")
    args = parser.parse_args()
    runs = [load(name) for name in args.runs]
    print("processes  bytes counted   modelled  messages counted  modelled  peak MB")
    for run in runs:
        count = run["processes"]["count"]
        middle = sorted(run["processes"]["list"], key=lambda p: p["message_bytes"])[count // 2]
        modelled, messages = traffic(run, count)
        peak = max(p["peak_bytes"] for p in run["processes"]["list"])
        print(f"{count:9d}  {middle['message_bytes']:13.0f}  {modelled:9.0f}  {middle['messages']:16.0f}  {messages:8.0f}  {1e-6 * peak:7.0f}")
    fitted = fit([r for r in runs if r["processes"]["count"] <= 4])
    print(f"\nevaluation {1e9 * fitted[0]:.0f} ns an observation, product {1e9 * fitted[1]:.1f} ns, memory "
          f"{fitted[2]:.0f} bytes an observation and {1e-6 * fitted[3]:.0f} MB")
    print("\nobservations  cameras  processes  computing s  communicating s  share of an iteration  GB a process")
    for observations, cameras in ((30e6, 15000), (1e9, 300000)):
        for processes in (1, 10, 100, 1000):
            computing, communicating, memory = predict(fitted, observations, cameras, processes, args.steps,
                                                       args.latency, args.bandwidth, args.threads)
            communicating = 0.0 if processes == 1 else communicating
            print(f"{observations:12.0f}  {cameras:7d}  {processes:9d}  {computing:11.3f}  {communicating:15.3f}  "
                  f"{communicating / (computing + communicating):21.2f}  {1e-9 * memory:12.2f}")


main()
