"""The calendar: what goes live, what ends, what is due, by days of the paper's time zone; and moving it."""
