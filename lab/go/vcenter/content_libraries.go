package main

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// library is vmware-vcenter 9.1.1 com/vmware/content_client.py LibraryModel, of those fields that a lab needs.
type library struct {
	ID               string            `json:"id,omitempty"`
	Name             string            `json:"name,omitempty"`
	Description      string            `json:"description,omitempty"`
	Type             string            `json:"type,omitempty" enum:"LOCAL|SUBSCRIBED"`
	CreationTime     string            `json:"creation_time,omitempty"`
	LastModifiedTime string            `json:"last_modified_time,omitempty"`
	LastSyncTime     string            `json:"last_sync_time,omitempty"`
	StorageBackings  []storageBacking  `json:"storage_backings,omitempty"`
	Version          string            `json:"version,omitempty"`
	PublishInfo      *publishInfo      `json:"publish_info,omitempty"`
	SubscriptionInfo *subscriptionInfo `json:"subscription_info,omitempty"`
	SecurityPolicyID string            `json:"security_policy_id,omitempty"`
	// ClientToken is what the library was created with, kept and never told.
	ClientToken string `json:"fedfleet_client_token,omitempty"`
}

// storageBacking, publishInfo and subscriptionInfo are com/vmware/content/library_client.py's.
type storageBacking struct {
	Type        string `json:"type" vapi:"required" enum:"DATASTORE|OTHER"`
	DatastoreID string `json:"datastore_id,omitempty"`
	StorageURI  string `json:"storage_uri,omitempty"`
}

type publishInfo struct {
	AuthenticationMethod string `json:"authentication_method,omitempty" enum:"BASIC|NONE"`
	Published            *bool  `json:"published,omitempty"`
	PublishURL           string `json:"publish_url,omitempty"`
	PersistJSONEnabled   *bool  `json:"persist_json_enabled,omitempty"`
}

type subscriptionInfo struct {
	AuthenticationMethod string `json:"authentication_method,omitempty" enum:"BASIC|NONE"`
	AutomaticSyncEnabled *bool  `json:"automatic_sync_enabled,omitempty"`
	OnDemand             *bool  `json:"on_demand,omitempty"`
	SubscriptionURL      string `json:"subscription_url,omitempty"`
	SSLThumbprint        string `json:"ssl_thumbprint,omitempty"`
	SSLCertificate       string `json:"ssl_certificate,omitempty"`
	UserName             string `json:"user_name,omitempty"`
	Password             string `json:"password,omitempty"`
}

const allocateSpace = "Datastore.AllocateSpace"

// libraryRoutes serve content_client.py Library, LocalLibrary and SubscribedLibrary.
func (v *vcenter) libraryRoutes() []route {
	const all, local, subscribed = "/api/content/library", "/api/content/local-library", "/api/content/subscribed-library"
	routes := []route{
		{method: "GET", path: all, privilege: readSystem, handle: v.listLibraries("")},
		{method: "POST", path: all, action: "find", privilege: readSystem, handle: v.findLibraries},
		{method: "GET", path: all + "/{library}", privilege: readSystem, handle: v.getLibrary("")},
		{method: "POST", path: subscribed, action: "probe", privilege: "ContentLibrary.ProbeSubscription", handle: v.probeSubscription},
		{method: "POST", path: subscribed + "/{library}", action: "sync", privilege: "ContentLibrary.SyncLibrary", handle: v.syncLibrary},
	}
	for _, kind := range []struct{ path, kind, words string }{{local, "LOCAL", "LocalLibrary"}, {subscribed, "SUBSCRIBED", "SubscribedLibrary"}} {
		routes = append(routes,
			route{method: "GET", path: kind.path, privilege: readSystem, handle: v.listLibraries(kind.kind)},
			route{method: "GET", path: kind.path + "/{library}", privilege: readSystem, handle: v.getLibrary(kind.kind)},
			route{method: "POST", path: kind.path, privilege: "ContentLibrary.Create" + kind.words, handle: v.createLibrary(kind.kind)},
			route{method: "PATCH", path: kind.path + "/{library}", privilege: "ContentLibrary.Update" + kind.words, handle: v.updateLibrary(kind.kind)},
			route{method: "DELETE", path: kind.path + "/{library}", privilege: "ContentLibrary.Delete" + kind.words, handle: v.deleteLibrary(kind.kind)},
		)
	}
	return routes
}

