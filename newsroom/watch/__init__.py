"""What is wrong with the running paper: looked for each minute, shown on the desk, to monitors, and mailed once."""
