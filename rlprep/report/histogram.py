"""A distribution of marks as an inline SVG: no script, colours from the page, text that is read."""

from html import escape

from rlprep.report.class_figures import Bar

WIDTH = 720
HEIGHT = 200
_BASE = HEIGHT - 26
_TOP = 22

STYLE = """
.histogram { width: 100%; height: auto; margin-top: .5rem; }
.histogram rect { fill: var(--bar); } .histogram line { stroke: var(--line); }
.histogram text { fill: var(--fg); font: 12px system-ui, sans-serif; text-anchor: middle; }
:root { --bar: #0969da; }
@media (prefers-color-scheme: dark) { :root { --bar: #4493f8; } }
@media print { .histogram rect { print-color-adjust: exact; } }
"""


def histogram(bars: list[Bar]) -> str:
    """Return the bars, each with its marks beneath and the number of students above."""
    most = max(bar.count for bar in bars)
    step = WIDTH / len(bars)
    parts = [_bar(bar, at * step, step, most) for at, bar in enumerate(bars)]
    said = "; ".join(f"{bar.label}: {bar.count}" for bar in bars if bar.count) or "no marks"
    base = f"<line x1='0' x2='{WIDTH}' y1='{_BASE}' y2='{_BASE}'/>"
    return (
        f"<svg class='histogram' viewBox='0 0 {WIDTH} {HEIGHT}' role='img'"
        f" aria-label='Students by points: {escape(said)}'>\n{''.join(parts)}{base}\n</svg>\n"
    )


def _bar(bar: Bar, left: float, step: float, most: int) -> str:
    centre = f"{left + step / 2:.1f}"
    label = f"{bar.low}" if bar.low == bar.high else f"{bar.low}–{bar.high}"
    text = f"<text x='{centre}' y='{HEIGHT - 8}'>{label}</text>\n"
    if not bar.count:
        return text
    height = max(1.0, (_BASE - _TOP) * bar.count / most)
    top, width = _BASE - height, step * 0.8
    shape = (
        f"<rect x='{left + step * 0.1:.1f}' y='{top:.1f}' width='{width:.1f}'"
        f" height='{height:.1f}' rx='2'/>"
    )
    return f"{shape}<text x='{centre}' y='{top - 6:.1f}'>{bar.count}</text>{text}"
