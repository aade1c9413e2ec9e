"""Measure whether a search follows instructions: any search, on public benchmarks or your own documents."""
