"""The pages of sittings: for everybody, for members, and the desk of secretaries."""
