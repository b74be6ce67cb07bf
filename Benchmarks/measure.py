#!/usr/bin/env python3
"""Runs commands in turn, several rounds, and prints the medians and the least CPU: measure.py ROUNDS < JOBS

A job is a line `name<TAB>shell command`. Every round runs every job once, so that a busy minute hits all of them.
Printed as Markdown: CPU seconds (user + system) and peak memory of the process with its children, wall seconds, and
CPU against the first job. The least CPU is what a job took when nobody else was at the processor, which others can only
make slower. A result file is left in MEASURE_JSON if that is set. Status 3 (done, some records
rejected) counts as success. Memory below about 10 MiB cannot be seen: a new process begins with its parent's peak.
"""
import json
import os
import subprocess
import sys
import time
from statistics import median


def run(command):
    begin = time.monotonic()
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(["bash", "-c", "exec " + command], stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        sys.exit(f"status {process.returncode}: {command}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def main():
    rounds = int(sys.argv[1])
    jobs = [line.rstrip("\n").split("\t", 1) for line in sys.stdin if line.strip()]
    samples = {name: [] for name, _ in jobs}
    for number in range(rounds):
        for name, command in jobs:
            samples[name].append(run(command))
            cpu, wall, memory = samples[name][-1]
            print(f"round {number + 1}  {name}: {cpu:.2f} s CPU, {wall:.2f} s, {memory:.0f} MiB", file=sys.stderr)
    results = {
        name: dict(zip(("cpu", "wall", "memory"), (median(column) for column in zip(*runs))), least=min(runs)[0])
        for name, runs in samples.items()}
    first = results[jobs[0][0]]["cpu"]
    print("| job | CPU s | least | wall s | peak MiB | CPU against the first |")
    print("|---|---|---|---|---|---|")
    for name, result in results.items():
        print(
            f"| {name} | {result['cpu']:.2f} | {result['least']:.2f} | {result['wall']:.2f} | {result['memory']:.0f} "
            f"| {result['cpu'] / first:.2f}× |")
    if os.environ.get("MEASURE_JSON"):
        with open(os.environ["MEASURE_JSON"], "w") as file:
            json.dump(results, file)


if __name__ == "__main__":
    main()
