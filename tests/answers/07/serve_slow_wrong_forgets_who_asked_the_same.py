import zmq


def serve_slow(router, kitchen):
    addresses = {}
    while True:
        readable, _, _ = zmq.select([router, kitchen], [], [])
        if router in readable:
            address, _, question = router.recv_multipart()
            addresses[question] = address
            kitchen.send_multipart([question, question])
        if kitchen in readable:
            question, answer = kitchen.recv_multipart()
            router.send_multipart([addresses.pop(question), b"", answer])
