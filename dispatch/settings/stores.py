"""Where photos, documents and pictures of products are kept."""

from pydantic import Field, SecretStr

from dispatch.settings.section import Section


class StoreSettings(Section):
    """Where photos, documents and pictures of products are kept."""

    s3_endpoint: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#]+(?:/[^\s?#]*)?$",
        description="Address of an S3-compatible store for photos, documents and pictures of products, "
        "`https://s3.example`. Default: folders of the data folder.",
    )
    s3_bucket: str = Field("dispatch", pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", description="Its bucket.")
    s3_region: str = Field("us-east-1", min_length=1, max_length=64, description="Its region, as it is signed for.")
    s3_access_key: str = Field("", max_length=200, description="Who asks it.")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="What its requests are signed with.")
    s3_timeout_s: float = Field(10.0, gt=0, le=120, description="How long it may take to answer, seconds.")
