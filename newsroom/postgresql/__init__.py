"""Django's backend for PostgreSQL, which waits for the server no longer than the work at hand may take."""
