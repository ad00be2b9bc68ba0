"""The store of pictures at a real S3-compatible server, which nobody of us wrote."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from api.adapters.photos import FolderPhotoStore
from api.adapters.product_pictures import ProductPictures
from api.adapters.s3_photos import Bucket, S3PhotoStore, StoreFailed
from api.adapters.s3_signing import S3Keys, signed_headers
from tests.support.pictures import picture_bytes
from tests.support.swift import KEYS, PAGE, Swift, why_not
from tests.support.waiting import PATIENCE_S

ANY_AGE_S = -60.0
BUCKET = "pictures"


@pytest.fixture(scope="module")
async def swift(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Swift]:
    folder = tmp_path_factory.mktemp("swift")
    if (why := why_not(folder)) is not None:
        pytest.skip(why)
    running = Swift(folder)
    await running.start()
    await _make_bucket(running)
    yield running
    await running.end()


async def _make_bucket(swift: Swift) -> None:
    """As an operator does."""
    host = {"host": swift.endpoint.removeprefix("http://")}
    signed = signed_headers(KEYS, "PUT", f"/{BUCKET}", {}, host, b"", datetime.now(UTC))
    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        made = await http.put(f"{swift.endpoint}/{BUCKET}", headers=signed)
    assert made.is_success, made.text


@pytest.fixture
async def store(swift: Swift, request: pytest.FixtureRequest) -> AsyncIterator[S3PhotoStore]:
    made = S3PhotoStore(Bucket(swift.endpoint, BUCKET, f"{request.node.name}/"), KEYS, timeout_s=30, pause_s=0.01)
    yield made
    await made.close()


async def test_a_picture_is_unconfirmed_then_kept_then_removed(store: S3PhotoStore) -> None:
    await store.check()
    key = await store.save("some-photo", picture_bytes())
    assert await store.read(key) == picture_bytes()
    assert await store.list_unconfirmed(older_than_s=ANY_AGE_S) == [key]
    assert await store.list_unconfirmed(older_than_s=3600) == []
    for _ in range(2):
        await store.confirm(key)
    assert await store.read(key) == picture_bytes()
    assert await store.list_unconfirmed(older_than_s=ANY_AGE_S) == []
    await store.discard(key)
    assert await store.read(key) == picture_bytes()
    for _ in range(2):
        await store.remove(key)
    assert await store.read(key) is None


async def test_pictures_of_products_are_kept_shown_and_removed_and_those_of_the_folder_too(
    store: S3PhotoStore, tmp_path: Path
) -> None:
    before = ProductPictures(FolderPhotoStore(tmp_path / "products"), tmp_path)
    pictures = ProductPictures(store, tmp_path)
    old, new = await before.save(7, picture_bytes("WEBP")), await pictures.save(7, picture_bytes("WEBP", (9, 9)))
    assert await pictures.read(new) == picture_bytes("WEBP", (9, 9))
    assert await pictures.read(old) is None, "the folder has it, which is shown where the store has none"
    assert await store.list_unconfirmed(older_than_s=ANY_AGE_S) == []
    await pictures.remove(8, new)
    assert await pictures.read(new) is not None
    for address in (old, new, new):
        await pictures.remove(7, address)
    assert (await pictures.read(new), await before.read(old)) == (None, None)


async def test_the_largest_picture_comes_back_byte_by_byte(store: S3PhotoStore) -> None:
    content = picture_bytes() + os.urandom(5 * 2**20)
    key = await store.save("large", content)
    await store.confirm(key)
    assert await store.read(key) == content


async def test_a_list_of_many_pages_tells_each_once(store: S3PhotoStore) -> None:
    kept = sorted([await store.save(f"photo-{number}", picture_bytes()) for number in range(2 * PAGE + 1)])
    assert sorted(await store.list_unconfirmed(older_than_s=ANY_AGE_S)) == kept


async def test_what_is_not_there_is_none_and_cannot_be_confirmed(store: S3PhotoStore) -> None:
    assert await store.read("nobodys-00000000.png") is None
    with pytest.raises(StoreFailed, match="not in the store"):
        await store.confirm("nobodys-00000000.png")


@pytest.mark.parametrize(
    ("bucket", "keys", "status"),
    [
        (BUCKET, S3Keys(KEYS.access_key, "another secret", KEYS.region), "403"),
        ("none-of-ours", KEYS, "404"),
    ],
)
async def test_a_wrong_key_and_a_bucket_that_is_not_there_are_said_by_check_and_by_each_act(
    swift: Swift, bucket: str, keys: S3Keys, status: str
) -> None:
    wrong = S3PhotoStore(Bucket(swift.endpoint, bucket), keys, timeout_s=30, pause_s=0.01)
    with pytest.raises(StoreFailed, match=status):
        await wrong.check()
    with pytest.raises(StoreFailed, match=status) as refused:
        await wrong.save("some-photo", picture_bytes())
    assert "another secret" not in str(refused.value)
    with pytest.raises(StoreFailed, match=status):  # a picture that cannot be asked for is not one that is missing
        await wrong.read("nobodys-00000000.png")
    await wrong.close()


async def test_a_server_that_is_gone_is_said_so_and_all_is_there_once_it_is_back(tmp_path: Path) -> None:
    if (why := why_not(tmp_path)) is not None:
        pytest.skip(why)
    own = Swift(tmp_path)
    await own.start()
    await _make_bucket(own)
    store = S3PhotoStore(Bucket(own.endpoint, BUCKET), KEYS, timeout_s=30, pause_s=0.01)
    key = await store.save("some-photo", picture_bytes())
    await own.end()
    for act in (store.check(), store.confirm(key), store.save("other", picture_bytes())):
        with pytest.raises(StoreFailed, match="failed"):
            await act
    await own.start()
    await store.confirm(key)
    assert await store.read(key) == picture_bytes()
    await store.close()
    await own.end()
