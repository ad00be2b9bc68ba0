"""Phones as they are: one ping a frame, random masks, an acknowledgement for each."""
