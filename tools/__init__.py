"""What authors run: build notebooks and exercise sheets from their sources, and check that nothing is stale."""
