// Command vcenter-simulator is a simulated vCenter: govmomi's simulator for the inventory, VMs and storage policies (SOAP), and beside it the
// REST API of vSphere's Supervisor, which that simulator lacks. Nothing of it is VMware's, and no VM of it runs anywhere: what a VM that
// is switched on stands for is up to whoever watches.
package main

import (
	"crypto/tls"
	"flag"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/vmware/govmomi/simulator"
)

type options struct {
	listen, certificate, key                string
	login, loginCertificate, loginKey       string
	issuer, accounts, inventory, token, dir string
	latency, delay, sessionLife, tokenLife  time.Duration
}

func parse() options {
	var o options
	flag.StringVar(&o.listen, "listen", "127.0.0.1:8989", "address of the vCenter")
	flag.StringVar(&o.certificate, "tls-cert", "", "its certificate")
	flag.StringVar(&o.key, "tls-key", "", "its key")
	flag.StringVar(&o.login, "login-listen", "", "address of the Supervisor's login service; none without")
	flag.StringVar(&o.loginCertificate, "login-cert", "", "its certificate")
	flag.StringVar(&o.loginKey, "login-key", "", "its key")
	flag.StringVar(&o.issuer, "issuer", "", "URL that the login service's tokens name as their issuer")
	flag.StringVar(&o.accounts, "accounts", "", "file with who may log in")
	flag.StringVar(&o.inventory, "inventory", "", "file with the inventory")
	flag.StringVar(&o.token, "lab-token-file", "", "file with what opens the doors below /lab")
	flag.StringVar(&o.dir, "state", "", "folder for what must outlive a restart")
	flag.DurationVar(&o.latency, "latency", 0, "delay of every answer")
	flag.DurationVar(&o.delay, "namespace-delay", 0, "time until a namespace is RUNNING by itself; with 0, whoever has the lab's token says so")
	flag.DurationVar(&o.sessionLife, "session-life", 30*time.Minute, "time until an idle session ends")
	flag.DurationVar(&o.tokenLife, "token-life", 10*time.Hour, "time until a login's token ends")
	flag.Parse()
	return o
}

func main() {
	log.SetFlags(log.Ltime)
	o := parse()
	plan, err := readInventory(o.inventory)
	must(err)
	people, err := readAccounts(o.accounts)
	must(err)
	model, err := plan.build()
	must(err)
	server, err := newServer(o, plan, people, model)
	must(err)

	certificate, err := tls.LoadX509KeyPair(o.certificate, o.key)
	must(err)
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	model.Service.Listen = &url.URL{Host: o.listen, User: url.UserPassword("", "")}
	model.Service.RegisterEndpoints = true
	model.Map().SessionManager().ValidLogin = people.validLogin
	simulator.RegisterEndpoint(func(s *simulator.Service, r *simulator.Registry) {
		if r.IsVPX() {
			server.register(s)
		}
	})
	running := model.Service.NewServer()
	defer running.Close()
	must(server.restoreMachines())
	if o.login != "" {
		go func() { must(server.serveLogin(o)) }()
	}
	log.Printf("simulated vCenter at https://%s", o.listen)

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
	must(server.keepMachines())
}

func (s *server) serveLogin(o options) error {
	listener, err := net.Listen("tcp", o.login)
	if err != nil {
		return err
	}
	login := &http.Server{Handler: s.loginRoutes(), ReadHeaderTimeout: 10 * time.Second}
	return login.ServeTLS(listener, o.loginCertificate, o.loginKey)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
