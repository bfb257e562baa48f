"""Nodes: small machines made of namespaces, with a disk each."""
