"""Photos and signatures as files of a form: the same fields, the same answers and the same refusals as in JSON."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.support.hostile_pictures import HOSTILE
from tests.support.pictures import picture, picture_bytes
from tests.support.world import THAMEL, Bought, Driver, World, ok

DOOR = {"latitude": str(THAMEL[0]), "longitude": str(THAMEL[1])}
PHOTO = ("photo.jpg", picture_bytes("JPEG", (40, 30)), "image/jpeg")
SIGNATURE = ("signature.png", picture_bytes(), "image/png")
BOUNDARY = b"a-boundary"
Files = dict[str, Any]


async def _aboard(world: World, **more: Any) -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought, **more)
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    return bought, driver, delivery


async def _form(
    driver: Driver, delivery: dict[str, Any], step: str, fields: dict[str, str] | None = None, **files: Any
) -> httpx.Response:
    path = f"/api/deliveries/{delivery['id']}/{step}/"
    texts: Files = {name: (None, value) for name, value in (fields or {}).items()}
    return await driver.http.post(path, files=texts | files, headers=driver.headers)


async def _raw(
    driver: Driver, delivery: dict[str, Any], content: bytes, kind: str = "multipart/form-data; boundary=a-boundary"
) -> httpx.Response:
    path = f"/api/deliveries/{delivery['id']}/deliver/"
    return await driver.http.post(path, content=content, headers=driver.headers | {"Content-Type": kind})


def _part(head: str, content: bytes) -> bytes:
    return b"--" + BOUNDARY + b"\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + content + b"\r\n"


async def test_pickup_attempt_and_drop_off_take_their_pictures_as_files_of_a_form(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    proof = {"pickup": ["photo", "signature"], "drop_off": ["photo", "signature", "age"]}
    delivery = await world.delivery(bought, proof=proof)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    signed = {"signed_by": "माया तामाङ", "relation": "family"}
    ok(await _form(driver, delivery, "pickup", signed, pickup_photo=PHOTO, signature=SIGNATURE))
    when = datetime.now(UTC).isoformat()
    tried = {"reason": "nobody_there", "note": "Rang\ntwice", "next_try_at": "", "happened_at": when} | DOOR
    told = ok(await _form(driver, delivery, "attempts", tried, photo=PHOTO), 201)
    assert (told["attempt"]["has_photo"], told["attempt"]["note"]) == (True, "Rang\ntwice")
    done = DOOR | signed | {"age_checked": "true", "customer_rating": "5"}
    ok(await _form(driver, delivery, "deliver", done, delivery_photo=PHOTO, signature=SIGNATURE))
    shown = ok(await bought.customer.get(f"/api/deliveries/{delivery['id']}/proof/"))
    pickup, drop_off = shown["handovers"]
    [attempt] = shown["attempts"]
    assert drop_off["location"] == attempt["location"] == {"latitude": THAMEL[0], "longitude": THAMEL[1]}
    assert (drop_off["signed_by"], drop_off["checked"]) == ("माया तामाङ", ["age"])
    for link in (pickup["photo"], pickup["signature"], attempt["photo"], drop_off["photo"], drop_off["signature"]):
        kept = await world.http.get(link["url"])
        assert (kept.status_code, kept.headers["content-type"]) == (200, "image/webp")
        assert hashlib.sha256(kept.content).hexdigest() == link["sha256"]


async def test_a_form_and_json_are_refused_in_the_same_words(world: World) -> None:
    _, driver, delivery = await _aboard(world, proof={"drop_off": ["photo", "signature", "code"]})
    path = f"/api/deliveries/{delivery['id']}/deliver/"
    for fields in (
        {"notes": "nothing else"},
        {"latitude": "91", "longitude": "x", "customer_rating": "9", "notez": "a", "happened_at": "yesterday"},
        {"age_checked": "perhaps", "relation": "friend", "code": "12345"},
        {"signature": "no picture", "latitude": "-1e300", "customer_rating": "9" * 400},
    ):
        numbers = {"91": 91, "9": 9}
        in_json = {name: numbers.get(value, value) for name, value in fields.items()}
        refused, beside = await _form(driver, delivery, "deliver", fields), await driver.post(path, in_json)
        assert (refused.status_code, beside.status_code) in {(400, 400), (422, 422)}, refused.text
        assert refused.json()["errors"].keys() == beside.json()["errors"].keys()
        assert refused.json().get("missing") == beside.json().get("missing")


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("field", ["delivery_photo", "signature"])
async def test_a_hostile_file_is_named_and_nothing_of_it_is_kept(
    world: World, waiting: tuple[Driver, dict[str, Any]], make: Callable[[], bytes], field: str
) -> None:
    driver, delivery = waiting
    file: Files = {field: ("photo.jpg", make(), "image/jpeg")}
    refused = await _form(driver, delivery, "deliver", {}, **file)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert refused.json()["errors"][field].startswith("must ")
    name = delivery["delivery_id"].replace("-", "")
    assert list((world.server.settings.data_dir / "photos").rglob(f"{name}-*")) == []


async def test_a_file_of_another_kind_twice_too_large_or_where_none_belongs_is_named(
    waiting: tuple[Driver, dict[str, Any]],
) -> None:
    driver, delivery = waiting
    large = ("photo.jpg", b"\xff\xd8\xff" + bytes(5 * 2**20), "image/jpeg")
    page = ("photo.html", picture_bytes(), "text/html")
    refused = await _form(driver, delivery, "deliver", {"latitude": "100"}, delivery_photo=page, signature=large)
    errors = refused.json()["errors"]
    assert (refused.status_code, errors.keys()) == (400, {"delivery_photo", "signature", "latitude"})
    assert errors["delivery_photo"] == "must be a JPEG, PNG or WebP, not `text/html`"
    assert errors["signature"] == f"must have at most {5 * 2**20} bytes"
    refused = await _form(driver, delivery, "deliver", notes=PHOTO, unknown=PHOTO)
    assert refused.json()["errors"]["notes"] == "is no file; these may be: delivery_photo, signature"
    assert refused.json()["errors"].keys() == {"notes", "unknown"}
    one = _part('name="signature"; filename="a.png"', picture_bytes())
    refused = await _raw(driver, delivery, one + one + b"--" + BOUNDARY + b"--\r\n")
    assert refused.json()["errors"] == {"signature": "was sent more than once"}


WHOLE = _part('name="delivery_photo"; filename="a.jpg"', picture_bytes("JPEG", (900, 600)))
END = b"--" + BOUNDARY + b"--\r\n"
NO_FORMS: dict[str, bytes] = {
    "JSON": b"{}",
    "cut off in a file": WHOLE[:-900],
    "cut off in a head": WHOLE[:60],
    "without its end": WHOLE,
    "another boundary": WHOLE.replace(BOUNDARY, b"another") + b"--another--",
    "a part without a name": _part("", b"x") + END,
    "a part with nothing but an empty name": _part('name=""', b"x") + END,
    "too many parts": b"".join(_part(f'name="n{number}"', b"x") for number in range(400)) + END,
    "an endless head": _part('name="' + "n" * 100_000 + '"', b"x") + END,
    "many heads": b"--" + BOUNDARY + b"\r\n" + b"A: b\r\n" * 5000 + b"\r\nx\r\n" + END,
    "a head that is no text": b"--" + BOUNDARY + b"\r\nContent-Disposition: \xff\xfe\r\n\r\nx\r\n" + END,
}


@pytest.mark.parametrize("content", NO_FORMS.values(), ids=NO_FORMS.keys())
async def test_what_is_no_form_or_not_whole_is_refused_as_a_body(
    waiting: tuple[Driver, dict[str, Any]], content: bytes
) -> None:
    driver, delivery = waiting
    refused = await _raw(driver, delivery, content)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["body"]), refused.text


async def test_a_form_that_is_too_large_says_no_boundary_or_is_of_another_type_is_told_so(
    waiting: tuple[Driver, dict[str, Any]],
) -> None:
    driver, delivery = waiting
    huge = _part('name="delivery_photo"; filename="a.jpg"', bytes(16 * 2**20)) + END
    assert (await _raw(driver, delivery, huge)).status_code == 413
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", f"multipart/form-data; boundary={'b' * 300}"):
        refused = await _raw(driver, delivery, WHOLE + END, kind)
        assert (refused.status_code, "boundary" in refused.json()["errors"]["body"]) == (400, True)
    for kind in ("application/x-www-form-urlencoded", "multipart/mixed; boundary=a-boundary", "image/jpeg"):
        refused = await _raw(driver, delivery, WHOLE + END, kind)
        assert refused.status_code == 415
        assert all(word in refused.text for word in ("application/json", "multipart/form-data", kind.partition(";")[0]))


async def test_a_form_names_an_upload_or_holds_base64_in_the_place_of_a_file(world: World) -> None:
    bought, driver, delivery = await _aboard(world)
    content = picture_bytes("JPEG", (50, 40))
    made = ok(await driver.post("/api/uploads/", {"length": len(content)}), 201)
    sent = await driver.http.patch(f"/api/uploads/{made['id']}/?offset=0", content=content, headers=driver.headers)
    fields = {"delivery_photo": ok(sent)["picture"], "signature": picture()}
    ok(await _form(driver, delivery, "deliver", fields))
    [_, drop_off] = ok(await bought.customer.get(f"/api/deliveries/{delivery['id']}/proof/"))["handovers"]
    assert drop_off["photo"] is not None
    assert drop_off["signature"] is not None


async def test_a_form_that_is_sent_again_under_its_key_is_the_same_request_whatever_its_boundary(world: World) -> None:
    _, driver, delivery = await _aboard(world)
    path, key = f"/api/deliveries/{delivery['id']}/attempts/", {"Idempotency-Key": f"tried-{delivery['id']}"}
    told = []
    for _ in range(2):  # each time with a boundary of its own
        files: Files = {"photo": PHOTO, "reason": (None, "closed")}
        told.append(await driver.http.post(path, files=files, headers=driver.headers | key))
    assert [ok(one, 201)["attempt"]["number"] for one in told] == [1, 1]
    other: Files = {"photo": PHOTO, "reason": (None, "unsafe")}
    refused = await driver.http.post(path, files=other, headers=driver.headers | key)
    assert refused.status_code == 422


async def test_a_route_without_files_takes_no_form(world: World) -> None:
    driver = await world.driver()
    refused = await driver.http.post("/api/uploads/", files={"length": (None, "5")}, headers=driver.headers)
    assert refused.status_code == 415
    assert "multipart/form-data`" in json.dumps(refused.json())


@pytest.fixture(scope="module")
async def waiting(world: World) -> tuple[Driver, dict[str, Any]]:
    """A parcel aboard whose steps are refused, again and again."""
    _, driver, delivery = await _aboard(world)
    return driver, delivery
