"""The pages in a real browser: how soon they say something, and pictures of them."""
