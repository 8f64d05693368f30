"""Whether a path lies on a network file system, where SQLite's locks cannot be trusted."""

import re
import sys
from pathlib import Path

_NETWORK_TYPES = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "beegfs",
        "gpfs",
        "ncpfs",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.glusterfs",
        "davfs",
        "fuse.davfs2",
    ]
)
# The system writes blanks, line ends and the like in names as \040, and everything else as it is.
_ESCAPED = re.compile(r"\\([0-7]{3})")
_MOUNTS = Path("/proc/self/mountinfo")


def is_network(path: Path) -> bool:
    if sys.platform == "win32":
        return str(path.absolute()).startswith("\\\\")
    return file_system(path) in _NETWORK_TYPES


def file_system(path: Path) -> str:
    """The type of the mount that holds the path, or "" where the system does not say."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").split("\n")[:-1]
    except OSError:
        return ""
    return mounted_type(lines, str(path.absolute().resolve()))


def mounted_type(mountinfo: list[str], path: str) -> str:
    best, kind = "", ""
    for line in mountinfo:
        before, _, after = line.partition(" - ")
        point = _ESCAPED.sub(lambda found: chr(int(found[1], 8)), before.split(" ")[4])
        covers = f"{path}/".startswith(point.rstrip("/") + "/")
        if covers and len(point) >= len(best):
            best, kind = point, after.split()[0]
    return kind
