def serve_slow(router, kitchen):
    while True:
        address, _, question = router.recv_multipart()
        kitchen.send_multipart([address, question])
        while kitchen.poll(50):
            address, answer = kitchen.recv_multipart()
            router.send_multipart([address, b"", answer])
        # whoever is done later is told when the next one asks
