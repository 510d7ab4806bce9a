"""Benchmarks of a manager with a simulated fleet (stance-load). Each function is a section of
the README: it takes whether sizes are small, and returns text."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

from benchlab import Lab, Peak, cpu_ms, floor, floor_busy, pss_kb, run, table

SYSTEM = "--no-software"
IMAGE = ("--image", "1008")


def figures(span, latency, *bases):
    each = span["manager_cpu_ms"] / max(span["assessments"], 1)
    return (f"{span['per_second']:.0f}", f"{latency['p50']:.1f}", f"{latency['p99']:.1f}",
            f"{each:.2f}", *(f"{each / base:.2f}" for base in bases))


def with_resumption():
    """stance-load resumes TLS sessions, if it can."""
    return "--resume" in subprocess.run(["stance-load", "--help"], stdout=subprocess.PIPE,
                                        text=True, check=False).stdout


def row(lab, what, r, span, latency):
    """Both floors are measured next to what is divided by them: the machine is not always as fast
    as it was a minute ago."""
    return (what, *figures(r["spans"][span], r["latency_ms"][latency], floor(lab),
                           floor_busy(lab)))


def reconnecting(lab, rows, what, seconds, *options):
    r = lab.load("-m", "reconnect", "-n", 256, "-t", seconds, *options)
    rows.append(row(lab, what, r, "staying", "first"))


def arriving(lab, rows, what, *options):
    r = lab.load("-t", 0, *options)
    rows.append(row(lab, what, r, "arriving", "first"))


def assessments(quick):
    seconds = 2 if quick else 10
    rows = []
    with Lab() as lab:
        base, busy = floor(lab), floor_busy(lab)
        for n in (1, 4, 16, 64):
            reconnecting(lab, rows, f"connect, system only, {n} at a time", seconds, SYSTEM,
                         "-c", n)
        for n in (1, 4, 16, 64) if with_resumption() else ():
            reconnecting(lab, rows, f"the same, TLS resumed, {n} at a time", seconds, SYSTEM,
                         "-c", n, "--resume", "-n", 64)
    with Lab() as lab:
        arriving(lab, rows, "1008 packages nobody has told of, 1 endpoint", *IMAGE, "-n", 1)
        arriving(lab, rows, "first time, 1008 packages, 100 a second", *IMAGE, "-m", "idle",
                 "-n", 256, "--connect-rate", 100)
        arriving(lab, rows, "first time, drift of 5 %, 100 a second", *IMAGE, "-m", "idle",
                 "-n", 256, "--connect-rate", 100, "--drift", 5, "--domain", "drift.invalid")
        for n in (1, 16):
            reconnecting(lab, rows, f"unchanged, 1008 packages, {n} at a time", seconds, *IMAGE,
                         "-c", n)
        r = lab.load("-m", "reassess", "-n", 256, "-c", 16, "-t", seconds, *IMAGE)
        rows.append(row(lab, "on an open connection, 16 at a time", r, "staying", "again"))
    return (f"The bare handshake costs the manager's side {base:.2f} ms of processor time while "
            f"the other processors\nare idle, and {busy:.2f} ms while they do the same. The last "
            "columns divide by both, as they were just\nafter that row. It is what OpenSSL does by "
            "itself: looking for the chain of its own certificate,\nand verifying it, in every "
            "handshake is part of it, and not of ours.\n\n" +
            table(("", "per s", "p50 ms", "p99 ms", "CPU ms", "x TLS", "x TLS busy"), rows))


# --- sessions that are held ---------------------------------------------------------------------

def newcomers(lab, seconds):
    """Latency (p50, p99) of new assessments and of events, one at a time."""
    fresh = lab.load("-m", "reconnect", "-n", 64, "-c", 1, "-t", seconds, SYSTEM, "--domain",
                     "new.invalid")["latency_ms"]["first"]
    event = lab.load("-m", "steady", "-n", 4, "-r", 0, "-t", seconds, "--image", 100,
                     "--probe", 0.02, "--domain", "event.invalid")["latency_ms"]["visible"]
    return [f"{x['p50']:.1f} / {x['p99']:.1f}" for x in (fresh, event)]


def holding(labs, each, options, seconds, rate=0):
    """Holds `each` sessions in every lab, opened at a rate or all at once; a row."""
    before = [pss_kb(lab.pid()) for lab in labs]
    began = time.monotonic()
    fleets = [lab.begin("-m", "idle", "-n", each, "-t", 86400, "--timeout", 86400,
                        "--connect-rate", rate, *options) for lab in labs]
    for lab in labs:
        lab.wait_for(each)
    opened = time.monotonic() - began
    held = [pss_kb(lab.pid()) for lab in labs]
    idle = sum(cpu_idle(lab, seconds) for lab in labs) / len(labs)
    news = newcomers(labs[0], seconds)
    for lab, fleet in zip(labs, fleets):
        lab.report(fleet, end=True)
    after = sum(pss_kb(lab.pid()) for lab in labs) / 1024
    grown = sum(held) - sum(before)
    row = (f"{each * len(labs)}", f"{opened:.1f}", f"{grown / each / len(labs):.1f}",
            f"{sum(held) / 1024:.0f}", f"{after:.0f}", f"{idle:.2f}", *news)
    print(*row, file=sys.stderr)  # the whole of it takes long
    return row


def cpu_idle(lab, seconds):
    """Processor ms of the manager each second."""
    start = cpu_ms(lab.pid())
    time.sleep(seconds)
    return (cpu_ms(lab.pid()) - start) / seconds


def sessions(quick):
    rows, seconds = [], 2 if quick else 5
    with Lab(waiting_s=3600) as lab:
        rows.append(("none", "", "", f"{pss_kb(lab.pid()) / 1024:.0f}", "",
                     f"{cpu_idle(lab, seconds):.2f}", *newcomers(lab, seconds)))
    for n in (200, 1000) if quick else (1000, 10000, 19000):
        with Lab(waiting_s=3600) as lab:
            rows.append(("system only", *holding([lab], n, (SYSTEM,), seconds))[1:])
    if not quick:
        with Lab(waiting_s=3600) as lab:
            rows.append(holding([lab], 10000, IMAGE, seconds) + ("with 1008 packages",))
        labs = [Lab(waiting_s=3600) for _ in range(3)]
        try:
            rows.append(holding(labs, 16667, (SYSTEM,), seconds, 120) +
                        ("three managers, 360 a second",))
        finally:
            for lab in labs:
                lab.__exit__()
    rows = [(*r, *[""] * (9 - len(r))) for r in rows]
    return ("Endpoints that report their system connect all at once, and stay. Latencies are those "
            "of one\nnew endpoint after another, and of events that somebody follows, while all "
            "are held.\n\n" +
            table(("held", "open after s", "kB each", "PSS MB", "when gone", "idle ms/s",
                   "new p50/p99 ms", "event p50/p99 ms", ""), rows))


# --- peers that mean harm -----------------------------------------------------------------------

PATIENT = {"handshake_s": 3600, "negotiation_s": 3600, "assessment_s": 3600}


def apart(span, calm):
    """Processor ms a second that all but the real endpoints cost: the manager, the generator.
    What those cost is known from the runs without any others."""
    def other(key):
        each = statistics.mean(c[key] / c["assessments"] for c in calm)
        return (span[key] - each * span["assessments"]) / span["seconds"]
    return f"{other('manager_cpu_ms'):.0f} / {other('own_cpu_ms'):.0f}"


def hostile(quick):
    n, seconds = (300, 3) if quick else (10000, 10)
    rows = []
    for conf, name, times in ((PATIENT, "held for ever", 1),
                              ({}, "thrown out by the default deadlines", 3)):
        with Lab(**conf) as lab:
            alone = lab.load("-m", "reconnect", "-n", 256, "-c", 16, "-t", seconds, SYSTEM)
            among = lab.load("-m", "hostile", "-n", 256, "-c", 16, "-t", times * seconds, SYSTEM,
                             "--hostile", n, "--manner", "silent,slow", "--hostile-rate",
                             500 if quick else 1000, "--interval", 5)
            again = lab.load("-m", "reconnect", "-n", 256, "-c", 16, "-t", seconds, SYSTEM)
            base = floor(lab)
        calm = [r["spans"]["staying"] for r in (alone, again)]
        rate = statistics.mean(s["per_second"] for s in calm)
        for what, r in (("alone", alone), (f"among {n} silent and slow, {name}", among),
                        ("alone again", again)):
            span = r["spans"]["staying"]
            rows.append((what, *figures(span, r["latency_ms"]["first"], base),
                         f"{span['per_second'] / rate - 1:+.1%}",
                         apart(span, calm) if r is among else "",
                         f"{span['manager_pss_kb'] / 1024:.0f}"))
    return ("16 endpoints at a time connect, report their system and leave. Apart: processor ms a "
            "second that the\nhostile ones cost, the manager / the generator, which has the same "
            "processors.\n\n" +
            table(("", "per s", "p50 ms", "p99 ms", "CPU ms", "x TLS", "rate", "apart ms/s",
                   "PSS MB"), rows))


# --- events -------------------------------------------------------------------------------------

def event_row(lab, endpoints, rate, burst, seconds):
    peak = Peak(lab, 2)
    r = lab.load("-m", "steady", "-n", endpoints, "--connect-rate", 500, "--image", 1000, "-r",
                 rate, "--burst", burst, "-t", seconds, "--probe", 0.1, "--verify", 50,
                 "--timeout", 7200)
    most = peak.stop()
    span, seen, told = r["spans"]["staying"], r["latency_ms"]["visible"], r["latency_ms"]["change"]
    v = r["verify"]
    return (str(endpoints), str(burst), f"{seconds}", f"{span['events_per_second']:.0f}",
            f"{span['manager_cpu_ms'] * 1000 / max(span['events_stored'], 1):.1f}",
            f"{told['p50']:.0f} / {told['p99']:.0f}", f"{seen['p50']:.0f} / {seen['p99']:.0f}",
            f"{span['manager_pss_kb_before'] / 1024:.0f}", f"{span['manager_pss_kb'] / 1024:.0f}",
            f"{most / 1024:.0f}",
            "yes" if v["current"] == v["endpoints"] and v["same"] == v["compared"] else "NO")


def events(quick):
    rows = []
    sizes = ((100, 4000, 20, 3), (300, 4000, 1, 3)) if quick else (
        (100, 40000, 100, 20), (1000, 40000, 100, 20), (10000, 1000, 1, 20),
        (10000, 40000, 100, 600))
    for endpoints, rate, burst, seconds in sizes:
        with Lab() as lab:
            rows.append(event_row(lab, endpoints, rate, burst, seconds))
    return ("Events of endpoints that each push so many at a time over the session they hold. "
            "Stored: until the\nendpoint hears so; seen: until somebody who follows reads it. "
            "Known: in the end the manager has\nevery ledger up to its last event, and 50 "
            "inventories piece by piece.\n\n" +
            table(("endpoints", "a push", "s", "events/s", "CPU us", "stored p50/p99 ms",
                   "seen p50/p99 ms", "MB before", "after", "peak", "known"), rows))


# --- accidents ----------------------------------------------------------------------------------

def known(r):
    v = r["verify"]
    return (f"of {v['endpoints']} endpoints {v['current']} known up to the last event, "
            f"{v['same']} of {v['compared']} the same piece by piece"
            + (f"; {v['example']}" if v["example"] else ""))


def back(r):
    return ", ".join(f"{x['seconds']:.1f} s" if x["seconds"] else "never"
                     for x in r["recoveries"]) or "not away"


def killed(endpoints, seconds, times, *options):
    """The manager is killed while a fleet does something."""
    with Lab() as lab:
        peak = Peak(lab)
        fleet = lab.begin("-n", endpoints, "--image", 1000, "-t", seconds, "--timeout", 3600,
                          "--back-off", 0.5, "--verify", endpoints, *options)
        lab.wait_for(endpoints)
        for _ in range(times):
            time.sleep(seconds / (times + 2))
            lab.kill()
            lab.start()
        r = lab.report(fleet)
        return (f"all back after {back(r)}; {known(r)}; PSS at most {peak.stop() / 1024:.0f} MB; "
                f"{r['events']} events")


def full_disk(endpoints, seconds, octets):
    """The disk is full for the second third of the time."""
    with tempfile.TemporaryDirectory() as state:
        run("mount", "-t", "tmpfs", "-o", f"size={octets},mode=700", "tmpfs", state)
        try:
            with Lab(state=state) as lab:
                fleet = lab.begin("-n", endpoints, "-m", "steady", "--image", 1000, "-r",
                                  4000, "--burst", 20, "-t", seconds, "--timeout", 3600,
                                  "--verify", endpoints)
                lab.wait_for(endpoints)
                time.sleep(seconds / 3)
                with open(f"{state}/ballast", "wb") as f:
                    try:
                        while True:
                            f.write(bytes(65536))
                            f.flush()
                    except OSError:
                        pass
                time.sleep(seconds / 3)
                os.unlink(f"{state}/ballast")
                r = lab.report(fleet)
                return (f"{r['lost']} sessions were lost, {r['events']} events; {known(r)}")
        finally:
            run("umount", state)


def accidents(quick):
    n, seconds = (100, 4) if quick else (1000, 30)
    lines = [
        (f"{n} endpoints hold a session, the manager is killed once",
         killed(n, seconds, 1, "-m", "storm", "--drift", 5)),
        (f"{n} endpoints push 4000 events a second, it is killed three times",
         killed(n, seconds, 3, "-m", "steady", "-r", 4000, "--burst", 20)),
        (f"{n} endpoints push 4000 events a second, the disk is full for {seconds / 3:.0f} s",
         full_disk(n, seconds, "64m" if quick else "400m")),
    ]
    return "\n\n".join(f"    {what}:\n      {result}" for what, result in lines)
