"""Pictures in an S3-compatible store: signed as AWS says, and checked by a server that reckons signatures by itself."""

import hashlib
import hmac
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest

from api.adapters.s3_photos import Bucket, S3PhotoStore, StoreFailed
from api.adapters.s3_signing import S3Keys, signed_headers
from tests.support.pictures import picture_bytes

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEYS = S3Keys("AKIAIOSFODNN7EXAMPLE", SECRET, "us-east-1")
HOST = {"host": "examplebucket.s3.amazonaws.com"}


@pytest.mark.parametrize(
    ("path", "query", "headers", "signature"),
    [
        (
            "/test.txt",
            {},
            {"range": "bytes=0-9"},
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "/",
            {"max-keys": "2", "prefix": "J"},
            {},
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_requests_are_signed_as_in_the_examples_of_aws(
    path: str, query: dict[str, str], headers: dict[str, str], signature: str
) -> None:
    at = datetime(2013, 5, 24, tzinfo=UTC)
    made = signed_headers(KEYS, "GET", path, query, HOST | headers, b"", at)
    assert made["authorization"].endswith(f"Signature={signature}")


def test_keys_show_no_secret() -> None:
    assert SECRET not in repr(KEYS)


class Store(ThreadingHTTPServer):
    """A store in memory, of one bucket. ``failures``: so many requests are answered with 503 first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.failures = 0
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    """Refuses whatever is not signed with the secret, reckoned from the line and the headers as they came."""

    protocol_version = "HTTP/1.1"
    server: Store

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.asked.append(self.command)
        raw_path, _, raw_query = self.path.partition("?")
        if not self._is_signed(raw_path, raw_query, content):
            return self._reply(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        if self.server.failures > 0:
            self.server.failures -= 1
            return self._reply(503)
        name = unquote(raw_path).removeprefix("/bucket/")
        if self.command == "GET" and raw_query:
            return self._reply(200, self._listed(parse_qs(raw_query)["prefix"][0]))
        if self.command == "PUT":
            return self._put(name, content)
        found = self.server.objects.get(name)
        if self.command == "DELETE":
            self.server.objects.pop(name, None)
            return self._reply(204)
        return self._reply(404) if found is None else self._reply(200, found[0])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def _put(self, name: str, content: bytes) -> None:
        source = self.headers.get("x-amz-copy-source")
        if source is not None:
            found = self.server.objects.get(unquote(source).removeprefix("/bucket/"))
            if found is None:
                return self._reply(404)
            content = found[0]
        self.server.objects[name] = (content, datetime.now(UTC))
        return self._reply(200, b"<CopyObjectResult/>" if source else b"")

    def _listed(self, prefix: str) -> bytes:
        rows = "".join(
            f"<Contents><Key>{name}</Key><LastModified>{at:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
            for name, (_, at) in self.server.objects.items()
            if name.startswith(prefix)
        )
        return f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{rows}</ListBucketResult>'.encode()

    def _is_signed(self, raw_path: str, raw_query: str, content: bytes) -> bool:
        fields = dict(part.strip().split("=", 1) for part in self.headers["authorization"].partition(" ")[2].split(","))
        payload = hashlib.sha256(content).hexdigest()
        if self.headers["x-amz-content-sha256"] != payload:
            return False
        lines = [self.command, raw_path, raw_query]
        lines += [f"{name}:{self.headers[name]}" for name in fields["SignedHeaders"].split(";")]
        lines += ["", fields["SignedHeaders"], payload]
        moment = self.headers["x-amz-date"]
        hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        told = f"AWS4-HMAC-SHA256\n{moment}\n{moment[:8]}/us-east-1/s3/aws4_request\n{hashed}"
        key = b"AWS4" + SECRET.encode()
        for part in (moment[:8], "us-east-1", "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), "sha256").digest()
        return hmac.new(key, told.encode(), "sha256").hexdigest() == fields["Signature"]

    def _reply(self, status: int, content: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@pytest.fixture
def server() -> Iterator[Store]:
    with Store() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()


@pytest.fixture
async def store(server: Store) -> AsyncIterator[S3PhotoStore]:
    made = S3PhotoStore(
        Bucket(f"http://127.0.0.1:{server.server_port}", "bucket", "photos/"), KEYS, timeout_s=30, pause_s=0.001
    )
    yield made
    await made.close()


async def test_a_picture_is_unconfirmed_then_kept_then_removed(server: Store, store: S3PhotoStore) -> None:
    key = await store.save("some-photo", picture_bytes())
    assert key.endswith(".png")
    assert list(server.objects) == [f"photos/unconfirmed/{key}"]
    assert await store.read(key) == picture_bytes()
    for _ in range(2):
        await store.confirm(key)
    assert list(server.objects) == [f"photos/{key}"]
    assert await store.read(key) == picture_bytes()
    await store.discard(key)
    assert await store.read(key) == picture_bytes()
    for _ in range(2):
        await store.remove(key)
    assert await store.read(key) is None
    assert await store.read("../secret-key") is None


async def test_what_was_left_unconfirmed_is_listed_by_its_age(server: Store, store: S3PhotoStore) -> None:
    old, young = await store.save("old", picture_bytes()), await store.save("young", picture_bytes())
    content, at = server.objects[f"photos/unconfirmed/{old}"]
    server.objects[f"photos/unconfirmed/{old}"] = (content, at - timedelta(hours=1))
    assert await store.list_unconfirmed(older_than_s=600) == [old]
    await store.discard(young)
    assert await store.read(young) is None


async def test_a_store_that_fails_for_a_moment_is_asked_again_and_one_that_stays_away_is_said_so(
    server: Store, store: S3PhotoStore
) -> None:
    server.failures = 2
    key = await store.save("some-photo", picture_bytes())
    assert await store.read(key) == picture_bytes()
    server.failures = 3
    with pytest.raises(StoreFailed, match="503"):
        await store.confirm(key)
    await store.confirm(key)
    with pytest.raises(StoreFailed, match="not in the store"):
        await store.confirm("nobodys-00000000.png")


async def test_a_wrong_key_is_refused_at_once_and_told_without_the_secret(server: Store) -> None:
    wrong = S3PhotoStore(
        Bucket(f"http://127.0.0.1:{server.server_port}", "bucket"), S3Keys("AKIA", "another secret", "us-east-1")
    )
    with pytest.raises(StoreFailed) as refused:
        await wrong.save("some-photo", picture_bytes())
    await wrong.close()
    assert "403" in str(refused.value)
    assert "another secret" not in str(refused.value)
    assert server.asked == ["PUT"]


async def test_a_check_asks_once_and_says_what_is_wrong_with_bucket_key_or_server(
    server: Store, store: S3PhotoStore
) -> None:
    await store.check()
    assert server.asked == ["GET"], "nothing is written, and nothing asked again"
    server.failures = 1
    with pytest.raises(OSError, match="503"):
        await store.check()
    address = f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    away = S3PhotoStore(Bucket(address, "bucket"), KEYS, timeout_s=2)
    with pytest.raises(OSError, match="ConnectError"):
        await away.check()
    await away.close()
