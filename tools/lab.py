"""Open JupyterLab on a lesson, in a workspace of the course's own.

python tools/lab.py LESSON [arguments for Jupyter]
python tools/lab.py --prepare      only put the workspace where JupyterLab looks for it (Binder does this)
"""

import json
import os
import sys
from pathlib import Path

import place
from choose import choose
from jupyterlab.commands import get_user_settings_dir, get_workspaces_dir
from jupyterlab_server.workspaces_handler import WorkspacesManager

ROOT = Path(__file__).resolve().parent.parent
# Inside the course, so that your own Jupyter is neither read nor changed. Its name does not begin with a dot,
# because a browser from a snap may not open the start page that Jupyter writes below a hidden folder.
OWN_JUPYTER = ROOT / "build" / "jupyter"
WORKSPACE = "course"
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # A button then works while a cell runs. It is JupyterLab's default today, and may not remain it.
    "@jupyterlab/apputils-extension/kernels-settings": {"commsOverSubshells": "perCommTarget"},
}
# Folders of others whose kernels and settings would come before the course's: a kernel `python3` among them would be
# taken for the course's own.
OF_OTHERS = ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "JUPYTER_PREFER_ENV_PATH")
NOT_ALONE = ("--ip", "--ServerApp.ip", "--allow-root", "--ServerApp.allow_root")


def lesson_path(lesson):
    lessons = [path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb") if ".mine-" not in path.name]
    return "notebooks/" + choose(lesson, lessons)


def keep_jupyter_inside_the_course():
    OWN_JUPYTER.mkdir(mode=0o700, parents=True, exist_ok=True)
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    for variable, folder in places.items():
        os.environ[variable] = str(OWN_JUPYTER / folder)
    for variable in OF_OTHERS:
        os.environ.pop(variable, None)
    # A notebook of one's own, in another folder of the course, finds zmqlab too.
    paths = [str(ROOT / "notebooks"), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))


def write_settings():
    """Write the settings that the learner has not set otherwise."""
    for plugin, values in SETTINGS.items():
        file = Path(get_user_settings_dir(), f"{plugin}.jupyterlab-settings")
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values, indent=2))


def write_workspace(path):
    """Describe a window with one tab, the lesson, and both sidebars folded."""
    tab = f"notebook:{path}"
    folded = {"collapsed": True, "visible": True}
    data = {
        "layout-restorer:data": {
            "main": {"dock": {"type": "tab-area", "currentIndex": 0, "widgets": [tab]}, "current": tab},
            "left": folded,
            "right": folded,
        },
        tab: {"data": {"path": path, "factory": "Notebook"}},
    }
    workspace = {"data": data, "metadata": {"id": WORKSPACE}}
    WorkspacesManager(get_workspaces_dir()).save(WORKSPACE, json.dumps(workspace))


def url_path(path):
    """Return where JupyterLab opens a lesson, in the course's workspace, and in a second tab too.

    The second tab gets a workspace of another name, and with the workspace's address alone it would be empty.
    """
    return f"lab/workspaces/{WORKSPACE}/tree/{path}"


def as_root(arguments):
    """Return what root needs for Jupyter to start, as in a container: nothing where a network is let in on purpose."""
    if os.name != "posix" or os.geteuid() or any(one.startswith(NOT_ALONE) for one in arguments):
        return []
    print("== You are root: whoever knows this page's address and token can change everything on this machine.")
    return ["--allow-root"]


def main(arguments):
    if arguments == ["--prepare"]:
        write_settings()
        write_workspace(lesson_path(""))
        return
    lesson, *jupyter_arguments = arguments or [""]
    path = lesson_path(lesson)
    place.stop_if_not(ROOT, "build")
    keep_jupyter_inside_the_course()
    write_settings()
    write_workspace(path)
    print(f"== Opening {path}. To stop, press Ctrl-C here, twice.", flush=True)
    own_arguments = [
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/{url_path(path)}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    os.execv(
        sys.executable,
        [sys.executable, "-m", "jupyterlab", *own_arguments, *as_root(jupyter_arguments), *jupyter_arguments],
    )


if __name__ == "__main__":
    main(sys.argv[1:])
