# Reads channels through libca (aioca): one JSON line a name, in order. stdin: one JSON object {"names": […], "puts": [[name, value], …]}.
import asyncio, json, math, sys
import aioca

def plain(value):
    if isinstance(value, bytes):
        return value.decode("latin1")
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value

FIELDS = "status severity units precision upper_disp_limit lower_disp_limit upper_alarm_limit upper_warning_limit lower_warning_limit lower_alarm_limit upper_ctrl_limit lower_ctrl_limit enums".split()

async def one(name, how):
    # aioca cannot read an empty array of strings.
    try:
        value = await aioca.caget(name, throw=False, timeout=8, **how)
        return value if value.ok else None
    except IndexError:
        return None

async def read(names, **how):
    return await asyncio.gather(*(one(name, how) for name in names))

async def main():
    work = json.load(sys.stdin)
    for name, value in work["puts"]:
        result = await aioca.caput(name, value, wait=True, throw=False, timeout=3)
        if not result.ok:
            print(f"put {name}: {result}", file=sys.stderr)
    await asyncio.sleep(work.get("settle", 0.3))
    names = work["names"]
    control = await read(names, format=aioca.FORMAT_CTRL)
    text = await read(names, datatype=aioca.DBR_STRING, count=1)
    timed = await read(names, format=aioca.FORMAT_TIME)
    for name, value, string, time in zip(names, control, text, timed):
        if value is None:
            print(json.dumps({"pv": name, "ok": False}))
            continue
        row = {"pv": name, "ok": True, "type": value.datatype, "value": plain(value), "text": None if string is None else plain(str(string))}
        row["stamped"] = time is not None and time.raw_stamp[0] != 631152000
        for field in FIELDS:
            if hasattr(value, field):
                row[field] = plain(getattr(value, field))
        print(json.dumps(row))

asyncio.run(main())
