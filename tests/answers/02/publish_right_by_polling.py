def publish(xpub, messages, n):
    there = []
    while len(there) < n:
        if not xpub.poll(250):
            continue
        first, topic = (news := xpub.recv())[0], news[1:]
        there.append(topic) if first else there.remove(topic)
    for message in messages:
        xpub.send(message, copy=False)
