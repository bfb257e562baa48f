package main

import (
	"fmt"
	"log"
	"net/http"
	"net/url"
	"reflect"
	"time"

	"github.com/google/uuid"
	pbm "github.com/vmware/govmomi/pbm/types"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// openSOAP registers the services that pyvmomi talks to: vim25 below /sdk, and storage policies below /pbm. govmomi's own REST API and its
// token service stay out: the one knows less than ours, the other logs in whoever asks.
func (v *vcenter) openSOAP() {
	service, registry := v.model.Service, v.model.Map()
	// An address without a user would have the simulator take any name with any password.
	service.Listen = &url.URL{Scheme: "https", Host: v.settings.listen, Path: vim25.Path, User: url.User("simulated")}
	service.RegisterSDK(registry, vim25.Path+"/vimService")
	service.RegisterSDK(v.policies.registry)
	service.ServeMux.HandleFunc(vim25.Path+"/vimServiceVersions.xml", service.ServiceVersions)

	sessions := registry.SessionManager()
	sessions.ServiceHostName = v.settings.listen
	sessions.ValidLogin = v.validLogin
	registry.OptionManager().Setting = append(registry.OptionManager().Setting, &types.OptionValue{
		Key: "config.vmacore.soap.sessionTimeout", Value: v.settings.sessionLife.String(),
	})
	names := []byte(v.inventory.Datacenter + "/" + v.inventory.Cluster + "/" + v.inventory.Supervisor.ID)
	instance := registry.Get(vim25.ServiceInstance).(*simulator.ServiceInstance)
	instance.Content.About.InstanceUuid = uuid.NewSHA1(uuid.NameSpaceOID, names).String()

	registry.Handler = v.beforeCall
	v.policies.registry.Handler = v.beforeCall
	registry.AddHandler(taskFaults{v.faults})
}

func (v *vcenter) validLogin(login *types.Login) bool {
	who := v.accounts.find(login.UserName, login.Password)
	if who == nil {
		log.Printf("a SOAP login as %q was refused", login.UserName)
		return false
	}
	v.calls.sessionOpened()
	return true
}

// beforeCall sees every SOAP call before its object does. What it returns as fault is the answer.
func (v *vcenter) beforeCall(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	v.calls.count("SOAP " + method.Name)
	if fault := v.faults.soapFault(method.Name); fault != nil {
		if _, ended := fault.(*types.NotAuthenticated); ended && ctx.Session != nil {
			v.model.Map().SessionManager().Logout(ctx.For(vim25.Path), &types.Logout{})
		}
		return nil, fault
	}
	if ctx.Session != nil {
		if fault := v.missingPrivilege(ctx.Session.UserName, method); fault != nil {
			return nil, fault
		}
	}
	switch method.Name {
	case "LoginByToken", "LoginExtensionByCertificate", "ImpersonateUser":
		// The simulator takes these without looking at who asks.
		return nil, &types.NotSupported{}
	case "RetrieveProperties", "RetrievePropertiesEx", "Fetch":
		if ctx.Session == nil && !readableByAnyone(method) {
			return nil, &types.NotAuthenticated{NoPermission: types.NoPermission{Object: &method.This, PrivilegeId: "System.View"}}
		}
	case "Logout":
		if ctx.Session != nil {
			v.calls.sessionClosed()
		}
	case "PbmCreate":
		if create, ok := method.Body.(*pbm.PbmCreate); ok {
			v.policies.beforeCreate(create)
		}
		v.saver.touch()
	case "PbmDelete", "PbmUpdate":
		v.saver.touch()
	}
	return nil, nil
}

// readableByAnyone says whether a call reads nothing but the service's own description; the simulator would let anyone read anything.
func readableByAnyone(method *simulator.Method) bool {
	var objects []types.ManagedObjectReference
	var filters []types.PropertyFilterSpec
	switch body := method.Body.(type) {
	case *types.RetrieveProperties:
		filters = body.SpecSet
	case *types.RetrievePropertiesEx:
		filters = body.SpecSet
	default:
		// Fetch's type is internal to govmomi; its field This is the object whose property is read.
		if object, ok := reflect.Indirect(reflect.ValueOf(body)).FieldByName("This").Interface().(types.ManagedObjectReference); ok {
			objects = append(objects, object)
		}
	}
	for _, filter := range filters {
		for _, set := range filter.ObjectSet {
			objects = append(objects, set.Obj)
		}
	}
	for _, object := range objects {
		if object != vim25.ServiceInstance && object.Type != "SessionManager" {
			return false
		}
	}
	return len(objects) > 0
}

// soapDoor passes calls on to govmomi's simulator. A status that is planned for its path comes as a gateway sends it, which does not speak SOAP.
func (v *vcenter) soapDoor() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(v.settings.latency)
		if refusal := v.faults.restFault(r); refusal != nil {
			http.Error(w, refusal.Messages[0].DefaultMessage, refusal.status)
			return
		}
		v.model.Service.ServeMux.ServeHTTP(w, r)
	})
}

// waitFor returns a task's result.
func waitFor(registry *simulator.Registry, reference types.ManagedObjectReference) (types.AnyType, error) {
	task := registry.Get(reference).(*simulator.Task)
	task.Wait()
	if task.Info.Error != nil {
		return nil, fmt.Errorf("%s ended with %T", task.Info.Name, task.Info.Error.Fault)
	}
	return task.Info.Result, nil
}