// library returns what the path names; it may be of any kind where none is asked for.
func (v *vcenter) library(c *call, kind string) (*library, *apiError) {
	id := c.PathValue("library")
	found := v.state.Libraries[id]
	switch {
	case found == nil:
		return nil, refuse("NOT_FOUND", "There is no content library %q", id)
	case kind != "" && found.Type != kind:
		return nil, refuse("INVALID_ELEMENT_TYPE", "The content library %q is %s, not %s", id, found.Type, kind)
	}
	return found, nil
}

func (v *vcenter) listLibraries(kind string) func(*call) (any, *apiError) {
	return func(*call) (any, *apiError) {
		return v.librariesThat(func(l *library) bool { return kind == "" || l.Type == kind }), nil
	}
}

func (v *vcenter) librariesThat(fit func(*library) bool) []string {
	found := []string{}
	for _, id := range sorted(v.state.Libraries) {
		if fit(v.state.Libraries[id]) {
			found = append(found, id)
		}
	}
	return found
}

// findSpec is content_client.py Library.FindSpec.
type findSpec struct {
	Name           string          `json:"name,omitempty"`
	Type           string          `json:"type,omitempty" enum:"LOCAL|SUBSCRIBED"`
	StorageBacking *storageBacking `json:"storage_backing,omitempty"`
}

func (v *vcenter) findLibraries(c *call) (any, *apiError) {
	var spec findSpec
	if refusal := decode(c.Request, &spec); refusal != nil {
		return nil, refusal
	}
	if spec == (findSpec{}) {
		return nil, refuse("INVALID_ARGUMENT", "Expected at least one of name, type and storage_backing")
	}
	return v.librariesThat(func(l *library) bool {
		return (spec.Name == "" || spec.Name == l.Name) && (spec.Type == "" || spec.Type == l.Type) &&
			(spec.StorageBacking == nil || slices.Contains(l.StorageBackings, *spec.StorageBacking))
	}), nil
}

// getLibrary shows no password: content/library_client.py SubscriptionInfo.password is for creation only.
func (v *vcenter) getLibrary(kind string) func(*call) (any, *apiError) {
	return func(c *call) (any, *apiError) {
		found, refusal := v.library(c, kind)
		if refusal != nil {
			return nil, refusal
		}
		shown := *found
		shown.ClientToken = ""
		if found.SubscriptionInfo != nil {
			info := *found.SubscriptionInfo
			info.Password = ""
			shown.SubscriptionInfo = &info
		}
		return shown, nil
	}
}

// createLibrary makes one library a token (the header Client-Token of LocalLibrary.create and SubscribedLibrary.create), whoever asks how often.
// Names need not be unique (LibraryModel.name).
func (v *vcenter) createLibrary(kind string) func(*call) (any, *apiError) {
	return func(c *call) (any, *apiError) {
		token := c.Header.Get("Client-Token")
		if token != "" {
			if _, err := uuid.Parse(token); err != nil {
				return nil, refuse("INVALID_ARGUMENT", "Header Client-Token: expected a UUID, found %q", token)
			}
			if made := v.librariesThat(func(l *library) bool { return l.ClientToken == token }); len(made) > 0 {
				return created{made[0]}, nil
			}
		}
		var wanted library
		if refusal := decode(c.Request, &wanted); refusal != nil {
			return nil, refusal
		}
		if refusal := v.checkLibrary(&wanted, kind); refusal != nil {
			return nil, refusal
		}
		// As LocalLibrary.create and SubscribedLibrary.create say, of the datastore.
		if !c.who.may(allocateSpace) {
			return nil, refuse("UNAUTHORIZED", "%s needs the privilege %s on the datastore", c.who.full(), allocateSpace)
		}
		now := timestamp(time.Now())
		wanted.ID, wanted.Type, wanted.Version, wanted.ClientToken = uuid.NewString(), kind, "1", token
		wanted.CreationTime, wanted.LastModifiedTime, wanted.LastSyncTime = now, now, ""
		v.state.Libraries[wanted.ID] = &wanted
		return created{wanted.ID}, nil
	}
}

