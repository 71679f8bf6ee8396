"""JupyterHub for this course: `load_subconfig("…/docs/hub/jupyterhub_config.py")` in yours.

On The Littlest JupyterHub copy it to /opt/tljh/config/jupyterhub_config.d/, and install requirements.txt into the users'
environment: sudo -E pip install --require-hashes -r requirements.txt. `make workshop` runs a hub with it.
https://jupyterhub.readthedocs.io/en/stable/reference/config-reference.html
"""

c = get_config()  # noqa: F821  JupyterHub gives it

c.Spawner.environment = {
    # Learners share a computer: actors then meet at files that only their owner may open, not at ports.
    "ZMQLAB_SHARED_HOST": "1",
}
c.Spawner.default_url = "/lab/tree/notebooks/00-start-here.ipynb"
c.Spawner.args = [
    # Nobody else on this computer can talk to a kernel then. (`transport=ipc` would do as well, but its file's path may
    # have 107 letters at most, and a longer name of a learner makes it longer than that.)
    "--KernelManager.transport_encryption=required",
    # A lesson in which nothing is pressed is idle: its kernel is ended after half an hour, its server ten minutes later.
    "--MappingKernelManager.cull_idle_timeout=1800",
    "--MappingKernelManager.cull_interval=60",
    "--MappingKernelManager.cull_connected=True",
    "--ServerApp.shutdown_no_activity_timeout=600",
]
# Where the spawner can: that of The Littlest JupyterHub and those of containers. See docs/teaching.md for what is used.
# With every lesson open a learner takes 600 MB.
c.Spawner.mem_limit = "1G"
c.Spawner.cpu_limit = 1.0
# When a class begins, all come at once: more starts at a time than twice the cores only makes each slower.
c.JupyterHub.concurrent_spawn_limit = 8
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300
