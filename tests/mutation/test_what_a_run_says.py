"""A mutation run fails for too few killed, for an unexplained survivor and for a stale reason."""

import tomllib
from collections import Counter
from pathlib import Path

from tests.mutation.verdict import complaints, explained, read_results, what_changed

SHOWN = """\
# rolling.core.fleet.xǁFleetǁask__mutmut_3: survived
--- rolling/core/fleet.py
+++ rolling/core/fleet.py
@@ -1,5 +1,5 @@
 def ask(self, count: int) -> "Fleet":
-    if count == self.asked:
-        return self
+    if count != self.asked:
+        return self
"""
LINE = "fleet.Fleet.ask: if count == self.asked: return self => if count != self.asked: return self"

RESULTS = """
    rolling.core.fleet.xǁFleetǁask__mutmut_1: killed
    rolling.core.fleet.xǁFleetǁask__mutmut_2: timeout
    rolling.core.fleet.xǁFleetǁask__mutmut_3: survived
    rolling.core.fleet.x_wanted__mutmut_1: no tests
"""


def test_a_mutant_is_known_by_its_function_and_by_what_changed() -> None:
    assert what_changed("rolling.core.fleet.xǁFleetǁask__mutmut_3", SHOWN) == LINE
    shown = "-    return 1\n+    return 2\n"
    assert what_changed("rolling.core.pace.x__asks__mutmut_9", shown) == (
        "pace._asks: return 1 => return 2"
    )


def test_a_mutant_that_no_test_runs_has_survived() -> None:
    run = read_results(RESULTS)
    assert len(run.statuses) == 4
    assert [name.rpartition(".")[2] for name in run.survivors] == [
        "xǁFleetǁask__mutmut_3",
        "x_wanted__mutmut_1",
    ]
    assert run.killed_percent == 50


def test_what_an_interrupted_run_did_not_come_to_is_told() -> None:
    assert read_results(RESULTS).unchecked == 0
    assert read_results(RESULTS + "    rolling.core.fleet.x_seen__mutmut_1: not checked").unchecked


def test_too_few_killed_is_told() -> None:
    run = read_results(RESULTS)
    assert complaints(run, ["a", "b"], Counter(["a", "b"])) == ["50.0% were killed, not 95%."]


def test_a_survivor_without_a_reason_and_a_reason_without_a_survivor_are_told() -> None:
    lines = [f"rolling.core.pace.x_f__mutmut_{number}: killed" for number in range(99)]
    run = read_results("\n".join(lines) + "\nrolling.core.pace.x_g__mutmut_1: survived")
    assert complaints(run, [LINE], Counter([LINE])) == []
    assert complaints(run, [LINE], Counter()) == [f"survived, and nobody says why: {LINE}"]
    assert complaints(run, [], Counter([LINE])) == [f"listed, and did not survive: {LINE}"]
    assert complaints(run, [LINE, LINE], Counter([LINE])) == [
        f"survived, and nobody says why: {LINE}"
    ]


def test_every_listed_survivor_has_a_reason() -> None:
    path = Path(__file__).with_name("survivors.toml")
    kinds = tomllib.loads(path.read_text(encoding="utf-8"))["kind"]
    assert kinds and all(kind["reason"].strip() and kind["mutants"] for kind in kinds)
    assert explained(path).total() == sum(len(kind["mutants"]) for kind in kinds)
