"""The demo: the whole loop on a made-up bilingual shop, with real engines, a real collector and real mail.

    run(settings, once=True)

`tributary.simulation` makes the data; here it goes in through the front doors, as in production.
"""

from tributary.demo.loop import Outcome, run

__all__ = ["Outcome", "run"]
