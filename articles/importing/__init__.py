"""Moving in: what another system exported is looked at, brought in, told in a report, and taken back."""
