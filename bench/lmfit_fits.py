#!/usr/bin/python3
"""Times curve fits by thalweg beside lmfit on the same tables: python3 bench/lmfit_fits.py build/bench/bench/curve_fits

Processor time of one fit in the library on either side, the least of several, from a table in memory to parameters and
standard errors. Ours parses the model, guesses starts where none are given and solves; lmfit's is guess() or
make_params(), and fit(), which includes its covariance. Needs lmfit (python3-lmfit).
"""
import subprocess, sys, tempfile, time, warnings
import lmfit
import numpy as np

warnings.simplefilter("ignore")
command, folder = sys.argv[1], tempfile.mkdtemp()
random = np.random.default_rng(1)


def ours(columns, arguments):
    table = f"{folder}/t.csv"
    with open(table, "w") as file:
        file.write(",".join(columns) + "\n")
        for row in zip(*columns.values()):
            file.write(",".join(repr(float(v)) for v in row) + "\n")
    out = subprocess.run([command, table, *arguments], capture_output=True, text=True, check=True).stdout.split()
    return 1e-3 * float(out[0]), float(out[1])


def theirs(fit, runs=5):
    best, result = np.inf, None
    for _ in range(runs):
        begin = time.process_time()
        result = fit()
        best = min(best, time.process_time() - begin)
    return best, result.chisqr


def case(name, columns, arguments, fit):
    (a, ra), (b, rb) = ours(columns, arguments), theirs(fit)
    print(f"{name:42} {1e3 * a:8.2f} {1e3 * b:9.2f} {b / a:7.1f}   {ra:.8g} {rb:.8g}")


print(f"{'':42} {'thalweg':>8} {'lmfit':>9}   ratio   sums of squares (ms)")
x = np.linspace(0, 10, 200)
y = 12 * np.exp(-0.5 * ((x - 6.2) / 0.4) ** 2) + 0.3 * x + 2 + random.normal(0, 0.2, x.size)


def peak():
    gaussian, linear = lmfit.models.GaussianModel(), lmfit.models.LinearModel()
    return (gaussian + linear).fit(y, gaussian.guess(y, x=x) + linear.guess(y, x=x), x=x)


case("gaussian + linear, 200 rows, guessed", {"x": x, "y": y}, ["--model", "y = gaussian + linear"], peak)

z = 8 * np.exp(-x / 1.3) + 0.5 + random.normal(0, 0.1, x.size)


def decay():
    exponential, constant = lmfit.models.ExponentialModel(), lmfit.models.ConstantModel()
    return (exponential + constant).fit(z, exponential.guess(z, x=x) + constant.guess(z, x=x), x=x)


case("exponential + constant, 200 rows, guessed", {"x": x, "y": z}, ["--model", "y = exponential + constant"], decay)

v = 60 * np.exp(-0.5 * ((x - 4) / 0.6) ** 2) + 20 / (1 + ((x - 7) / 0.5) ** 2) + 3 + random.normal(0, 0.4, x.size)


formula = "y = a*exp(-0.5*((x - c1)/s1)^2) + b/(1 + ((x - c2)/s2)^2) + d"
starts = {"a": 50, "c1": 4.2, "s1": 0.8, "b": 15, "c2": 6.8, "s2": 0.7, "d": 1}


def written():
    def f(x, a, c1, s1, b, c2, s2, d):
        return a * np.exp(-0.5 * ((x - c1) / s1) ** 2) + b / (1 + ((x - c2) / s2) ** 2) + d

    return lmfit.Model(f).fit(v, x=x, **starts)


case("two peaks by a formula, 7 parameters", {"x": x, "y": v},
     ["--model", formula, "--start", ",".join(f"{k}={s}" for k, s in starts.items())], written)

t = np.linspace(0, 20, 2000)
w = 5 * np.exp(-0.15 * t) * np.sin(2.1 * t + 0.4) + random.normal(0, 0.2, t.size)


def sine():
    def f(t, a, k, o, p):
        return a * np.exp(-k * t) * np.sin(o * t + p)

    return lmfit.Model(f).fit(w, t=t, a=4, k=0.1, o=2.05, p=0.2)


case("damped sine by a formula, 2,000 rows", {"t": t, "y": w},
     ["--model", "y = a*exp(-k*t)*sin(o*t + p)", "--start", "a=4,k=0.1,o=2.05,p=0.2"], sine)

groups, times = 50, np.linspace(0, 10, 12)
amplitude, offset = random.uniform(5, 15, groups), random.uniform(0, 2, groups)
tt, gg = np.tile(times, groups), np.repeat(np.arange(groups), times.size)
yy = amplitude[gg] * np.exp(-0.4 * tt) + offset[gg] + random.normal(0, 0.1, tt.size)


def shared():
    p = lmfit.Parameters()
    p.add("k", 1.0)
    for g in range(groups):
        p.add(f"a{g}", 1.0)
        p.add(f"c{g}", 0.0)

    def r(p):
        a = np.array([p[f"a{g}"].value for g in range(groups)])
        c = np.array([p[f"c{g}"].value for g in range(groups)])
        return a[gg] * np.exp(-p["k"].value * tt) + c[gg] - yy

    return lmfit.minimize(r, p)


case("decay in 50 groups, 101 parameters", {"g": gg, "t": tt, "y": yy},
     ["--model", "y = A*exp(-k*t) + c", "--start", "A=1,k=1,c=0", "--group", "g", "--shared", "k"], shared)
