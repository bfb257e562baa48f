"""Runs of the collection's playbooks from the command line: started, watched, ended in order, and kept."""
