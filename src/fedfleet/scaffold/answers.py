"""What must be known before an inventory can be written."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from fedfleet.federation.names import PartyId


def _matching(pattern: str, expected: str) -> AfterValidator:
    """Hold an answer against a pattern, and say in words what was expected."""

    def check(answer: str) -> str:
        if re.fullmatch(pattern, answer) is None:
            raise ValueError(f"expected {expected}")
        return answer

    return AfterValidator(check)


# RFC 1123: what Kubernetes takes as a label's value and TLS as a host name.
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
Label = Annotated[str, _matching(_LABEL, "lower-case letters, digits and hyphens, at most 63")]
Domain = Annotated[str, _matching(rf"(?=.{{3,200}}$){_LABEL}(\.{_LABEL})+", "a domain in lower case, such as fate.example.org")]
# No scheme and no tag: roles put the image's name behind it.
Registry = Annotated[
    str, _matching(r"[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9][a-z0-9._-]*)*", "host[:port][/path], such as registry.example.org:5000")
]
# Nothing that YAML or Jinja2 would take for its own once it stands between double quotes.
Line = Annotated[
    str, _matching(r'[^\x00-\x1f\x7f"\\{}]{1,100}', "one line of at most 100 characters without quotes, backslashes and braces")
]
# RFC 1123 again, with dots: what Kubernetes calls an object of its own.
Name = Annotated[str, _matching(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*", "lower-case letters, digits, hyphens and dots")]
Profile = Literal["lab", "pilot", "production"]


class _Answers(BaseModel):
    """What every kind of site has to say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    federation: Label
    domain: Domain
    registry: Registry
    kubeconfig: Line | None = None
    context: Line | None = None
    vcenter: Name | None = None
    vcenter_user: Line | None = None
    vcenter_ca_file: Line | None = None
    storage_policy: Line | None = None
    profile: Profile = "pilot"

    @model_validator(mode="after")
    def _has_its_cluster(self) -> Self:
        of_vcenter = (self.vcenter_user, self.storage_policy)
        if self.vcenter is not None and None in of_vcenter:
            raise ValueError("--vcenter needs --vcenter-user and --storage-policy")
        if self.vcenter is None and any((*of_vcenter, self.vcenter_ca_file)):
            raise ValueError("--vcenter-user, --vcenter-ca-file and --storage-policy are for --vcenter")
        if self.vcenter is not None and self.context is not None:
            raise ValueError("--context is for a cluster that is there, not for one that --vcenter makes")
        return self


class ExchangeAnswers(_Answers):
    """The site between the parties."""

    kind: Literal["exchange"] = "exchange"
    service_type: Literal["LoadBalancer", "NodePort", "HostAddresses"] = "LoadBalancer"

    @property
    def host(self) -> str:
        """The site's name in the inventory."""
        return "exchange"


class PartyAnswers(_Answers):
    """One party's own site."""

    kind: Literal["party"] = "party"
    party_id: PartyId
    organisation: Line
    storage_class: Label
    fate_profile: Literal["spark", "standalone"] = "spark"
    ingress: Literal["traefik", "contour", "existing"] = "traefik"
    ingress_class: Name | None = None
    ingress_domain: Domain

    @property
    def host(self) -> str:
        """The site's name in the inventory."""
        return f"party{self.party_id}"

    @model_validator(mode="after")
    def _has_its_class(self) -> "PartyAnswers":
        if (self.ingress == "existing") != (self.ingress_class is not None):
            raise ValueError("--ingress-class is for --ingress existing, which needs it")
        return self
