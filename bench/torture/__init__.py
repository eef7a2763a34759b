"""A newsroom under fire: random editors, readers and a clock on real servers while faults strike; ``make torture``.

``paper`` starts servers on a database of their own, ``people`` are editors and readers over HTTP, ``faults`` is what
strikes, ``model`` says afterwards what of the history can't be right, ``planted`` breaks the code on purpose.
"""
