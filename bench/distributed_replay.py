#!/usr/bin/env python3
"""Time of a solve by many processes on a network, by a simulation that replays what the processes recorded.

    mpirun -n 64 thalweg-mpi solve PROBLEM --threads 1 --max-iterations 3 --record FOLDER --json run.json
    python3 bench/distributed_replay.py FOLDER [--observations 30e6] [--latency 2e-6] [--bandwidth 10e9] ...

Each process goes through its events in their order: work takes the time of its passes over the observations, at the
rates that distributed_scaling.py fits; messages and reductions take theirs by the model LogGP (Alexandrov, Ionescu,
Schauser & Scheiman 1995): `overhead` of a processor to send one and to receive one, `latency` in the network, bytes by
`bandwidth`, one message of a process after the other. Reductions go along binomial trees, those of PETSc by recursive
doubling. A process waits for what it needs. Beside the time of an iteration stands that of the formula of
solver/README.md, "By several processes", from the means of what the recordings hold.
"""
import argparse
import collections
import math
import os
import sys

sys.dont_write_bytecode = True  # the model is imported from the folder of the sources

import distributed_scaling as model


def read_recording(folder):
    """Of each process its events: kind, then numbers; messages as {process: bytes} sent and received."""
    names = sorted(name for name in os.listdir(folder) if name.startswith("process-"))
    processes = []
    for rank, name in enumerate(names):
        with open(os.path.join(folder, name)) as file:
            head = file.readline().split()
            if head != ["process", str(rank), "of", str(len(names))]:
                raise SystemExit(f"{folder}/{name} is not recording {rank} of {len(names)}")
            events = []
            for line in file:
                kind, rest = line[0], line[2:]
                if kind in "sx":
                    events.append((kind, *(dict(tuple(map(int, m.split(":"))) for m in side.split())
                                           for side in rest.split("|"))))
                elif kind == "w":
                    what, amount = rest.split()
                    events.append((kind, what, int(amount)))
                else:
                    events.append((kind, *map(int, rest.split())))
        processes.append(events)
    return processes


class Network:
    def __init__(self, latency, bandwidth, overhead):
        self.latency, self.each, self.overhead = latency, 1.0 / bandwidth, overhead

    def hop(self, size):
        """From when a processor begins to send until the other has it, the end's overhead not counted."""
        return self.overhead + size * self.each + self.latency

    def reduce(self, ready, size):
        """A binomial tree to process 0, and back: when each is done."""
        done = list(ready)
        masks = [1 << k for k in range(max(1, math.ceil(math.log2(max(2, len(done))))))]
        for mask in masks:
            for r in range(mask, len(done), 2 * mask):
                done[r - mask] = max(done[r - mask], done[r] + self.hop(size)) + self.overhead
                done[r] += self.overhead
        for mask in reversed(masks):
            for r in range(mask, len(done), 2 * mask):
                done[r] = max(done[r], done[r - mask] + self.hop(size)) + self.overhead
                done[r - mask] += self.overhead
        return done

    def all_reduce(self, ready, size):
        """Recursive doubling; processes beyond a power of two hand theirs to another and receive the result."""
        done = list(ready)
        power = 1 << int(math.log2(len(done)))
        for r in range(power, len(done)):
            done[r - power] = max(done[r - power], done[r] + self.hop(size)) + self.overhead
        mask = 1
        while mask < power:
            before = list(done)
            for r in range(power):
                done[r] = max(before[r] + self.overhead, before[r ^ mask] + self.hop(size)) + self.overhead
            mask *= 2
        for r in range(power, len(done)):
            done[r] = max(done[r], done[r - power] + self.hop(size)) + self.overhead
        return done

    def from_root(self, ready, root, size):
        down = list(ready)
        down[0], down[root] = down[root], down[0]
        masks = [1 << k for k in range(max(1, math.ceil(math.log2(max(2, len(down))))))]
        for mask in reversed(masks):
            for r in range(mask, len(down), 2 * mask):
                down[r] = max(down[r], down[r - mask] + self.hop(size)) + self.overhead
        down[0], down[root] = down[root], down[0]
        return down


