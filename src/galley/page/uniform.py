"""Numerals as a sequence: one reading of text for both ends, the source and the finished page.

It knows nothing of what a numeral is worth. Whatever shows a digit counts, with the sign before it, its point and its percent sign;
so does a dollar, which is either escaped by the author or a formula that was left raw.
"""

import re
import unicodedata

EDGE = "\x1f"  # stands in the source where something that readers do not see parts what they see together
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"), "-")
_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"), " "
)
_NOTHING = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), None)
_MARKS = dict.fromkeys(map(ord, "*_`~"), "\x1e")  # of Markdown: neither letters nor signs, whether they are left or set
_UNIFORM = _DASHES | _SPACES | _NOTHING | _MARKS
DIGIT = (
    "\\d\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2079\u2080-\u2089\u2150-\u2189\u2460-\u249b\u24ea-\u24ff\u2776-\u2793"
)
_RUN = rf"(?:[{DIGIT}]|[\u207a\u207b\u208a\u208b](?=[{DIGIT}]))+"
COUNTS = re.compile(rf"[{DIGIT}$]")  # a character that is part of a numeral wherever it stands
_TOKEN = re.compile(
    rf"(?:(?<![\w)\]])(?<![\w)\]]{EDGE})[-+])?(?:(?<![\w.])\.(?=\d))?{_RUN}(?:(?:[.,]|\{{,\}}){_RUN})*"
    rf"(?:[eE][-+]?\d+)?(?:(?: |\\,)*\\?[%\u2030])?|\$"
)


def tokens(text: str) -> list[str]:
    """Return the numerals of `text` in order, each written the same however it was typed."""
    found = _TOKEN.findall(text.translate(_UNIFORM))
    return [re.sub(r"\\,|[ \\{}]", "", token) for token in found]


def digits(text: str) -> str:
    """Return the digits of `text` sorted, each as its decimal: what two renderings of one formula share."""
    return "".join(sorted(str(unicodedata.digit(each, each)) for each in text if each.isdigit()))
