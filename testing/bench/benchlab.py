"""What the benchmarks have in common: a manager of its own for each, the simulated fleet against
it, what processes have used, and tables of text."""
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("STANCE_BUILD", os.path.join(TOP, "build", "plain"))
PREFIX = os.environ.get("STANCE_PREFIX", os.path.join(BUILD, "inst"))
os.environ["STANCE_PREFIX"] = PREFIX
os.environ["PATH"] = f"{PREFIX}/bin:{PREFIX}/sbin:{os.environ['PATH']}"


def run(*args, **kw):
    return subprocess.run(args, check=True, stdout=subprocess.PIPE, text=True, **kw).stdout


def pss_kb(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            return int(re.search(r"^Pss:\s+(\d+)", f.read(), re.M).group(1))
    except (OSError, AttributeError):
        return 0


def cpu_ms(pid):
    """Processor time of a process with all its threads, exact to the scheduler's clock."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as f:
            total += int(f.read().split()[0])
    return total / 1e6


class Peak(threading.Thread):
    """Samples the PSS of a lab's manager, whichever process that is."""

    def __init__(self, lab, every=0.5):
        super().__init__(daemon=True)
        self.lab, self.every, self.samples, self.ended = lab, every, [], threading.Event()
        self.start()

    def run(self):
        while not self.ended.wait(self.every):
            try:
                self.samples.append(pss_kb(self.lab.pid()))
            except OSError:
                pass  # there is none now

    def stop(self):
        self.ended.set()
        self.join()
        return max(self.samples, default=0)


class Lab:
    """A manager with everything it needs, below a folder of its own. Few endpoints are asked of
    it again and again, which it would make them wait for; limits may say more."""

    def __init__(self, state=None, **limits):
        self.dir = tempfile.mkdtemp(prefix="stance-bench.")
        run(f"{TOP}/scripts/lab", "init", self.dir, "--prefix", PREFIX)
        if state:
            shutil.rmtree(f"{self.dir}/manager")
            os.symlink(state, f"{self.dir}/manager")
        limits = {"assessments_per_minute": 60000, **limits}
        with open(f"{self.dir}/stance.conf", "a") as f:
            f.write("log { level = warn }\nlimits {\n")
            f.writelines(f"    {name} = {value}\n" for name, value in limits.items())
            f.write("}\n")
        with open(f"{self.dir}/stance.conf") as f:
            self.port = re.search(r"^port = (\d+)", f.read(), re.M).group(1)
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([f"{TOP}/scripts/lab", "stop", self.dir], check=False)
        shutil.rmtree(self.dir, ignore_errors=True)

    def start(self):
        run(f"{TOP}/scripts/lab", "start", self.dir)

    def pid(self):
        with open(f"{self.dir}/run/stanced.pid") as f:
            return f.read().strip()

    def kill(self):
        """As a power cut would end it."""
        pid = self.pid()
        os.kill(int(pid), 9)
        while os.path.exists(f"/proc/{pid}"):
            time.sleep(0.02)

    def pki(self, *names):
        return [f"{self.dir}/pki/{name}" for name in names]

    def begin(self, *options):
        """Starts a simulated fleet; its report follows from `report`."""
        ca, key = self.pki("ca.crt", "ca.key")
        command = [f"{PREFIX}/sbin/stance-load", "--ca", ca, "--ca-key", key, "--name",
                   "localhost", "--socket", f"{self.dir}/run/stanced.sock", "--sources", "250",
                   "--seed", "1", "--json", *[str(o) for o in options], "127.0.0.1", self.port]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def report(fleet, end=False):
        """Waits for it, or ends it now."""
        if end:
            fleet.terminate()
        out, _ = fleet.communicate()
        try:
            report = json.loads(out)
        except ValueError:
            sys.exit(f"no report of: {' '.join(fleet.args)}")
        if fleet.returncode and not end:
            print(f"incomplete: {' '.join(fleet.args)}: {report['errors']} {report['verify']}",
                  file=sys.stderr)
        return report

    def load(self, *options):
        return self.report(self.begin(*options))

    def status(self):
        out = subprocess.run(["stancectl", "--socket", f"{self.dir}/run/stanced.sock", "--json",
                              "status"], stdout=subprocess.PIPE, text=True, check=False).stdout
        return json.loads(out) if out else {}

    def wait_for(self, sessions, seconds=900):
        """Until so many endpoints are there, and nobody is being assessed."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            now = self.status()
            if (now and now["sessions"] >= sessions and now["endpoints"] >= sessions
                    and not now["waiting"] and not now["assessing"]):
                return
            time.sleep(0.1)
        sys.exit(f"{sessions} sessions were not there after {seconds} s")


def floors(lab, at_once):
    """Of so many bare handshakes at once, each on a processor of its own: processor ms of the
    manager's side of one. Processors may be halves of one core, and slower when all are busy."""
    files = lab.pki("ca.crt", "manager.crt", "manager.key", "endpoint.crt", "endpoint.key")
    bound = [["taskset", "-c", str(p)] for p in sorted(os.sched_getaffinity(0))]
    runs = []
    for _ in range(3):
        each = [subprocess.Popen([*bound[i % len(bound)], f"{BUILD}/bench_tls", *files],
                                 stdout=subprocess.PIPE, text=True) for i in range(at_once)]
        runs += [float(p.communicate()[0].split()[0]) for p in each]
    return statistics.median(runs) / 1000


def floor(lab):
    """The same with the other processors idle."""
    return floors(lab, 1)


def floor_busy(lab):
    """The same while all processors do that, as they do under a generator's load."""
    return floors(lab, len(os.sched_getaffinity(0)))


def table(head, rows):
    """Aligned text; the first column is words, the others are numbers."""
    rows = [[str(c) for c in r] for r in [head, *rows]]
    widths = [max(len(r[i]) for r in rows) for i in range(len(head))]
    return "\n".join("    " + "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in
                                        enumerate(zip(r, widths))).rstrip() for r in rows)


def indent(text):
    return "\n".join(("    " + line).rstrip() for line in text.strip().splitlines())
