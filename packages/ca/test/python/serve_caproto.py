"""Serves PVs by caproto on loopback at EPICS_CA_SERVER_PORT until standard input ends."""
import asyncio
import sys

from caproto import ChannelChar, ChannelDouble, ChannelEnum, ChannelInteger, ChannelString
from caproto.asyncio.server import start_server

PVS = {
    "C:DOUBLE": ChannelDouble(value=2.5, units="mm", precision=3, upper_disp_limit=10.0),
    "C:LONG": ChannelInteger(value=[1, 2, 3]),
    "C:STRING": ChannelString(value="hello", string_encoding="utf-8"),
    "C:ENUM": ChannelEnum(value="On", enum_strings=["Off", "On"]),
    "C:CHAR": ChannelChar(value="text", max_length=20),
}


async def main():
    serving = asyncio.ensure_future(start_server(PVS, interfaces=["127.0.0.1"], log_pv_names=False))
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    serving.cancel()


asyncio.run(main())
