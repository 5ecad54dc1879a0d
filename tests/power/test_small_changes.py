"""Each small change of a rule is made once, is known by its code, and leaves words alone."""

import ast
from textwrap import dedent

import pytest

from tests.power.mutants import change, mutants_of
from tests.power.rules import mutants, trees


def changes(text: str, left_out: frozenset[str] = frozenset()) -> list[str]:
    """What becomes of a module with this text: the code before and after each change."""
    tree = ast.parse(dedent(text))
    return [f"{each.before} => {each.after}" for each in mutants_of("module", tree, left_out)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("return a < b", ["return a <= b", "return None"]),
        ("return a == 1", ["return a == 2", "return a != 1", "return None"]),
        ("return a + b", ["return a - b", "return None"]),
        ("return -a // b", ["return a // b", "return -a * b", "return None"]),
        ("return a and b", ["return a", "return a or b", "return b", "return None"]),
        ("return not a", ["return a", "return None"]),
        ("return True", ["return False"]),
        ("return min(a, b)", ["return max(a, b)", "return min(None, b)", "return min(a, None)"]),
        ("return f(a, b)", ["return f(b, a)", "return f(None, b)", "return f(a, None)"]),
        ("return f(a=b)", ["return f()", "return f(a=None)", "return None"]),
        ("return a if b else c", ["return c if b else a", "return None"]),
        ("return (a, b)", ["return (a,)", "return (b,)", "return None"]),
        ("return [x for x in a if b]", ["return [x for x in a]", "return None"]),
        ("return Phase.BAKING", ["return Phase.CLEANING", "return None"]),
        ("return Reading.UNREADABLE", ["return Reading.OK", "return None"]),
        ("a = b", ["pass"]),
    ],
)
def test_code_changes_into_its_neighbours(code: str, expected: list[str]) -> None:
    found = {each.partition(" => ")[2] for each in changes(f"def rule():\n    {code}")}
    assert found.issuperset(expected)
    assert len(found) <= len(expected) + 1


def test_a_branch_is_left_out_or_taken_when_it_should_not_be() -> None:
    text = """
    def rule():
        if open:
            a = b
    """
    assert changes(text) == [
        "if open: => pass",
        "if open: => if not open:",
        "a = b => pass",
    ]


def test_words_refusals_and_what_is_left_out_stay() -> None:
    text = '''
    """A module."""

    def rule(a: int = 1 + 1) -> int:
        """A rule."""
        assert a == 1, "one"
        if a == 1:
            raise ValueError(f"not {a + 1}")
        problems.append(Problem("a", a))

    def other():
        return 1
    '''
    assert changes(text, frozenset({"other"})) == [
        "1 + 1 => 1 - 1",
        "1 + 1 => 2 + 1",
        "1 + 1 => 1 + 2",
    ]


def test_a_change_is_made_where_it_says() -> None:
    tree = ast.parse("def rule(a):\n    return a == 1\n")
    before = ast.unparse(tree)
    found = [each for each in mutants_of("module", tree, frozenset()) if "!=" in each.after]
    assert ast.unparse(tree) == before, "to list the mutants changes nothing"
    assert [each.name for each in found] == ["module.rule: return a == 1 => return a != 1"]
    assert ast.unparse(change(tree, found[0])) == "def rule(a):\n    return a != 1"


def test_of_a_long_line_the_change_is_shown_with_what_is_near() -> None:
    names = ", ".join(f"a_rather_long_name_{number}" for number in range(9))
    (shown,) = [each for each in changes(f"def rule():\n    f({names}, 77)") if "78" in each]
    before, _, after = shown.partition(" => ")
    assert before.startswith("…") and before.endswith(", 77)") and len(before) < 60
    assert after == before.replace("77", "78")


def test_every_module_of_rules_has_mutants_and_most_have_names_of_their_own() -> None:
    of = trees()
    found = list(mutants(of))
    assert {each.module for each in found} == set(of)
    assert len(found) > 1_000
    assert len({each.name for each in found}) > 0.9 * len(found)
