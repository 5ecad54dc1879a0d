"""A terminal as lines of text: what stands on it after what was written to it.

It has no scrollback's limit and no colours, and obeys what the panes of rolling write.
"""

import re

_COMMAND = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")


def standing(written: str, columns: int) -> list[str]:
    """The lines on a terminal of so many columns, which folds longer ones."""
    lines, row, column = [""], 0, 0
    place = 0
    while place < len(written):
        command = _COMMAND.match(written, place)
        if command is not None:
            place = command.end()
            match command[2]:
                case "A":
                    row -= int(command[1] or 1)
                    assert row >= 0, "the cursor left the terminal"
                case "J":
                    lines = [*lines[:row], lines[row][:column]]
                case kind:
                    assert kind == "m", f"{command[0]!r} is not known here"
            continue
        each = written[place]
        place += 1
        if each == "\r":
            column = 0
            continue
        if each == "\n" or column == columns:
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        if each != "\n":
            lines[row] = lines[row][:column].ljust(column) + each + lines[row][column + 1 :]
            column += 1
    return [line.rstrip() for line in lines]
