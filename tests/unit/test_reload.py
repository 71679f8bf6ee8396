"""Names that were taken before the lab, and modules that are loaded again while somebody is at work.

Each case has a process of its own: what is tried here changes pyzmq for all who come later.
"""

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import zmqlab

PACKAGE = Path(zmqlab.__file__).parent

ACTORS = """
def server(context, endpoint):
    with context.socket(zmq.REP) as replier:
        replier.bind(endpoint)
        while True:
            replier.send(replier.recv())

def own(endpoint):
    replier = zmq.Context().socket(zmq.REP)
    replier.bind(endpoint)
    while True:
        replier.send(replier.recv())

def shop(context, endpoint, back_endpoint):
    frontend, backend = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    frontend.bind(endpoint)
    backend.bind(back_endpoint)
    zmq.proxy(frontend, backend)

def bound(name):
    actor = lab[name]
    return "Bound" in [type(e).__name__ for e in lab.trace.controls() if e.actor == name and e.time >= actor.started]

def waits(name):
    of_a_link = ("LinkUp", "LinkDown", "Accepted", "Departed")
    kinds = [type(e).__name__ for e in lab.trace.events() if e.actor == name]
    return [kind for kind in kinds if kind not in of_a_link][-1] == "Waits"

def at_work(name):
    return lab._bench.crew.entry(name).worker

def asked(text, messages, name):
    with lab.context("asker").socket(zmq.REQ) as asker:
        asker.linger = 0
        asker.connect(lab.endpoint())
        before = len(lab[name].messages())
        asker.send(text)
        assert asker.poll(5000), "no answer"
        assert asker.recv() == text
    assert lab.wait_for(lambda: len(lab[name].messages()) >= before + messages), lab[name].messages()
    assert len(lab[name].messages()) == before + messages, lab[name].messages()
"""


