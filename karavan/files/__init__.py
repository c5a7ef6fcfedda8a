"""Pictures and documents that strangers hand in: checked or made anew before anybody else opens them."""
