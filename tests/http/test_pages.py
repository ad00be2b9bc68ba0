"""What browsers get: pages that load nothing of another host, and files that may be kept for ever."""

import gzip
import json
import os
import re
from pathlib import Path

import httpx
import pytest

from api.routes.pages import built
from dispatch.errors import Unavailable
from tests.support.world import THAMEL, World, ok

NO_NUMBER = "TRK0000000000000000"


def files_of(page: str) -> list[str]:
    return re.findall(r'(?:src|href)="(/pages/assets/[^"]+)"', page)


@pytest.fixture
async def tracked(world: World) -> str:
    """The tracking number of a parcel that waits for a transporter."""
    return str((await world.delivery())["tracking_number"])


@pytest.mark.parametrize("path", ["/", f"/t/{NO_NUMBER}"])
async def test_a_page_may_run_and_load_only_what_is_ours(http: httpx.AsyncClient, path: str) -> None:
    reply = await http.get(path)
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().partition(" ")[::2] for part in reply.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["worker-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert "http://" not in reply.text
    assert "https://" not in reply.text
    assert not re.search(r"<style|\son\w+=|\sstyle=", reply.text)
    scripts = re.findall(r"<script([^>]*)>", reply.text)
    assert scripts
    assert all('src="/pages/assets/' in script or 'type="application/json"' in script for script in scripts)


async def test_a_page_is_asked_for_anew_and_its_files_never(http: httpx.AsyncClient) -> None:
    page = await http.get("/")
    assert page.headers["cache-control"] == "no-cache"
    again = await http.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(files_of(page.text)) >= 2
    for path in files_of(page.text):
        reply = await http.get(path)
        assert (reply.status_code, reply.headers["cache-control"]) == (200, "public, max-age=31536000, immutable"), path
        assert re.search(r"-[\w-]{8}\.\w+$", path), path


async def test_the_page_of_a_parcel_is_kept_by_nobody_and_found_by_no_search_engine(
    http: httpx.AsyncClient, tracked: str
) -> None:
    reply = await http.get(f"/t/{tracked}")
    assert (reply.headers["cache-control"], reply.headers["x-robots-tag"]) == ("no-store", "noindex")
    assert reply.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("br, gzip", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None), ("br;q=0, gzip;q=0", None)],
)
async def test_a_file_comes_in_the_smallest_form_that_the_browser_reads(
    http: httpx.AsyncClient, accepted: str, encoding: str | None
) -> None:
    script = next(path for path in files_of((await http.get(f"/t/{NO_NUMBER}")).text) if "/tracking-" in path)
    async with http.stream("GET", script, headers={"Accept-Encoding": accepted}) as reply:
        sent = b"".join([chunk async for chunk in reply.aiter_raw()])
    assert (reply.headers.get("content-encoding"), reply.headers["vary"]) == (encoding, "Accept-Encoding")
    plain = (built.FOLDER / "assets" / script.rpartition("/")[2]).read_bytes()
    if encoding is None:
        assert sent == plain
    else:
        assert len(sent) < len(plain)
    if encoding == "gzip":
        assert gzip.decompress(sent) == plain


async def test_head_tells_the_same_as_get(http: httpx.AsyncClient, tracked: str) -> None:
    for path in ("/", f"/t/{tracked}", files_of((await http.get("/")).text)[0]):
        got, head = await http.get(path), await http.head(path)
        assert (head.status_code, head.content) == (200, b"")
        own = {"date", "x-request-id", "content-length", "etag"}
        assert {k: v for k, v in head.headers.items() if k not in own} == {
            k: v for k, v in got.headers.items() if k not in own
        }


@pytest.mark.parametrize(
    "name",
    [
        "nothing-12345678.js",
        "../words.json",
        "..%2fwords.json",
        "..%2f..%2fversion.py",
        "%2e%2e%2fhome%2findex.html",
        ".built",
        "%00.js",
        "home.js%00",
        "...js",
        "version.py",
        "/etc/passwd",
    ],
)
async def test_nothing_but_built_files_is_given_out(http: httpx.AsyncClient, name: str) -> None:
    reply = await http.get(f"/pages/assets/{name}")
    assert reply.status_code == 404
    assert set(reply.json()) == {"detail", "code"}


async def test_packed_forms_have_no_address_of_their_own(http: httpx.AsyncClient) -> None:
    script = next(path for path in files_of((await http.get(f"/t/{NO_NUMBER}")).text) if "/tracking-" in path)
    for kind in ("gz", "br"):
        assert (built.FOLDER / "assets" / f"{script.rpartition('/')[2]}.{kind}").is_file()
        assert (await http.get(f"{script}.{kind}")).status_code == 404


async def test_an_address_that_is_no_page_is_told_so_in_the_shape_of_every_error(http: httpx.AsyncClient) -> None:
    for path in ("/nope", "/t", "/t/", "/pages", "/pages/", "/pages/assets"):
        reply = await http.get(path)
        assert (reply.status_code, set(reply.json())) == (404, {"detail", "code"}), path


