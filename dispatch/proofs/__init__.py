"""What proves a pickup, a drop-off or a return: what is required, codes, records that can be checked later."""
