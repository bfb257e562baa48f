"""Keys, certificate requests, certificates and signatures of a federation. Pure: the time is always an argument."""
