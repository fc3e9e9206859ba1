"""The shell of every HTML page: stands alone, loads nothing, light or dark, prints."""

from html import escape

_STYLE = """
:root { color-scheme: light dark; --fg: #1b1f24; --bg: #ffffff; --soft: #59636e; --line: #d1d9e0;
  --good: #1a7f37; --bad: #c4202b; --panel: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --fg: #e6edf3; --bg: #0d1117; --soft: #9198a1;
  --line: #3d444d; --good: #3fb950; --bad: #ff7b72; --panel: #161b22; } }
* { box-sizing: border-box; }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--fg);
  background: var(--bg); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; }
code, pre { font: .875rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { margin: .5rem 0 0; padding: .5rem .75rem; background: var(--panel); white-space: pre-wrap;
  border-radius: 6px; }
table { width: 100%; border-collapse: collapse; margin-top: .75rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0;
  border-top: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; } td.points { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.soft { color: var(--soft); } .good { color: var(--good); } .bad { color: var(--bad); }
aside { margin-top: 1rem; padding: .75rem 1rem; border-left: 4px solid var(--bad);
  background: var(--panel); border-radius: 0 6px 6px 0; }
aside p { margin: .25rem 0; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } tr, aside, pre {
  break-inside: avoid; } h2 { break-after: avoid; } }
"""


def page(title: str, body: str, style: str = "") -> str:
    """Return a whole page.

    Args:
        title: plain text; it becomes the heading too.
        body: HTML in which everything from outside is escaped already.
        style: CSS of this kind of page, after the common one.
    """
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(title)}</title>
<style>{_STYLE}{style}</style>
</head>
<body>
<h1>{escape(title)}</h1>
{body}</body>
</html>
"""
