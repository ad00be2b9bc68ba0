"""What every HTTP request and answer goes through, whatever the route: the layer between the server and the routes."""
