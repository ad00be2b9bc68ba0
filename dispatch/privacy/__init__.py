"""What is kept about a person: handed out as a copy, or taken away when they delete their account."""
