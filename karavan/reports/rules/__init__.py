"""What is decided and changed."""
