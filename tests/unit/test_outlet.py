"""Where an output stands: its outlet names the film whose it is, and which output of that film."""

from zmqlab import Faults, Sender
from zmqlab.page.control import Control
from zmqlab.page.outlet import Outlet

from tests.unit.common import client, html_of, server


def test_film_and_place_are_told_in_one_message(monkeypatch):
    outlet, told = Outlet(), []
    monkeypatch.setattr(outlet, "_send", lambda message, buffers=None: told.append(message.get("state")))
    outlet.show("a film", 2)
    assert [sorted(state) for state in told] == [["place", "token"]]
    assert (outlet.token, outlet.place) == ("a film", 2)


def test_each_control_of_a_panel_has_its_own_output_of_its_film(lab):
    lab.start(server)
    lab.start(client)
    faults, sender = Faults("server"), Sender("client")
    lab.show(faults, sender)
    assert faults.outlet.token == sender.outlet.token == faults.stage.token != ""
    assert (faults.outlet.place, sender.outlet.place) == (0, 1)
    lab["server"].kill()
    assert lab.wait_for(lambda: "server is not at work" in html_of(faults))
    assert "server is not at work" not in html_of(sender)
    lab.show(sender)
    assert sender.outlet.token == sender.stage.token != faults.outlet.token
    assert sender.outlet.place == 0


def test_an_outlet_has_room_for_so_many_lines_as_its_control_says():
    sender = Sender("client")
    sender.lines = 8
    assert sender.widget is not None
    assert sender.outlet.lines == 8
    assert Control.lines == 3
