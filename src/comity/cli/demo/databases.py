"""Databases of the demo on a PostgreSQL server: one for each node, made anew, named so that none else is touched."""

from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from comity.values.errors import UnavailableError

PREFIX = "comity_demo_"


def fresh_database(server: str, node: str) -> str:
    """Make the node's database anew on the server whose address is given (any of its databases); its own address."""
    name = f"{PREFIX}{node}"
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=10) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise UnavailableError(
            f"The PostgreSQL server cannot be used: {error}. Nothing was set up.", code="demo:database"
        ) from error
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
