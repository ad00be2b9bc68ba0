"""A dispatcher's console before ten thousand transporters that move."""
