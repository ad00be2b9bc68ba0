"""A database that cannot be used is told of in a sentence that says what to do."""

import pytest
from asyncpg.exceptions import InvalidCachedStatementError
from sqlalchemy import text

from api.server.serving import RunningServer
from dispatch.database.engine import Database
from dispatch.database.migrate import current_revision, migrate, newest_revision
from dispatch.database.startup import DatabaseUnusable, unusable
from tests.support.own_database import empty_database


async def test_a_server_without_the_files_of_the_extension_is_told_of_with_what_to_install(
    server: RunningServer,
) -> None:
    async with empty_database(server) as url, server.services.database.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        # Where its server looks for extensions: nothing is found, as where its contrib package is not installed.
        setting = f"ALTER DATABASE {url.database} {{}} extension_control_path"
        await plain.execute(text(setting.format("SET") + " = '/nowhere'"))
        database = Database(url.render_as_string(hide_password=False))
        try:
            with pytest.raises(DatabaseUnusable) as told:
                await migrate(database.engine)
            assert 'extension "pg_trgm" is not available' in str(told.value)
            assert "install its contrib package" in str(told.value)
            await plain.execute(text(setting.format("RESET")))
            await migrate(database.engine)  # once it is installed
            assert await current_revision(database.engine) == newest_revision()
        finally:
            await database.close()


def test_what_else_postgres_does_not_support_is_a_defect_and_no_package_that_is_missing() -> None:
    """As a plan that another process's migration has made invalid."""
    assert unusable(InvalidCachedStatementError("cached statement plan is invalid due to a change")) is None
