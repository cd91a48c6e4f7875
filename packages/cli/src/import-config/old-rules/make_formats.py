"""Writes formats.fixture.json: how Python takes texts apart that str.format is given, or that it does not, and what it makes
of them with VALUES.

Run once with python3.
"""

import _string
import json
import pathlib
import random

CASES = [
    *["a{b}c", "{{x}}", "{", "}", "{a", "{a!r}", "{a!r:x}", "{a!}", "{a!", "{a!rr}", "{a[}]}", "{a[:]!r:{b}}", "{a:}}"],
    *["{a:{b}", "{{{a}}}", "{a{b}}", "{a[b}", "}}{", "{a!}}", "{a!:x}", "{a:x}}}", "{a]}", "{a!r", "{!r}", "{:x}", "{}"],
    *["{a[0]x}", "{a..b}", "{a[]}", "{a.}", "{a[ 1]}", "{a[-1]}", "{a[b]c]}", "{a.b[0].c[d e].f}", "{ a }", "{0}", "{a.b[}"],
    *["", "no braces", "{\U0001F600}é{{", '{"a": 1}', "{a:>10}", "{a:.5s}", "}}}}{{{{", "{a}{b}", "{a}}}{{{b}"],
]


PIECES = [*"{{}}[].!:ab0 %-|", "{a}", "{b[0]}", "{ab}", "{b b[a]}", "{{", "}}", "{%", "{-}", "{%}", "{a!s}", "{b[2][a]:s}", "{a:.3}"]
VALUES = {"a": "<{{ b }}>", "b": ["{%", "second", {"a": "deep"}], "ab": "", "%": "percent", "-": "dash", "b b": {"a": "}}", "0": "zero"}}


def taken_apart(text):
    parts = []
    for literal, name, spec, conversion in _string.formatter_parser(text):
        if literal and parts and isinstance(parts[-1], str):
            parts[-1] += literal
        elif literal:
            parts.append(literal)
        if name is not None:
            field, members = _string.formatter_field_name_split(name)
            ways = [{"attribute": key} if is_attribute else {"position" if isinstance(key, int) else "name": key} for is_attribute, key in members]
            parts.append({"field": str(field), "members": ways, "conversion": conversion or "", "spec": spec})
    return parts


def case(text):
    try:
        parts = taken_apart(text)
    except ValueError:
        return {"text": text}
    try:
        return {"text": text, "parts": parts, "made": text.format(**VALUES)}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {"text": text, "parts": parts}


def main():
    random.seed(42)
    made = ["".join(random.choices(PIECES, k=random.randint(1, 8))) for _ in range(2500)]
    cases = [case(text) for text in [*CASES, *dict.fromkeys(made)]]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in cases)
    (pathlib.Path(__file__).parent / "formats.fixture.json").write_text(f'{{"values": {json.dumps(VALUES)}, "cases": [\n{lines}\n]}}\n', encoding="utf-8")


main()
