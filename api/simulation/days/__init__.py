"""A recorded day of orders through the real server, once for each way of dispatching, to see what each is worth."""
