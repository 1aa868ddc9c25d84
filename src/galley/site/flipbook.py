"""A drawing on the page, with what a reader may drag: native controls around the stop at which it starts."""

import re
from collections.abc import Mapping
from html import escape

from galley.drawing.drawing import Drawing
from galley.figure.controls import Control, spoken, start

MATHEMATICS = re.compile(r"\$([^$]+)\$")


def formulas(drawing: Drawing) -> list[str]:
    """Return the formulas in the labels of a drawing's controls, as TeX."""
    return [tex for control in drawing.controls for tex in MATHEMATICS.findall(control.label)]


def element(drawing: Drawing, name: str, svg: str, frames: str, typeset: Mapping[str, str]) -> str:
    """Return the element that holds a drawing and its controls.

    Args:
        drawing: A drawing that has controls.
        name: The figure's: what a link to one of its stops begins with.
        svg: The drawing as it stands in the page.
        frames: The address of its frames.
        typeset: The HTML of each formula in the labels of its controls.
    """
    controls = "".join(_control(control, drawing.prefix, typeset) for control in drawing.controls)
    play = '<button type="button" class="play" disabled>Play</button>' if drawing.controls[0].play else ""
    reset = '<button type="button" class="reset" disabled>Reset</button>'
    return (
        f'<flip-book id="{escape(name)}" data-frames="{escape(frames)}" data-digest="{drawing.seal}">{svg}'
        f'<div class="controls" role="group" aria-label="Controls of this figure" data-search-exclude>'
        f'{controls}<span class="buttons">{play}{reset}</span></div>'
        f"<output data-search-exclude>{escape(drawing.readouts[start(drawing.controls)])}</output></flip-book>"
    )


def _control(control: Control, prefix: str, typeset: Mapping[str, str]) -> str:
    parts = MATHEMATICS.split(control.label)  # words and formulas in turn
    words = "".join(typeset.get(part, escape(part)) if at % 2 else escape(part) for at, part in enumerate(parts))
    name = escape(spoken(control.label))
    told = f'name="{control.name}" aria-label="{name}" autocomplete="off" disabled'
    if not control.slides:
        options = "".join(
            f'<option value="{at}"{" selected" if at == control.start else ""}>{escape(word)}</option>'
            for at, word in enumerate(control.words)
        )
        return f'<span class="control"><label><span>{words}</span><select {told}>{options}</select></label></span>'
    marks, listed = "", ""
    if control.marks:
        options = "".join(
            f'<option value="{at}" label="{escape(said)}"></option>' for at, said in control.marks.items()
        )
        listed = f' list="{prefix}-{control.name}"'
        marks = f'<datalist id="{prefix}-{control.name}">{options}</datalist>'
    said = escape(control.words[control.start])
    return (
        f'<span class="control"><label><span>{words}</span><input type="range" {told} min="0" '
        f'max="{len(control.values) - 1}" step="1" value="{control.start}" aria-valuetext="{said}"{listed}>{marks}</label>'
        f'<input class="at" inputmode="decimal" aria-label="{name}, as a number" placeholder="{said}" size="5" '
        'autocomplete="off" disabled></span>'
    )
