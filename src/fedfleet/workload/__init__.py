"""Real work over a federation: rows of each party, a model of all, held against models trained centrally and by each party alone."""
