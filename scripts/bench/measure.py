"""measure.py PROGRAM ARG...: runs it with output discarded, prints {"exit","wallS","cpuS","maxRssKiB"} of that one process and its children."""
import json, os, resource, sys, time

start = time.monotonic()
pid = os.fork()
if pid == 0:
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.execvp(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(json.dumps({"exit": os.waitstatus_to_exitcode(status), "wallS": time.monotonic() - start, "cpuS": usage.ru_utime + usage.ru_stime, "maxRssKiB": usage.ru_maxrss}))
