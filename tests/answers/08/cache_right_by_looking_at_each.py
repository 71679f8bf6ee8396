def cache(xsub, xpub):
    newest = {}
    xpub.xpub_verboser = True
    xsub.send_multipart([b"\x01"])
    while True:
        if xsub.poll(20):
            report = xsub.recv_multipart()
            newest[report[0]] = report
            xpub.send_multipart(report)
        if xpub.poll(20):
            heard = xpub.recv()
            for topic in sorted(newest):
                if heard[0] == 1 and topic.startswith(heard[1:]):
                    xpub.send_multipart(newest[topic])
