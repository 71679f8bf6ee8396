"""What all tests share."""

import signal

import pytest
from hypothesis import settings

# A busy machine is no defect: nothing here is asserted about time.
settings.register_profile("course", deadline=None)
settings.load_profile("course")

# Who is started in the background ignores the signal of ■, and so do all that it starts. Here it is one that is heard.
if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None):
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The lessons as a site, built once. The notebooks are run for it, where that was not done as they are now."""
    from tools.site.build import build

    return build(tmp_path_factory.mktemp("built") / "site")
