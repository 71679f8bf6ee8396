"""What an errno is called: libzmq's own, the system's, or its number."""

import errno

import zmq


def name_of(number: int | None) -> str:
    """Return the name of an errno, such as "EFSM" or "EACCES"; the number itself where nobody has named it.

    libzmq has numbers of its own (above 156,384,712), and passes on those of the system: pyzmq's `zmq.Errno` knows the
    first kind, and few of the second.
    """
    try:
        return zmq.Errno(number).name
    except ValueError:
        return errno.errorcode.get(number, str(number))
