"""What every other package stands on: database, clock, words, problems. Knows no web."""
