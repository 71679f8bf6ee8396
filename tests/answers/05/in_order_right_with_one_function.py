import threading

import zmq


def in_order(context, first, second):
    def work(do, heard, told):
        with context.socket(zmq.PAIR) as out:
            out.connect(told)
            if heard:
                with context.socket(zmq.PAIR) as before:
                    before.bind(heard)
                    before.recv()
            do()
            out.send(b"ready")

    with context.socket(zmq.PAIR) as end:
        end.bind("inproc://end")
        threads = [
            threading.Thread(target=work, args=(second, "inproc://middle", "inproc://end")),
            threading.Thread(target=work, args=(first, "", "inproc://middle")),
        ]
        for thread in threads:
            thread.start()
        end.recv_multipart()
    for thread in threads:
        thread.join()