class Replay:
    """Runs processes until each has come to the end of its events."""

    def __init__(self, processes, network, rates, scale):
        self.events, self.network, self.rates, self.scale = processes, network, rates, scale
        count = len(processes)
        self.time, self.at, self.wire = [0.0] * count, [0] * count, [0.0] * count
        self.posted, self.began = [False] * count, [0.0] * count
        self.mail = collections.defaultdict(collections.deque)
        self.waiting = {}  # processes in the collective call that is next
        self.spent = [collections.Counter() for _ in range(count)]
        self.marks = [[] for _ in range(count)]

    def run(self):
        count = len(self.events)
        while any(self.at[r] < len(self.events[r]) for r in range(count)):
            moved = False
            for r in range(count):
                while self.at[r] < len(self.events[r]) and r not in self.waiting and self.step(r):
                    moved = True
            if len(self.waiting) == count:
                self.together()
                moved = True
            if not moved:
                raise SystemExit("the recordings do not fit together: each process waits for another")
        return self

    def step(self, r):
        """One event of process r; False where it has to wait."""
        event = self.events[r][self.at[r]]
        kind = event[0]
        if kind == "w":
            took = self.rates[event[1]] * event[2] * self.scale
            self.time[r] += took
            self.spent[r]["computing"] += took
        elif kind == "i":
            self.marks[r].append((event[1], self.time[r], dict(self.spent[r])))
        elif kind == "s":
            return self.swap(r, event[1], event[2])
        else:
            self.waiting[r] = event
            return True
        self.at[r] += 1
        return True

    def swap(self, r, sent, received):
        if not self.posted[r]:
            self.began[r] = self.time[r]
            for to, size in sent.items():
                self.time[r] += self.network.overhead
                self.wire[r] = max(self.wire[r], self.time[r]) + size * self.network.each
                self.mail[r, to].append(self.wire[r] + self.network.latency)
            self.posted[r] = True
        if any(not self.mail[other, r] for other in received):
            return False
        for arrival in sorted(self.mail[other, r].popleft() for other in received):
            self.time[r] = max(self.time[r], arrival) + self.network.overhead
        self.time[r] = max(self.time[r], self.wire[r])
        self.spent[r]["exchanging"] += self.time[r] - self.began[r]
        self.posted[r] = False
        self.at[r] += 1
        return True

    def together(self):
        count = len(self.events)
        kinds = {event[0] for event in self.waiting.values()}
        if len(kinds) > 1:
            raise SystemExit(f"the recordings do not fit together: {kinds} at once")
        kind, ready = kinds.pop(), list(self.time)
        if kind == "r":
            done = self.network.reduce(ready, self.waiting[0][1])
        elif kind == "a":
            done = self.network.all_reduce(ready, self.waiting[0][1])
        elif kind == "b":
            done = self.network.from_root(ready, self.waiting[0][1], self.waiting[0][2])
        else:  # sizes to all, then the messages: once at the beginning, and of checkpoints
            most = max(sum(self.waiting[r][side].values()) for r in range(count) for side in (1, 2))
            end = max(ready) + (count - 1) * self.network.overhead + self.network.hop(most)
            done = [end] * count
        for r in range(count):
            self.spent[r]["reducing"] += done[r] - ready[r]
            self.time[r] = done[r]
            self.at[r] += 1
        self.waiting = {}


def iterations_of(replay):
    """Of the iterations after the first: their number, seconds of one, and of what the processes on average."""
    last = [marks[-1] for marks in replay.marks]
    first = [marks[0] for marks in replay.marks]
    count = last[0][0] - first[0][0]
    if count < 1:
        raise SystemExit("expected recordings of two iterations at least")
    seconds = (max(t for _, t, _ in last) - max(t for _, t, _ in first)) / count
    parts = {}
    for key in ("computing", "exchanging", "reducing"):
        parts[key] = sum(b[2].get(key, 0.0) - a[2].get(key, 0.0) for a, b in zip(first, last)) / count / len(last)
    return count, seconds, parts


def facts_of(processes):
    """Means over the processes of what is in an iteration after the first."""
    facts = collections.Counter()
    for events in processes:
        marks = [k for k, event in enumerate(events) if event[0] == "i"]
        count = len(marks) - 1
        for event in events[marks[0]:marks[-1]]:
            each = 1.0 / count / len(processes)
            if event[0] == "w":
                facts[event[1]] += each
                facts["observations"] = max(facts["observations"], event[2])
            elif event[0] == "s":
                facts["exchanges"] += each
                facts["bytes"] += each * sum(event[1].values())
                facts["messages"] += each * len(event[1])
            elif event[0] in "ra":
                facts[event[0]] += each
    return facts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+")
    model.add_machine(parser)
    parser.add_argument("--observations", type=float, help="of the whole: work as if there were so many")
    args = parser.parse_args()
    rates = {"evaluation": args.evaluation / args.threads, "cost": 0.4 * args.evaluation / args.threads,
             "product": args.product / args.threads}
    print("processes  observations  iterations  seconds of one  computing  exchanging  reducing   formula  kB sent  messages  reductions")
    for folder in args.folders:
        processes = read_recording(folder)
        facts = facts_of(processes)
        whole = sum(max(event[2] for event in events if event[0] == "w") for events in processes)
        scale = args.observations / whole if args.observations else 1.0
        replay = Replay(processes, Network(args.latency, args.bandwidth, args.overhead), rates, scale).run()
        count, seconds, parts = iterations_of(replay)
        formula = model.iteration(len(processes), facts["observations"] * scale, facts["evaluation"] + 0.4 * facts["cost"],
                                  facts["product"], facts["exchanges"], facts["bytes"], facts["messages"],
                                  facts["r"], facts["a"], args)
        print(f"{len(processes):9d}  {whole * scale:12.0f}  {count:10d}  {seconds:14.6f}  {parts['computing']:9.6f}  "
              f"{parts['exchanging']:10.6f}  {parts['reducing']:8.6f}  {sum(formula):8.6f}  {1e-3 * facts['bytes']:7.1f}  "
              f"{facts['messages']:8.1f}  {facts['r'] + facts['a']:10.1f}")


if __name__ == "__main__":
    main()
