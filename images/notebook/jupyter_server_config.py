"""JupyterLab's settings in the image; the start script adds address and password."""

import os
from pathlib import Path

from jupyter_server.auth import passwd

c = get_config()  # noqa: F821  # Jupyter runs this file with it defined

c.ServerApp.ip = "*"
c.ServerApp.port = 20000
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.root_dir = "/data/notebooks"
# The ingress in front ends TLS and passes the caller's scheme on.
c.ServerApp.trust_xheaders = True
c.ServerApp.local_hostnames = ["localhost", "127.0.0.1"]
# No look at pypi.org for newer releases, no news from jupyter.org, no extensions installed from there.
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.news_url = None
c.LabApp.extension_manager = "readonly"
# No token in an address that ends up in logs: the password in the mounted Secret, hashed in memory.
c.IdentityProvider.token = ""
c.PasswordIdentityProvider.password_required = True
c.PasswordIdentityProvider.hashed_password = passwd(
    Path(os.environ["NOTEBOOK_PASSWORD_FILE"]).read_text(encoding="utf-8").rstrip("\n"), "argon2"
)