async def test_a_parcel_can_be_read_without_javascript(http: httpx.AsyncClient, tracked: str) -> None:
    reply = await http.get(f"/t/{tracked}")
    shown = re.sub(r"<script.*?</script>", "", reply.text, flags=re.DOTALL)
    assert reply.status_code == 200
    assert '<h1 class="answer">Looking for a courier</h1>' in shown
    assert tracked in shown
    assert "Waiting for a courier" in shown
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in shown


async def test_what_strangers_wrote_is_text_on_the_page(world: World) -> None:
    driver, delivery = await world.driver(), await world.delivery(delivery_address="Thamel <b>Marg</b> & Sons")
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    page = (await world.http.get(f"/t/{delivery['tracking_number']}")).text
    assert "<b>" not in page
    assert "Thamel &lt;b&gt;Marg&lt;/b&gt; &amp; Sons" in page


async def test_the_page_knows_what_the_api_says_and_nothing_else(http: httpx.AsyncClient, tracked: str) -> None:
    page = (await http.get(f"/t/{tracked}")).text
    state = re.search(r'<script type="application/json" id="state">(.*?)</script>', page, re.DOTALL)
    assert state is not None
    assert json.loads(state[1]) == ok(await http.get(f"/api/deliveries/{tracked}/track/"))


async def test_a_parcel_that_is_over_is_not_asked_for_again(world: World) -> None:
    driver, delivery = await world.driver(), await world.delivery()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    point = {"latitude": THAMEL[0], "longitude": THAMEL[1]}
    for verb in ("pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{verb}/", point))
    page = (await world.http.get(f"/t/{delivery['tracking_number']}")).text
    assert "http-equiv" not in page
    assert "renews itself" not in page
    assert re.search(r'<h1 class="answer">Delivered \d\d:\d\d</h1>', page)
    # Of its journey it says who may see it again, and shows nothing of it, not even that there is nothing.
    assert "See the journey again" in page
    for gone in ("Thamel", "Bhaktapur", "Some Driver", "Picked up", "Not shown here", "What happened so far"):
        assert gone not in page, gone
    unlock = ok(await world.http.post(f"/api/deliveries/{delivery['tracking_number']}/unlock/", json={"code": "4567"}))
    again = (await world.http.get(f"/t/{delivery['tracking_number']}", params={"unlock": unlock["token"]})).text
    assert "Picked up" in again
    assert "See the journey again" not in again


@pytest.mark.parametrize(
    ("path", "accepted", "language", "words"),
    [
        ("", "en-GB,en;q=0.9", "en", "Looking for a courier"),
        ("", "ne-NP,ne;q=0.9,en;q=0.5", "ne", "कुरियर खोजिँदै छ"),
        ("?lang=ne", "en", "ne", "कुरियर खोजिँदै छ"),
        ("?lang=xx", "de", "en", "Looking for a courier"),
    ],
)
async def test_a_parcel_is_told_in_the_readers_language(
    http: httpx.AsyncClient, tracked: str, path: str, accepted: str, language: str, words: str
) -> None:
    reply = await http.get(f"/t/{tracked}{path}", headers={"Accept-Language": accepted})
    assert reply.headers["content-language"] == language
    assert f'<html lang="{language}">' in reply.text
    assert words in reply.text


