"""The embedded default: a real PostgreSQL and a real Redis from wheels, run by our server.

    async with embedded(data_dir, postgres=True, redis=True) as urls:
        ...  # urls.database_url, urls.redis_url

Both listen on Unix sockets only, so no port can be busy. One that dies is started again. They stop with the server,
also when it is killed (Linux; elsewhere the next start stops them first), and a data folder has one owner at a time.
"""

from api.embedded.errors import DataFolderInUseError, EmbeddedError
from api.embedded.folder import Urls
from api.embedded.services import EmbeddedServices, embedded, running, troubles

__all__ = ["DataFolderInUseError", "EmbeddedError", "EmbeddedServices", "Urls", "embedded", "running", "troubles"]
