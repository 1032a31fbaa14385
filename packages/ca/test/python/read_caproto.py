"""Reads PVs by caproto's own client, UDP search included: argument [[pv, DBR type name], ...]; prints one JSON list."""
import json
import sys

from caproto import ChannelType
from caproto.sync.client import read

LIMITS = ["upper_disp_limit", "lower_disp_limit", "upper_alarm_limit", "upper_warning_limit", "lower_warning_limit",
          "lower_alarm_limit", "upper_ctrl_limit", "lower_ctrl_limit"]


def plain(value):
    if isinstance(value, bytes):
        return value.rstrip(b"\0").split(b"\0")[0].decode("utf-8")
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return value.item() if hasattr(value, "item") else value


def one(pv, name):
    answer = read(pv, data_type=ChannelType[name], timeout=10, repeater=False)
    meta = answer.metadata
    result = {"value": [plain(element) for element in answer.data], "type": answer.data_type.name, "count": answer.data_count}
    if hasattr(meta, "severity"):
        result["severity"], result["status"] = int(meta.severity), int(meta.status)
    stamp = getattr(meta, "stamp", None)
    if stamp is not None:
        result["stamp"] = [stamp.secondsSinceEpoch, stamp.nanoSeconds]
    if hasattr(meta, "units"):
        result["units"] = plain(meta.units)
    if hasattr(meta, "precision"):
        result["precision"] = meta.precision
    if hasattr(meta, "enum_strings"):
        result["enums"] = [plain(text) for text in meta.enum_strings]
    limits = [plain(getattr(meta, name)) for name in LIMITS if hasattr(meta, name)]
    if limits:
        result["limits"] = limits
    return result


print(json.dumps([one(*request) for request in json.loads(sys.argv[1])]))
