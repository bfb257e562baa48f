"""Waits until HOST PORT (the two arguments) takes connections, and says so once a while. Ended by the pod's own end, not by a limit."""

import socket
import sys
import time

host, port = sys.argv[1], int(sys.argv[2])
attempts = 0
while True:
    try:
        socket.create_connection((host, port), timeout=3).close()
        break
    except OSError as problem:
        if attempts % 15 == 0:
            print(f"waiting for {host}:{port}: {problem}", flush=True)
        attempts += 1
        time.sleep(1)
