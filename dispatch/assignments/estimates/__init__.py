"""What delivery would cost and when it would come, for whoever has not paid yet."""
