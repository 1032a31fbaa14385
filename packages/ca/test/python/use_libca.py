"""Writes and monitors by libca (through aioca): argument {"monitor": pv, "puts": [[pv, value, wait], ...]}; prints what it saw as JSON."""
import asyncio
import json
import sys

import aioca


async def main():
    task = json.loads(sys.argv[1])
    seen = []
    subscription = aioca.camonitor(task["monitor"], lambda value: seen.append(float(value)), all_updates=True)
    while not seen:
        await asyncio.sleep(0.01)
    results = []
    for pv, value, wait in task["puts"]:
        result = await aioca.caput(pv, value, wait=wait, timeout=10, throw=False)
        results.append(bool(result.ok))
    last = task["puts"][-1][1]
    while seen[-1] != last:
        await asyncio.sleep(0.01)
    subscription.close()
    info = await aioca.cainfo(task["monitor"], timeout=10)
    print(json.dumps({"seen": seen, "results": results, "info": [info.count, info.read, info.write]}))


asyncio.run(main())
