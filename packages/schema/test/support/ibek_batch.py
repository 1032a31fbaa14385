"""Runs real ibek for many cases in one process: a JSON object a line in, one a line out."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

root = Path(tempfile.mkdtemp(prefix="epicube-ibek-"))
os.environ["EPICS_ROOT"] = str(root)

from ibek.entity_factory import EntityFactory  # noqa: E402
from ibek.ioc_factory import IocFactory  # noqa: E402
from ibek.runtime_cmds.commands import do_generate  # noqa: E402
from ibek.support import Support  # noqa: E402
from ibek.utils import UTILS  # noqa: E402

sys.stdin.reconfigure(newline="\n")
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


class Plain:
    """An object with attributes that prints as its id."""

    def __init__(self, fields):
        self.__dict__.update(fields)

    def __str__(self):
        return self.__dict__["__str__"]


def context_of(value):
    if isinstance(value, dict):
        made = {key: context_of(item) for key, item in value.items()}
        return Plain(made) if "__str__" in made else made
    if isinstance(value, list):
        return [context_of(item) for item in value]
    return value


def run(job):
    UTILS.__reset__()
    saved = dict(os.environ)
    os.environ.update(job.get("env", {}))
    work = Path(tempfile.mkdtemp(dir=root))
    try:
        if job["op"] == "render":
            UTILS.variables.update(context_of(job.get("variables", {})))
            UTILS.file_name = "ioc"
            UTILS.set_ioc_name("test-ioc")
            value = UTILS.render(context_of(job["context"]), job["template"], job["type"])
            return {"repr": repr(value)}
        paths = {}
        for name, text in job["files"].items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            paths[name] = path
        support = [paths[name] for name in job["support"]]
        if job["op"] == "schema":
            if not support:
                return {"schema": json.loads(Support.get_schema())}
            models = EntityFactory().make_entity_models(support)
            return {"schema": IocFactory().make_ioc_model(models).model_json_schema()}
        for name in job.get("pvi_defs", []):
            (root / "pvi-defs").mkdir(exist_ok=True)
            shutil.copy(paths[name], root / "pvi-defs" / Path(name).name)
        (root / "runtime").mkdir(exist_ok=True)
        output = work / "out"
        do_generate([paths[name] for name in job["instances"]], support, output, job.get("pvi", False))
        return {"files": {path.name: path.read_text() for path in sorted(output.iterdir())}}
    finally:
        os.environ.clear()
        os.environ.update(saved)
        shutil.rmtree(work, ignore_errors=True)


for line in sys.stdin:
    try:
        answer = run(json.loads(line))
    except BaseException as error:  # ibek raises whatever its libraries raise
        answer = {"error": f"{type(error).__name__}: {error}"[:2000]}
    out.write(json.dumps(answer) + "\n")
    out.flush()
shutil.rmtree(root, ignore_errors=True)
