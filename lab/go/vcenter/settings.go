package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

// settings is what the command line says.
type settings struct {
	listen, certificate, key                                       string
	supervisorListen, supervisorCertificate, supervisorKey, issuer string
	accounts, inventory, state, labToken                           string
	namespaceDelay, latency, sessionLife, tokenLife                time.Duration
}

func parseFlags(arguments []string) (*settings, error) {
	var s settings
	var latency, minutes, hours int
	flags := flag.NewFlagSet("vcenter-simulator", flag.ExitOnError)
	flags.StringVar(&s.listen, "listen", "", "host and port of the simulated vCenter")
	flags.StringVar(&s.certificate, "tls-cert", "", "its certificate, in PEM")
	flags.StringVar(&s.key, "tls-key", "", "its key, in PEM")
	flags.StringVar(&s.supervisorListen, "supervisor-listen", "", "host and port of the simulated Supervisor's login service; none without")
	flags.StringVar(&s.supervisorCertificate, "supervisor-cert", "", "its certificate, in PEM")
	flags.StringVar(&s.supervisorKey, "supervisor-key", "", "its key, in PEM")
	flags.StringVar(&s.issuer, "issuer", "", "URL of the login service, as its tokens and its OpenID discovery name it")
	flags.StringVar(&s.accounts, "accounts", "", "file with who may log in, mode 0600")
	flags.StringVar(&s.inventory, "inventory", "", "file with what the simulated vCenter has")
	flags.StringVar(&s.state, "state", "", "file for what outlives a restart; nothing does without")
	flags.StringVar(&s.labToken, "lab-token-file", "", "file with what opens the doors below /lab; they stay shut without")
	flags.DurationVar(&s.namespaceDelay, "namespace-delay", 0,
		"how long namespaces are CONFIGURING or REMOVING; with 0, whoever has the lab's token says when they are done")
	flags.IntVar(&latency, "latency-ms", 0, "delay of every call, in milliseconds")
	flags.IntVar(&minutes, "session-minutes", 30, "minutes until a session that nobody uses ends")
	flags.IntVar(&hours, "token-hours", 10, "hours until a token of the login service ends")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	s.latency = time.Duration(latency) * time.Millisecond
	s.sessionLife = time.Duration(minutes) * time.Minute
	s.tokenLife = time.Duration(hours) * time.Hour
	for name, value := range map[string]string{
		"listen": s.listen, "tls-cert": s.certificate, "tls-key": s.key, "accounts": s.accounts, "inventory": s.inventory,
	} {
		if value == "" {
			return nil, fmt.Errorf("-%s is missing", name)
		}
	}
	if s.supervisorListen != "" && (s.issuer == "" || s.supervisorCertificate == "" || s.supervisorKey == "") {
		return nil, fmt.Errorf("-supervisor-listen needs -supervisor-cert, -supervisor-key and -issuer")
	}
	return &s, nil
}

// readSecret returns a file's content without blanks around it, and refuses files that others may read.
func readSecret(path string) (string, error) {
	about, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if about.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s: expected mode 0600, found %04o; run chmod 600 on it", path, about.Mode().Perm())
	}
	content, err := os.ReadFile(path)
	return strings.TrimSpace(string(content)), err
}
