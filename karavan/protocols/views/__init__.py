"""Pages of protocols: everybody's, and the desk of those who write them."""
