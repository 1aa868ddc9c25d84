"""The colours of the figures: roles with a meaning, each with one value on light paper and one on dark."""

FAMILY = "STIXGeneral"  # the typeface of all words, and of most of what stands between $…$

LIGHT = {
    "paper": "#ffffff",
    "ink": "#23272f",
    "muted": "#5a6170",
    "edge": "#66696e",
    "grid": "#e6e8ec",
    "cool": "#0067b1",
    "warm": "#ba3d00",
    "accent": "#007054",
    "accent2": "#a2407f",
}
DARK = {
    "paper": "#1e2129",
    "ink": "#dfe2e8",
    "muted": "#a7aebb",
    "edge": "#989ba1",
    "grid": "#353a46",
    "cool": "#5cb3f0",
    "warm": "#ff9055",
    "accent": "#3fc39a",
    "accent2": "#e58fc6",
}
STEPS = 8  # of a ramp from paper to a role: fine enough to tell cells apart, few enough to name each in the stylesheet
SOFT = 0.14  # how much of its role a soft fill holds: little enough for text in that role to be read on it


def mixed(paper: str, colour: str, share: float) -> str:
    """Return the hex colour that lies `share` of the way from `paper` to `colour`."""
    pairs = [(int(paper[k : k + 2], 16), int(colour[k : k + 2], 16)) for k in (1, 3, 5)]
    return "#" + "".join(f"{round(low + share * (high - low)):02x}" for low, high in pairs)


def spread(scheme: dict[str, str]) -> dict[str, str]:
    """Return `scheme` with the fills that follow from it: `<role>_soft`, and `<role>_ramp_1` and on from paper to role."""
    colours = dict(scheme)
    for role in ("cool", "warm", "edge", "accent", "accent2"):
        colours[f"{role}_soft"] = mixed(scheme["paper"], scheme[role], SOFT)
    for role in ("cool", "warm", "accent"):
        for step in range(1, STEPS):
            colours[f"{role}_ramp_{step}"] = mixed(scheme["paper"], scheme[role], step / STEPS)
    return colours


ROLES = spread(LIGHT)
NAMES = {value: role for role, value in ROLES.items()}


def ramp(role: str) -> list[str]:
    """Return the roles from paper to `role`, palest first, the paper itself left out."""
    return [f"{role}_ramp_{step}" for step in range(1, STEPS)] + [role]


def variable(name: str) -> str:
    """Return the CSS custom property of a role."""
    return f"--galley-{name.replace('_', '-')}"


def stylesheet(dark: str = '[data-md-color-scheme="slate"]') -> str:
    """Return the CSS that gives every role its value, under the selector `dark` its dark one."""
    schemes = {":root": ROLES, dark: spread(DARK)}
    rules = []
    for selector, colours in schemes.items():
        rules.append(selector + "{" + ";".join(f"{variable(name)}:{value}" for name, value in colours.items()) + "}")
    return "\n".join(rules) + "\n"
