"""What each type of event says, as types: a module a subject. ``dispatch/events/catalogue.py`` lists them all."""
