"""Our clients and workers of lesson 08 pass through a broker that others might have written, and theirs through ours.

What is foreign here is written from the specification of request-reply (RFC 28: a request travels in an envelope, the
addresses and an empty frame before its body) with bare frames and plain pyzmq, in processes that have no zmqlab.
"""

import ast
import json
import subprocess
import sys
import textwrap

import pytest

from tests import lessons
from tests.lessons import ROOT, code_cells, parsed

SECONDS = 20
LESSON = lessons.read(ROOT / "notebooks" / "08-brokers.ipynb")

FOREIGN_BROKER = """
    import sys, zmq

    clients_at, workers_at = sys.argv[1:]
    context = zmq.Context()
    front, back = context.socket(zmq.ROUTER), context.socket(zmq.ROUTER)
    front.bind(clients_at)
    back.bind(workers_at)
    idle = []

    def message(socket):
        parts = [socket.recv()]
        while socket.getsockopt(zmq.RCVMORE):
            parts.append(socket.recv())
        return parts

    def put(socket, parts):
        for part in parts[:-1]:
            socket.send(part, zmq.SNDMORE)
        socket.send(parts[-1])

    while True:
        if back.poll(10 if idle else -1):
            who, delimiter, *rest = message(back)
            assert delimiter == b""
            idle.insert(0, who)
            if len(rest) == 3:  # an address, an empty frame, and a body: a reply
                put(front, rest)
            else:
                assert rest == [b"READY"], rest
        if idle and front.poll(0):
            put(back, [idle.pop(), b"", *message(front)])
"""

FOREIGN_CLIENT = """
    import json, sys, zmq

    socket = zmq.Context().socket(zmq.REQ)
    socket.connect(sys.argv[1])
    replies = []
    for body in (b"tea", b"", b"caf\\xc3\\xa9"):
        socket.send(body)
        replies.append(socket.recv().decode())
    print(json.dumps(replies))
"""

FOREIGN_WORKER = """
    import sys, zmq

    socket = zmq.Context().socket(zmq.DEALER)  # its envelope is its own: a REQ by hand
    socket.connect(sys.argv[1])
    socket.send(b"", zmq.SNDMORE)
    socket.send(b"READY")
    while True:
        empty, client, delimiter, body = socket.recv_multipart()
        assert (empty, delimiter) == (b"", b"")
        socket.send_multipart([b"", client, b"", body.decode().upper().encode()])
"""


def ours(name):
    """A function of the lesson, with what it calls, as text."""
    trees = [parsed(cell) for _, cell in code_cells(LESSON)]
    trees.append(ast.parse((ROOT / "notebooks/zmqlab/course/brokers/actors.py").read_text(encoding="utf-8")))
    functions = {node.name: node for tree in trees if tree for node in tree.body if isinstance(node, ast.FunctionDef)}
    called = [functions[call] for call in lessons.calls(functions[name]) if call in functions]
    return "\n\n\n".join(ast.unparse(one) for one in [*called, functions[name]])


def script_of(name, arguments):
    made = f"{name}(zmq.Context(), {arguments})"
    return f"import json, time, zmq\n\n\n{ours(name)}\n\n\nprint(json.dumps({made}))\n"


@pytest.fixture
def begin(tmp_path):
    """Start a program, in a process that sees no zmqlab. All end with the test."""
    begun = []

    def start(text, *arguments):
        file = tmp_path / f"{len(begun)}.py"
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        command = [sys.executable, "-I", file, *arguments]
        begun.append(subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.communicate()


ENDS = ("ipc://clients", "ipc://workers")
WORK = f"workers_endpoint={ENDS[1]!r}"


def test_our_clients_and_workers_pass_through_a_foreign_broker(begin):
    begin(FOREIGN_BROKER, *ENDS)
    for _ in range(2):
        begin(script_of("ready_worker", f"{WORK}, pause=time.sleep, seconds=0.01"))
    client = begin(script_of("client", f"{ENDS[0]!r}, texts=['5', '3'], my_name='anna'"))
    assert sorted(json.loads(client.communicate(timeout=SECONDS)[0])) == ["A6", "A7", "A8"]


@pytest.mark.parametrize("broker", ["ready_broker", "model"])
def test_foreign_clients_and_workers_pass_through_ours(begin, broker):
    begin(script_of("ready_broker", f"{ENDS[0]!r}, {WORK}") if broker == "ready_broker" else model())
    for _ in range(2):
        begin(FOREIGN_WORKER, ENDS[1])
    client = begin(FOREIGN_CLIENT, ENDS[0])
    assert json.loads(client.communicate(timeout=SECONDS)[0]) == ["TEA", "", "CAFÉ"]


def test_foreign_clients_pass_through_our_proxy_to_our_workers(begin):
    begin(script_of("proxy_broker", f"{ENDS[0]!r}, {WORK}"))
    begin(script_of("worker", f"{WORK}, pause=time.sleep, seconds=0.01"))
    client = begin(FOREIGN_CLIENT, ENDS[0])
    assert json.loads(client.communicate(timeout=SECONDS)[0]) == ["TEA", "", "CAFÉ"]


def model():
    """The solution of the exercise, as a program."""
    from zmqlab.course.brokers.exercises import BROKER

    return (
        f"import zmq\n\n\n{BROKER.solution}\n\ncontext = zmq.Context()\n"
        "clients, workers = context.socket(zmq.ROUTER), context.socket(zmq.ROUTER)\n"
        f"clients.bind({ENDS[0]!r})\nworkers.bind({ENDS[1]!r})\nbroker(clients, workers)\n"
    )


def test_the_scheduler_of_ipyparallel_says_how_much_each_engine_has_to_do(tmp_path, monkeypatch):
    """What the lesson says of it, asked of the real thing: two engines behind a scheduler that knows their load."""
    ipyparallel = pytest.importorskip("ipyparallel", reason="ipyparallel is not installed: an optional test dependency")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    with ipyparallel.Cluster(n=2, profile_dir=str(tmp_path / "profile")) as clients:
        view = clients.load_balanced_view()
        assert sorted(view.map_sync(lambda number: number * number, range(6))) == [0, 1, 4, 9, 16, 25]
        status = clients.queue_status(verbose=False)
        done = [one["completed"] for name, one in status.items() if isinstance(name, int)]
        assert len(done) == 2
        assert all(done)
