// Command vcenter-simulator is a simulated vCenter: govmomi's simulator for the inventory, VMs, tasks and storage policies (SOAP), and in
// the same process the REST API of vSphere Supervisor, which that simulator lacks. Nothing of it is VMware's, and no VM of it runs
// anywhere: what a VM that is switched on stands for is up to whoever watches it.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	log.SetFlags(log.LstdFlags)
	log.SetPrefix("simulated vCenter: ")
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

// run serves until it is asked to end. What is open then has five seconds: clients that wait for updates would hold it open for ever.
func run() error {
	settings, err := parseFlags(os.Args[1:])
	if err != nil {
		return err
	}
	vcenter, err := newVCenter(settings)
	if err != nil {
		return err
	}
	defer vcenter.model.Remove()
	failed := make(chan error, 2)
	servers, err := vcenter.serve(failed)
	if err != nil {
		return err
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGINT, syscall.SIGTERM)
	select {
	case err = <-failed:
	case <-asked:
	}
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, server := range servers {
		if server.Shutdown(grace) != nil {
			_ = server.Close()
		}
	}
	return errors.Join(err, vcenter.saveAll())
}

// serve listens on both addresses before it says that it does.
func (v *vcenter) serve(failed chan<- error) ([]*http.Server, error) {
	doors := []struct {
		what, address, certificate, key string
		handler                         http.Handler
	}{
		{"vCenter", v.settings.listen, v.settings.certificate, v.settings.key, v.front()},
		{"Supervisor login", v.settings.supervisorListen, v.settings.supervisorCertificate, v.settings.supervisorKey, v.supervisorDoor()},
	}
	var servers []*http.Server
	for _, door := range doors {
		if door.address == "" {
			continue
		}
		pair, err := tls.LoadX509KeyPair(door.certificate, door.key)
		if err != nil {
			return nil, fmt.Errorf("the %s's certificate %s cannot be used: %w", door.what, door.certificate, err)
		}
		listener, err := net.Listen("tcp", door.address)
		if err != nil {
			return nil, fmt.Errorf("the %s cannot listen on %s: %w", door.what, door.address, err)
		}
		server := &http.Server{
			Handler:           door.handler,
			ReadHeaderTimeout: 10 * time.Second,
			TLSConfig:         &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12},
		}
		servers = append(servers, server)
		go func() {
			if err := server.ServeTLS(listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		}()
		log.Printf("simulated %s listens on https://%s", door.what, listener.Addr())
	}
	return servers, nil
}
