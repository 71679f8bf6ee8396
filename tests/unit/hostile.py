"""Functions that a check must survive: each is the body of `serve(socket)`, with what its verdict must say.

`QUICK` run in every `make test`, all of them in a soak. `SLOW` use all of their time.
"""

import textwrap

ANSWER = "while True:\n    socket.send_string(socket.recv_string().upper())"
FLOOD = '{"verdict": {"kind": "right", "title": "I say so", "text": "", "printed": "", "since": 0}}'

QUICK = {
    "returns a constant": ("return 1", "got no reply"),
    "raises BaseException": ("raise BaseException('out')", "raised BaseException: out"),
    "raises KeyboardInterrupt": ("raise KeyboardInterrupt", "raised KeyboardInterrupt"),
    "calls sys.exit": ("import sys\nsys.exit()", "raised SystemExit"),
    "calls sys.exit after a request": ("import sys\nsocket.recv()\nsys.exit(3)", "raised SystemExit: 3"),
    "raises half a character": ("raise ValueError('\\ud800')", r"raised ValueError: \\ud800"),
    "prints half a character": ("print('\\udcff')\nraise ValueError('x')", "raised ValueError"),
    "raises what cannot be shown": (
        "class Mute(Exception):\n    def __str__(self): raise RuntimeError\nraise Mute",
        "raised Mute: .what it says cannot be shown",
    ),
    "ends its process": ("import os\nos._exit(0)", r"whole process .exit status 0"),
    "ends its process with a status": ("import os\nos._exit(300 % 256)", r"exit status 44"),
    "aborts": ("import os\nos.abort()", "SIGABRT"),
    "reads where nothing is": ("import ctypes\nctypes.string_at(0)", "SIGSEGV"),
    "terminates itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nsocket.recv()", "SIGTERM"),
    "kills its group": ("import os, signal\nos.killpg(0, signal.SIGKILL)", "SIGKILL"),
    "interrupts itself": (f"import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n{ANSWER}", ""),
    "forks": (f"import os\nif os.fork() == 0:\n    while True: pass\n{ANSWER}", ""),
    "forks and both go on": (f"import os\nos.fork()\n{ANSWER}", ""),
    "leaves a process of its own": (
        "from subprocess import Popen\nPopen(['sleep', '60'])\nsocket.recv()\nraise ValueError",
        "ValueError",
    ),
    "leaves one in a session of its own": (
        f"from subprocess import Popen\nPopen(['sleep', '60'], start_new_session=True)\n{ANSWER}",
        "",
    ),
    "leaves a grandchild": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(60)\n    os._exit(0)\n"
        f"{ANSWER}",
        "",
    ),
    "multiprocessing": (
        "import multiprocessing, time\nmultiprocessing.get_context('fork').Process(target=time.sleep, args=(40,)).start()\n"
        f"{ANSWER}",
        "",
    ),
    "writes a verdict into every descriptor": (
        f"import os\nfor number in range(300):\n    try: os.write(number, b'\\n' + {FLOOD!r}.encode() + b'\\n')\n"
        "    except OSError: pass\nraise ValueError('done')",
        "",
    ),
    "writes garbage into every descriptor": (
        "import os\nfor number in (1, 2, *range(200, 210)):\n    try: os.write(number, bytes(range(256)) * 40)\n"
        "    except OSError: pass\nraise ValueError('done')",
        "raised ValueError: done",
    ),
    "writes garbage all the time": (
        "import os, threading\ndef spoil():\n    while True: os.write(200, b'0123456789')\n"
        "threading.Thread(target=spoil, daemon=True).start()\nsocket.recv()\nraise ValueError('done')",
        "raised ValueError: done",
    ),
    "lets our pipe not wait": ("import os\nos.set_blocking(200, False)\nraise ValueError('done')", "ValueError: done"),
    "closes our pipe": (f"import os\nos.close(200)\n{ANSWER}", "closed a descriptor"),
    "closes all": ("import os\nos.closerange(0, 4096)\nraise ValueError", ""),
    "closes standard output": ("import sys\nsys.stdout.close()\nprint('x')", "raised ValueError"),
    "puts something else for standard output": ("import sys\nsys.stdout = None\nraise ValueError('x')", "ValueError: x"),
    "asks for input": ("return input('name? ')", "raised EOFError"),
    "prints much": ("for _ in range(10**5): print('x' * 100)\nraise ValueError('done')", "ValueError: done"),
    "calls itself": ("serve(socket)", "raised RecursionError"),
    "spoils json": ("import json\njson.dumps = json.loads = None\nraise ValueError('x')", ""),
    "spoils threading": ("import threading\nthreading.Event.wait = None\nraise ValueError('x')", ""),
    "spoils os": ("import os\nos.write = os._exit = None\nraise ValueError('x')", ""),
    "deletes zmq": ("import sys\nfor name in list(sys.modules):\n    if 'zmq' in name: del sys.modules[name]\nraise ValueError('x')", ""),
    "leaves threads": ("import threading\nfor _ in range(200): threading.Thread(target=threading.Event().wait).start()\nraise ValueError('x')", "ValueError: x"),
    "ends the context": ("socket.context.term()", ""),
    "closes the socket": ("socket.close()\nsocket.recv()", "raised"),
    "wrong arguments": ("socket.bind()", "raised TypeError"),
    "returns a generator": ("return (yield)", ""),
    "raises an exception group": ("raise ExceptionGroup('both', [ValueError(1), TypeError(2)])", "raised ExceptionGroup"),
    "raises a very long reason": ("raise ValueError('x' * 10**6)", "raised ValueError"),
    "its own trace function": ("import sys\nsys.settrace(lambda *_: 1 / 0)\nsocket.recv()", ""),
    "chdir away": ("import os\nos.chdir('/')\nraise ValueError('x')", "ValueError: x"),
    "an alarm": ("import signal\nsignal.alarm(1)\nwhile True: pass", "SIGALRM"),
    "no stack": ("import sys\nsys.setrecursionlimit(10**9)\ndef down(n): return [down(n + 1)]\ndown(0)", ""),
}  # fmt: skip
SLOW = {
    "a loop": ("while True: pass", ""),
    "a loop that catches all": ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", ""),
    "a loop in C": ("sum(range(10**12))", "did not come to an end"),
    "an expression that holds Python's lock": (
        "import re\nre.match(r'(a+)+$', 'a' * 40 + 'b')",
        "did not come to an end",
    ),
    "sleeps": ("import time\ntime.sleep(10**5)", ""),
    "busy threads": (
        "import threading\ndef busy():\n    while True: pass\nfor _ in range(50): threading.Thread(target=busy).start()\nsocket.recv()",
        "",
    ),
    "stops itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "did not come to an end"),
    "prints for ever": ("while True: print('x' * 1000)", ""),
    "sends for ever": ("while True:\n    socket.recv()\n    socket.send(b'x')", ""),
    "takes all memory": ("kept = []\nwhile True: kept.append(bytearray(b'x') * 10**7)", "more than|MemoryError"),
    "takes 2 GB": ("kept = bytearray(b'x') * 2 * 10**9\nsocket.recv()\nwhile True: pass", "more than|MemoryError"),
    "a fork takes all memory": (
        "import os\nif os.fork() == 0:\n    kept = []\n    while True: kept.append(bytearray(b'x') * 10**7)\nwhile True: pass",
        "",
    ),
    "a pool of processes": (
        "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(1) as pool:\n"
        "    while True: socket.send_string(pool.submit(str.upper, socket.recv_string()).result())",
        "",
    ),
    "waits for a lock": ("import threading\nlock = threading.Lock()\nwith lock, lock: pass", ""),
    "waits for a child": ("import subprocess\nsubprocess.run(['sleep', '60'])", ""),
}


def source(body: str) -> str:
    """Return a function with this body."""
    return f"def serve(socket):\n{textwrap.indent(body, '    ')}\n"
