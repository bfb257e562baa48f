"""The exchange: route tables in, verified reload out."""
