package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// builder makes the inventory in govmomi's simulator, by the calls that a client would make, and then the numbers that no call can set.
type builder struct {
	plan   *inventory
	model  *simulator.Model
	client *vim25.Client
	hosts  []types.ManagedObjectReference
}

// build returns a model with the inventory's names only. The model's own way to make one has names of its own and demo VMs.
func (plan *inventory) build() (*simulator.Model, error) {
	// govmomi's own is for evaluation, which somebody would have to replace.
	simulator.EvalLicense = types.LicenseManagerLicenseInfo{
		LicenseKey: simulator.EvalLicense.LicenseKey, EditionKey: "fedfleet.lab", Name: "Simulated licence",
	}
	model := simulator.VPX()
	model.Datacenter, model.Host, model.Cluster, model.ClusterHost, model.Machine, model.Datastore, model.Portgroup = 0, 0, 0, 0, 0, 0, 0
	about := &model.ServiceContent.About
	about.ApiVersion, about.Version, about.Build = plan.APIVersion, plan.Version, plan.Build
	about.FullName = fmt.Sprintf("%s %s build-%s (simulated)", about.Name, plan.Version, plan.Build)
	if err := model.Create(); err != nil {
		return nil, err
	}
	client, err := vim25.NewClient(context.Background(), model.Service)
	if err == nil {
		err = (&builder{plan: plan, model: model, client: client}).all(context.Background())
	}
	if err != nil {
		model.Remove()
		return nil, fmt.Errorf("the inventory cannot be made: %w", err)
	}
	keepFaultToleranceKnown(model.Map())
	return model, nil
}

func (b *builder) all(ctx context.Context) error {
	datacenter, err := object.NewRootFolder(b.client).CreateDatacenter(ctx, b.plan.Datacenter)
	if err != nil {
		return err
	}
	folders, err := datacenter.Folders(ctx)
	if err != nil {
		return err
	}
	cluster, err := folders.HostFolder.CreateCluster(ctx, b.plan.Cluster, types.ClusterConfigSpecEx{})
	if err != nil {
		return err
	}
	for _, host := range b.plan.Hosts {
		if err := b.addHost(ctx, cluster, host); err != nil {
			return fmt.Errorf("host %s: %w", host.Name, err)
		}
	}
	b.sumUp(cluster.Reference())
	for _, datastore := range b.plan.Datastores {
		if err := b.addDatastore(ctx, datastore); err != nil {
			return fmt.Errorf("datastore %s: %w", datastore.Name, err)
		}
	}
	return b.addNetworks(ctx, folders.NetworkFolder)
}

func (b *builder) addHost(ctx context.Context, cluster *object.ClusterComputeResource, plan hostPlan) error {
	task, err := cluster.AddHost(ctx, types.HostConnectSpec{HostName: plan.Name}, true, nil, nil)
	if err != nil {
		return err
	}
	info, err := task.WaitForResult(ctx, nil)
	if err != nil {
		return err
	}
	reference := info.Result.(types.ManagedObjectReference)
	b.hosts = append(b.hosts, reference)
	host := b.model.Map().Get(reference).(*simulator.HostSystem)
	// The simulator's hosts share what is behind these pointers, but for the first level.
	summary := host.Summary.Hardware
	summary.NumCpuPkgs, summary.NumCpuCores, summary.NumCpuThreads = 1, plan.Processors, plan.Processors
	summary.CpuMhz, summary.MemorySize = plan.MHz, plan.MemoryBytes
	hardware := host.Hardware
	hardware.MemorySize = plan.MemoryBytes
	hardware.CpuInfo = types.HostCpuInfo{
		NumCpuPackages: 1, NumCpuCores: plan.Processors, NumCpuThreads: plan.Processors, Hz: int64(plan.MHz) * 1_000_000,
	}
	return nil
}

// sumUp corrects the cluster's numbers, which the simulator added up from its own hosts' templates.
func (b *builder) sumUp(reference types.ManagedObjectReference) {
	cluster := b.model.Map().Get(reference).(*simulator.ClusterComputeResource)
	sum := cluster.Summary.GetComputeResourceSummary()
	sum.TotalCpu, sum.TotalMemory, sum.NumCpuCores, sum.NumCpuThreads, sum.EffectiveMemory = 0, 0, 0, 0, 0
	for _, host := range b.plan.Hosts {
		sum.TotalCpu += int32(host.Processors) * host.MHz
		sum.TotalMemory += host.MemoryBytes
		sum.NumCpuCores += host.Processors
		sum.NumCpuThreads += host.Processors
		// vim25 ComputeResourceSummary: effectiveMemory is in MB, totalMemory in bytes.
		sum.EffectiveMemory += host.MemoryBytes >> 20
	}
	sum.EffectiveCpu = sum.TotalCpu
	configuration := cluster.ConfigurationEx.(*types.ClusterConfigInfoEx)
	configuration.DasConfig.Enabled = types.NewBool(true)
	configuration.DrsConfig.Enabled = types.NewBool(true)
}

