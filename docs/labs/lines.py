import numpy as np


class Lines(dict):
    """Curves by name on one log axis, in the colour of the text around them: what a notebook shows of it."""

    def _repr_html_(self):
        logs, drawn = np.log10(list(self.values())), ""
        x, y = np.linspace(5, 450, logs.shape[1]), 190 - 180 * (logs - logs.min()) / np.ptp(logs)
        for k, name in enumerate(self):
            points = " ".join(map("{:.0f},{:.0f}".format, x, y[k]))
            drawn += f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="{5 * k}"/>'
            drawn += f'<text x="455" y="{y[k, -1] + 4:.0f}" fill="currentColor">{name}, {self[name][-1]:.0e}</text>'
        return f'<svg viewBox="0 0 640 200" font-size="18" role="img" aria-label="{", ".join(self)}">{drawn}</svg>'
