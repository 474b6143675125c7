"""The clinic: sick runs, looked at, named and cured."""
