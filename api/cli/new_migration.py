"""``make migration m="…"``: a new migration from the models, against a PostgreSQL started for it."""

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from api.embedded import embedded
from dispatch.database.migrate import migrate
from dispatch.database.new_migration import write_migration
from dispatch.errors import OperatorError
from dispatch.tables import metadata


async def make_migration(message: str, *, empty: bool = False) -> Path:
    """Bring a fresh database to the newest migration and write the next one. Raises OperatorError."""
    with TemporaryDirectory() as folder:
        async with embedded(Path(folder), postgres=True, redis=False) as urls:
            engine = create_async_engine(urls.database_url or "", poolclass=NullPool)
            await migrate(engine)

            def write(connection: Connection) -> Path:
                return write_migration(connection, metadata, message, empty=empty)

            async with engine.connect() as connection:
                return await connection.run_sync(write)


def main() -> int:
    """Print the path of the new file; 1 and a sentence where there is none."""
    parser = argparse.ArgumentParser(description='A new migration from the models: make migration m="…"')
    parser.add_argument("message", help="what changes, in a few words")
    parser.add_argument("--empty", action="store_true", help="one to be filled by hand, for rows")
    given = parser.parse_args()
    try:
        path = asyncio.run(make_migration(given.message, empty=given.empty))
    except OperatorError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{path}: read it, correct it, and run the tests of tests/database")
    return 0


if __name__ == "__main__":
    sys.exit(main())
