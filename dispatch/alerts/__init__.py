"""What others want to be told of before anybody asks: a delivery that is late or nearly there, a silent transporter.

Noticed in rounds and told once each, as events: the row that keeps it from being told twice is written with the event.
"""
