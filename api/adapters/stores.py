"""From settings to where photos and documents are kept."""

from api.adapters.photos import FolderPhotoStore
from api.adapters.s3_photos import Bucket, S3PhotoStore
from api.adapters.s3_signing import S3Keys
from dispatch.ports import PhotoStore
from dispatch.settings import Settings


def build_store(settings: Settings, name: str) -> PhotoStore:
    """A folder of the data folder, or in the bucket what begins with that name."""
    if settings.s3_endpoint is None:
        return FolderPhotoStore(settings.data_dir / name)
    keys = S3Keys(settings.s3_access_key, settings.s3_secret_key.get_secret_value(), settings.s3_region)
    bucket = Bucket(settings.s3_endpoint, settings.s3_bucket, f"{name}/")
    return S3PhotoStore(bucket, keys, timeout_s=settings.s3_timeout_s)


async def close_store(store: PhotoStore) -> None:
    """Close what it has open, if anything."""
    if isinstance(store, S3PhotoStore):
        await store.close()
