"""What a site is made of, as its cluster showed it when it was last proven: part of `SiteReport`.

Certificates, images, sizes and versions are looked at rather than taken from the inventory, so that a report also shows what was
changed by hand. Nothing secret is in it. All moments are UTC; memory and volumes are in GiB, CPU in cores.
"""

from pydantic import Field

from fedfleet.report.format import FileModel, Moment


class Member(FileModel):
    """A party as the site knows it from the roster or, at an exchange, from the admitted cards."""

    party_id: str
    organisation: str
    state: str = "admitted"


class Certificate(FileModel):
    """A certificate that the site shows or trusts.

    `purpose` says what for ("broker of party 30000"), `where` which object holds it. A self-signed one that is not the CA's is what a
    party shows before its admission.
    """

    purpose: str
    where: str
    subject: str
    issuer: str
    names: tuple[str, ...] = ()
    not_before: Moment
    not_after: Moment
    is_authority: bool = False


class Image(FileModel):
    """An image that runs at the site.

    `reference` is what the pods ask for; `digest` what their node made of it: the manifest's where the node pulled it from a registry, the
    image's own id where it was loaded into the node; empty until a node has it. `parts` are the components that run it.
    """

    reference: str
    digest: str
    parts: tuple[str, ...]
    pods: int = Field(ge=1)


class Size(FileModel):
    """Nodes, CPU cores and GiB of memory; `nodes` is None where they are not counted."""

    nodes: int | None = None
    cores: float = Field(ge=0)
    memory_gib: float = Field(ge=0)


class Sizing(FileModel):
    """What the site's profile asks of a cluster, what the cluster's usable nodes can give, and what the site's pods reserve of it.

    `offered` is None where the site may not look at nodes. `volumes` are the site's claims.
    """

    profile: str
    needed: Size
    offered: Size | None
    reserved: Size
    pods: int = Field(ge=0)
    volumes: int = Field(default=0, ge=0)
    volumes_gib: float = Field(default=0.0, ge=0)

    def short(self) -> tuple[str, ...]:
        """What the cluster lacks against the profile, each as found and needed."""
        if self.offered is None:
            return ()
        wanted: tuple[tuple[str, float, float], ...] = (
            ("nodes", self.offered.nodes or 0, self.needed.nodes or 0),
            ("cores", self.offered.cores, self.needed.cores),
            ("GiB of memory", self.offered.memory_gib, self.needed.memory_gib),
        )
        return tuple(f"{found:g} of {needed:g} {unit}" for unit, found, needed in wanted if found < needed)


class Version(FileModel):
    """Of what which version runs, and who says so: the `API`, a node, the installed `package`, or the `image`'s tag."""

    name: str
    version: str
    source: str


class SiteFacts(FileModel):
    """Everything looked at. `unseen` names, in a sentence each, what could not be looked at and why."""

    organisation: str = ""
    namespace: str = ""
    engine_profile: str = ""
    members: tuple[Member, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    images: tuple[Image, ...] = ()
    sizing: Sizing | None = None
    versions: tuple[Version, ...] = ()
    unseen: tuple[str, ...] = ()

    def ambiguous_images(self) -> dict[str, tuple[str, ...]]:
        """The names under which pods run more than one image, with the digests."""
        digests: dict[str, set[str]] = {}
        for image in self.images:
            digests.setdefault(image.reference, set()).update([image.digest] if image.digest else [])
        return {reference: tuple(sorted(found)) for reference, found in digests.items() if len(found) > 1}
