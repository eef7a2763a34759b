"""Running the paper on a server: its environment, its releases, and what the doctor looks at."""