// updateLibrary changes what is given: content_client.py LocalLibrary.update and SubscribedLibrary.update, of description and subscription.
func (v *vcenter) updateLibrary(kind string) func(*call) (any, *apiError) {
	return func(c *call) (any, *apiError) {
		found, refusal := v.library(c, kind)
		if refusal != nil {
			return nil, refusal
		}
		changed := *found
		if found.SubscriptionInfo != nil {
			info := *found.SubscriptionInfo
			changed.SubscriptionInfo = &info
		}
		if refusal := decode(c.Request, &changed); refusal != nil {
			return nil, refusal
		}
		found.Description, found.SubscriptionInfo = changed.Description, changed.SubscriptionInfo
		found.LastModifiedTime = timestamp(time.Now())
		return nil, nil
	}
}

// probed is the body of SubscribedLibrary.probe.
type probed struct {
	SubscriptionInfo subscriptionInfo `json:"subscription_info" vapi:"required"`
}

// probeResult is SubscribedLibrary.ProbeResult.
type probeResult struct {
	Status        string    `json:"status"`
	ErrorMessages []message `json:"error_messages"`
}

// probeSubscription says whether the lab published anything there.
func (v *vcenter) probeSubscription(c *call) (any, *apiError) {
	var wanted probed
	if refusal := decode(c.Request, &wanted); refusal != nil {
		return nil, refusal
	}
	url := wanted.SubscriptionInfo.SubscriptionURL
	if _, known := v.state.Publications[url]; !known {
		said := say("fedfleet.lab.publication", "Nothing is published at %s (simulated vCenter)", url)
		return probeResult{"RESOURCE_NOT_FOUND", []message{said}}, nil
	}
	return probeResult{"SUCCESS", []message{}}, nil
}

func (v *vcenter) checkLibrary(wanted *library, kind string) *apiError {
	switch {
	case wanted.Name == "":
		return refuse("INVALID_ARGUMENT", "Required field \"name\" is missing")
	case len(wanted.StorageBackings) == 0:
		return refuse("INVALID_ARGUMENT", "Required field \"storage_backings\" is missing")
	case len(wanted.StorageBackings) > 1:
		return refuse("UNSUPPORTED", "Field \"storage_backings\": expected one, found %d", len(wanted.StorageBackings))
	case wanted.Type != "" && wanted.Type != kind:
		return refuse("INVALID_ARGUMENT", "Field \"type\": expected %s, found %s", kind, wanted.Type)
	case kind == "SUBSCRIBED" && (wanted.SubscriptionInfo == nil || wanted.SubscriptionInfo.SubscriptionURL == ""):
		return refuse("INVALID_ARGUMENT", "Required field \"subscription_info.subscription_url\" is missing")
	}
	backing := wanted.StorageBackings[0]
	if backing.Type == "DATASTORE" && !v.exists("Datastore", backing.DatastoreID) {
		return refuse("INVALID_ARGUMENT", "Field \"storage_backings.datastore_id\": there is no datastore %q", backing.DatastoreID)
	}
	return nil
}

func (v *vcenter) deleteLibrary(kind string) func(*call) (any, *apiError) {
	return func(c *call) (any, *apiError) {
		found, refusal := v.library(c, kind)
		if refusal != nil {
			return nil, refusal
		}
		for _, name := range sorted(v.state.Namespaces) {
			if slices.Contains(v.state.Namespaces[name].libraries(), found.ID) {
				return nil, refuse("NOT_ALLOWED_IN_CURRENT_STATE", "The content library %q is used by the namespace %q", found.Name, name)
			}
		}
		v.dropItems(found.ID)
		delete(v.state.Libraries, found.ID)
		return nil, nil
	}
}
