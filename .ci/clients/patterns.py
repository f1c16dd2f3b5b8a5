"""Python's regex engine on the lines of patterns.mjs, from standard input."""
import re
import sys

sys.stdin.reconfigure(encoding="utf-8")
count = 0
for line in sys.stdin:
    pattern, text, expected = line.rstrip("\n").split("\t")
    if (re.search(pattern, text) is not None) != (expected == "true"):
        sys.exit(f"Python reads {pattern} otherwise")
    count += 1
print(f"regex of Python: {count} as in JavaScript")
