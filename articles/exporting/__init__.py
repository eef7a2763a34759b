"""The way out: the paper as files for people and other systems. A backup is for this system; see newsroom/backups."""
