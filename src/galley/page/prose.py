"""Prose: what is left of a page when all that is no word is blanked, so that offsets stay."""

import re
from collections.abc import Sequence

from galley.page.pieces import Formula, Image, Piece

FORMULA, WORD = "\ue000", "\ue001"  # what stands for each character of a formula, and of code, links and the like


def blanked(text: str, pieces: Sequence[Piece]) -> str:
    """Return the text with its pieces blanked, but for alt texts."""
    parts, at = [], 0
    for piece in pieces:
        parts.append(text[at : piece.start])
        kind = getattr(piece, "kind", "")
        mark = FORMULA if isinstance(piece, Formula) else WORD if kind in ("code", "link") else " "
        whole = re.sub(r"[^\n]", mark, text[piece.start : piece.end])
        if isinstance(piece, Image):
            first, last = piece.at - piece.start, piece.at - piece.start + len(piece.alt)
            whole = whole[:first] + piece.alt + whole[last:]
        parts.append(whole)
        at = piece.end
    return "".join([*parts, text[at:]])
