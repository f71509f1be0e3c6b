"""Many runs: ensembles, comparisons under the same luck, verification. The only room that runs the engine."""
