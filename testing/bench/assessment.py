#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What one full assessment of this machine costs: time, processor time and octets on the wire,
beside the bare TLS handshake that is its floor; and what manager and agent hold in memory.

    testing/bench/assessment.py [COUNT]        COUNT assessments, default 50

Uses the plain build (scripts/build plain) and prints one table."""
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from benchlab import BUILD, PREFIX, TOP, cpu_ms, pss_kb


def run(*args, **kw):
    return subprocess.run(args, check=True, capture_output=True, text=True, **kw).stdout


class Peak(threading.Thread):
    """Samples the PSS of processes that come and go."""

    def __init__(self, pids):
        super().__init__(daemon=True)
        self.pids, self.peak, self.ended = pids, 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.001):
            for pid in self.pids():
                try:
                    self.peak = max(self.peak, pss_kb(pid))
                except (OSError, AttributeError):
                    pass

    def stop(self):
        self.ended.set()
        self.join()
        return self.peak


def assess(conf):
    """One `stance-agent --once`: wall ms, its own processor ms."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(["stance-agent", "--once", "-f", conf], check=True, capture_output=True)
    wall = (time.monotonic() - start) * 1000
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu * 1000


def relayed(lab, count):
    """Octets to and from the manager of each of COUNT assessments."""
    port = int(re.search(r"^port = (\d+)", open(f"{lab}/stance.conf").read(), re.M).group(1))
    mine = int(run(f"{TOP}/scripts/free-port"))
    with open(f"{lab}/agent.conf") as f:
        text = f.read().replace(f"port = {port}", f"port = {mine}")
    with open(f"{lab}/relay.conf", "w") as f:
        f.write(text)
    relay = subprocess.Popen([f"{TOP}/testing/bench/relay.py", str(mine), str(port), str(count)],
                             stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    for _ in range(count):
        assess(f"{lab}/relay.conf")
    out, _ = relay.communicate(timeout=60)
    return [tuple(map(int, line.split())) for line in out.splitlines()]


def connected_agent(lab):
    """PSS of an agent that has been assessed and stays connected."""
    with open(f"{lab}/agent.log", "w") as log:
        agent = subprocess.Popen(["stance-agent", "-f", f"{lab}/agent.conf"], stderr=log)
    try:
        time.sleep(3)
        return pss_kb(agent.pid)
    finally:
        agent.terminate()
        agent.wait(20)


def agents_of(parent):
    """Agents that we have started."""
    def pids():
        try:
            with open(f"/proc/{parent}/task/{parent}/children") as f:
                children = f.read().split()
        except OSError:
            return []
        return [c for c in children if name_of(c) == "stance-agent"]
    return pids


def name_of(pid):
    try:
        with open(f"/proc/{pid}/comm") as f:
            return f.read().strip()
    except OSError:
        return ""


def measure(lab, count):
    rows = []
    pki = [f"{lab}/pki/{f}" for f in ("ca.crt", "manager.crt", "manager.key", "endpoint.crt",
                                      "endpoint.key")]
    floor = [tuple(map(float, run(f"{BUILD}/bench_tls", *pki).split())) for _ in range(3)]
    floor_server = statistics.median(f[0] for f in floor) / 1000
    floor_client = statistics.median(f[1] for f in floor) / 1000
    manager = int(open(f"{lab}/run/stanced.pid").read())
    idle = pss_kb(manager)

    peak = Peak(lambda: [manager])
    peak.start()
    start = cpu_ms(manager)
    first_wall, first_cpu = assess(f"{lab}/agent.conf")
    time.sleep(0.5)
    first_manager = cpu_ms(manager) - start
    start = cpu_ms(manager)
    results = [assess(f"{lab}/agent.conf") for _ in range(count)]
    time.sleep(0.5)
    manager_ms = (cpu_ms(manager) - start) / count
    manager_peak = peak.stop()
    agent_peak = Peak(agents_of(os.getpid()))
    agent_peak.start()
    assess(f"{lab}/agent.conf")
    octets = relayed(lab, 3)
    walls = sorted(w for w, _ in results)
    cpus = [c for _, c in results]
    rows.append(("bare TLS handshake, CPU of server / client",
                 f"{floor_server:.2f} / {floor_client:.2f} ms"))
    rows.append(("first assessment (every record is fetched), wall", f"{first_wall:.0f} ms"))
    rows.append(("  CPU of agent / manager", f"{first_cpu:.0f} / {first_manager:.1f} ms"))
    rows.append((f"assessment, median of {count}, wall", f"{statistics.median(walls):.1f} ms"))
    rows.append(("  99th percentile", f"{walls[int(len(walls) * 0.99) - 1]:.1f} ms"))
    rows.append(("  CPU of the agent, start of the program included",
                 f"{statistics.median(cpus):.1f} ms"))
    rows.append(("  CPU of the manager", f"{manager_ms:.2f} ms"))
    rows.append(("  manager, times the bare handshake", f"{manager_ms / floor_server:.2f}"))
    rows.append(("  octets to / from the manager, TLS included",
                 "%d / %d" % octets[-1]))
    rows.append(("manager PSS before / after / peak",
                 f"{idle} / {pss_kb(manager)} / {manager_peak} kB"))
    rows.append(("agent PSS, one assessment, peak", f"{agent_peak.stop()} kB"))
    rows.append(("agent PSS, connected and idle", f"{connected_agent(lab)} kB"))
    return rows


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    lab = tempfile.mkdtemp(prefix="stance-bench.")
    os.environ.update(PATH=f"{PREFIX}/bin:{PREFIX}/sbin:{os.environ['PATH']}",
                      STANCE_CONF_DIR=lab, STANCE_SOCKET=f"{lab}/run/stanced.sock")
    try:
        run(f"{TOP}/scripts/lab", "init", lab)
        run(f"{TOP}/scripts/lab", "start", lab)
        packages = run("dpkg-query", "-W", "-f=${db:Status-Status}\n").count("installed\n")
        rows = measure(lab, count)
    finally:
        subprocess.run([f"{TOP}/scripts/lab", "stop", lab], check=False)
        shutil.rmtree(lab, ignore_errors=True)
    print(f"{packages} packages; {platform.machine()}, {os.cpu_count()} cores, "
          f"{run('openssl', 'version').split(' (')[0].strip()}")
    width = max(len(what) for what, _ in rows)
    for what, value in rows:
        print(f"  {what:<{width}}  {value}")


if __name__ == "__main__":
    main()
