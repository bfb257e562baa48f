"""All of a report in one sentence, and a list of everything that speaks against it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from fedfleet.exchange.findings import REPLICAS
from fedfleet.report.model import CertificateStanding, Finding, SiteReport, StagesFile, Verdict
from fedfleet.report.workload import WorkloadReport

# The site of findings that are no single site's.
EVERYWHERE = "the federation"


def verdict_of(
    run: StagesFile | None,
    sites: Sequence[SiteReport],
    certificates: Sequence[CertificateStanding],
    workloads: Sequence[WorkloadReport],
) -> Verdict:
    """The verdict; what fails comes before what wants attention."""
    found = [
        *(finding for site in sites for finding in _proofs(site)),
        *(finding for site in sites for finding in _routes(site)),
        *(_stages(run) if run else ()),
        *_certificates(certificates),
        *(finding for site in sites for finding in _facts(site, run)),
        *(_workload(workload) for workload in workloads if not workload.ok),
    ]
    findings = tuple(sorted(found, key=lambda each: each.state != "fails"))
    told = _sentence(run, sites)
    fails = [finding for finding in findings if finding.state == "fails"]
    if fails:
        return Verdict(state="fails", title="Something does not hold", sentence=told, findings=findings)
    if not any(site.rungs for site in sites):
        return Verdict(state="attention", title="Nothing has been proven yet", sentence=told, findings=findings)
    if findings:
        count = "one thing wants" if len(findings) == 1 else f"{len(findings)} things want"
        return Verdict(state="attention", title=f"What was proven holds; {count} attention", sentence=told, findings=findings)
    return Verdict(state="holds", title="Everything holds", sentence=told, findings=findings)


def _sentence(run: StagesFile | None, sites: Sequence[SiteReport]) -> str:
    rungs = [rung.ok for site in sites for rung in site.rungs]
    routes = [route.ok for site in sites for route in site.routes]
    served = f" and {sum(routes)} of {len(routes)} replica routes" if routes else ""
    told = f"Of {_members(sites)}, {sum(rungs)} of {len(rungs)} proofs{served} hold"
    stopped = [stage.name for stage in run.stages if not stage.ok] if run else []
    return told + (f"; the newest run stopped at: {', '.join(stopped)}." if stopped else ".")


def _members(sites: Sequence[SiteReport]) -> str:
    parties = sum(site.site_kind == "party" for site in sites)
    told = ["the exchange"] if parties < len(sites) else []
    if parties:
        told.append("1 party" if parties == 1 else f"{parties} parties")
    return " and ".join(told) or "no site"


def _proofs(site: SiteReport) -> Iterable[Finding]:
    for rung in site.rungs:
        if not rung.ok:
            subject = f" for {rung.subject}" if rung.subject else ""
            text = f"Rung {rung.rung}, {rung.name}, does not hold{subject}: {rung.detail or 'no detail was given'}"
            yield Finding(state="fails", site=site.site, text=text, next_step=rung.fix)


def _routes(site: SiteReport) -> Iterable[Finding]:
    for route in site.routes:
        if route.ok:
            continue
        found = route.detail or "no detail was given"
        if route.route.partition(" by ")[0] == REPLICAS:
            yield Finding(state="fails", site=site.site, text=f"Not all replicas run: {found}", next_step="Look at its pods and events")
        else:
            text = f"Replica {route.replica} does not serve {route.route}: {found}"
            yield Finding(state="fails", site=site.site, text=text, next_step="Delete the replica: it comes back with the stored routes")


def _stages(run: StagesFile) -> Iterable[Finding]:
    for stage in run.stages:
        if not stage.ok:
            text = f"The newest run, {run.playbook}, stopped at stage {stage.name} on {', '.join(stage.failed)}"
            yield Finding(state="fails", site=", ".join(stage.failed), text=text, next_step="Read its last message and run it again")


def _certificates(certificates: Sequence[CertificateStanding]) -> Iterable[Finding]:
    for each in certificates:
        if each.state == "holds":
            continue
        text = f"The certificate {each.certificate.purpose} {_ends(each.days_left)}, on {each.certificate.not_after:%Y-%m-%d}"
        if each.certificate.is_authority:
            step = "Plan a new CA with every party: no run renews it"
        else:
            step = f"Run site.yml at the exchange: it renews what has fewer than {each.attention_below} days left; parties take up new admissions"
        yield Finding(state="fails" if each.days_left < 0 else "attention", site=each.site, text=text, next_step=step)


def _ends(days: int) -> str:
    if days < 0:
        return "has ended"
    return "ends today" if days == 0 else f"ends in {days} day{'' if days == 1 else 's'}"


def _facts(site: SiteReport, run: StagesFile | None) -> Iterable[Finding]:
    if site.waits_for and site.state != "failed":
        yield Finding(state="attention", site=site.site, text=f"State {site.state}: {site.waits_for}")
    if site.facts.sizing and (short := site.facts.sizing.short()):
        text = f"Profile {site.facts.sizing.profile} asks for more than the cluster can give: {', '.join(short)}"
        yield Finding(state="attention", site=site.site, text=text, next_step="Add nodes, or choose a smaller site_profile")
    for reference, digests in site.facts.ambiguous_images().items():
        text = f"Pods run {len(digests)} different images under the name {reference}"
        yield Finding(state="attention", site=site.site, text=text, next_step="Restart what runs the older one, and name images by digest")
    for sentence in site.facts.unseen:
        yield Finding(state="attention", site=site.site, text=f"Not looked at: {sentence}")
    if run and _is_older(site.written_at, run.started_at) and any(stage.changed and site.site in stage.hosts for stage in run.stages):
        text = f"The newest run, {run.playbook}, changed the site and did not prove it again"
        yield Finding(state="attention", site=site.site, text=text, next_step="Run playbooks/validate.yml")


def _is_older(written: datetime | None, started: datetime) -> bool:
    return written is not None and written < started


def _workload(workload: WorkloadReport) -> Finding:
    text = f"Workload {workload.name} did not succeed: {workload.message or 'no message was given'}"
    return Finding(
        state="attention", site=EVERYWHERE, text=text, next_step=f"Look at its jobs: {', '.join(workload.job_ids) or 'none began'}"
    )
