"""The palette: every role can be read, and told from the others."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from galley.figure import palette as roles

SCHEMES = {"light": roles.LIGHT, "dark": roles.DARK}
TEXT = ("ink", "muted", "edge", "cool", "warm", "accent", "accent2")
# How an eye without one of its three cones sees linear RGB: Machado, Oliveira and Fernandes (2009), severity 1.
# Source: https://doi.org/10.1109/TVCG.2009.113
EYES = {
    "all cones": np.eye(3),
    "no long": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no middle": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no short": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> NDArray[np.float64]:
    """Return the linear RGB of a hex colour."""
    values = np.array(to_rgb(colour))
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG defines it."""
    low, high = sorted(float(XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the CIELAB coordinates of a linear RGB colour."""
    ratio = XYZ @ np.clip(rgb, 0, 1) / XYZ.sum(axis=1)
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_can_be_read(scheme: str) -> None:
    """Every role that text may have reaches a contrast of 4.5 on paper, and on its own soft fill."""
    colours = roles.spread(SCHEMES[scheme])
    for role in TEXT:
        assert contrast(colours[role], colours["paper"]) >= 4.5
        if f"{role}_soft" in colours:
            assert contrast(colours[role], colours[f"{role}_soft"]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("eye", EYES)
def test_meanings_can_be_told_apart(scheme: str, eye: str) -> None:
    """Vanishing, exploding and the knife edge are far apart (25 in CIELAB) to eyes without one kind of cone, too."""
    seen = {role: lab(EYES[eye] @ linear(SCHEMES[scheme][role])) for role in ("cool", "warm", "edge")}
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) >= 25


def test_roles_can_be_told_by_their_light_value() -> None:
    """No two roles share a value, as the press finds the role of a drawn colour by it."""
    assert len(set(roles.ROLES.values())) == len(roles.ROLES)


def test_stylesheet_gives_every_role_both_values() -> None:
    """Each role is a custom property, once in each scheme."""
    light, dark = roles.stylesheet(dark=".dark").splitlines()
    assert light.startswith(":root{") and dark.startswith(".dark{")
    for name in roles.ROLES:
        assert light.count(f"{roles.variable(name)}:") == dark.count(f"{roles.variable(name)}:") == 1
