"""Places dispatched by themselves: every few seconds all that wait is planned anew with all who could carry it."""
