"""A kernel such as a notebook has, to run the cells of a lesson in."""

import ast
import os
import tempfile
from contextlib import contextmanager

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from tests.lessons import ROOT, source, tags

OF_A_STRANGER = {"ZMQLAB_PROGRESS": "off", "ZMQLAB_LONG_WAIT": "0.5"}
"""Nothing was answered before, nothing is kept, and a cell that waits is told so soon."""
DEADLINE = 30
"""Seconds that a kernel gets to start, and then for each cell."""


class CellFailed(AssertionError):
    """A cell raised an error: `cell` is its source, `error` the name of the error, `trace` what stands below the cell."""

    def __init__(self, cell, reply):
        self.cell, self.error, self.trace = cell, reply["ename"], reply["traceback"]
        trace = "\n".join(reply["traceback"])
        super().__init__(f"{self.error}: {reply['evalue']}\nin the cell\n{cell}\n{trace}")


class Kernel:
    """A kernel at work. `process` is the operating system's process behind it."""

    def __init__(self, manager, client):
        self._manager, self._client = manager, client
        self.process = manager.provisioner.process

    def run(self, code):
        """Run code as a cell, to its end. Raises `CellFailed`."""
        self._run(code)

    def run_cells(self, cells):
        """Run cells of a lesson. Raises `CellFailed`, unless a cell is meant to raise."""
        for cell in cells:
            try:
                self.run(source(cell))
            except CellFailed:
                if "raises-exception" not in tags(cell):
                    raise

    def value(self, expression):
        """Return what an expression is worth in the kernel: numbers, text, and lists or dicts of these."""
        answer = self._run("", user_expressions={"value": expression})["user_expressions"]["value"]
        if answer["status"] == "error":
            raise CellFailed(expression, answer)
        return ast.literal_eval(answer["data"]["text/plain"])

    def ask_to_end(self):
        """Send the request to end that Jupyter sends first."""
        self._client.shutdown()

    @contextmanager
    def page(self, widgets=(), says=None):
        """Give the socket on which a page would hear the kernel, once the page has told each of these widgets something."""
        client = self._manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=DEADLINE)
            for widget in widgets:
                content = {"comm_id": widget, "data": {"method": "custom", "content": says}}
                client.shell_channel.send(client.session.msg("comm_msg", content))
            yield client.iopub_channel.socket
        finally:
            client.stop_channels()

    def _run(self, code, **options):
        reply = self._client.execute_interactive(
            code, allow_stdin=False, timeout=DEADLINE, output_hook=lambda message: None, **options
        )["content"]
        if reply["status"] != "ok":
            raise CellFailed(code, reply)
        return reply


@contextmanager
def kernel(folder=ROOT / "notebooks"):
    """Start a kernel of this very Python in a folder, as Jupyter does for a notebook there. End it on the way out."""
    # With no folders to look in, it finds no kernel but that of the Python that runs the tests.
    manager = KernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    with tempfile.TemporaryDirectory() as sockets:
        if os.name != "nt":  # over tcp, Jupyter chooses the ports before it starts: another test may take one meanwhile
            manager.transport, manager.ip = "ipc", f"{sockets}/kernel"
        manager.start_kernel(cwd=str(folder), env=os.environ | OF_A_STRANGER)
        client = manager.client()
        try:
            client.start_channels()
            client.wait_for_ready(timeout=DEADLINE)
            yield Kernel(manager, client)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