@pytest.mark.parametrize("number", [NO_NUMBER, "x", "%3Cscript%3E"])
async def test_a_number_that_is_none_is_told_on_a_page(http: httpx.AsyncClient, number: str) -> None:
    reply = await http.get(f"/t/{number}")
    assert (reply.status_code, reply.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "No parcel has this number" in reply.text


async def test_a_wrong_number_stands_in_a_field_to_be_corrected_and_sent_again_without_javascript(
    http: httpx.AsyncClient, tracked: str
) -> None:
    reply = await http.get("/t/TRK%22%3E12", headers={"Accept-Language": "ne"})
    assert 'name="number" value="TRK&#34;&gt;12"' in reply.text
    assert '<form class="follow" method="get" action="/follow">' in reply.text
    typed = f" {tracked.lower()[:8]} {tracked.lower()[8:]}"
    sent = await http.get("/follow", params={"number": typed, "lang": "ne"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/t/{tracked}?lang=ne")
    for nothing in (" ", "..", "/"):
        assert (await http.get("/follow", params={"number": nothing})).headers["location"] == "/"
    elsewhere = await http.get("/follow", params={"number": "//x.example/a?b"})
    assert elsewhere.headers["location"] == "/t/X.EXAMPLEA%3FB"
    page = await http.get(elsewhere.headers["location"])
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/", "/shop", "/shop/orders", "/courier"])
async def test_the_first_bytes_of_a_page_speak_the_language_asked_for(http: httpx.AsyncClient, path: str) -> None:
    asked, accepted, other = [
        await http.get(path, params=query, headers={"Accept-Language": language})
        for query, language in (({"lang": "ne"}, "en"), ({}, "ne-NP,ne;q=0.9"), ({"lang": "en"}, "ne"))
    ]
    for reply in (asked, accepted):
        assert '<html lang="ne">' in reply.text
        assert "डिस्प्याच" in reply.text
        assert (reply.headers["content-language"], "Accept-Language" in reply.headers["vary"]) == ("ne", True)
    assert '<html lang="en">' in other.text
    assert asked.headers["etag"] != other.headers["etag"]


def test_without_a_build_one_sentence_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as no_page:
        built.page("home", tmp_path)
    with pytest.raises(Unavailable) as no_words:
        built.words(tmp_path)
    for refused in (no_page.value, no_words.value):
        assert refused.detail == "The pages are not built yet. Run `make pages` and load this again."
        assert refused.code == "pages_not_built"


async def test_log_ins_of_a_demo_are_shown_only_where_this_is_one(world: World) -> None:
    path = world.server.settings.data_dir / "demo.json"
    assert (await world.http.get("/pages/demo.json")).status_code == 204
    try:
        path.write_text(json.dumps({"accounts": {}, "tracking_numbers": [], "pid": 1}))
        assert (await world.http.get("/pages/demo.json")).status_code == 204
    finally:
        path.unlink()


async def test_while_a_demo_is_being_filled_its_pages_are_told_so_with_what_there_is(world: World) -> None:
    told = {"accounts": {"admin": {"email": "a@demo.example", "password": "demo-1"}}, "tracking_numbers": []}
    filling, filled = (world.server.settings.data_dir / name for name in ("demo-filling.json", "demo.json"))
    try:
        filling.write_text(json.dumps(told | {"pid": os.getpid(), "filling": True}))
        assert (await world.http.get("/pages/demo.json")).json() == told | {"filling": True}
        filled.write_text(json.dumps(told | {"pid": os.getpid()}))
        assert (await world.http.get("/pages/demo.json")).json() == told | {"filling": False}
    finally:
        filling.unlink()
        filled.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("demo.localhost", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("rebound.example:8000", 204),
        ("localhost.example", 204),
        ("127.0.0.1.example", 204),
        ("192.0.2.1", 204),
        ("[::1", 204),
    ],
)
async def test_log_ins_of_a_demo_are_told_only_to_pages_of_this_machine(world: World, host: str, status: int) -> None:
    path = world.server.settings.data_dir / "demo.json"
    try:
        path.write_text(json.dumps({"accounts": {}, "tracking_numbers": [], "pid": os.getpid()}))
        assert (await world.http.get("/pages/demo.json", headers={"Host": host})).status_code == status
    finally:
        path.unlink()


async def test_what_a_phone_installs_has_addresses_that_stay_and_is_asked_for_anew(http: httpx.AsyncClient) -> None:
    manifest = await http.get("/courier/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    told = manifest.json()
    for icon in told["icons"]:
        picture = await http.get(icon["src"])
        assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    worker = await http.get("/courier/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert (worker.headers["cache-control"], worker.headers["service-worker-allowed"]) == ("no-cache", "/courier")
    page = await http.get(told["start_url"])
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert told["start_url"].startswith(told["scope"])


@pytest.mark.parametrize(
    ("page", "most_kb"),
    [("tracking", 60), ("home", 60), ("shop", 60), ("seller", 60), ("ops", 60), ("courier", 100), ("console", 60)],
)
def test_a_page_stays_light(page: str, most_kb: int) -> None:
    html = built.page(page)
    loaded = [built.asset(path.rpartition("/")[2]) for path in files_of(html.decode()) if not path.endswith(".svg")]
    assert len(loaded) >= 2
    packed = len(gzip.compress(html)) + sum(len(one.gzip or one.plain) for one in loaded)
    assert packed <= most_kb * 1000, f"{page}: {packed:,} bytes"


def test_the_console_stays_light_with_its_map_and_all_that_the_map_loads() -> None:
    html = built.page("console")
    built_files = {path.name for path in (built.FOLDER / "assets").iterdir() if path.suffix in {".js", ".css"}}
    found, waiting = set[str](), {path.rpartition("/")[2] for path in files_of(html.decode())}
    while waiting:
        name = waiting.pop()
        found.add(name)
        if name.endswith(".js"):
            waiting |= {one for one in built_files if one in built.asset(name).plain.decode()} - found
    assert any("maplibre-gl-worker" in name for name in found)
    packed = len(gzip.compress(html)) + sum(len(built.asset(name).gzip or built.asset(name).plain) for name in found)
    assert packed <= 700_000, f"{packed:,} bytes in {sorted(found)}"


@pytest.mark.parametrize("page", ["console", "courier", "shop", "seller", "ops", "home"])
async def test_the_first_bytes_of_a_page_have_its_name_and_its_style_and_nothing_inline(
    http: httpx.AsyncClient, page: str
) -> None:
    html = (await http.get("/" if page == "home" else f"/{page}")).text
    assert re.search(r"<h1>\w[^<]+</h1>", html)
    assert "JavaScript" in html.split("<noscript>")[1].split("</noscript>")[0]
    assert re.search(r'<link rel="stylesheet"[^>]* href="/pages/assets/[^"]+-[\w-]{8}\.css"', html)
    assert not re.search(r"<style|\son\w+=|\sstyle=", html)
    assert all('src="/pages/assets/' in script for script in re.findall(r"<script([^>]*)>", html))
