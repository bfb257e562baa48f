"""What the simulated vCenter asks of SOAP callers is what VMware's own library names."""

import re
from typing import Any

from pyVmomi import pbm, vim, vmodl

from support.commands import ROOT

_LISTED = re.compile(r'^\t"(\w+)": +"([\w.]*)",$', re.MULTILINE)
KINDS: tuple[Any, ...] = (
    vim.VirtualMachine,
    vim.HostSystem,
    vim.Datastore,
    vim.Folder,
    vim.ComputeResource,
    vim.ClusterComputeResource,
    vim.SearchIndex,
    vim.LicenseAssignmentManager,
    vim.ServiceInstance,
    vim.SessionManager,
    vim.view.ViewManager,
    vim.view.View,
    vmodl.query.PropertyCollector,
    vmodl.query.PropertyCollector.Filter,
    pbm.ServiceInstance,
    pbm.placement.PlacementSolver,
    pbm.profile.ProfileManager,
)
# Whoever is logged in has these, or none is asked for.
EVERYBODYS = ("System.Anonymous", "System.View", "")


def test_every_methods_privilege_is_pyvmomis() -> None:
    listed = dict(_LISTED.findall((ROOT / "lab/go/vcenter/soap_privileges.go").read_text()))
    # How clients older than pyvmomi read a property.
    del listed["Fetch"]
    known = {method.wsdlName: str(method.privId or "").replace("None", "") for kind in KINDS for method in kind._methodInfo.values()}
    assert len(listed) > 50
    assert {name: known.get(name, "no such method") for name, privilege in listed.items() if privilege} == {
        name: privilege for name, privilege in listed.items() if privilege
    }
    assert [name for name, privilege in listed.items() if not privilege and known.get(name) not in EVERYBODYS] == []
