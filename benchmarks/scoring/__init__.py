"""What the README says about `scoring`, measured beside its peers."""
