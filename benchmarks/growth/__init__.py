"""Every GET of the application with few orders in the database and with very many."""
