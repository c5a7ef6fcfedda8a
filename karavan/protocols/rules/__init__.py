"""Rules about protocols: written, edited, corrected, agreed to, published."""
