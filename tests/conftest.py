"""What all tests share."""

import signal

# Who is started in the background ignores the signal of ■, and so do all that it starts. Here it is one that is heard.
if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None):
    signal.signal(signal.SIGINT, signal.default_int_handler)
