"""The part of TeX that has a value: formulas as statements, each a chain of relations between expressions.

The parser knows mathematics as a chapter prints it and refuses the rest with `Unreadable`, so that an expression is either understood whole or not at all.
"""

from collections.abc import Collection

from galley.maths.parser import parse
from galley.maths.tokens import Token, Unreadable, fused, tokens
from galley.maths.tree import Chain, Node

RELATIONS = {
    "=": "=",
    "<": "<",
    ">": ">",
    r"\le": "<=",
    r"\leq": "<=",
    r"\ge": ">=",
    r"\geq": ">=",
    r"\lt": "<",
    r"\gt": ">",
    r"\ne": "!=",
    r"\neq": "!=",
    r"\approx": "~",
    r"\propto": "|",
    r"\to": "|",
    r"\leftarrow": "|",
    r"\sim": "|",
    r"\in": "|",
    r"\implies": "|",
    r"\iff": "|",
    r"\Rightarrow": "|",
    r"\mapsto": "|",
}
"""TeX's relations; "|" stands between two statements that are not compared."""


def chains(tex: str, functions: Collection[str] = (), names: Collection[str] = ()) -> list[Chain]:
    r"""Return the statements of a formula: commas, words and wide spaces at the top level part them.

    Args:
        tex: the formula.
        functions: the symbols that are functions, and so apply to what stands between parentheses behind them.
        names: the symbols that are declared: one that is an expression, such as `\sigma^2`, is a symbol all the same.
    """
    found: list[Chain] = []
    relations: list[str] = []
    parts: list[list[Token]] = [[]]

    def close() -> None:
        nonlocal relations, parts
        if any(parts):
            spans = [(part[0].start, part[-1].end) if part else (0, 0) for part in parts]
            members = [_member(part, functions) for part in parts]
            nodes = [None if isinstance(member, str) else member for member in members]
            found.append(
                Chain(nodes, relations, spans, [member if isinstance(member, str) else "" for member in members])
            )
        relations, parts = [], [[]]

    depth = 0
    stream = fused(tokens(tex), names)
    for index, token in enumerate(stream):
        text = token.text
        if text in ("{", "(", "[", r"\{", r"\langle") or token.text.startswith(r"\begin"):
            depth += 0 if _transparent(token) else 1
        elif text in ("}", ")", "]", r"\}", r"\rangle") or token.text.startswith(r"\end"):
            depth -= 0 if _transparent(token) else 1
        if _transparent(token) or (text == "&" and not depth):
            continue
        if depth == 0 and text in RELATIONS:
            relations.append(RELATIONS[text])
            parts.append([])
        elif depth == 0 and text == r"\\":
            following = next((later.text for later in stream[index + 1 :] if later.text != "&"), "")
            if following not in RELATIONS:
                close()
        elif depth == 0 and (text in (",", ";", r"\quad", r"\qquad") or text.startswith(r"\text{")):
            close()
        else:
            parts[-1].append(token)
    if parts[-1] and parts[-1][-1].text == ".":  # a sentence may end in a formula
        parts[-1].pop()
    close()
    return found


def _transparent(token: Token) -> bool:
    return token.kind == "environment" and ("aligned" in token.text or "gathered" in token.text)


def _member(part: list[Token], functions: Collection[str]) -> Node | str:
    """Return the expression that a member is, or why it has no value."""
    while part and part[-1].text == "." and part[-1].kind == "mark":
        part = part[:-1]
    try:
        return parse(part, functions)
    except Unreadable as error:
        return str(error)
