"""Fits with errors in x and y by the command and by scipy.odr (ODRPACK), from the same tables and starts.

    python3 bench/orthogonal.py build/release/thalweg build/bench/bench/curve_fits [--rows 1000,100000]

scipy.odr gets NumPy functions with analytic derivatives and runs at its default tolerances; SciPy has it up to 1.18. Times
are the least of several runs: of ours the whole command, which reads the table and prints the report, and one fit in the
library from the table in memory to standard errors, which is what ODRPACK's time is compared with.
"""
import argparse
import pathlib
import subprocess
import tempfile
import time

import numpy as np
from scipy import odr

CASES = {
    "line": (
        "y = a + b*x", {"a": 0.0, "b": 1.0}, (1.5, -0.7), (0.0, 10.0), (0.2, 0.3),
        lambda p, x: p[0] + p[1] * x,
        lambda p, x: np.vstack([np.ones_like(x), x]),
        lambda p, x: np.full_like(x, p[1])),
    "exponential": (
        "y = a*exp(-b*x) + c", {"a": 1.0, "b": 1.0, "c": 0.0}, (5.0, 0.6, 1.0), (0.0, 8.0), (0.1, 0.05),
        lambda p, x: p[0] * np.exp(-p[1] * x) + p[2],
        lambda p, x: np.vstack([np.exp(-p[1] * x), -p[0] * x * np.exp(-p[1] * x), np.ones_like(x)]),
        lambda p, x: -p[0] * p[1] * np.exp(-p[1] * x)),
    "peak": (
        "y = a*exp(-0.5*((x-m)/w)^2)", {"a": 2.0, "m": 4.0, "w": 1.5}, (3.0, 5.0, 1.0), (0.0, 10.0), (0.1, 0.1),
        lambda p, x: p[0] * np.exp(-0.5 * ((x - p[1]) / p[2]) ** 2),
        lambda p, x: np.exp(-0.5 * ((x - p[1]) / p[2]) ** 2)
        * np.vstack([np.ones_like(x), p[0] * (x - p[1]) / p[2] ** 2, p[0] * (x - p[1]) ** 2 / p[2] ** 3]),
        lambda p, x: -p[0] * (x - p[1]) / p[2] ** 2 * np.exp(-0.5 * ((x - p[1]) / p[2]) ** 2)),
}


def least(times, action):
    results = []
    for _ in range(times):
        began = time.perf_counter()
        result = action()
        results.append((time.perf_counter() - began, result))
    return min(results, key=lambda each: each[0])


def measure(command, timer, name, rows, folder):
    formula, starts, truth, (low, high), (sx, sy), f, fjacb, fjacd = CASES[name]
    random = np.random.default_rng(1)
    x = random.uniform(low, high, rows)
    y = f(truth, x) + sy * random.standard_normal(rows)
    x = x + sx * random.standard_normal(rows)
    table = pathlib.Path(folder) / f"{name}.csv"
    np.savetxt(table, np.column_stack([x, y, np.full(rows, sx), np.full(rows, sy)]), "%.17g", ",",
               header="x,y,dx,dy", comments="")
    arguments = [command, "fit", str(table), "--model", formula, "--sigma", "dy", "--sigma-x", "dx", "--threads", "1",
                 "--start", ",".join(f"{n}={v}" for n, v in starts.items())]
    whole, _ = least(5, lambda: subprocess.run(arguments, check=True, capture_output=True))
    arguments = [timer, str(table)] + arguments[3:-4] + arguments[-2:]
    run = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.split()

    def peer():
        solver = odr.ODR(odr.RealData(x, y, sx=np.full(rows, sx), sy=np.full(rows, sy)),
                         odr.Model(f, fjacb=fjacb, fjacd=fjacd), beta0=list(starts.values()))
        solver.set_job(deriv=2)
        return solver.run()

    seconds, theirs = least(5 if rows <= 10000 else 1, peer)
    ours = np.array([float(value) for value in run[2:]])
    digits = -np.log10(np.max(np.abs(ours / theirs.beta - 1.0)))
    return whole, 1e-3 * float(run[0]), seconds, digits


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("timer")
    parser.add_argument("--rows", default="1000,10000,100000")
    given = parser.parse_args()
    print(f"{'fit':12} {'rows':>7} {'command':>10} {'fit':>10} {'scipy.odr':>10} {'ratio':>7} {'digits':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for name in CASES:
            for rows in map(int, given.rows.split(",")):
                whole, fit, seconds, digits = measure(given.command, given.timer, name, rows, folder)
                print(f"{name:12} {rows:7} {1e3 * whole:7.1f} ms {1e3 * fit:7.2f} ms {1e3 * seconds:7.1f} ms "
                      f"{seconds / fit:7.1f} {digits:7.1f}", flush=True)


if __name__ == "__main__":
    main()
