"""Pictures that arrive in parts, over networks that break off: kept until a step names them, or for a day."""