// addDatastore mounts one folder on every host, as shared storage is; the simulator keeps VMs' files there and removes it at its end.
func (b *builder) addDatastore(ctx context.Context, plan datastorePlan) error {
	home, err := b.home()
	if err != nil {
		return err
	}
	place := filepath.Join(home, plan.Name)
	if err := os.Mkdir(place, 0o700); err != nil {
		return err
	}
	for _, host := range b.hosts {
		system, err := object.NewHostSystem(b.client, host).ConfigManager().DatastoreSystem(ctx)
		if err != nil {
			return err
		}
		if _, err = system.CreateLocalDatastore(ctx, plan.Name, place); err != nil {
			return err
		}
	}
	for _, entity := range b.model.Map().All("Datastore") {
		if datastore := entity.(*simulator.Datastore); datastore.Name == plan.Name {
			setCapacity(&datastore.Datastore, plan.CapacityBytes)
		}
	}
	return nil
}

func setCapacity(datastore *mo.Datastore, bytes int64) {
	datastore.Summary.Type = string(types.HostFileSystemVolumeFileSystemTypeVMFS)
	datastore.Summary.MultipleHostAccess = types.NewBool(true)
	datastore.Summary.Capacity, datastore.Summary.FreeSpace = bytes, bytes
	info := datastore.Info.GetDatastoreInfo()
	info.FreeSpace, info.MaxFileSize, info.MaxMemoryFileSize = bytes, bytes, bytes
}

// home is the folder that the simulator made for itself.
func (b *builder) home() (string, error) {
	for _, option := range b.model.Map().OptionManager().Setting {
		if value := option.GetOptionValue(); value.Key == "vcsim.home" {
			return value.Value.(string), nil
		}
	}
	return "", fmt.Errorf("govmomi's simulator has no vcsim.home")
}

// addNetworks gives the first name to the standard port group that every data centre of the simulator has; the others are distributed.
func (b *builder) addNetworks(ctx context.Context, folder *object.Folder) error {
	for _, entity := range b.model.Map().All("Network") {
		network := entity.(*mo.Network)
		// Networks have two names, their own and every entity's.
		network.Name, network.Entity().Name = b.plan.Networks[0], b.plan.Networks[0]
		network.Summary.GetNetworkSummary().Name = b.plan.Networks[0]
	}
	if len(b.plan.Networks) == 1 {
		return nil
	}
	spec := types.DVSCreateSpec{ConfigSpec: &types.VMwareDVSConfigSpec{}}
	spec.ConfigSpec.GetDVSConfigSpec().Name = b.plan.Cluster + "-switch"
	task, err := folder.CreateDVS(ctx, spec)
	if err != nil {
		return err
	}
	info, err := task.WaitForResult(ctx, nil)
	if err != nil {
		return err
	}
	// The only group that a new switch has is that of its uplinks; a vCenter says so, the simulator does not.
	for _, entity := range b.model.Map().All("DistributedVirtualPortgroup") {
		entity.(*simulator.DistributedVirtualPortgroup).Config.Uplink = types.NewBool(true)
	}
	dvs := object.NewDistributedVirtualSwitch(b.client, info.Result.(types.ManagedObjectReference))
	for _, host := range b.hosts {
		members := []types.DistributedVirtualSwitchHostMemberConfigSpec{{Operation: string(types.ConfigSpecOperationAdd), Host: host}}
		task, err := dvs.Reconfigure(ctx, &types.DVSConfigSpec{Host: members})
		if err == nil {
			err = task.Wait(ctx)
		}
		if err != nil {
			return err
		}
	}
	for _, name := range b.plan.Networks[1:] {
		kind := string(types.DistributedVirtualPortgroupPortgroupTypeEarlyBinding)
		task, err := dvs.AddPortgroup(ctx, []types.DVPortgroupConfigSpec{{Name: name, Type: kind, NumPorts: 1}})
		if err == nil {
			err = task.Wait(ctx)
		}
		if err != nil {
			return fmt.Errorf("network %s: %w", name, err)
		}
	}
	return nil
}
