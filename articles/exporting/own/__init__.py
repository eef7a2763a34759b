"""The paper's own format: a zip of JSON lines and pictures that holds everything editorial. See docs/export.md."""
