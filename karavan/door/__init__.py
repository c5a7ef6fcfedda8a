"""The door: day passes for devices, scans with and without a connection, and which scan came first."""
