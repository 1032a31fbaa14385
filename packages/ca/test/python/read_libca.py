"""Reads PVs by libca (through aioca): argument [[pv, format, datatype or null], ...]; prints one JSON list."""
import asyncio
import json
import sys

import aioca
from epicscorelibs.ca import dbr

FORMATS = {"plain": aioca.FORMAT_RAW, "time": aioca.FORMAT_TIME, "ctrl": aioca.FORMAT_CTRL}
FIELDS = ["upper_disp_limit", "lower_disp_limit", "upper_alarm_limit", "upper_warning_limit", "lower_warning_limit",
          "lower_alarm_limit", "upper_ctrl_limit", "lower_ctrl_limit"]


def plain(value):
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [plain(element) for element in value]
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(float(value))]
    return value


async def read(pv, kind, datatype):
    try:
        value = await aioca.caget(pv, format=FORMATS[kind], datatype=getattr(dbr, "DBR_" + datatype) if datatype else None, timeout=10)
    except aioca.CANothing as error:
        return {"error": error.errorcode}
    result = {"value": plain(value)}
    if hasattr(value, "severity"):
        result["severity"], result["status"] = value.severity, value.status
    if hasattr(value, "raw_stamp"):
        result["stamp"] = list(value.raw_stamp)
    for name in ["units", "precision", "enums"]:
        if hasattr(value, name):
            result[name] = plain(getattr(value, name))
    limits = [getattr(value, name) for name in FIELDS if hasattr(value, name)]
    if limits:
        result["limits"] = plain(limits)
    return result


async def main():
    print(json.dumps([await read(*request) for request in json.loads(sys.argv[1])]))


asyncio.run(main())
