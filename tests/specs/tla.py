"""The TLA+ spec's graph: runs tla-checker on node, and reads the state graph that it exports.

In the spec an event that has occurred makes a state of its own. Such a state is
the edge of our graph: its deployment is the node that it leaves, its event the
label, and the deployment of the one state after it the node that it enters.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.specs.cases import Case
from tests.specs.graphs import Graph, Label, Node

SPECS = Path(__file__).parents[2] / "specs"
SPEC = SPECS / "RollingDeployment.tla"
CONFIGURATION = SPECS / "RollingDeployment.cfg"


def configuration(case: Case) -> str:
    """The spec's configuration file with the constants of `case`."""
    values = {
        **case.constants,
        "Alarms": case.alarms,
        "Troubles": "{" + ", ".join(f'"{trouble}"' for trouble in case.troubles) + "}",
        "StaleEvents": case.stale_events,
    }
    text = CONFIGURATION.read_text()
    for name, value in values.items():
        written = str(value).upper() if isinstance(value, bool) else str(value)
        text, found = re.subn(rf"(?m)^(    {name}) = .*$", rf"\1 = {written}", text)
        assert found == 1, f"{CONFIGURATION.name} sets {name} {found} times"
    return text


def check(node: str, modules: Path, case: Case, scratch: Path) -> Graph | str:
    """Check the spec for `case` with the tla-checker in `modules`: its graph, or what is wrong."""
    cfg = write_configuration(case, scratch)
    dot = cfg.with_suffix(".dot")
    answer = ask(node, modules, cfg, dot)
    if isinstance(answer, str):
        return answer
    graph = read_graph(dot.read_text(), case.floors[0] * case.floors[1])
    dot.unlink()
    return graph


def write_configuration(case: Case, scratch: Path) -> Path:
    """The configuration file of `case`, in the folder `scratch`."""
    cfg = scratch / (re.sub(r"\W+", "-", case.name) + ".cfg")
    cfg.write_text(configuration(case))
    return cfg


def ask(node: str, modules: Path, cfg: Path, dot: Path | None = None) -> dict[str, Any] | str:
    """What check.mjs answers when all is well, with the graph in `dot`; or what is wrong."""
    command: list[str | Path] = [node, SPECS / "check.mjs", modules, SPEC, cfg]
    command += [] if dot is None else [dot]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if not ran.stdout:
        return f"tla-checker gave no answer:\n{ran.stderr}"
    answer: dict[str, Any] = json.loads(ran.stdout)
    if answer["success"] and not answer["warnings"]:
        return answer
    told = [f"{answer['error_type']}: {_named(answer['error_message'])}", *answer["warnings"]]
    return "\n".join([*told, *(answer["trace"] or [])])


def _named(message: str | None) -> str:
    """The message with the invariant's name in place of its number."""
    invariants = CONFIGURATION.read_text().partition("INVARIANTS")[2].split()
    number = re.compile(r"Invariant (\d+)")
    return number.sub(lambda found: f"invariant {invariants[int(found[1])]} is", message or "")


# --- the exported graph -----------------------------------------------------


def read_graph(dot: str, whole: int) -> Graph:
    """The graph in what tla-checker exported; `whole` is the units of all traffic.

    Raises ValueError for what is no such graph.
    """
    nodes: dict[str, Node] = {}
    labels: dict[str, Label] = {}
    known: dict[str, Node] = {}
    edges: dict[Node, dict[Label, Node]] = {}
    for line in dot.splitlines():
        if state := _STATE.fullmatch(line):
            name, deployment, event = state.groups()
            if deployment not in known:
                known[deployment] = _node(parse(_unescaped(deployment)), whole)
            nodes[name] = known[deployment]
            label = _label(parse(_unescaped(event)))
            if label != _NO_EVENT:
                labels[name] = label
        elif step := _STEP.fullmatch(line):
            source, target, action = step.groups()
            if action == "Advance":
                edges.setdefault(nodes[source], {})[labels[source]] = nodes[target]
        elif line.startswith("  s"):
            raise ValueError(f"neither a state nor a step: {line}")
    taken_in = sum(map(len, edges.values()))
    if taken_in != len(labels):
        raise ValueError(f"of {len(labels)} events {taken_in} are taken in")
    return Graph(nodes["s0"], edges)


_STATE = re.compile(r'  (s\d+) \[label="deployment=(.*)\\nevent=(.*)"\];')
_STEP = re.compile(r'  (s\d+) -> (s\d+) \[label="(Occur|Advance)"\];')
_NO_EVENT = ("None",)


def _unescaped(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")


def _node(value: dict[str, Any], whole: int) -> Node:
    return Node(
        stage=value["stage"],
        up=value["up"],
        new=_counts(value["new"]),
        old=_counts(value["old"]),
        traffic=(value["traffic"], whole - value["traffic"]),
        settled=value["settled"],
        cause=value["cause"],
        cut_short=value["cut"],
        continued=value["continued"],
    )


def _counts(value: dict[str, int]) -> tuple[int, int, int]:
    return value["asked"], value["in_service"], value["alive"]


def _label(value: dict[str, Any]) -> Label:
    # A record is printed with its fields in the order of the alphabet; labels have their own.
    kind = value["kind"]
    order = ["stage", "direction", "new", "old", "traffic"]
    order += ["readings", "after_interval", "operation", "fleet"]
    return (kind, *[f"{name}={_text(name, value[name])}" for name in order if name in value])


def _text(name: str, value: Any) -> str:
    between = {"stage": " ", "new": "/", "old": "/", "readings": ","}.get(name)
    return str(value) if between is None else between.join(map(str, value))


# --- values of TLA+ ---------------------------------------------------------

_TOKEN = re.compile(r'\s*(<<|>>|\|->|[\[\],]|"[^"]*"|-?\d+|\w+)')


def parse(text: str) -> Any:
    """A printed value: a tuple, a record (as a dict), a boolean, a number or a string."""
    tokens = _TOKEN.findall(text)
    value, end = _parse(tokens, 0)
    if end != len(tokens) or _TOKEN.sub("", text).strip():
        raise ValueError(f"not a value of the spec: {text}")
    return value


def _parse(tokens: list[str], at: int) -> tuple[Any, int]:
    token = tokens[at]
    if token == "<<":
        items = []
        at += 1
        while tokens[at] != ">>":
            item, at = _parse(tokens, at + (tokens[at] == ","))
            items.append(item)
        return tuple(items), at + 1
    if token == "[":
        record = {}
        while tokens[at] != "]":
            name, arrow = tokens[at + 1 : at + 3]
            if arrow != "|->":
                raise ValueError(f"no field of a record: {name} {arrow}")
            record[name], at = _parse(tokens, at + 3)
        return record, at + 1
    if token in ("true", "false"):
        return token == "true", at + 1
    return (token[1:-1] if token.startswith('"') else int(token)), at + 1
