"""The applications: small pipelines of a retriever, a generator, a judge and a guard over the library."""
