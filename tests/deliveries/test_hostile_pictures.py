"""Pictures that are made to do harm: refused in words, or kept as nothing but their pixels, in bounded memory."""

import base64
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from tests.support.hostile_pictures import HOSTILE, SCRIPT
from tests.support.pictures import picture_bytes
from tests.support.world import Driver, World, ok, together

# Two pictures are decoded at a time, each in at most some 250 MB.
MOST_MB = 600


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("field", ["delivery_photo", "signature"])
async def test_a_hostile_picture_is_named_and_nothing_of_it_is_kept(
    world: World, aboard: tuple[Driver, dict[str, Any]], make: Callable[[], bytes], field: str
) -> None:
    driver, delivery = aboard
    sent = base64.b64encode(make()).decode()
    refused = await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", {field: sent})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert refused.json()["errors"][field].startswith("must ")
    assert _files(world, delivery) == []


async def test_an_empty_picture_is_none(world: World) -> None:
    driver, delivery = await _aboard(world)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", {"delivery_photo": "", "signature": ""}))
    assert _files(world, delivery) == []


def _with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "A maker of phones"
    exif.get_ifd(0x8825).update({1: "N", 2: (27.0, 43.0, 1.9), 3: "E", 4: (85.0, 19.0, 26.4)})
    made = io.BytesIO()
    Image.new("RGB", (90, 60), (10, 20, 30)).save(made, "JPEG", exif=exif)
    return made.getvalue()


def _with_profile() -> bytes:
    made = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (90, 60), (10, 20, 30)).save(made, "PNG", icc_profile=profile + SCRIPT)
    return made.getvalue()


def _with_archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("page.html", SCRIPT)
    return picture_bytes("JPEG", (90, 60)) + packed.getvalue()


def _with_comment() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (90, 60), (10, 20, 30)).save(made, "JPEG", comment=SCRIPT)
    return made.getvalue()


STRIPPED: dict[str, Callable[[], bytes]] = {
    "with the place where it was taken": _with_place,
    "with a colour profile": _with_profile,
    "with an archive behind it": _with_archive,
    "with a page in its comment": _with_comment,
    "with a page behind it": lambda: picture_bytes("JPEG", (90, 60)) + SCRIPT,
    "with a page behind it, as WebP": lambda: picture_bytes("WEBP", (90, 60)) + SCRIPT,
}


@pytest.mark.parametrize("make", STRIPPED.values(), ids=STRIPPED.keys())
async def test_what_is_kept_of_a_picture_is_its_pixels_and_nothing_else(
    world: World, make: Callable[[], bytes]
) -> None:
    driver, delivery = await _aboard(world)
    sent = base64.b64encode(make()).decode()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", {"delivery_photo": sent}))
    [file] = _files(world, delivery)
    content = file.read_bytes()
    assert not any(part in content for part in (b"script", b"page.html", b"EXIF", b"Exif", b"ICCP", b"maker of phones"))
    assert content[:4] == b"RIFF"
    assert int.from_bytes(content[4:8], "little") + 8 == len(content), "nothing lies behind the picture"
    with Image.open(file) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("WEBP", (90, 60), {})


async def test_a_large_photo_is_kept_small_and_upright(world: World) -> None:
    driver, delivery = await _aboard(world)
    exif = Image.Exif()
    exif[0x0112] = 6  # it was taken with the phone held upright
    made = io.BytesIO()
    Image.new("RGB", (4000, 3000), (10, 20, 30)).save(made, "JPEG", exif=exif)
    sent = base64.b64encode(made.getvalue()).decode()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", {"delivery_photo": sent}))
    [file] = _files(world, delivery)
    with Image.open(file) as kept:
        assert kept.size == (1200, 1600)


async def test_many_hostile_pictures_at_once_take_a_bounded_part_of_the_memory(world: World) -> None:
    driver, delivery = await _aboard(world)
    whole = [picture_bytes(kind, (5000, 5000)) for kind in ("PNG", "WEBP")]
    sent = [base64.b64encode(content).decode() for content in (*whole, *(make() for make in HOSTILE.values()))]
    bodies = [{"delivery_photo": photo, "signature": "aGVsbG8="} for photo in sent]
    before_mb = _watch_memory()
    replies = await together(driver.post(f"/api/deliveries/{delivery['id']}/deliver/", body) for body in bodies)
    assert {reply.status_code for reply in replies} == {400}
    assert _memory_mb("VmHWM") - before_mb < MOST_MB


def _watch_memory() -> float:
    """What is taken now, which is the highest mark from here on."""
    Path("/proc/self/clear_refs").write_text("5")
    return _memory_mb("VmRSS")


def _memory_mb(name: str) -> float:
    status = Path(f"/proc/{os.getpid()}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(f"{name}:"))


@pytest.fixture(scope="module")
async def aboard(world: World) -> tuple[Driver, dict[str, Any]]:
    """A parcel that nobody delivers."""
    return await _aboard(world)


async def _aboard(world: World) -> tuple[Driver, dict[str, Any]]:
    driver, delivery = await world.driver(), await world.delivery()
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    return driver, delivery


def _files(world: World, delivery: dict[str, Any]) -> list[Path]:
    name = delivery["delivery_id"].replace("-", "")
    return sorted((world.server.settings.data_dir / "photos").rglob(f"*{name}*"))
