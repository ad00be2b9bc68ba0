"""The streets of the operator's city: read from an OpenStreetMap file once, kept in one file, served with ranges."""
