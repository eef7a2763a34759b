"""Background work: a worker that survives its database, how long a task may take, and when it is tried again."""
