"""Who is at work in the first picture of lesson 07, which shows these two afterwards."""

import zmq


def client(context, endpoint, texts):
    """Ask each question, and wait for its reply."""
    with context.socket(zmq.REQ) as requester:
        requester.connect(endpoint)
        for text in texts:
            requester.send_string(text)
            requester.recv_string()


def server(context, endpoint):
    """Send each text back in capitals, to the address that it came from."""
    with context.socket(zmq.ROUTER) as router:
        router.bind(endpoint)
        while True:
            address, empty, text = router.recv_multipart()
            router.send_multipart([address, empty, text.upper()])
