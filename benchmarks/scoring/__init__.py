"""What docs/benchmarks.md says about `scoring`, measured beside its peers."""
