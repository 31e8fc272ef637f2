"""A second, deliberately simple meaning of rules, to hold the compiled SQL against.

`evaluate` walks the JSON of a rule for one person at a time. It shares no code with the product but the bucket hash:
times are compared as local calendar values, not as the spans that the compiler makes.
"""
