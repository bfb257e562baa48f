"""What can go wrong with the datastore."""

from fedfleet_lab.errors import LabError


class DatastoreError(LabError):
    """A disk, pool or volume is not as it should be."""


class RequestRefusedError(DatastoreError):
    """The datastore works, but a claim or snapshot asks for something that it cannot give as things are."""
