#!/usr/bin/env python3
"""Fails when an install fragment leaves to a default what the planner relies on.

    scripts/check_sql.py [ROOT]

Every CREATE FUNCTION says IMMUTABLE, STABLE or VOLATILE, says PARALLEL, and says STRICT or CALLED ON NULL INPUT when it
has arguments; every CREATE AGGREGATE says PARALLEL. In the catalogue a default looks like a decision, so this has to be
read from the source. (That every object has a COMMENT can be read from the catalogue: test/pgtap does.)
"""

import pathlib
import re
import sys

CREATE = re.compile(r"^CREATE\s+(?:OR\s+REPLACE\s+)?(FUNCTION|PROCEDURE|AGGREGATE)\s+(.*)", re.S)

FUNCTION_RULES = {
    "IMMUTABLE, STABLE or VOLATILE": re.compile(r"\b(IMMUTABLE|STABLE|VOLATILE)\b"),
    "PARALLEL": re.compile(r"\bPARALLEL\s+(SAFE|RESTRICTED|UNSAFE)\b"),
    "STRICT or CALLED ON NULL INPUT": re.compile(r"\b(STRICT|CALLED ON NULL INPUT)\b|^[^(]*\(\s*\)|^[^(]*\(\s*OUT\b"),
}
AGGREGATE_RULES = {"PARALLEL": re.compile(r"\bPARALLEL\s*=\s*(SAFE|RESTRICTED|UNSAFE)\b")}

# Tokens whose content must not be searched for semicolons and keywords: comments, psql commands, strings, bodies.
OPAQUE = re.compile(r"--[^\n]*|^\\[^\n]*|'(?:[^']|'')*'|(\$\w*\$).*?\1", re.S | re.M)


def statements(text):
    return (s.strip() for s in OPAQUE.sub(lambda m: "''" if m.group(0)[0] in "'$" else "", text).split(";"))


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    errors, count = [], 0
    for path in sorted((root / "sql" / "install").glob("*.sql")):
        for statement in statements(path.read_text(encoding="utf-8")):
            match = CREATE.match(statement)
            if not match:
                continue
            count += 1
            kind, rest = match.groups()
            for what, rule in (AGGREGATE_RULES if kind == "AGGREGATE" else FUNCTION_RULES).items():
                if not rule.search(rest):
                    name = re.sub(r"\s+", " ", rest[: rest.find(")") + 1])
                    errors.append(f"{path.relative_to(root)}: {kind.lower()} {name} does not say {what}")
    if count == 0:
        errors.append("sql/install creates no function")
    for error in errors:
        print(error)
    if not errors:
        print(f"{count} functions and aggregates")
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
