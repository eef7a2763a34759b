"""The calendar: what goes live, ends or is due, by days of the paper's time zone; entries can be moved."""
