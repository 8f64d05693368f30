"""`make shots`: every scene at three sizes, in both themes and without colour, as SVG and PNG.

python tests/ui/shots.py FOLDER [--only WORD] [--workers N]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.ui.pictures import LOOKS, png_of, stand_still, svg_of, wear
from tests.ui.scenes import SCENES, Scene
from tests.ui.seat import Seat, seated
from tests.ui.worlds import office_like

SIZES = [(120, 36), (80, 24), (200, 60)]
_BY_NAME = {scene.name: scene for scene in SCENES}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="scenes whose name holds this")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    jobs = [(args.folder, name) for name in _BY_NAME if args.only in name]
    failed = 0
    # Forked processes would share the one event loop policy and open files of this one.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(args.workers, mp_context=context) as pool:
        for told in pool.map(shot, jobs):
            sys.stdout.write(f"{told}\n")
            failed += "✗" in told
    return int(failed > 0)


def shot(job: tuple[Path, str]) -> str:
    """All pictures of one scene; what went wrong is told, and the others go on."""
    folder, name = job
    try:
        with pytest.MonkeyPatch.context() as patch:
            stand_still(patch)
            asyncio.run(_shoot(folder, _BY_NAME[name]))
    except Exception as error:  # noqa: BLE001
        return f"✗ {name}: {type(error).__name__}: {error}"
    return f"✓ {name}"


async def _shoot(folder: Path, scene: Scene) -> None:
    with office_like(scene.world):
        async with seated(SIZES[0]) as seat:
            await scene.drive(seat)
            await seat.settled()
            for size in SIZES:
                await seat.pilot.resize_terminal(*size)
                for look in LOOKS:
                    wear(seat.app, look)
                    await _keep(seat, folder / look, scene, size)


async def _keep(seat: Seat, folder: Path, scene: Scene, size: tuple[int, int]) -> None:
    await seat.settled()
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nothing else runs here
    svg = svg_of(seat.app)
    path = folder / f"{scene.name}-{size[0]}x{size[1]}"
    path.with_suffix(".svg").write_text(svg, encoding="utf-8")
    path.with_suffix(".png").write_bytes(png_of(svg))


if __name__ == "__main__":
    sys.exit(main())