def ran(program, folder, *arguments):
    """Run a program in a process of its own, where the package and `folder` can be imported. Returns what it prints."""
    package = folder / "zmqlab"
    if not package.exists():
        shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "program.py"
    file.write_text(textwrap.dedent(program))
    command = [sys.executable, str(file), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == "", done.stderr
    return done.stdout


TAKEN = {
    "proxy": ("from zmq import proxy", "proxy(frontend, backend)"),
    "proxy as relay": ("from zmq import proxy as relay", "relay(frontend, backend)"),
    "steerable": ("from zmq import proxy_steerable", "proxy_steerable(frontend, backend)"),
    "device": ("from zmq import device, QUEUE", "device(QUEUE, frontend, backend)"),
    "monitored_queue": (
        "from zmq.devices import monitored_queue",
        "monitored_queue(frontend, backend, context.socket(zmq.PUB))",
    ),
    "a default": ("from zmq import proxy", "run(frontend, backend)"),
    "a name around it": ("def around():\n    from zmq import proxy", "proxy(frontend, backend)"),
    "a module": ("import helpers", "helpers.relay(frontend, backend)"),
    "from a module": ("from helpers import relay", "relay(frontend, backend)"),
}
POLLING = {
    "zmq_poll": ("from zmq import zmq_poll", "zmq_poll([(frontend, zmq.POLLIN), (backend, zmq.POLLIN)], -1)"),
    "select": ("from zmq import select", "select([frontend, backend], [], [])"),
    "Poller": (
        "from zmq import Poller",
        "poller = Poller(); poller.register(frontend, 1); poller.register(backend, 1); poller.poll()",
    ),
}


def broker(call, taken):
    """Return the text of a broker that makes this call, below the line that takes its name."""
    default = ", run=proxy" if call.startswith("run(") else ""
    text = textwrap.dedent(f"""
        def broker(context, endpoint, back_endpoint{default}):
            frontend, backend = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
            frontend.bind(endpoint)
            backend.bind(back_endpoint)
            {call}
    """)
    if taken.startswith("def around"):
        return f"{taken}\n{textwrap.indent(text, '    ')}\n    return broker\nbroker = around()\n"
    return f"{taken}\n{text}"


@pytest.mark.parametrize("case", TAKEN)
def test_a_name_that_was_taken_before_the_lab_is_recorded_and_can_be_stopped(case, tmp_path):
    taken, call = TAKEN[case]
    (tmp_path / "helpers.py").write_text("from zmq import proxy\n\ndef relay(one, other):\n    proxy(one, other)\n")
    program = f"import sys, zmq\n{broker(call, taken)}\nfrom zmqlab import Lab\n{ACTORS}\n" + textwrap.dedent("""
        def worker(context, endpoint):
            with context.socket(zmq.REP) as replier:
                replier.connect(endpoint)
                while True:
                    replier.send(replier.recv())

        lab = Lab("taken")
        lab.start(broker)
        lab.start(worker, endpoint=lab.endpoint("back"))
        for _ in range(2):
            asked(b"x", int(sys.argv[1]), "broker")
        assert lab["broker"].stop()
        assert at_work("broker").ended == "stopped"
        lab.close()
    """)
    ran(program, tmp_path, "6" if case == "monitored_queue" else "4")


@pytest.mark.parametrize("case", POLLING)
def test_a_way_to_poll_that_was_taken_before_the_lab_is_recorded_and_can_be_stopped(case, tmp_path):
    taken, call = POLLING[case]
    program = f"import zmq\n{broker(call, taken)}\nfrom zmqlab import Lab\n{ACTORS}\n" + textwrap.dedent("""
        lab = Lab("taken")
        lab.start(broker)
        assert lab.wait_for(lambda: [e for e in lab.trace.events() if getattr(e, "call", "") == "poll"])
        assert lab["broker"].stop()
        assert at_work("broker").ended == "stopped"
        lab.close()
    """)
    ran(program, tmp_path)


def test_what_others_have_taken_still_works_between_plain_sockets(tmp_path):
    program = f"import zmq\nfrom zmq import zmq_poll\nfrom zmqlab import Lab\n{ACTORS}\n" + textwrap.dedent("""
        lab = Lab("plain")
        lab.start(server)
        with zmq.Context() as context, context.socket(zmq.PULL) as puller:
            assert zmq_poll([(puller, zmq.POLLIN)], 5) == []
            assert type(puller) is zmq.Socket
        lab.close()
    """)
    ran(program, tmp_path)


WITH_AN_IDENTITY = ["actors", "contexts", "inbox", "kept", "names", "polling", "proxies", "sockets", "whose"]
OTHERS = sorted({file.stem for file in (PACKAGE / "live").glob("*.py")} - {"__init__", "child", *WITH_AN_IDENTITY})

BEFORE = (
    "import importlib, os, sys, zmq\nfrom zmqlab import Lab\n"
    + ACTORS
    + textwrap.dedent("""
    lab = Lab("loaded again")
    lab.start(server)
    asked(b"before", 2, "server")
    lab.start(shop, endpoint=lab.endpoint("front"))
    # While a module is loaded, it is empty for a moment: whoever is just then in it finds a name missing, as with any module.
    assert lab.wait_for(lambda: waits("server") and waits("shop"))
    kept = lab.context("kept").socket(zmq.PULL)
    kept.bind(lab.endpoint("kept"))
    """)
)
AFTER = textwrap.dedent("""
    here, there = os.pipe()
    plain = zmq.Context().socket(zmq.PULL)
    for who, answer in ((kept, 0), (plain, 0)):
        assert who.poll(1) == answer
    poller = zmq.Poller()
    poller.register(here, zmq.POLLIN)
    assert poller.poll(1) == []
    zmq.Context.instance()
    with lab.context("pusher").socket(zmq.PUSH) as pusher:
        pusher.connect(lab.endpoint("kept"))
        pusher.send(b"to the socket that was there before")
        assert kept.recv() == b"to the socket that was there before"
    asked(b"after", 2, "server")
    for name in ("server", "shop"):
        assert lab[name].stop(), name
        assert at_work(name).ended == "stopped", lab[name]
    for function in (server, own):
        lab.start(function)
        asked(b"once more", 2, function.__name__)
        assert lab[function.__name__].stop()
        assert at_work(function.__name__).ended == "stopped", lab[function.__name__]
    other = Lab("another")
    other.close()
    lab.close()
    plain.context.destroy(0)
    print("fine")
""")


@pytest.mark.parametrize("modules", [*([one] for one in WITH_AN_IDENTITY), OTHERS], ids=lambda modules: modules[0])
def test_a_module_that_is_loaded_again_leaves_all_at_work(modules, tmp_path):
    again = textwrap.dedent("""
        for name in sys.argv[1:] * 3:
            importlib.reload(importlib.import_module("zmqlab.live." + name))
    """)
    assert ran(BEFORE + again + AFTER, tmp_path, *modules) == "fine\n"


@pytest.mark.parametrize("module", WITH_AN_IDENTITY)
def test_a_module_that_is_edited_under_autoreload_leaves_all_at_work(module, tmp_path):
    """As a contributor does it: `%autoreload 2`, and the next cell is run after an edit."""
    program = f"""
import os, sys, time
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.xmode = "Plain"

def run(cell):
    done = shell.run_cell(cell)
    if not done.success:
        os._exit(1)

run("%load_ext autoreload\\n%autoreload 2")
run({BEFORE!r})
edited = Path("zmqlab", "live", sys.argv[1] + ".py").resolve()
edited.write_text(edited.read_text() + "\\nEDITED = True\\n")
os.utime(edited, (time.time() + 100,) * 2)
run("1;")
run({AFTER!r})
run("import importlib; assert importlib.import_module('zmqlab.live.' + sys.argv[1]).EDITED")
print(flush=True)
os._exit(0)
"""
    assert "fine\n" in ran(program, tmp_path, module)


def test_a_socket_of_ours_in_a_plain_context_is_a_plain_socket(tmp_path):
    program = """
        import zmq
        from zmqlab.live.sockets import Socket

        with zmq.Context() as context:
            one, other = Socket(context, zmq.PAIR), Socket(context, zmq.PAIR)
            port = one.bind_to_random_port("tcp://127.0.0.1")
            other.connect(f"tcp://127.0.0.1:{port}")
            other.send(b"x")
            assert one.poll(5000) and one.recv() == b"x"
            other.send_multipart([b"x", b"y"])
            assert one.recv_multipart() == [b"x", b"y"]
            other.disconnect(f"tcp://127.0.0.1:{port}")
            one.unbind(f"tcp://127.0.0.1:{port}")
            one.set(zmq.LINGER, 0)
            assert one.get(zmq.LINGER) == one.linger == 0
            one.recv_into(bytearray(1), flags=zmq.NOBLOCK) if one.poll(0) else None
            zmq.Socket.shadow(one).linger
            one.close()
            other.close()
            try:
                one.bind("tcp://127.0.0.1:*")
            except zmq.ZMQError as error:
                assert error.errno == zmq.ENOTSOCK
    """
    ran(program, tmp_path)
