package main

import (
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// soapPrivileges maps methods to the privilege that pyvmomi 9.1.1.0 says they need (privId of each method of vim, vmodl and pbm); none for
// those of System.Anonymous and System.View, which whoever is logged in may call. Fetch is how older clients read a property.
var soapPrivileges = map[string]string{
	"CancelRetrievePropertiesEx":      "",
	"CancelWaitForUpdates":            "",
	"CheckForUpdates":                 "",
	"ContinueRetrievePropertiesEx":    "",
	"CreateContainerView":             "",
	"CreateFilter":                    "",
	"CreateFolder":                    "Folder.Create",
	"CreateInventoryView":             "",
	"CreateListView":                  "",
	"CreateListViewFromView":          "",
	"CreatePropertyCollector":         "",
	"CreateVM_Task":                   "VirtualMachine.Inventory.Create",
	"CurrentTime":                     "",
	"DestroyPropertyCollector":        "",
	"DestroyPropertyFilter":           "",
	"DestroyView":                     "",
	"DisconnectHost_Task":             "Host.Config.Connection",
	"EnterMaintenanceMode_Task":       "Host.Config.Maintenance",
	"ExitMaintenanceMode_Task":        "Host.Config.Maintenance",
	"Fetch":                           "",
	"FindAllByDnsName":                "",
	"FindAllByIp":                     "",
	"FindAllByUuid":                   "",
	"FindByDatastorePath":             "",
	"FindByDnsName":                   "",
	"FindByInventoryPath":             "",
	"FindByIp":                        "",
	"FindByUuid":                      "",
	"FindChild":                       "",
	"Login":                           "",
	"Logout":                          "",
	"PbmCheckCompatibility":           "StorageProfile.View",
	"PbmCheckRequirements":            "StorageProfile.View",
	"PbmCreate":                       "StorageProfile.Update",
	"PbmDelete":                       "StorageProfile.Update",
	"PbmFetchCapabilityMetadata":      "StorageProfile.View",
	"PbmQueryAssociatedProfile":       "StorageProfile.View",
	"PbmQueryAssociatedProfiles":      "StorageProfile.View",
	"PbmQueryMatchingHub":             "StorageProfile.View",
	"PbmQueryProfile":                 "StorageProfile.View",
	"PbmRetrieveContent":              "StorageProfile.View",
	"PbmRetrieveServiceContent":       "",
	"PbmUpdate":                       "StorageProfile.Update",
	"PowerOffVM_Task":                 "VirtualMachine.Interact.PowerOff",
	"PowerOnVM_Task":                  "VirtualMachine.Interact.PowerOn",
	"QueryAssignedLicenses":           "",
	"ReconfigureCluster_Task":         "Host.Inventory.EditCluster",
	"ReconfigureComputeResource_Task": "Host.Inventory.EditCluster",
	"ReconnectHost_Task":              "Host.Config.Connection",
	"RefreshDatastore":                "System.Read",
	"RefreshDatastoreStorageInfo":     "System.Read",
	"RelocateVM_Task":                 "Resource.ColdMigrate",
	"ResetVM_Task":                    "VirtualMachine.Interact.Reset",
	"RetrieveProperties":              "",
	"RetrievePropertiesEx":            "",
	"RetrieveServiceContent":          "",
	"SessionIsActive":                 "Sessions.ValidateSession",
	"SetLocale":                       "",
	"ShutdownGuest":                   "VirtualMachine.Interact.PowerOff",
	"SuspendVM_Task":                  "VirtualMachine.Interact.Suspend",
	"TerminateSession":                "Sessions.TerminateSession",
	"TerminateVM":                     "VirtualMachine.Interact.PowerOff",
	"UnregisterVM":                    "VirtualMachine.Inventory.Unregister",
	"WaitForUpdates":                  "",
	"WaitForUpdatesEx":                "",
}

// administratorsOnly stands for the privilege of all other methods: the simulator leaves them to administrators.
const administratorsOnly = "fedfleet.lab.administrators"

// missingPrivilege returns what a vCenter answers one who may not: NoPermission (vim25) with the privilege and the object.
func (v *vcenter) missingPrivilege(user string, method *simulator.Method) types.BaseMethodFault {
	who := v.accounts.named(user)
	if who == nil || who.administrator() {
		// A session without an account is the simulator's own.
		return nil
	}
	needed, listed := soapPrivileges[method.Name]
	if !listed {
		needed = administratorsOnly
	}
	// Who may read nothing is shown nothing: the simulator says so instead of leaving every property out.
	reads := strings.HasPrefix(method.Name, "RetrieveProperties") || method.Name == "Fetch"
	if reads && !readableByAnyone(method) {
		needed = readSystem
	}
	if who.may(needed) {
		return nil
	}
	return &types.NoPermission{Object: &method.This, PrivilegeId: needed}
}
